"""One job: a line of numbers, its curves, and its log as it grows."""

import socket
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Input, Static
from textual.worker import get_current_worker

from annotat3d_tui.jobs.compared import Run
from annotat3d_tui.jobs.curves import memory_of
from annotat3d_tui.jobs.job import Job
from annotat3d_tui.jobs.log_lines import LogLines
from annotat3d_tui.jobs.watching import Seen
from annotat3d_tui.tui.actions import Act, acts_of, first_key, own_acts
from annotat3d_tui.tui.growing import Follower, Grown, Watched
from annotat3d_tui.tui.job_acting import JobActing
from annotat3d_tui.tui.job_text import MUTED, STYLES, number_parts, plain
from annotat3d_tui.tui.plot import Plot, Series
from annotat3d_tui.tui.plotting import Plotting
from annotat3d_tui.tui.screens.help import HelpPage, HelpScreen
from annotat3d_tui.tui.widgets.curve import CurveView
from annotat3d_tui.tui.widgets.key_line import Key, KeyLine
from annotat3d_tui.tui.widgets.lines import Part, fitting, joined
from annotat3d_tui.tui.widgets.log_view import LogView
from annotat3d_tui.tui.widgets.long_list import LongList
from annotat3d_tui.tui.widgets.tab_line import TabLine
from annotat3d_tui.tui.widgets.title_line import TitleLine

LOG_EVERY, CURVES_EVERY = 0.2, 0.5
"""Seconds between two looks."""
BESIDE, BENEATH = 100, 36
"""Columns or rows from which on there is room for a second curve."""
KEYS = (
    ("job.curve_before job.curve_after", "curve", "curve(1)", 3),
    ("plot.left plot.right", "read", "cursor(1)", 4),
    ("plot.log", "log", "log_scale", 5),
    ("plot.smooth", "smooth", "smooth", 4),
    ("plot.write", "CSV", "write_curves", 6),
    ("job.find", "search", "find", 2),
    ("job.next job.previous", "next", "next(1)", 4),
    ("log.follow", "follow", "follow", 2),
    ("list.choose", "whole line", "", 5),
    ("job.cancel", "cancel", "cancel_job", 1),
    ("job.resubmit", "again", "resubmit", 4),
    ("job.open", "result", "open_result", 3),
    ("job.back", "back", "back", 0),
    ("app.help", "help", "app.help", 0),
)
HELP = """\
The curves are what the work has measured: loss and Dice of a training, else share done, memory and processors. They \
are over the iterations where there are such, else over the time. A click in a curve reads its numbers there, as the \
cursor does. The log is followed until you scroll up. Of a progress bar its last state is shown, and nothing in a log \
commands this terminal."""


