"""What can be done with curves, on the screen of a job and where several are compared: how they are looked at, numbers
read by a cursor, a table written."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from annotat3d_tui.jobs.compared import Run, are_over_iterations, table
from annotat3d_tui.jobs.curves import Points
from annotat3d_tui.jobs.smoothing import STRENGTHS
from annotat3d_tui.tui.erring import SaysErrors
from annotat3d_tui.tui.plot import Look
from annotat3d_tui.tui.screens.dialogs import if_given
from annotat3d_tui.tui.screens.paths import AskPath, ChosenPath
from annotat3d_tui.tui.widgets.curve import CurveView
from annotat3d_tui.volume.writing import check_output, written_aside

NOTHING = "nothing was measured yet"


class Plotting(SaysErrors):
    """A screen with plots."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "curve(-1)", "Curve before", id="job.curve_before", tooltip="Another one in its place."),
        Binding("right", "curve(1)", "Curve after", id="job.curve_after", tooltip="Another one in its place."),
        Binding("l", "log_scale", "Logarithm", id="plot.log", tooltip="Numbers by their logarithm, or as they are."),
        Binding(
            "s", "smooth", "Smoother", id="plot.smooth",
            tooltip="Ever stronger, then as measured, which is faint behind meanwhile.",
        ),
        Binding("t", "over", "Over time or iterations", id="plot.over", tooltip="What the axis from left to right is."),
        Binding("comma", "cursor(-1)", "Cursor left", id="plot.left", tooltip="Numbers are read there."),
        Binding("full_stop", "cursor(1)", "Cursor right", id="plot.right", tooltip="Numbers are read there."),
        Binding("less_than_sign", "cursor(-10)", "Cursor far left", id="plot.left_10", tooltip="Ten points."),
        Binding("greater_than_sign", "cursor(10)", "Cursor far right", id="plot.right_10", tooltip="Ten points."),
        Binding("w", "write_curves", "Write CSV…", id="plot.write", tooltip="A table of the curves that are shown."),
    ]  # fmt: skip

    look = Look()
    """How the curves are looked at."""
    by_time = False
    """Whether they are over the time although they have iterations."""

    def show_plots(self) -> None:
        """Draw the plots as they are looked at now."""
        raise NotImplementedError

    def names_shown(self) -> list[str]:
        """The names of the curves that are shown."""
        raise NotImplementedError

    def runs_shown(self) -> list[Run]:
        """Whose curves are shown."""
        raise NotImplementedError

    def action_curve(self, step: int) -> None:
        """Another curve."""
        raise NotImplementedError

    def look_at(self, points: Sequence[Points]) -> Look:
        """How some curves are looked at: over iterations where all have such and the time is not wanted."""
        over = "iteration" if not self.by_time and are_over_iterations(points) else "seconds"
        cursor = self.look.cursor if self.look.over == over else None
        return Look(over, self.look.log, self.look.strength, cursor)

    def why_not_plot(self, action: str) -> str:
        """Why something cannot be done with the curves now; "" when it can."""
        if action not in ("curve", "over", "cursor", "write_curves"):
            return ""
        points = [run.curves.looked.get(name) for run in self.runs_shown() for name in self.names_shown()]
        there = [one for one in points if one is not None]
        if not there:
            return NOTHING
        if action == "over" and not any(one.iterations is not None for one in there):
            return "these curves have no iterations: they are over the time"
        return ""

    def action_log_scale(self) -> None:
        """By logarithms, or not."""
        self._look(Look(self.look.over, not self.look.log, self.look.strength, self.look.cursor))

    def action_smooth(self) -> None:
        """The next strength."""
        after = STRENGTHS[(STRENGTHS.index(self.look.strength) + 1) % len(STRENGTHS)]
        self._look(Look(self.look.over, self.look.log, after, self.look.cursor))

    def action_over(self) -> None:
        """Over the time, or iterations."""
        self.by_time = not self.by_time
        self._look(Look("seconds", self.look.log, self.look.strength))

    def action_cursor(self, steps: int) -> None:
        """Move the cursor of the first plot that is over what it is on; it begins at an end."""
        views = [view for view in self.query(CurveView) if view.display and view.plot.series]
        if views:
            view = next((one for one in views if one.plot.look.cursor is not None), views[0])
            self._put(view.plot.stepped(steps, view.step), view.plot.look.over)

    @on(CurveView.Pointed)
    def _pointed(self, event: CurveView.Pointed) -> None:
        self._put(event.place, event.over)

    def _put(self, place: float | None, over: str) -> None:
        self._look(Look(over, self.look.log, self.look.strength, place))

    def _look(self, look: Look) -> None:
        self.look = look
        self.show_plots()

    def lifted_cursor(self) -> bool:
        """Take the cursor away; whether there was one."""
        if self.look.cursor is None:
            return False
        self._put(None, self.look.over)
        return True

    def action_write_curves(self) -> None:
        """Ask for a file, then write what is shown."""
        runs, names = self.runs_shown(), self.names_shown()
        offered = f"{'-'.join(run.name for run in runs[:4])}-{'-'.join(names)}.csv"
        ask = AskPath(
            "Write the curves that are shown as CSV", offered, purpose="save",
            help="A row for each point: run, title, name, iteration, seconds, value.",
            check=partial(check_output, overwrite=True),
        )  # fmt: skip
        strength = self.look.strength

        def write(chosen: ChosenPath) -> None:
            self.write_curves(runs, names, strength, chosen)

        self.app.push_screen(ask, if_given(write))

    @work(thread=True, group="act", exit_on_error=False)
    def write_curves(self, runs: list[Run], names: list[str], strength: float, chosen: ChosenPath) -> None:
        """A table of curves; raises CannotWrite."""
        text = table(runs, names, strength)
        write_text(chosen.path, text, chosen.overwrite)
        said = f"{chosen.path} has {text.count(chr(10)) - 1} rows."
        self.app.call_from_thread(partial(self.notify, said, markup=False))


def write_text(path: Path, text: str, overwrite: bool) -> None:
    """A file, written beside and renamed; raises CannotWrite, OutputExists."""
    with written_aside(path, overwrite) as aside:
        aside.write_text(text, "utf-8")
