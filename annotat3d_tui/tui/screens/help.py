"""Help: for the widget in focus, then for the screen, as tables of keys."""

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from annotat3d_tui.tui.actions import Act, acts_of


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
    """What a dialog is for, as its docstring says, and the keys of it and of the widget in focus."""
    nodes = [node for node in (screen.focused, screen) if node is not None]
    acts = [act for node in nodes for act in acts_of(node, type(node).BINDINGS, screen.app)]
    return HelpPage("Keys here", (type(screen).__doc__ or "").split("\n\n")[0].strip(), tuple(acts))


class HelpScreen(ModalScreen[None]):
    """A scrolling page of help; any of Esc, F1, q closes it."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q", "dismiss", "Close", id="help.close"),
        Binding("down,j", "scroll(1)", "Down", show=False, id="help.down"),
        Binding("up,k", "scroll(-1)", "Up", show=False, id="help.up"),
    ]

    def __init__(self, pages: list[HelpPage]) -> None:
        super().__init__()
        self._pages = pages

    def compose(self) -> ComposeResult:
        """A heading, text and table for each page."""
        with VerticalScroll(id="help") as box:
            box.border_title = "Help"
            box.border_subtitle = "↑ ↓ scroll · Esc close"
            for page in self._pages:
                yield Static(page.title, classes="title", markup=False)
                if page.text:
                    yield Static(page.text, classes="text", markup=False)
                if page.acts:
                    yield Static(key_table(page.acts), classes="keys")

    def on_mount(self) -> None:
        """Let the arrows scroll at once."""
        self.query_one("#help").focus()

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        self.query_one("#help").scroll_relative(y=lines, animate=False)


def key_table(acts: tuple[Act, ...]) -> Table:
    """One line for each action: key, title, help."""
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    table.add_column(justify="right", style="bold", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(style="dim", ratio=1)
    for act in acts:
        table.add_row(Text(act.keys), Text(act.title), Text(act.help))
    return table
