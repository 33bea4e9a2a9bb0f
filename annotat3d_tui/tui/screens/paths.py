"""Asks for a path: typed with completion, or chosen from the list of the folder."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.memory import bytes_text
from annotat3d_tui.tui.actions import hints
from annotat3d_tui.tui.completion import Entry, as_path, complete, entries, restarted
from annotat3d_tui.tui.screens.dialogs import Confirm, if_given
from annotat3d_tui.tui.screens.over import Over
from annotat3d_tui.volume.disk import is_there

KEYS = (("path.complete", "complete"), ("path.list", "list"), ("Enter", "ok"), ("path.cancel", "cancel"))
Purpose = Literal["open", "save", "folder"]


@dataclass(frozen=True)
class ChosenPath:
    """A path, whether the person agreed to overwrite what is there, and whether a folder or pattern is one volume."""

    path: Path
    overwrite: bool = False
    is_one: bool = False


class PathInput(Input):
    """A line for a path; Tab completes, Down goes to the list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Complete", id="path.complete", priority=True, tooltip="As far as all names agree."),
        Binding("down", "screen.list", "List", id="path.list", tooltip="Go to what is in the folder."),
    ]

    def action_complete(self) -> None:
        """Make the path longer as far as all names agree."""
        self.value = complete(self.value)
        self.cursor_position = len(self.value)


class AskPath(Over[ChosenPath | None]):
    """Asks for a file to open, a file to save or a folder; None when closed by Esc.

    `check` may refuse a path by an error of the family; the sentence is shown under the line.
    """

    CSS_PATH = "paths.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel", id="path.cancel", tooltip="Nothing is chosen.")
    ]

    def __init__(
        self,
        title: str,
        value: str = "",
        *,
        purpose: Purpose = "open",
        help: str = "",
        check: Callable[[Path], object] | None = None,
    ) -> None:
        super().__init__()
        self._title, self._value, self._purpose, self._help, self._check = title, value, purpose, help, check

    def compose(self) -> ComposeResult:
        """The line, the folder's list, and help or what is wrong."""
        with Vertical(id="ask-path") as box:
            box.border_title = self._title
            box.border_subtitle = hints(self.app, *KEYS)
            yield PathInput(self._value, compact=True, select_on_focus=False)
            yield OptionList(compact=True)
            yield Static(self._help, classes="help", markup=False)

    def on_mount(self) -> None:
        """List the folder at once."""
        self._list(self._value)

    def on_input_changed(self, event: Input.Changed) -> None:
        """List what matches; a path pasted behind the one that was offered takes its place."""
        if (text := restarted(event.value)) != event.value:
            self._go(text)
            return
        self._list(event.value)
        self._say(self._help, wrong=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go into a folder, or close with the path."""
        text = event.value.strip()
        if not text:
            self._say("Type a path, or choose one from the list.", wrong=True)
        elif self._purpose != "folder" and as_path(text).is_dir():
            self._go(text if text.endswith("/") else text + "/")
        else:
            self._finish(as_path(text))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go into a folder; take a file."""
        chosen = str(event.option_id)
        self._go(chosen)
        if not chosen.endswith("/") and self._purpose == "open":
            self._finish(as_path(chosen))

    def action_list(self) -> None:
        """Go to the list."""
        listed = self.query_one(OptionList)
        if listed.option_count:
            listed.focus()
            listed.highlighted = listed.highlighted or 0

    def _go(self, text: str) -> None:
        line = self.query_one(PathInput)
        line.value = text
        line.cursor_position = len(text)
        line.focus()

    def _list(self, text: str) -> None:
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options([Option(_row(entry), id=entry.path) for entry in entries(text)])

    def _say(self, text: str, *, wrong: bool) -> None:
        said = self.query_one(".help", Static)
        said.update(text)
        said.set_class(wrong, "-wrong")

    def _finish(self, path: Path) -> None:
        try:
            if self._check is not None:
                self._check(path)
        except Annotat3DError as error:
            self._say(str(error), wrong=True)
            return
        if self._purpose == "open" and not is_there(path):
            self._say(f"{path.name} is not a file in {path.parent}: choose one from the list.", wrong=True)
        elif self._purpose == "save" and path.exists():
            question = Confirm(f"{path.name} exists in {path.parent}. Overwrite it?", yes="Overwrite", no="Keep")
            self.app.push_screen(question, if_given(lambda _: self.dismiss(ChosenPath(path, True))))
        else:
            self.dismiss(ChosenPath(path))


def _row(entry: Entry) -> Table:
    """The name, and at the right the size of a file."""
    row = Table.grid(expand=True)
    row.add_column(no_wrap=True, ratio=1, overflow="ellipsis")
    row.add_column(justify="right", no_wrap=True)
    name = Text(entry.name + ("/" if entry.is_folder else ""), "bold" if entry.is_folder else "")
    row.add_row(name, Text("" if entry.size is None else bytes_text(entry.size), "dim"))
    return row
