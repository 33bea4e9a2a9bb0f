"""What takes time: each in a thread, calling one engine function, telling its progress, stopped by Esc.

A worker reads what it is given and posts a message when it is done; only the screen changes anything that is shown.
One thing is done at a time, whether computed, read or written; only tests of what was computed go on beside. When the
screen closes, a computation stops at its next report, nothing read is kept any more, and the workspace is let go when
what is being written is whole.
"""

import threading
import time
from typing import TYPE_CHECKING, Any

from textual.reactive import reactive
from textual.screen import Screen
from textual.worker import Worker, WorkerState, get_current_worker

from annotat3d_tui.errors import Annotat3DError, Cancelled
from annotat3d_tui.tui.lease import Lease
from annotat3d_tui.tui.messages import Progressed
from annotat3d_tui.tui.saying import say_error
from annotat3d_tui.tui.warmup import Warmup
from annotat3d_tui.tui.widgets.title_line import Running

if TYPE_CHECKING:
    from annotat3d_tui.session import Session

REPORT_SECONDS = 0.1
COMPUTE, FILES, LOOK, COUNT, TEST, FLOOD, COARSE = "compute", "files", "look", "count", "test", "flood", "coarse"
FORESEE = "foresee"


class Report:
    """Tells a screen how far a worker is; raises Cancelled once Esc was pressed or the screen was closed."""

    def __init__(self, screen: Screen[Any], name: str, shown: bool = True) -> None:
        self._screen, self.name, self._shown = screen, name, shown
        self._stop = threading.Event()
        self._stage, self._told = "", 0.0
        self.restart()

    def restart(self) -> None:
        """Begin to measure the time here."""
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since the time is measured."""
        return time.monotonic() - self._began

    def cancel(self) -> None:
        """Stop the worker at its next report."""
        self._stop.set()

    def __call__(self, fraction: float, stage: str) -> None:
        """A step further."""
        if self._stop.is_set() or get_current_worker().is_cancelled:
            raise Cancelled(f"{self.name} was cancelled; nothing was changed.")
        now = time.monotonic()
        if self._shown and (stage != self._stage or now - self._told >= REPORT_SECONDS):
            self._stage, self._told = stage, now
            self._screen.post_message(Progressed(Running(self.name, fraction, stage, self._began)))


class Work(Screen[None]):
    """A screen on a session whose slow acts run in threads; it answers all the while."""

    running: reactive[Running | None] = reactive(None)

    session: "Session"
    warmup: Warmup
    lease: Lease
    _report: Report | None = None
    _testing: Report | None = None

    def begin(self, name: str) -> Report:
        """The report of a new computation; from here on line 1 shows it, and what is being tested is no more."""
        self.end_test()
        self._report = Report(self, name)
        self.running = Running(name, began=time.monotonic())
        return self._report

    def begin_test(self) -> Report:
        """The report of a test of what was computed, which is in nobody's way."""
        self.end_test()
        self._testing = Report(self, "Test", shown=False)
        return self._testing

    def end_test(self) -> bool:
        """Let what is being tested go untested; False when nothing is."""
        testing, self._testing = self._testing, None
        if testing is not None:
            testing.cancel()
        return testing is not None

    def begin_file(self, name: str) -> None:
        """A file is going to be read or written; line 1 shows it."""
        self.running = Running(name, began=time.monotonic(), is_file=True)

    def cancel(self) -> bool:
        """Stop what runs at its next report; False when nothing runs."""
        if self._report is None:
            return False
        self._report.cancel()
        return True

    def on_unmount(self) -> None:
        """Stop what runs, and let the workspace go as soon as nothing is written to it."""
        self.cancel()
        self.end_test()
        self.lease.end()

    def on_progressed(self, message: Progressed) -> None:
        """Show how far it is, unless it has ended meanwhile."""
        if self._report is not None:
            self.running = message.running

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say errors of the family; let all others crash loudly."""
        worker = event.worker
        if not worker.is_finished:
            return
        if worker.group in (COMPUTE, FILES):
            self._report = self.running = None
        if event.state == WorkerState.ERROR and worker.error is not None:
            if not isinstance(worker.error, Annotat3DError):
                raise worker.error
            if worker.group in (TEST, COARSE) and isinstance(worker.error, Cancelled):
                return
            say_error(self.app, worker.error)
