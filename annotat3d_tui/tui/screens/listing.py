"""A tab that lists files of one kind: the table, what is bright in it, the keys; datasets and networks are such."""

from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from annotat3d_tui.blocks import count_text
from annotat3d_tui.tui.actions import first_key, own_acts, with_keys
from annotat3d_tui.tui.copying import COPIED
from annotat3d_tui.tui.job_text import MUTED
from annotat3d_tui.tui.screens.help import HelpPage
from annotat3d_tui.tui.screens.tab import TabScreen
from annotat3d_tui.tui.starting import Starting
from annotat3d_tui.tui.widgets.key_line import Key, KeyLine
from annotat3d_tui.tui.widgets.lines import Part
from annotat3d_tui.tui.widgets.long_list import LongList
from annotat3d_tui.tui.widgets.tab_line import TabLine
from annotat3d_tui.tui.widgets.title_line import TitleLine

LEAST = 20
"""Columns for which details are written at least."""


class ListingScreen(Starting, TabScreen):
    """Two lines as everywhere, a table, what is bright in it, the keys."""

    CSS_PATH = "listing.tcss"
    AUTO_FOCUS = "LongList"
    TAB: ClassVar[str]
    """The id of the tab; its title is that of the screen and of its help."""
    WHAT: ClassVar[str]
    """What is listed, in the singular."""
    KEYS: ClassVar[Sequence[tuple[str, str, str, int]]]
    """Of the last line: id of a binding, word, action, how early it is left out."""
    HELP: ClassVar[str]
    """What is listed, and what can be done with it; `{id}` stands for a key."""
    EMPTY: ClassVar[str]
    """What is said where there is nothing; `{folder}` stands for where it was looked."""

    @property
    def folder(self) -> Path:
        """Where the files lie."""
        raise NotImplementedError

    def look(self) -> object:
        """Read what lies there, in a thread."""
        raise NotImplementedError

    def line(self, number: int, width: int) -> Content:
        """A row of the table."""
        raise NotImplementedError

    def head(self, width: int) -> Content:
        """The names of its columns."""
        raise NotImplementedError

    def details(self, width: int) -> Content | str:
        """What is said of the bright row."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """From the title to the keys."""
        yield TitleLine()
        yield TabLine(self.TAB)
        yield ListHead(self)
        yield LongList(self.line)
        yield Static("", id="empty", markup=False)
        yield Static("", id="about", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        """Show the keys that there are."""
        keyed = (Key(first_key(id, self.app), word, action, spare) for id, word, action, spare in self.KEYS)
        self.query_one(KeyLine).keys = tuple(key for key in keyed if key.key)

    def on_screen_resume(self) -> None:
        """What lies there may be another thing by now."""
        self.look()

    @property
    def is_whole(self) -> bool:
        """Whether all its parts are there: not before it is composed, nor when it was left."""
        return bool(self.query(KeyLine))

    def show_list(self, names: Sequence[Hashable], bright: Hashable | None, known: int | None, now: str) -> None:
        """The rows are others. names: one of each; the one called `bright` becomes bright, where it is there.

        known: how many files were found, None while it is looked. now: what is being done, said in the title.
        """
        listed, empty = self.query_one(LongList), self.query_one("#empty", Static)
        listed.count = len(names)
        if names:
            listed.highlighted = names.index(bright) if bright in names else listed.highlighted or 0
        listed.refresh_changed()
        empty.display, listed.display = not names, bool(names)
        told = with_keys(self.EMPTY, self.app).replace("{folder}", str(self.folder))
        empty.update(told if known is not None else f"Looking for {self.WHAT}s…")
        count, doing = count_text(known or 0, self.WHAT), [Part(now, MUTED, 1)] if now else []
        title = Part(self.TAB.title(), "bold")
        self.query_one(TitleLine).opened = (title, Part(count, MUTED, 2), *doing, Part(str(self.folder), MUTED, 3))
        self.show_details()

    @property
    def highlighted(self) -> int | None:
        """The number of the bright row."""
        return self.query_one(LongList).highlighted

    @on(LongList.Moved)
    def show_details(self) -> None:
        """Of the bright row."""
        for about in self.query("#about").results(Static):  # none when the screen was left meanwhile
            about.update(self.details(max(about.content_size.width, LEAST)))

    def on_resize(self) -> None:
        """Say as much as there is room for."""
        self.call_after_refresh(self.show_details)

    def copy_path_of(self, path: Path) -> None:
        """Where it lies, to the clipboard of the terminal (OSC 52)."""
        self.app.copy_to_clipboard(str(path))
        self.notify(f"{path} {COPIED}", markup=False)

    def help_pages(self) -> list[HelpPage]:
        """What is listed, and the keys."""
        focused = tuple(own_acts(self.focused)) if self.focused is not None else ()
        text = with_keys(self.HELP, self.app)
        return [HelpPage(self.TAB.title(), text, tuple(self.acts())), HelpPage("In the list", "", focused)]


class ListHead(Static):
    """The names of the columns."""

    def __init__(self, listing: ListingScreen) -> None:
        super().__init__()
        self._listing = listing

    def render(self) -> Content:
        """As wide as the lines of the table."""
        return self._listing.head(self.content_size.width - 1)
