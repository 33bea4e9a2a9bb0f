"""The jobs of the user, looked at once a second in a thread, whatever screen is shown; what ends is told."""

import contextlib
import threading
from collections import Counter
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from textual import on
from textual.message import Message

from annotat3d_tui.jobs.text import SIGNS
from annotat3d_tui.jobs.watching import Seen, Watch
from annotat3d_tui.tui.actions import with_keys
from annotat3d_tui.tui.job_commands import JobCommands, NoCommands
from annotat3d_tui.tui.job_text import plain
from annotat3d_tui.tui.picks import Picks
from annotat3d_tui.tui.results import makes_labels
from annotat3d_tui.tui.settings import NOTICES, Notice
from annotat3d_tui.tui.widgets.sharp import Painted
from annotat3d_tui.tui.widgets.title_line import TitleLine

EVERY = 1.0
"""Seconds between two looks."""
EACH = 3
"""Jobs that ended between two looks, up to which each has a message of its own."""
SEVERITY = {"done": "information", "cancelled": "warning"}
"""Of the message that a job has ended; others are errors."""


class JobsSeen(Message):
    """The jobs are others than at the look before."""

    def __init__(self, jobs: tuple[Seen, ...]) -> None:
        super().__init__()
        self.jobs = jobs


@runtime_checkable
class ShowsJobs(Protocol):
    """A screen that shows jobs."""

    def show_jobs(self) -> None:
        """As the application knows them now."""


class Looker(threading.Thread):
    """Looks at the jobs until it is stopped; a folder that does not answer keeps nobody from leaving."""

    def __init__(self, tell: Callable[[JobsSeen], object]) -> None:
        super().__init__(name="jobs", daemon=True)
        self._tell, self._watch = tell, Watch()
        self._look, self._stopped = threading.Event(), False

    def run(self) -> None:
        """Tell each change, and the first look."""
        before: tuple[Seen, ...] | None = None
        while not self._stopped:
            jobs = self._watch.look()
            if jobs != before and not self._stopped:
                before = jobs
                with contextlib.suppress(RuntimeError):  # the screen has ended in this moment
                    self._tell(JobsSeen(jobs))
            self._look.wait(EVERY)
            self._look.clear()

    def now(self) -> None:
        """Look at once."""
        self._look.set()

    def stop(self) -> None:
        """Look no more."""
        self._stopped = True
        self._look.set()


class JobWatching(Painted[int]):
    """An application that knows the jobs, shows how many run in line 1, and tells when one has ended."""

    jobs: tuple[Seen, ...] = ()
    """The newest first, as they were at the last look."""
    jobs_running = 0
    """How many of them run."""
    jobs_known = False
    """Whether they were looked at."""
    notice: Notice = NOTICES[0]
    """How the terminal is told that a job has ended."""
    commands: JobCommands = NoCommands()
    """What can be a job."""
    picks: Picks
    """The GPUs on which new jobs run."""
    looker: Looker

    def on_mount(self) -> None:
        """Begin to look."""
        self.looker = Looker(self.post_message)
        self.looker.start()

    def on_unmount(self) -> None:
        """Look no more."""
        self.looker.stop()

    @on(JobsSeen)
    def _jobs_seen(self, event: JobsSeen) -> None:
        ended = ended_since(self.jobs, event.jobs) if self.jobs_known else []
        self.jobs, self.jobs_known = event.jobs, True
        self.jobs_running = sum(seen.status.state == "running" for seen in event.jobs)
        for screen in self.screen_stack:
            for line in screen.query(TitleLine):
                line.jobs = self.jobs_running
            if isinstance(screen, ShowsJobs):
                screen.show_jobs()
        if ended:
            self._tell(ended)

    def _tell(self, ended: list[Seen]) -> None:
        """Jobs have ended: messages, and what the terminal makes of its bell."""
        if len(ended) <= EACH:
            said = [(str(seen.status.state), ended_text(seen)) for seen in ended]
        else:
            counts = Counter(seen.status.state for seen in ended)
            worst = next((state for state in counts if state not in SEVERITY), "done")
            said = [
                (
                    str(worst),
                    f"{len(ended)} jobs ended: " + ", ".join(f"{count} {state}" for state, count in counts.items()),
                )
            ]
        labels = any(seen.status.state == "done" and makes_labels(seen.job) for seen in ended)
        hint = with_keys(". {app.jobs} and then {job.open} shows its label.", self) if labels else ""
        for state, text in said:
            severity = SEVERITY.get(state, "error")
            self.notify(text + hint * (state == "done"), title="Jobs", severity=severity, timeout=10, markup=False)  # type: ignore[arg-type]
        if self.notice == "bell":
            self.bell()
        elif self.notice == "osc9" and self._driver is not None:
            self._driver.write(f"\x1b]9;{'; '.join(text for _, text in said)}\x1b\\")


def ended_since(before: tuple[Seen, ...], now: tuple[Seen, ...]) -> list[Seen]:
    """The jobs that have ended, and had not at the look before, the oldest first."""
    states = {seen.number: seen.status.has_ended for seen in before}
    return [seen for seen in reversed(now) if seen.status.has_ended and not states.get(seen.number, False)]


def ended_text(seen: Seen) -> str:
    """What has become of a job, in a line without anything that could command a terminal."""
    state, reason = seen.status.state, seen.status.reason
    return plain(
        f"{SIGNS[state]} job {seen.number} ({seen.job.request.title}) is {state}" + (f": {reason}" if reason else "")
    )
