"""Details: how the label volume came about, how well it was tested, and what mattered."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from annotat3d_tui.tui.actions import hints
from annotat3d_tui.tui.details_text import confusion_lines, importance_lines, run_lines, score_lines
from annotat3d_tui.tui.messages import Origin
from annotat3d_tui.tui.screens.over import Over
from annotat3d_tui.workflow.run import Run


class Details(Over[None]):
    """How the label volume came about: tests, Dice, confusion, samples, importances. Esc closes it."""

    CSS_PATH = "details.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,i,q", "dismiss", "Close", id="details.close", tooltip="Back to the slice."),
        Binding("down,j", "scroll(1)", "Down", show=False, id="details.down", tooltip="One line."),
        Binding("up,k", "scroll(-1)", "Up", show=False, id="details.up", tooltip="One line."),
    ]

    def __init__(self, origin: Origin, names: Mapping[int, str], *, testing: bool) -> None:
        super().__init__()
        self._origin, self._names, self._testing = origin, names, testing

    def compose(self) -> ComposeResult:
        """A heading and lines for each part."""
        with VerticalScroll(id="details") as box:
            box.border_title = "Details of the preview" if self._origin.preview else "Details"
            box.border_subtitle = hints(self.app, ("details.up details.down", "scroll"), ("details.close", "close"))
            yield Static(self._text(), id="text")

    def on_mount(self) -> None:
        """Let the arrows scroll at once."""
        self.query_one("#details").focus()

    def tested(self, origin: Origin, run: Run) -> None:
        """Show scores that have come meanwhile, if they are of what is shown."""
        if origin is self._origin:
            self._origin, self._testing = replace(origin, run=run), False
            self.query_one("#text", Static).update(self._text())

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        self.query_one("#details").scroll_relative(y=lines, animate=False)

    def _text(self) -> Content:
        run = self._origin.run
        parts = (
            ("", run_lines(run, self._names)),
            ("Tested", score_lines(run.scores, self._testing, self._names)),
            ("Confusion", confusion_lines(run.scores, self._names)),
            ("Importances", importance_lines(run.importances, run.dropped)),
        )
        lines: list[Content] = []
        for heading, told in parts:
            if heading and told:
                lines += [Content(""), Content.assemble((heading, "bold $text-accent"))]
            lines += told
        return Content("\n").join(lines)
