"""Help: for the widget in focus, then for the screen, as tables of keys."""

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from annotat3d_tui.tui.actions import Act, acts_here, hints
from annotat3d_tui.tui.screens.over import Over
from annotat3d_tui.tui.widgets.key_table import KeyRow, KeyTable


@dataclass(frozen=True)
class HelpPage:
    """One part of the help: a title, a few sentences, and the actions with their keys."""

    title: str
    text: str
    acts: tuple[Act, ...] = ()


@runtime_checkable
class HelpsItself(Protocol):
    """A screen that has help."""

    def help_pages(self) -> list[HelpPage]:
        """For the widget in focus, then for the screen."""


def keys_page(screen: Screen[Any]) -> HelpPage:
    """What a dialog is for, as its docstring says, and its keys, those of the widget in focus and of everywhere."""
    return HelpPage("Keys here", (type(screen).__doc__ or "").split("\n\n")[0].strip(), tuple(acts_here(screen)))


class HelpScreen(Over[None]):
    """A scrolling page of help; any of Esc, F1, q closes it."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q", "dismiss", "Close", id="help.close", tooltip="Back to where it was called."),
        Binding("down,j", "scroll(1)", "Down", show=False, id="help.down", tooltip="One line."),
        Binding("up,k", "scroll(-1)", "Up", show=False, id="help.up", tooltip="One line."),
    ]

    def __init__(self, pages: list[HelpPage], title: str = "Help") -> None:
        super().__init__()
        self._pages, self._title = pages, title

    def compose(self) -> ComposeResult:
        """A heading, text and table for each page."""
        with VerticalScroll(id="help") as box:
            box.border_title = self._title
            box.border_subtitle = hints(self.app, ("help.up help.down", "scroll"), ("help.close", "close"))
            for page in self._pages:
                if page.title:
                    yield Static(page.title, classes="title", markup=False)
                if page.text:
                    yield Static(page.text, classes="text", markup=False)
                if page.acts:
                    yield KeyTable([KeyRow(act.keys, act.title, act.help) for act in page.acts], classes="keys")

    def on_mount(self) -> None:
        """Let the arrows scroll at once."""
        self.query_one("#help").focus()

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        self.query_one("#help").scroll_relative(y=lines, animate=False)
