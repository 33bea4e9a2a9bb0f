"""Errors of the family that end a thread are said; all others crash loudly."""

from textual.screen import Screen
from textual.worker import Worker, WorkerState

from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.tui.saying import say_error


class SaysErrors(Screen[None]):
    """A screen with work in threads."""

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say errors of the family; let all others crash loudly."""
        if event.state == WorkerState.ERROR and event.worker.error is not None:
            if not isinstance(event.worker.error, Annotat3DError):
                raise event.worker.error
            say_error(self.app, event.worker.error)
