"""The actions of a screen: their keys as people read them, and why one cannot be done now."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from textual import actions
from textual.app import App
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.keys import format_key, key_to_character

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
class Explains(Protocol):
    """A screen or widget that knows why an action cannot be done now."""

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """The reason, a sentence, or "" when the action can be done."""


@runtime_checkable
class HasActs(Protocol):
    """A screen with a list of its actions."""

    def acts(self) -> list[Act]:
        """Every action, whatever widget is in focus."""


def why_not(node: DOMNode, action: str) -> str:
    """Why `node` cannot do an action such as `apply` or `choose(3)` now; "" when it can."""
    _, name, parameters = actions.parse(action)
    return node.why_not(name, parameters) if isinstance(node, Explains) else ""


def key_text(key: str) -> str:
    """A key of Textual as people read it.

    >>> key_text("ctrl+s"), key_text("A"), key_text("left_square_bracket"), key_text("shift+pageup"), key_text("f1")
    ('^S', '⇧A', '[', '⇧PgUp', 'F1')
    """
    *modifiers, name = key.split("+")
    if len(name) == 1 and name.isupper():
        modifiers.append("shift")
    if "ctrl" in modifiers or (len(name) > 1 and name[0] == "f" and name[1:].isdigit()) or len(name) == 1:
        shown = name.upper() if modifiers or len(name) > 1 else name
    else:
        shown = _NAMES.get(name, format_key(name))
    return "".join(_MODIFIERS.get(modifier, modifier + "+") for modifier in modifiers) + shown


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
        mapped = app.keys_of(binding) if isinstance(app, HasKeymap) else binding.key
        keys.setdefault(binding.action, []).append(binding.key_display or keys_text(mapped))
        declared.setdefault(binding.action, binding)
    for action, binding in declared.items():
        if binding.description:
            yield Act(node, action, binding.description, " ".join(keys[action]), binding.tooltip)


@runtime_checkable
class HasKeymap(Protocol):
    """The application that knows which keys a binding has now."""

    def keys_of(self, binding: Binding) -> str:
        """Keys separated by commas."""
