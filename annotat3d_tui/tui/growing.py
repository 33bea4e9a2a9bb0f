"""What grows on the disk, read in a thread: a disk that does not answer hinders no key."""

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from textual.message import Message


class Grown(Message):
    """There is more of a log, or of curves."""


class Reads(Protocol):
    """What is read on and on."""

    def read(self) -> bool:
        """Take what is new; whether there was something."""


@dataclass
class Watched:
    """What is read, every so many seconds."""

    what: Reads
    every: float
    due: float = 0.0

    def read(self) -> bool:
        """Take what is new, if it is due; whether there was something."""
        if time.monotonic() < self.due:
            return False
        found = self.what.read()
        self.due = time.monotonic() + self.every
        return found


class Follower(threading.Thread):
    """Reads what grows until it is stopped, and tells of it when what was told before is `shown`."""

    def __init__(self, watched: list[Watched], tell: Callable[[Grown], object]) -> None:
        super().__init__(name="growing", daemon=True)
        self.watched, self._tell = watched, tell
        self._rest = min((one.every for one in watched), default=0.5)
        self._stopped, self.shown = threading.Event(), threading.Event()
        self.shown.set()

    def run(self) -> None:
        """Tell what is new as often as it is shown."""
        more = False
        while not self._stopped.is_set():
            for one in tuple(self.watched):
                more = one.read() or more
            if more and self.shown.is_set():
                more = False
                self.shown.clear()
                with contextlib.suppress(RuntimeError):  # the screen has ended in this moment
                    self._tell(Grown())
            self._stopped.wait(self._rest)

    def stop(self) -> None:
        """Read no more."""
        self._stopped.set()
