"""Jobs (F7): all long work of the user, whichever screen or shell has started it."""

import socket
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from annotat3d_tui.jobs.compared import LETTERS, MOST_COMPARED, Run
from annotat3d_tui.jobs.keeping import DAYS, KEPT, clear
from annotat3d_tui.jobs.watching import Seen
from annotat3d_tui.tui.actions import first_key, own_acts, with_keys
from annotat3d_tui.tui.job_acting import NONE, JobActing
from annotat3d_tui.tui.job_text import MUTED, head_line, job_line, plain
from annotat3d_tui.tui.screens.compare import CompareScreen
from annotat3d_tui.tui.screens.dialogs import Confirm, if_given
from annotat3d_tui.tui.screens.help import HelpPage
from annotat3d_tui.tui.screens.job import JobScreen
from annotat3d_tui.tui.screens.new_job import NewJob
from annotat3d_tui.tui.screens.tab import TabScreen
from annotat3d_tui.tui.widgets.key_line import Key, KeyLine
from annotat3d_tui.tui.widgets.lines import Part
from annotat3d_tui.tui.widgets.long_list import LongList
from annotat3d_tui.tui.widgets.tab_line import TabLine
from annotat3d_tui.tui.widgets.title_line import TitleLine

KEYS = (
    ("list.choose", "details", "details", 1),
    ("jobs.new", "new", "new_job", 2),
    ("jobs.mark", "mark", "mark", 3),
    ("jobs.compare", "compare", "compare", 3),
    ("job.cancel", "cancel", "cancel_job", 2),
    ("job.resubmit", "again", "resubmit", 4),
    ("job.open", "result", "open_result", 3),
    ("job.remove", "remove", "remove_job", 4),
    ("jobs.find", "filter", "find", 3),
    ("jobs.back", "back", "back", 0),
    ("app.help", "help", "app.help", 0),
    ("app.palette", "palette", "app.command_palette", 5),
)
"""Of the last line: id of a binding, word, action, how early it is left out."""
HELP = """\
Jobs outlive this screen and the line: {app.quit} leaves them running, {app.jobs} finds them again, as does \
annotat3d jobs in a shell. A job of this machine waits until no other has the same GPU, or the processors. \
{jobs.mark} marks jobs by a letter each, and {jobs.compare} compares their curves in one plot. ▶ running, · queued, \
✓ done, ✗ failed, ■ cancelled, ? lost: its process is gone without a word."""
EMPTY = "There are no jobs yet: {jobs.new} starts one, as does annotat3d jobs run in a shell."


