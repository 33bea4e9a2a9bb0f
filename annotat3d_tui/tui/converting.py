"""An image that must be converted before it is shown: how far that is, and how it is stopped."""

import threading
import time

from textual.message import Message
from textual.screen import Screen
from textual.worker import get_current_worker

from annotat3d_tui.blocks import seconds_left
from annotat3d_tui.errors import Cancelled
from annotat3d_tui.jobs.text import duration_text
from annotat3d_tui.tui.actions import first_key
from annotat3d_tui.volume.converted import CONVERTS

REPORT_SECONDS = 0.2
BAR_CELLS = 24


class Converted(Message):
    """A conversion is a step further; `text` says how far."""

    def __init__(self, conversion: "Conversion", text: str) -> None:
        super().__init__()
        self.conversion, self.text = conversion, text

    def can_replace(self, message: Message) -> bool:
        """Only the newest step counts."""
        return isinstance(message, Converted)


class Conversion:
    """Progress of a worker that opens an image, told to a screen; raises Cancelled once it is to stop."""

    def __init__(self, screen: Screen[None], name: str) -> None:
        self._screen, self._name = screen, name
        self._stop = threading.Event()
        self._began = self._told = self._resumed_at = 0.0
        self._runs = False

    def stop(self) -> bool:
        """Have it stop at its next step; False when nothing is being converted."""
        if self._runs:
            self._stop.set()
        return self._runs

    def __call__(self, fraction: float, stage: str) -> None:
        """A step further."""
        now = time.monotonic()
        if not self._began:
            self._began, self._resumed_at = now, fraction
        self._runs = fraction < 1.0
        if self._stop.is_set() or get_current_worker().is_cancelled:
            self._runs = False
            raise Cancelled(
                f"Opening {self._name} was stopped: what is converted is kept, and opening it again goes on."
            )
        if fraction >= 1.0 or now - self._told >= REPORT_SECONDS:
            self._told = now
            self._screen.post_message(Converted(self, self._text(fraction, stage, now)))

    def _text(self, fraction: float, stage: str, now: float) -> str:
        full, left = round(BAR_CELLS * fraction), seconds_left(fraction, now - self._began, self._resumed_at)
        said = f"{self._name}: {stage}, once\n" if stage == CONVERTS else f"{self._name}: {stage}\n"
        bar = f"{'█' * full}{'░' * (BAR_CELLS - full)} {100 * fraction:3.0f} %"
        time_left = f"  {duration_text(left)} left" if left is not None else ""
        return f"{said}{bar}{time_left}  {first_key('welcome.back', self._screen.app)} stops"
