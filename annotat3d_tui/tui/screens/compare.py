"""Several runs in one plot: the same curve of each, with a legend of last and best numbers."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from annotat3d_tui.jobs.compared import LETTERS, MOST_COMPARED, Run, names_of
from annotat3d_tui.tui.actions import Act, acts_of, first_key, own_acts, with_keys
from annotat3d_tui.tui.growing import Follower, Grown, Watched
from annotat3d_tui.tui.job_text import MUTED
from annotat3d_tui.tui.job_watching import JobWatching
from annotat3d_tui.tui.plot import Plot, Series
from annotat3d_tui.tui.plotting import Plotting
from annotat3d_tui.tui.run_text import legend_head, legend_line
from annotat3d_tui.tui.screens.dialogs import if_given
from annotat3d_tui.tui.screens.help import HelpPage
from annotat3d_tui.tui.screens.paths import AskPath, ChosenPath
from annotat3d_tui.tui.themes import run_colour
from annotat3d_tui.tui.widgets.curve import CurveView
from annotat3d_tui.tui.widgets.key_line import Key, KeyLine
from annotat3d_tui.tui.widgets.lines import Part
from annotat3d_tui.tui.widgets.long_list import LongList
from annotat3d_tui.tui.widgets.tab_line import TabLine
from annotat3d_tui.tui.widgets.title_line import TitleLine

EVERY = 0.5
"""Seconds between two looks at the curves."""
KEYS = (
    ("job.curve_before job.curve_after", "curve", "curve(1)", 1),
    ("plot.left plot.right", "read", "cursor(1)", 2),
    ("plot.log", "log", "log_scale", 3),
    ("plot.smooth", "smooth", "smooth", 3),
    ("plot.over", "time", "over", 5),
    ("compare.hide", "hide", "hide", 4),
    ("compare.add", "add network", "add_network", 6),
    ("plot.write", "CSV", "write_curves", 4),
    ("compare.back", "back", "back", 0),
    ("app.help", "help", "app.help", 0),
)
HELP = """\
The same curve of each run, told apart by letter, line and colour; the bright run of the legend lies on top. Best is \
the lowest of a loss and the highest of all else. Numbers are those of the curve that is shown: {plot.smooth} makes it \
smooth, with what was measured faint behind; {plot.left} and {plot.right} or a click read it at a place. The axis is \
the iteration where all runs have such, else the time since each began. {list.choose} shows all about a job."""


class CompareScreen(Plotting):
    """Runs in one plot."""

    CSS_PATH = "compare.tcss"
    AUTO_FOCUS = "LongList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "hide", "Hide", id="compare.hide", tooltip="The bright run, or show it again."),
        Binding("a", "add_network", "Add network…", id="compare.add", tooltip="What it measured as it was trained."),
        Binding("escape,q", "back", "Back", id="compare.back", tooltip="The cursor is left, then the screen."),
    ]

    def __init__(self, runs: list[Run]) -> None:
        super().__init__()
        self._runs, self._hidden = runs, set[int]()
        self._chosen = ""
        self._follower = Follower([Watched(run.curves, EVERY) for run in runs], self.post_message)

    def compose(self) -> ComposeResult:
        """Lines, plot, legend, keys."""
        yield TitleLine()
        yield TabLine("jobs")
        yield CurveView()
        yield LegendHead(id="head")
        yield LongList(self._line)
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin to read."""
        keyed = (
            (" ".join(filter(None, (first_key(id, self.app) for id in ids.split()))), *rest) for ids, *rest in KEYS
        )
        self.query_one(KeyLine).keys = tuple(Key(*one) for one in keyed if one[0])  # type: ignore[arg-type]
        self._runs_changed()
        self._follower.start()

    def on_unmount(self) -> None:
        """Read no more."""
        self._follower.stop()

    def _runs_changed(self) -> None:
        legend = self.query_one(LongList)
        legend.count = len(self._runs)
        legend.highlighted = legend.highlighted or 0
        count = f"{len(self._runs)} run" + "s" * (len(self._runs) != 1)
        self.query_one(TitleLine).opened = (Part("Curves", "bold"), Part(count, MUTED, 1))

    @on(Grown)
    def _grown(self) -> None:
        self._follower.shown.set()
        self.show_plots()

    @on(LongList.Moved)
    def _moved(self) -> None:
        self.show_plots()

    def show_jobs(self) -> None:
        """Their states as they are now."""
        self.query_one(LongList).refresh_changed()

    def show_plots(self) -> None:
        """The chosen curve of each run, the bright one on top."""
        names = self._names
        view, bright = self.query_one(CurveView), self.query_one(LongList).highlighted
        for name in self.names_shown():
            there = {number: run.curves.looked[name] for number, run in enumerate(self._runs) if self._has(run, name)}
            look = self.look_at(list(there.values()))
            shown = sorted((number for number in there if number not in self._hidden), key=lambda one: one == bright)
            series = tuple(Series.of(there[number], look, number) for number in shown)
            view.plot = Plot(name, series, look, f"{names.index(name) + 1}/{len(names)}", lettered=True)
        self.query_one(LegendHead).plot = view.plot
        self.query_one(LongList).refresh()

    def _has(self, run: Run, name: str) -> bool:
        return name in run.curves.looked

    def names_shown(self) -> list[str]:
        """The chosen curve."""
        names = self._names
        return [self._chosen] if self._chosen in names else names[:1]

    @property
    def _names(self) -> list[str]:
        """Of all curves."""
        return names_of(run.curves.looked for run in self._runs)

    def runs_shown(self) -> list[Run]:
        """Those that are not hidden."""
        return [run for number, run in enumerate(self._runs) if number not in self._hidden]

    def why_not(self, action: str, _: tuple[object, ...]) -> str:
        """Why an action cannot be done now; "" when it can."""
        if action == "add_network" and len(self._runs) >= MOST_COMPARED:
            return f"there are {MOST_COMPARED} runs, and no more letters"
        return self.why_not_plot(action)

    def action_curve(self, step: int) -> None:
        """Another curve of each."""
        names = self._names
        for name in self.names_shown():
            self._chosen = names[(names.index(name) + step) % len(names)]
        self.show_plots()

    def action_hide(self) -> None:
        """Hide the bright run, or show it."""
        if (number := self.query_one(LongList).highlighted) is not None:
            self._hidden ^= {number}
            self.show_plots()

    def action_add_network(self) -> None:
        """Ask for a network, and take its history."""
        ask = AskPath("Add a network", "", purpose="folder", help="Its folder NAME.network.", check=Run.of_network)
        self.app.push_screen(ask, if_given(self._add))

    def _add(self, chosen: ChosenPath) -> None:
        run = Run.of_network(chosen.path)
        self._runs.append(run)
        self._follower.watched.append(Watched(run.curves, EVERY))
        self._runs_changed()

    @on(LongList.Selected)
    def _details(self, event: LongList.Selected) -> None:
        """All about the job."""
        from annotat3d_tui.tui.screens.job import JobScreen

        number = next((run.job.number for run in self._runs[event.number : event.number + 1] if run.job), None)
        seen = next((one for one in self._watching.jobs if one.number == number), None)
        if seen is not None:
            self.app.push_screen(JobScreen(seen))

    @property
    def _watching(self) -> JobWatching:
        assert isinstance(self.app, JobWatching)
        return self.app

    def action_back(self) -> None:
        """Leave the cursor, then the screen."""
        if not self.lifted_cursor():
            self.dismiss()

    def acts(self) -> list[Act]:
        """The actions of this screen and those of everywhere."""
        return [*own_acts(self), *acts_of(self.app, self.app.BINDINGS, self.app)]

    def help_pages(self) -> list[HelpPage]:
        """What is shown, and the keys."""
        focused = tuple(own_acts(self.focused)) if self.focused is not None else ()
        return [
            HelpPage("Curves", with_keys(HELP, self.app), tuple(self.acts())),
            HelpPage("In the legend", "", focused),
        ]

    def _line(self, number: int, width: int) -> Content:
        run, plot = self._runs[number], self.query_one(CurveView).plot
        missing = "hidden" if number in self._hidden else "–"
        series = next((one for one in plot.series if one.number == number), missing)
        style = f"bold {run_colour(number, self.app.current_theme.dark)}"
        seen = next((one for one in self._watching.jobs if run.job and one.number == run.job.number), None)
        return legend_line(run, LETTERS[number], series, plot, style, width, seen)


class LegendHead(Static):
    """The names of the columns of the legend of `plot`."""

    plot: reactive[Plot] = reactive(Plot)

    def render(self) -> Content:
        """As wide as the lines of the legend."""
        return legend_head(self.plot, self.content_size.width)
