"""A screen that starts jobs on the devices that were picked; the end of it is the message `Tried`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.jobs.watching import Seen
from annotat3d_tui.tui.erring import SaysErrors
from annotat3d_tui.tui.job_watching import JobWatching
from annotat3d_tui.tui.screens.dialogs import Confirm, if_given
from annotat3d_tui.tui.sending import Sending, Tried

if TYPE_CHECKING:
    from annotat3d_tui.jobs.job import Job


class Starting(SaysErrors, Sending[None]):
    """Commands become jobs of this machine, or of a cluster; errors of threads are said."""

    @property
    def watching(self) -> JobWatching:
        """The application, which knows the jobs and what was picked."""
        assert isinstance(self.app, JobWatching)
        return self.app

    @work(thread=True, group="start", exit_on_error=False)
    def start_job(
        self, words: Sequence[str], title: str, folder: Path, devices: Sequence[str] = (), share: bool = False
    ) -> None:
        """Start a job, which takes a moment."""
        self.post_message(started(words, title, folder, devices, share))

    def ask_cancel(self, seen: Seen, name: str) -> None:
        """Ask, then stop a job that trains."""
        question = f"Stop the training of {name} (job {seen.number})? What was kept of it stays."
        ask = Confirm(question, yes="Stop it", no="Leave it")
        self.app.push_screen(ask, if_given(lambda _: self.cancel_job(seen.job)))

    @work(thread=True, group="act", exit_on_error=False)
    def cancel_job(self, job: "Job") -> None:
        """Stop a job, which takes ten seconds when it does not want to."""
        from annotat3d_tui.jobs.cancelling import ask_to_stop
        from annotat3d_tui.jobs.everywhere import cancel

        ask_to_stop(job)
        self.watching.looker.now()
        cancel(job)
        self.watching.looker.now()


def started(words: Sequence[str], title: str, folder: Path, devices: Sequence[str] = (), share: bool = False) -> Tried:
    """Start a job of this machine, which takes a moment: for threads."""
    from annotat3d_tui.jobs.local import request_of, start

    try:
        return Tried(start(request_of(words, title, folder, devices, share)))
    except Annotat3DError as error:
        return Tried(None, str(error))
