"""All about a dataset: images, samples, grey values, labels with their histogram, weights."""

from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from annotat3d_tui.errors import Annotat3DError, Cancelled
from annotat3d_tui.labels.colours import colour_of
from annotat3d_tui.networks.dataset import Dataset
from annotat3d_tui.networks.dataset_listing import label_text, statistics_rows
from annotat3d_tui.networks.foreign import Totals
from annotat3d_tui.tui.actions import hints
from annotat3d_tui.tui.bars import bar
from annotat3d_tui.tui.copying import COPIED
from annotat3d_tui.tui.job_text import MUTED, plain
from annotat3d_tui.tui.messages import Progressed
from annotat3d_tui.tui.screens.over import Over
from annotat3d_tui.tui.work import Report

KEYS = (("dataset_info.copy", "copy"), ("dataset_info.close", "close"))
NAME, BAR = 14, 20


class Surveyed(Message):
    """What the samples of a dataset hold."""

    def __init__(self, dataset: Dataset, found: Totals) -> None:
        super().__init__()
        self.dataset, self.found = dataset, found


class DatasetInfo(Over[None]):
    """The statistics of a dataset, for which every sample is read once; closing it stops that."""

    CSS_PATH = "dataset_info.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Close", id="dataset_info.close", tooltip="What is being read is read no more."),
        Binding("y", "copy", "Copy", id="dataset_info.copy", tooltip="All of it as text, to the clipboard."),
    ]

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._report: Report | None = None
        self._text = ""

    def compose(self) -> ComposeResult:
        """The facts, one under another."""
        with Vertical(id="dataset-info") as box:
            box.border_title = plain(self._path.name)
            box.border_subtitle = hints(self.app, *KEYS)
            with VerticalScroll(id="rows"):
                yield Static("reading its samples…", markup=False)

    def on_mount(self) -> None:
        """Begin to read."""
        self.query_one("#rows").focus()
        self._report = Report(self, f"Reading {self._path.name}")
        self.survey(self._report)

    def on_unmount(self) -> None:
        """Read no more."""
        if self._report is not None:
            self._report.cancel()

    @work(thread=True, exclusive=True, group="survey", exit_on_error=False)
    def survey(self, report: Report) -> None:
        """Read every sample."""
        from annotat3d_tui.networks.dataset import survey_dataset

        self.post_message(Surveyed(*survey_dataset(self._path, report)))

    @on(Progressed)
    def _told(self, event: Progressed) -> None:
        if not self._text:
            share = event.running.fraction
            self._say(Content(f"reading its samples  {bar(share, BAR)} {100 * share:.0f} %"))

    @on(Surveyed)
    def _surveyed(self, event: Surveyed) -> None:
        rows = statistics_rows(event.dataset, event.found)
        self._text = "\n".join(f"{name:<{NAME}}{text}" for name, text in rows)
        self._say(survey_lines(event.dataset, event.found))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say errors of the family here; let all others crash loudly."""
        if event.state == WorkerState.ERROR and event.worker.error is not None:
            if not isinstance(event.worker.error, Annotat3DError):
                raise event.worker.error
            if not isinstance(event.worker.error, Cancelled):
                self._say(Content.styled(plain(str(event.worker.error)), "$text-error"))

    def _say(self, content: Content) -> None:
        self.query_one("#rows > Static", Static).update(content)

    def action_copy(self) -> None:
        """The facts as text, to the clipboard of the terminal (OSC 52)."""
        if self._text:
            self.app.copy_to_clipboard(self._text)
            self.query_one("#dataset-info").border_subtitle = COPIED

    def action_leave(self) -> None:
        """Close it."""
        self.dismiss()

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Why an action cannot be done now; "" when it can."""
        return "its samples are being read" if action == "copy" and not self._text else ""


def survey_lines(dataset: Dataset, found: Totals) -> Content:
    """The facts, a line each; beside each label its colour, and how many voxels it has as a bar."""
    most = max(found.labels.values())
    labels = {f"  {label_text(dataset, label)}": label for label in found.labels}
    lines = []
    for name, text in statistics_rows(dataset, found):
        if (label := labels.get(name)) is None:
            lines.append(Content.assemble((f"{name:<{NAME}}", MUTED), plain(text)))
            continue
        red, green, blue = colour_of(label) if label else (128, 128, 128)
        colour = f"rgb({red},{green},{blue})"
        shown = bar(found.labels[label] / most, BAR)
        lines.append(Content.assemble(("■", colour), f"{plain(name)[1:]:<{NAME - 1}}{text}  ", (shown, colour)))
    return Content("\n").join(lines)
