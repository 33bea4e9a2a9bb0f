"""How the training of a network goes, or went: a line of numbers, its curves, and the log of its job."""

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.widget import Widget
from textual.widgets import Static

from annotat3d_tui.jobs.compared import OfNetwork, are_over_iterations, best_of
from annotat3d_tui.jobs.curves import Curves, Looked
from annotat3d_tui.jobs.folder import LOG
from annotat3d_tui.jobs.log_lines import LogLines
from annotat3d_tui.jobs.text import SIGNS, duration_text
from annotat3d_tui.jobs.watching import Seen
from annotat3d_tui.tui.growing import Follower, Grown, Watched
from annotat3d_tui.tui.job_text import MUTED, STYLES, plain
from annotat3d_tui.tui.plot import Look, Plot, Series
from annotat3d_tui.tui.screens.help import HelpPage, HelpScreen
from annotat3d_tui.tui.widgets.curve import CurveView
from annotat3d_tui.tui.widgets.lines import Part, fitting, joined
from annotat3d_tui.tui.widgets.log_view import LogView
from annotat3d_tui.tui.widgets.long_list import LongList

LOG_EVERY, CURVES_EVERY, HISTORY_EVERY = 0.2, 0.5, 2.0
"""Seconds between two looks; a history is read whole each time."""
BESIDE, BENEATH = 100, 36
"""Columns of this, or rows of the terminal, from which on there is room for a second curve."""
RESUME = "resume"


class TrainingView(Vertical):
    """Of one job, or without one of the history of a network; begins to read when it is shown.

    folder: the network. iterations: how many there will be, 0 where it is not known.
    """

    DEFAULT_CSS = """
    TrainingView > #numbers { height: 1; }
    TrainingView > #curves { height: 45%; min-height: 6; margin: 1 0; }
    TrainingView > #curves.-beside { layout: horizontal; }
    TrainingView > LogView { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "curve(-1)", "Curve before", id="training.before", tooltip="Another one in its place."),
        Binding("right", "curve(1)", "Curve after", id="training.after", tooltip="Another one in its place."),
        Binding("x", "screen.cancel_training", "Cancel…", id="training.cancel", tooltip="Stop it; what is kept stays."),
    ]

    def __init__(self, folder: Path, seen: Seen | None, iterations: int) -> None:
        super().__init__()
        self._seen, self._iterations = seen, iterations
        self._lines = LogLines(seen.job.log if seen else folder / LOG)
        begun = seen is not None and not seen.status.has_ended and seen.job.request.command[1:2] != (RESUME,)
        self._curves: Curves | OfNetwork = Curves(seen.job.folder) if begun and seen else OfNetwork(folder)
        every = CURVES_EVERY if begun else HISTORY_EVERY
        watched = [Watched(self._lines, LOG_EVERY), Watched(self._curves, every)]
        self._follower = Follower(watched, self.post_message)
        self._first = 0

    def compose(self) -> ComposeResult:
        """Numbers, curves, log."""
        yield Static("", id="numbers", markup=False)
        with Container(id="curves"):
            yield CurveView(id="first")
            yield CurveView(id="second")
        yield LogView(self._lines)

    def on_mount(self) -> None:
        """Begin to read; its keys are heard at once, where it is seen."""
        self._show_numbers()
        self._follower.start()
        if all(node.display for node in self.ancestors_with_self if isinstance(node, Widget)):
            self.query_one(LogView).focus()

    def on_unmount(self) -> None:
        """Read no more."""
        self._follower.stop()

    def on_resize(self) -> None:
        """One curve, or two where there is room."""
        self._show_curves()
        self._show_numbers()

    def show_seen(self, seen: Seen | None, iterations: int) -> None:
        """The job as it is now."""
        self._seen, self._iterations = seen, iterations
        self._show_numbers()

    def _show_numbers(self) -> None:
        parts = numbers_of(self._seen, self._looked, self._iterations)
        for line in self.query("#numbers").results(Static):  # none before it is composed, and when it is removed
            line.update(joined(fitting(parts, max(line.content_size.width, 1))))

    @property
    def _looked(self) -> Looked:
        return self._curves.looked

    @on(Grown)
    def _grown(self, event: Grown) -> None:
        event.stop()
        self._follower.shown.set()
        for log in self.query(LogView):
            log.grown()
        self._show_curves()
        self._show_numbers()

    def _show_curves(self) -> None:
        names, looked = list(self._looked), self._looked
        beside, beneath = self.size.width >= BESIDE, self.app.size.height >= BENEATH
        self.query("#curves").set_class(beside and not beneath, "-beside")
        room = 2 if beside or beneath else 1
        for place, view in enumerate(self.query(CurveView)):
            view.display = place < max(min(room, len(names)), 1)
            if place < len(names):
                number = (self._first + place) % len(names)
                points = looked[names[number]]
                look = Look("iteration" if are_over_iterations([points]) else "seconds")
                view.plot = Plot(names[number], (Series.of(points, look),), look, f"{number + 1}/{len(names)}")

    @on(LongList.Selected)
    def _whole(self, event: LongList.Selected) -> None:
        event.stop()
        text = self._lines.text(event.number)
        self.app.push_screen(HelpScreen([HelpPage("", text)], title=f"Line {event.number + 1 + self._lines.dropped}"))

    def action_curve(self, step: int) -> None:
        """Another curve in the first place."""
        if names := list(self._looked):
            self._first = (self._first + step) % len(names)
            self._show_curves()

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Why an action cannot be done now; "" when it can."""
        if action == "curve" and not self._looked:
            return "nothing was measured yet"
        return ""


def numbers_of(seen: Seen | None, looked: Looked, iterations: int) -> list[Part]:
    """State, iteration, speed, time left, loss, best Dice: what is known, the most important first."""
    parts = []
    if seen is not None:
        said = f": {plain(seen.status.reason)}" if seen.status.reason else ""
        parts.append(Part(f"{SIGNS[seen.status.state]} job {seen.number} {seen.state}{said}", STYLES[seen.state]))
    loss, dice, step = (looked.get(name) for name in ("loss", "dice", "step_seconds"))
    if loss is not None and loss.iterations is not None:
        of = f"/{iterations}" if iterations else ""
        parts.append(Part(f"iteration {loss.iterations[-1]:.0f}{of}", "bold", 1))
    if step is not None:
        parts.append(Part(f"{step.values[-1]:.2g} s each", MUTED, 4))
    left = seen.progress.seconds_left if seen is not None and seen.progress and not seen.status.has_ended else None
    if left is not None:
        parts.append(Part(f"{duration_text(left)} left", "", 2))
    if loss is not None:
        parts.append(Part(f"loss {loss.values[-1]:.3f}", "", 3))
    if dice is not None:
        best = best_of("dice", dice.values)
        at = f" at {dice.iterations[best]:.0f}" if dice.iterations is not None else ""
        parts.append(Part(f"best Dice {dice.values[best]:.3f}{at}", "", 2))
    return parts
