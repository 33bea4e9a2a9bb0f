"""The actions of a screen: their keys as people read them, and why one cannot be done now."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol, runtime_checkable

from textual import actions
from textual.app import App
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.keys import format_key, key_to_character
from textual.screen import Screen

_MODIFIERS = {"ctrl": "^", "shift": "⇧", "alt": "Alt+"}
_NAMES = {
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "delete": "Del",
    "backspace": "⌫",
    "tab": "Tab",
}


@dataclass(frozen=True)
class Act:
    """One action of a screen: what the palette and the help list.

    `node` is whose action it is; `keys` as people read them, "" when there is none.
    """

    node: DOMNode
    action: str
    title: str
    keys: str
    help: str

    @property
    def why_not(self) -> str:
        """Why it cannot be done now; "" when it can."""
        return why_not(self.node, self.action)


@runtime_checkable
class HasActs(Protocol):
    """A screen with a list of its actions."""

    def acts(self) -> list[Act]:
        """Every action, whatever widget is in focus."""


def why_not(node: DOMNode, action: str) -> str:
    """Why `node` cannot do an action such as `apply` or `choose(3)` now; "" when it can.

    A screen or widget that knows has a method of this name: (action, parameters) -> reason.
    """
    reason: Callable[[str, tuple[object, ...]], str] | None = getattr(node, "why_not", None)
    if reason is None:
        return ""
    _, name, parameters = actions.parse(action)
    return reason(name, parameters)


def key_text(key: str) -> str:
    """A key of Textual as people read it.

    >>> key_text("ctrl+s"), key_text("A"), key_text("left_square_bracket"), key_text("ctrl+left"), key_text("f1")
    ('^S', '⇧A', '[', '^←', 'F1')
    """
    *modifiers, name = key.split("+")
    if len(name) == 1 and name.isupper():
        modifiers.append("shift")
    if len(name) == 1 or (name[0] == "f" and name[1:].isdigit()):
        shown = name.upper() if modifiers or len(name) > 1 else name
    else:
        shown = _NAMES.get(name, format_key(name))
    return "".join(_MODIFIERS.get(modifier, modifier + "+") for modifier in modifiers) + shown


@cache
def keys_text(keys: str) -> str:
    """Keys separated by commas as people read them; a run of digits or letters is shown as a range.

    >>> keys_text("1,2,3,4,5,6,7,8,9"), keys_text("u,ctrl+z"), keys_text("alt+minus,en_dash")
    ('1-9', 'u ^Z', 'Alt+-')
    """
    names = [key.strip() for key in keys.split(",") if key.strip()]
    own = [name for name in names if (key_to_character(name) or "a").isascii()]  # others are what Alt sends somewhere
    words = [key_text(name) for name in own or names]
    if len(words) > 2 and all(len(word) == 1 and word.isdigit() for word in words):
        return f"{words[0]}-{words[-1]}"
    return " ".join(words)


def acts_of(node: DOMNode, bindings: Iterable[BindingType], app: App[object]) -> Iterator[Act]:
    """The actions that the bindings of `node` declare, one for each action, with the keys of the keymap."""
    keys: dict[str, list[str]] = {}
    declared: dict[str, Binding] = {}
    for binding in bindings:
        if isinstance(binding, tuple):
            continue
        keys.setdefault(binding.action, []).append(binding.key_display or keys_text(mapped_keys(binding, app)))
        declared.setdefault(binding.action, binding)
    for action, binding in declared.items():
        if binding.description:
            yield Act(node, action, binding.description, " ".join(keys[action]), binding.tooltip)


def mapped_keys(binding: Binding, app: App[Any]) -> str:
    """The keys of a binding with commas, by the keymap of the application, which tells by `keys_of` if it has one."""
    keys_of: Callable[[Binding], str] | None = getattr(app, "keys_of", None)
    return keys_of(binding) if keys_of is not None else binding.key


def declared_by(kind: type[DOMNode]) -> list[Binding]:
    """The bindings of a class, then those that it inherits from classes of this package."""
    own = [base for base in kind.__mro__ if base.__module__.startswith("annotat3d_tui.")]
    bindings = [binding for base in own for binding in vars(base).get("BINDINGS", ())]
    return [binding for binding in bindings if isinstance(binding, Binding)]


def own_acts(node: DOMNode) -> Iterator[Act]:
    """The actions that a screen or widget declares."""
    return acts_of(node, declared_by(type(node)), node.app)


def acts_here(screen: Screen[Any]) -> list[Act]:
    """Every action that can be called on a screen: of the widget in focus, of the screen, of the application."""
    listed = screen.acts() if isinstance(screen, HasActs) else [*own_acts(screen), *own_acts(screen.app)]
    known = {(act.node, act.action) for act in listed}
    focused = own_acts(screen.focused) if screen.focused is not None else ()
    return [*(act for act in focused if (act.node, act.action) not in known), *listed]


def first_key(id: str, app: App[Any]) -> str:
    """The first key of the binding with an id, as people read it, by the keymap; "" where it has none."""
    from annotat3d_tui.tui.registry import bindings  # it knows every screen

    return next(iter(keys_text(mapped_keys(bindings()[id], app)).split()), "")


def key_of(id: str, app: App[Any]) -> str:
    """How a person does what the binding with an id does: by its first key, or else by its title in the palette.

    The id in braces where there is no such binding.
    """
    from annotat3d_tui.tui.registry import bindings

    binding = bindings().get(id)
    if binding is None:
        return f"{{{id}}}"
    return first_key(id, app) or f"{first_key('app.palette', app)} {binding.description.rstrip('…')}"


def hints(app: App[Any], *parts: tuple[str, str], gap: str = " · ") -> str:
    """Keys with a word each for the foot of a dialog; what has no key is left out.

    Of each part the first is ids of bindings with spaces between, or a key that no keymap changes.

    >>> hints(App(), ("Enter", "ok"), ("ask.cancel", "cancel"), ("help.up help.down", "scroll"))
    'Enter ok · Esc cancel · ↑ ↓ scroll'
    """
    keyed = ((" ".join(filter(None, (_key_here(id, app) for id in ids.split()))), word) for ids, word in parts)
    return gap.join(f"{keys} {word}" for keys, word in keyed if keys)


def _key_here(id: str, app: App[Any]) -> str:
    return first_key(id, app) if "." in id else id


def with_keys(text: str, app: App[Any]) -> str:
    """A sentence in which `{segment.apply}` stands for the key of that binding, by the keymap."""
    return re.sub(r"\{(\w+\.\w+)\}", lambda found: key_of(found[1], app), text)