class JobScreen(Plotting, JobActing):
    """All about one job."""

    CSS_PATH = "job.tcss"
    AUTO_FOCUS = "LogView"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "find", "Search…", id="job.find", tooltip="In the log, upwards from the bright line."),
        Binding("n", "next(-1)", "Next found", id="job.next", tooltip="Upwards, to what was written before."),
        Binding("N", "next(1)", "Previous found", id="job.previous", tooltip="Downwards, to what was written later."),
        Binding("escape,q", "back", "Back", id="job.back", tooltip="What was searched for, then the screen is left."),
    ]

    def __init__(self, seen: Seen) -> None:
        super().__init__()
        self._seen, self._here = seen, socket.gethostname()
        self._lines, self._measured = LogLines(seen.job.log), Run.of_job(seen.job)
        watched = [Watched(self._lines, LOG_EVERY), Watched(self._measured.curves, CURVES_EVERY)]
        self._follower = Follower(watched, self.post_message)
        self._first = 0

    @property
    def job(self) -> Job:
        """Which it is."""
        return self._seen.job

    @property
    def chosen(self) -> Seen | None:
        """The job, as it was at the last look."""
        return self._seen

    def compose(self) -> ComposeResult:
        """Lines, curves, log, search, keys."""
        yield TitleLine()
        yield TabLine("jobs")
        yield Static("", id="numbers", markup=False)
        with Container(id="curves"):
            yield CurveView(id="first")
            yield CurveView(id="second")
        yield Static("", id="log", markup=False)
        yield LogView(self._lines)
        yield Input(placeholder="what a line holds", compact=True)
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin to read."""
        self.query_one(Input).display = False
        keyed = (
            (" ".join(filter(None, (first_key(id, self.app) for id in ids.split()))), *rest) for ids, *rest in KEYS
        )
        self.query_one(KeyLine).keys = tuple(Key(*one) for one in keyed if one[0])  # type: ignore[arg-type]
        title = self.query_one(TitleLine)
        title.opened = (Part(f"Job {self.job.number}", "bold"), Part(plain(self.job.request.title), "", 1))
        self._show_numbers()
        self._follower.start()

    def on_unmount(self) -> None:
        """Read no more."""
        self._follower.stop()

    def on_resize(self) -> None:
        """One curve, or two where there is room."""
        self.show_plots()
        self._show_numbers()

    @on(Grown)
    def _grown(self) -> None:
        self._follower.shown.set()
        self.query_one(LogView).grown()
        self.show_plots()
        self._show_numbers()
        self._say_where()

    def show_jobs(self) -> None:
        """As it is now; one that was removed is left."""
        seen = next((one for one in self.watching.jobs if one.number == self.job.number), None)
        if seen is not None:
            self._seen = seen
            self._show_numbers()
            self._say_where()
        elif self.watching.jobs_known and not self.job.folder.exists() and self.app.screen is self:
            self.dismiss()

    def _show_numbers(self) -> None:
        first, *others = number_parts(self._seen, memory_of(self._measured.curves.looked), self._here)
        parts = [Part(first, STYLES[self._seen.state]), *(Part(text, "", 1 + i) for i, text in enumerate(others))]
        line = self.query_one("#numbers", Static)
        line.update(joined(fitting(parts, max(line.content_size.width, 1))))

    def show_plots(self) -> None:
        """One curve, or two where there is room."""
        size, looked = self.size, self._measured.curves.looked
        beside, beneath = size.width >= BESIDE, size.height >= BENEATH
        box = self.query_one("#curves")
        box.set_class(beneath, "-beneath")
        box.set_class(beside and not beneath, "-beside")
        box.display = size.height >= 18
        names = self.names_shown()
        for place, view in enumerate(self.query(CurveView)):
            view.display = place == 0 or len(names) > 1
            if place < len(names):
                points = looked[names[place]]
                look = self.look_at([points])
                number = list(looked).index(names[place]) + 1
                view.plot = Plot(names[place], (Series.of(points, look),), look, f"{number}/{len(looked)}")

    def names_shown(self) -> list[str]:
        """The curves that there is room for, from the one that was chosen on."""
        names = list(self._measured.curves.looked)
        room = 2 if self.size.width >= BESIDE or self.size.height >= BENEATH else 1
        return [names[(self._first + place) % len(names)] for place in range(min(room, len(names)))]

    def runs_shown(self) -> list[Run]:
        """This job."""
        return [self._measured]

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Why an action cannot be done now; "" when it can."""
        return self.why_not_plot(action) or super().why_not(action, parameters)

    def _say_where(self) -> None:
        log, lines = self.query_one(LogView), self._lines
        count, number = lines.count + lines.dropped, (log.highlighted or 0) + 1 + lines.dropped
        where = "following" if log.following and not self._seen.status.has_ended else f"line {number}"
        parts = [Part("Log", "bold"), Part(f"{count} line" + "s" * (count != 1), MUTED), Part(where, MUTED)]
        parts += [Part(f"the first {lines.dropped} only in {self.job.log}", MUTED, 2)] if lines.dropped else []
        parts += [Part(f"/{log.words}", "bold", 1)] if log.words else []
        self.query_one("#log", Static).update(joined(parts))

    @on(LongList.Moved)
    def _moved(self) -> None:
        self._say_where()

    @on(LongList.Selected)
    def _whole(self, event: LongList.Selected) -> None:
        number = event.number + 1 + self._lines.dropped
        text = self._lines.text(event.number)
        self.app.push_screen(HelpScreen([HelpPage("", text)], title=f"Line {number}"))

    def action_curve(self, step: int) -> None:
        """Another curve in the first place."""
        if names := list(self._measured.curves.looked):
            self._first = (self._first + step) % len(names)
            self.show_plots()

    def action_find(self) -> None:
        """Let the person type what is searched for."""
        line = self.query_one(Input)
        line.display = True
        line.focus()

    @on(Input.Submitted)
    def _search(self, event: Input.Submitted) -> None:
        log = self.query_one(LogView)
        log.words = event.value
        event.input.display = False
        log.focus()
        self._say_where()
        if event.value:
            self.search(event.value, log.count - 1 if log.following else log.highlighted or 0, -1)

    def action_next(self, step: int) -> None:
        """The next line that holds what was searched for."""
        log = self.query_one(LogView)
        if not log.words:
            self.action_find()
        else:
            self.search(log.words, (log.highlighted or 0) + step, step)

    @work(thread=True, exclusive=True, group="search", exit_on_error=False)
    def search(self, words: str, start: int, step: int) -> None:
        """Find the nearest line."""
        found = self._lines.find(words, start, step)
        if not get_current_worker().is_cancelled:
            self.app.call_from_thread(self._found, words, found, step)

    def _found(self, words: str, number: int | None, step: int) -> None:
        if number is None:
            where = "above" if step < 0 else "beneath"
            self.notify(f"{words} is not found {where} this line.", severity="warning", timeout=3, markup=False)
        else:
            self.query_one(LogView).go_to(number)

    def action_follow(self) -> None:
        """Follow the end of the log."""
        self.query_one(LogView).action_follow()

    def action_back(self) -> None:
        """Leave the line, then the cursor, then the search, then the screen."""
        line, log = self.query_one(Input), self.query_one(LogView)
        if line.display:
            line.display = False
            log.focus()
        elif self.lifted_cursor():
            return
        elif log.words:
            log.words = ""
            log.refresh()
            self._say_where()
        else:
            self.dismiss()

    def acts(self) -> list[Act]:
        """The actions of this screen and those of everywhere."""
        return [*own_acts(self), *own_acts(self.query_one(LogView)), *acts_of(self.app, self.app.BINDINGS, self.app)]

    def help_pages(self) -> list[HelpPage]:
        """What is shown, the command, and the keys."""
        request = self.job.request
        about = f"{plain(request.command_line)}\nin {request.folder}\n{self.job.folder}"
        return [HelpPage("Job", HELP, tuple(self.acts())), HelpPage(f"Job {self.job.number}", about)]
