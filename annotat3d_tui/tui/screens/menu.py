"""A small menu: letters and titles; a letter or Enter chooses."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from annotat3d_tui.tui.actions import hints
from annotat3d_tui.tui.screens.over import Over


@dataclass(frozen=True)
class Item:
    """One line of a menu; `why_not` says why it cannot be chosen now."""

    letter: str
    action: str
    title: str
    why_not: str = ""


class Menu(Over[str | None]):
    """The action of the item that was chosen; None when closed by Esc."""

    CSS_PATH = "menu.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Close", id="menu.close", tooltip="Nothing is chosen.")
    ]

    def __init__(self, title: str, items: list[Item]) -> None:
        super().__init__()
        self._title, self._items = title, items
        for item in items:  # bound to the screen: typed ahead, a letter arrives before anything has the focus
            self._bindings.bind(item.letter, f"dismiss({item.action!r})", item.title, show=False)

    def compose(self) -> ComposeResult:
        """The items."""
        with Vertical(id="menu") as box:
            box.border_title = self._title
            box.border_subtitle = hints(self.app, ("menu.close", "close"))
            yield OptionList(*(Option(_line(item), item.action) for item in self._items), compact=True)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click chooses; what cannot be done says why when it is tried."""
        self.dismiss(event.option_id)


def _line(item: Item) -> Content:
    off = "$foreground 60%" if item.why_not else ""
    reason = f" · {item.why_not}" if item.why_not else ""
    return Content.assemble(
        (f" {item.letter}  ", "bold $text-accent"), (item.title, off), (reason, "$foreground 60% italic")
    )
