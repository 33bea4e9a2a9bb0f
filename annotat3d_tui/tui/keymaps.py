"""Keymaps: which keys do what, from a built-in one and a file of one's own, with what is wrong in it."""

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual.keys import Keys, _character_to_key, key_to_character

from annotat3d_tui.errors import InvalidFile, MissingFile
from annotat3d_tui.tui.actions import keys_text
from annotat3d_tui.tui.settings import config_home

VIM = {
    "slice.left": "h,left",
    "slice.down": "j,down",
    "slice.up": "k,up",
    "slice.right": "l,right",
    "slice.left_10": "alt+h,shift+left",
    "slice.down_10": "alt+j,shift+down",
    "slice.up_10": "alt+k,shift+up",
    "slice.right_10": "alt+l,shift+right",
    "slice.label": "L",
    "slice.markers": "K",
    "segment.opacity": "ctrl+l",
    "label.lock": "ctrl+k",
    "marks.redo": "ctrl+r,ctrl+y",
    "scene.left": "h,left",
    "scene.down": "j,down",
    "scene.up": "k,up",
    "scene.right": "l,right",
    "scene.home": "ctrl+h,backspace",
    "scene.label": "L",
    "scene.markers": "K",
    "scene.mesh_opacity": "ctrl+l",
    "list.down": "j,down",
    "list.up": "k,up",
    "objects.previous": "h,left",
    "objects.next": "l,right",
    "contrast.low_down": "h,left",
    "contrast.low_up": "l,right",
    "contrast.high_down": "j,down",
    "contrast.high_up": "k,up",
}
BUILT_IN: dict[str, dict[str, str]] = {"default": {}, "vim": VIM}
NEEDED = {
    "app.palette": "without it there is no way to what has no key",
    "app.quit": "without it there is no way out",
}
"""Actions without which a person would be lost, and why."""
MODIFIERS = ("ctrl", "alt", "shift", "super", "hyper", "meta")
NICKNAMES = {"esc": "escape", "return": "enter", "del": "delete", "pgup": "pageup", "pgdn": "pagedown", "ins": "insert"}
NAMED = {key.value for key in Keys if not key.value.startswith("<")}


@dataclass(frozen=True)
class Keymap:
    """keys: ids of bindings -> keys with commas; name: what it is called; problems: sentences."""

    keys: Mapping[str, str]
    name: str
    problems: tuple[str, ...] = ()


def own_file() -> Path:
    """Where a keymap of one's own is looked for."""
    return config_home() / "keymap.toml"


def keymap_of(given: str = "") -> Keymap:
    """The keymap `default`, `vim` or of a file; "" is the file of one's own, if it is there.

    Raises MissingFile, InvalidFile for a file that is given and cannot be read; what is wrong in it is left out.
    """
    if given in BUILT_IN:
        return Keymap(BUILT_IN[given], given)
    if given:
        return _read(Path(given).expanduser())
    if not own_file().exists():
        return Keymap({}, "default")
    try:
        return _read(own_file())
    except InvalidFile as error:
        return Keymap({}, "default", (str(error),))


def _read(path: Path) -> Keymap:
    from annotat3d_tui.tui.registry import bindings, clashes

    known, problems, keys = bindings(), list[str](), dict[str, str]()
    lines = dict(_flat(_parsed(path)))
    base = lines.pop("base", "default")
    if base not in BUILT_IN:
        problems.append(f"{path}: base must be {' or '.join(BUILT_IN)}, received {base!r}: correct it.")
        base = "default"
    for id, value in lines.items():
        wrong = _no_such_id(id, known) if id not in known else _wrong_keys(id, value)
        if wrong:
            problems.append(f"{path}: {wrong}")
        else:
            keys[id] = ",".join(key for key in map(key_named, _words(value)) if key)
    merged = {**BUILT_IN[base], **keys}
    meant = {(clash.near, clash.far) for clash in clashes({})}
    for clash in clashes(merged):
        if (clash.near, clash.far) not in meant:
            problems.append(
                f"{path}: {keys_text(clash.key)} is the key of both {clash.near} and {clash.far}, which are heard "
                "together: give one of them another key."
            )
    return Keymap(merged, path.name, tuple(problems))


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise MissingFile(
            f"A keymap must be {', '.join(BUILT_IN)} or a file, received {path}, which is not there: correct it."
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidFile(f"{path} must be a TOML file with ids and keys, but cannot be read ({error}).") from None


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Names with dots: `"a.b" = 1`, `a.b = 1` and `[a]` with `b = 1` mean the same."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield before + name, value


def _no_such_id(id: str, known: Mapping[str, object]) -> str:
    close = difflib.get_close_matches(id, known, n=1)
    advice = f"did you mean {close[0]}?" if close else "annotat3d keys lists them."
    return f"there is no action {id}: {advice}"


def _wrong_keys(id: str, value: object) -> str:
    if value in ("", []):
        return f"{id} must have a key, received none: {NEEDED[id]}." if id in NEEDED else ""
    words = _words(value)
    if not words:
        return f"{id} must have a key or a list of keys in quotes, or [] for none, received {value!r}: correct it."
    unknown = next((word for word in words if key_named(word) is None), None)
    return "" if unknown is None else f"{id}: there is no key {unknown!r}: keys are such as a, A, [, ctrl+s, f5."


def _words(value: object) -> list[str]:
    """The keys in a text with commas, or in a list of texts."""
    if value == ",":
        return [","]
    if isinstance(value, str):
        return [word.strip() for word in value.split(",") if word.strip()]
    return list(value) if isinstance(value, list) and all(isinstance(word, str) and word for word in value) else []


def key_named(text: str) -> str | None:
    """A key as Textual calls it; None where there is no such key.

    >>> key_named("["), key_named("ctrl+S"), key_named("shift+a"), key_named("Esc"), key_named("ctrl+]"), key_named("+")
    ('left_square_bracket', 'ctrl+s', 'A', 'escape', 'ctrl+right_square_bracket', 'plus')
    >>> key_named("nonsense"), key_named("f77"), key_named("hyp+a")
    (None, None, None)
    """
    before, name = (text[:-1], text[-1:]) if text.endswith("+") else (text[: text.rfind("+") + 1], text.split("+")[-1])
    modifiers = [word for word in before.lower().split("+") if word]
    if any(word not in MODIFIERS for word in modifiers):
        return None
    if len(name) == 1:
        if modifiers == ["shift"] and name.isalpha():
            return name.upper()
        key = _character_to_key(name.lower() if "ctrl" in modifiers else name)
    else:
        key = NICKNAMES.get(name.lower(), name.lower())
        if key not in NAMED and key_to_character(key) is None:
            return None
    return "+".join([*modifiers, key])
