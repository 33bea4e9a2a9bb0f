"""Several results: which of them is to be opened on its image."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from annotat3d_tui.blocks import count_text
from annotat3d_tui.networks.outcome import Outcome
from annotat3d_tui.tui.actions import hints
from annotat3d_tui.tui.result_text import result_line
from annotat3d_tui.tui.screens.over import Over
from annotat3d_tui.tui.widgets.long_list import LongList


class ResultsScreen(Over[Outcome | None]):
    """Chooses one of several label volumes, which is then opened on its image."""

    CSS_PATH = "results.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "Close", id="results.close", tooltip="None is opened."),
        Binding("o", "choose", "Open", id="results.open", tooltip="The bright one, on its image."),
    ]

    def __init__(self, title: str, results: Sequence[Outcome]) -> None:
        super().__init__()
        self._title, self._results = title, list(results)

    def compose(self) -> ComposeResult:
        """A line for each, and what is wrong with the bright one."""
        with Vertical(id="results") as box:
            box.border_title = f"{self._title} · {count_text(len(self._results), 'image')}"
            box.border_subtitle = hints(self.app, ("results.open", "open on its image"), ("results.close", "close"))
            yield LongList(self._line)
            yield Static("", id="about", markup=False)

    def on_mount(self) -> None:
        """Begin with the first one that has a label."""
        rows = self.query_one(LongList)
        rows.count = len(self._results)
        rows.highlighted = next((i for i, one in enumerate(self._results) if not one.error), 0)
        rows.focus()

    @on(LongList.Moved)
    def _tell(self) -> None:
        number = self.query_one(LongList).highlighted
        one = self._results[number] if number is not None else None
        self.query_one("#about", Static).update((one.error or one.label) if one else "")

    @on(LongList.Selected)
    def action_choose(self) -> None:
        """The bright one, if it has a label."""
        number = self.query_one(LongList).highlighted
        if number is None:
            return
        if (one := self._results[number]).error:
            self.notify(f"{Path(one.image).name} has no label: {one.error}", severity="warning", markup=False)
        else:
            self.dismiss(one)

    def _line(self, number: int, width: int) -> Content:
        return result_line(self._results[number], width)