class JobFilter(Input):
    """What the jobs shown must hold; Esc shows all of them again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "screen.show_all", "All jobs", id="jobs.all", tooltip="Show the whole list again."),
        Binding("up", "screen.by(-1)", "Up", show=False, id="jobs.up", tooltip="The job above."),
        Binding("down", "screen.by(1)", "Down", show=False, id="jobs.down", tooltip="The job beneath."),
    ]


class JobsScreen(JobActing, TabScreen):
    """The table of jobs, the newest first, and all that can be done with them."""

    CSS_PATH = "jobs.tcss"
    AUTO_FOCUS = "LongList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new_job", "New job…", id="jobs.new", tooltip="A command of annotat3d, run as a job."),
        Binding("slash", "find", "Filter", id="jobs.find", tooltip="By a part of number, title, state, host, reason."),
        Binding(
            "c", "clear", "Clear old ones…", id="jobs.clear", tooltip="Remove folders of jobs that ended long ago."
        ),
        Binding("space", "mark", "Mark", id="jobs.mark", tooltip="To compare its curves, or no longer."),
        Binding("p", "compare", "Compare curves", id="jobs.compare", tooltip="Those of the marked jobs in one plot."),
        Binding("escape,q", "back", "Back", id="jobs.back", tooltip="To where it was called."),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._found: list[Seen] = []
        self._wanted: int | None = None
        self._marked: list[int] = []
        self._here = socket.gethostname()

    def compose(self) -> ComposeResult:
        """Two lines, the filter, the table, the command of the chosen job, the keys."""
        yield TitleLine()
        yield TabLine("jobs")
        yield JobFilter(placeholder="type a part of number, title, state, host or reason", compact=True)
        yield Head()
        yield LongList(self._line)
        yield Static("", id="empty", markup=False)
        yield Static("", id="command", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        """Show what the application knows."""
        self.query_one(JobFilter).display = False
        keyed = (Key(first_key(id, self.app), word, action, spare) for id, word, action, spare in KEYS)
        self.query_one(KeyLine).keys = tuple(key for key in keyed if key.key)
        self.show_jobs()

    def show_jobs(self) -> None:
        """The jobs as they are now; the chosen one stays chosen while others come."""
        chosen = self.chosen
        wanted = self.query_one(JobFilter).value.casefold().split()
        jobs = self.watching.jobs
        self._marked = [number for number in self._marked if any(seen.number == number for seen in jobs)]
        self._found = [seen for seen in jobs if all(word in _words(seen) for word in wanted)]
        listed = self.query_one(LongList)
        listed.count = len(self._found)
        number = self._wanted or (chosen.number if chosen else -1)
        if any(seen.number == self._wanted for seen in jobs):
            self._wanted = None
        place = next((i for i, seen in enumerate(self._found) if seen.number == number), listed.highlighted or 0)
        listed.highlighted = place if self._found else None
        listed.refresh_changed()
        self._say_counts()
        self._show_command()

    def _say_counts(self) -> None:
        jobs, running = self.watching.jobs, self.watching.jobs_running
        waiting = sum(seen.status.state == "queued" for seen in jobs)
        counts: tuple[str, ...] = (
            f"{len(jobs)} job" + "s" * (len(jobs) != 1),
            f"{running} running",
            f"{waiting} waiting",
        )
        counts += (f"{len(self._marked)} marked",)
        parts = [text for text in counts if not text.startswith("0 ")]
        self.query_one(TitleLine).opened = (Part("Jobs", "bold"), *(Part(text, MUTED, 2) for text in parts))
        empty = self.query_one("#empty", Static)
        empty.display = not self._found
        self.query_one(LongList).display = bool(self._found)
        if not self._found:
            known = self.watching.jobs_known
            told = "No job holds this." if jobs else with_keys(EMPTY, self.app) if known else "Looking for jobs…"
            empty.update(told)

    @property
    def chosen(self) -> Seen | None:
        """The job in the bright line."""
        number = self.query_one(LongList).highlighted
        return self._found[number] if number is not None and number < len(self._found) else None

    def on_long_list_moved(self) -> None:
        """Show the command of another job."""
        self._show_command()

    def _show_command(self) -> None:
        seen = self.chosen
        texts = (seen.status.reason, seen.job.request.command_line) if seen else ()
        said = "\n".join(plain(text) for text in texts if text)
        self.query_one("#command", Static).update(said)

    @on(LongList.Selected)
    def action_details(self) -> None:
        """All about the chosen job."""
        if seen := self.chosen:
            self.app.push_screen(JobScreen(seen))

    def action_mark(self) -> None:
        """Mark the chosen job, or no longer, and go to the next."""
        if seen := self.chosen:
            self._marked = marked_or_not(self._marked, seen.number)
            self.query_one(LongList).refresh()
            self._say_counts()
            self.action_by(1)

    def action_compare(self) -> None:
        """The curves of the marked jobs."""
        jobs = {seen.number: seen.job for seen in self.watching.jobs}
        self.app.push_screen(CompareScreen([Run.of_job(jobs[number]) for number in self._marked]))

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Why an action cannot be done now; "" when it can."""
        if action == "compare" and not self._marked:
            return with_keys("mark jobs first: {jobs.mark} does", self.app)
        if action == "mark" and (seen := self.chosen) is None:
            return NONE
        if action == "mark" and len(self._marked) >= MOST_COMPARED and seen and seen.number not in self._marked:
            return f"{MOST_COMPARED} jobs are marked, and there are no more letters"
        return super().why_not(action, parameters)

    def action_find(self) -> None:
        """Let the person type what the jobs shown must hold."""
        line = self.query_one(JobFilter)
        line.display = True
        line.focus()

    def action_show_all(self) -> None:
        """All jobs."""
        line = self.query_one(JobFilter)
        line.value = ""
        line.display = False
        self.show_jobs()
        self.query_one(LongList).focus()

    @on(Input.Changed)
    def _typed(self) -> None:
        self.show_jobs()

    @on(Input.Submitted)
    def _found_it(self) -> None:
        self.query_one(LongList).focus()

    def action_by(self, lines: int) -> None:
        """Another job."""
        self.query_one(LongList).action_by(lines)

    def action_back(self) -> None:
        """All jobs when some are left out, else to where it was called."""
        if self.query_one(JobFilter).display:
            self.action_show_all()
        else:
            self.dismiss()

    def action_new_job(self) -> None:
        """Ask for a command."""
        form = NewJob(self.watching.commands, self.watching.picks)
        self.app.push_screen(form, if_given(self._started))

    def _started(self, number: int) -> None:
        self._wanted = number
        self.watching.looker.now()

    def action_clear(self) -> None:
        """Ask, then remove what has ended long ago."""
        question = (
            f"Remove the folders of jobs that ended more than {DAYS:.0f} days ago, but for the latest {KEPT}? "
            "What they have made stays."
        )
        self.app.push_screen(Confirm(question, yes="Remove"), if_given(lambda _: self._clear()))

    def _clear(self) -> None:
        self.run_worker(self._clear_old, thread=True, group="act", exit_on_error=False)

    def _clear_old(self) -> None:
        removed = clear()
        self._say(f"{len(removed)} jobs were removed." if removed else "No ended job is that old.")

    def help_pages(self) -> list[HelpPage]:
        """What jobs are, and the keys."""
        text = with_keys(HELP, self.app)
        focused = tuple(own_acts(self.focused)) if self.focused is not None else ()
        return [HelpPage("Jobs", text, tuple(self.acts())), HelpPage("In the list", "", focused)]

    def _line(self, number: int, width: int) -> Content:
        seen = self._found[number]
        letter = LETTERS[self._marked.index(seen.number)] if seen.number in self._marked else ""
        return job_line(seen, width, self._here, letter)


class Head(Static):
    """The names of the columns."""

    def render(self) -> Content:
        """As wide as the lines of the table."""
        return head_line(self.content_size.width - 1)


def marked_or_not(marked: Sequence[int], number: int) -> list[int]:
    """The marked with one more, or without it where it was.

    >>> marked_or_not([3, 1], 2), marked_or_not([3, 1], 3)
    ([3, 1, 2], [1])
    """
    return [one for one in marked if one != number] if number in marked else [*marked, number]


def _words(seen: Seen) -> str:
    """All by which a job is found."""
    request, status = seen.job.request, seen.status
    host = status.host or request.host
    return f"{seen.number} {request.title} {request.command_line} {seen.state} {host} {status.reason}".casefold()
