"""A screen that starts jobs on the devices that were picked; the end of it is the message `Tried`."""

from collections.abc import Sequence
from pathlib import Path

from textual import work
from textual.worker import Worker, WorkerState

from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.tui.job_watching import JobWatching
from annotat3d_tui.tui.saying import say_error
from annotat3d_tui.tui.sending import Sending, Tried


class Starting(Sending[None]):
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
        from annotat3d_tui.jobs.local import request_of, start

        try:
            job = start(request_of(words, title, folder, devices, share))
        except Annotat3DError as error:
            self.post_message(Tried(None, str(error)))
        else:
            self.post_message(Tried(job))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say errors of the family; let all others crash loudly."""
        if event.state == WorkerState.ERROR and event.worker.error is not None:
            if not isinstance(event.worker.error, Annotat3DError):
                raise event.worker.error
            say_error(self.app, event.worker.error)
