"""Kernels compiled by a child process, so that compiling never holds up the screen."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence

from annotat3d_tui.blocks import Progress

STAGE = "preparing kernels"
POLL_SECONDS = 0.1


class Warmup:
    """A child that compiles the kernels into the cache on disk; computations wait for it.

    Should it fail, the computation compiles for itself: slower on the first run, the same result.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self.command = command
        self._child: subprocess.Popen[bytes] | None = None

    @classmethod
    def for_type(cls, dtype: str) -> "Warmup":
        """The warm-up for images of one voxel type, such as `uint16`."""
        return cls((sys.executable, "-m", "annotat3d_tui", "warmup", "--types", dtype))

    def start(self) -> None:
        """Start the child, once, at a lower priority than the screen."""
        if self._child is None:
            self._child = subprocess.Popen(
                [*self.command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            os.setpriority(os.PRIO_PROCESS, self._child.pid, 5)

    @property
    def running(self) -> bool:
        """Whether the child is still compiling."""
        return self._child is not None and self._child.poll() is None

    def wait(self, progress: Progress) -> None:
        """Return when the kernels are compiled; `progress` may cancel the waiting (not the child)."""
        self.start()
        assert self._child is not None
        while self._child.poll() is None:
            progress(0.0, STAGE)
            try:
                self._child.wait(timeout=POLL_SECONDS)
            except subprocess.TimeoutExpired:
                continue

    def stop(self) -> None:
        """End the child when the screen closes; what it compiled stays in the cache."""
        if self._child is not None and self._child.poll() is None:
            os.killpg(self._child.pid, signal.SIGKILL)  # and its helper, whatever they compile
            self._child.wait()
