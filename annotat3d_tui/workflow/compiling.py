"""Processes that compile kernels and tell how far they are, line by line."""

import contextlib
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence

from annotat3d_tui.blocks import Progress

READY = "ready"
"""The line that says that what was wanted first is compiled."""
EDITED = "edited"
"""The line that says that what corrects label volumes is compiled, too."""
EDITED_AT = 0.2
"""The share of what comes after READY that is done then."""
FIRST = 0.3
"""About how much of the time until then READY takes."""
FINEST = 0.005


def command(*arguments: str) -> tuple[str, ...]:
    """The command line of a warm-up."""
    return (sys.executable, "-m", "annotat3d_tui", "warmup", *arguments)


def told(write: Callable[[str], object]) -> Progress:
    """Progress that writes the share done as a line, where it has moved."""
    last = -1.0

    def tell(fraction: float, stage: str) -> None:
        nonlocal last
        if abs(fraction - last) >= FINEST:
            last = fraction
            write(f"{fraction:.3f}\n")

    return tell


class Compiler:
    """A process that compiles; `share` is how much of it is done, `ready` whether what was wanted first is.

    edited: whether what corrects label volumes is compiled, too.
    """

    def __init__(self, line: Sequence[str], *, own_group: bool = False) -> None:
        self.share, self.ready, self.edited = 0.0, False, False
        nothing, lines = subprocess.DEVNULL, subprocess.PIPE
        self.process = subprocess.Popen(
            [*line], stdin=nothing, stdout=lines, stderr=nothing, text=True, start_new_session=own_group
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines, contextlib.suppress(ValueError):  # a line that is no share
            for line in lines:
                if line.strip() == READY:
                    self.share, self.ready = 0.0, True  # of what comes after it
                elif line.strip() == EDITED:
                    self.edited = True
                else:
                    self.share = float(line)

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self.process.poll() is None

    @property
    def share_until_edited(self) -> float:
        """How much is done of all that comes before `edited`."""
        return FIRST + (1 - FIRST) * min(self.share / EDITED_AT, 1.0) if self.ready else FIRST * self.share

    def wait(self, seconds: float) -> None:
        """Return when it ends, or earlier after so many seconds."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)

    def end(self) -> None:
        """End it at once, whatever it compiles: files are put in place when they are written."""
        self.process.kill()
        self.process.wait()
        self._reader.join()
