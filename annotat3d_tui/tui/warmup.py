"""Kernels compiled by a child process, so that compiling never holds up the screen."""

import contextlib
import os
import signal
from collections.abc import Sequence

from annotat3d_tui.blocks import Progress
from annotat3d_tui.workflow.compiling import Compiler, command
from annotat3d_tui.workflow.preparing import POLL_SECONDS, STAGE, Wanted
from annotat3d_tui.workflow.settings import Segmentation


def alike(one: Segmentation | None, other: Segmentation | None) -> bool:
    """Whether two sets of parameters need the same kernels."""
    return one is not None and other is not None and _kinds(one) == _kinds(other)


def _kinds(one: Segmentation) -> tuple[object, ...]:
    return one.by_voxel, one.features.filters, one.classifier.kind, one.smoothing.kind, one.selection.kind


class Warmup:
    """A child that compiles the kernels into the cache on disk, first those of `first`; computations wait for it.

    Should it fail, the computation compiles for itself: slower on the first run, the same result.
    """

    def __init__(self, line: Sequence[str], first: Segmentation | None = None) -> None:
        self.line, self.first = line, first
        self._child: Compiler | None = None

    @classmethod
    def of(cls, dtype: str, first: Segmentation) -> "Warmup":
        """The warm-up for images of one voxel type, such as `uint16`, and what they are segmented with."""
        return cls(command("--types", dtype, "--first", Wanted((dtype,), (first,)).to_json()), first)

    def start(self) -> None:
        """Start the child, once, at a lower priority than the screen."""
        if self._child is None:
            self._child = Compiler(self.line, own_group=True)
            with contextlib.suppress(ProcessLookupError):
                os.setpriority(os.PRIO_PROCESS, self._child.process.pid, 5)

    @property
    def running(self) -> bool:
        """Whether the child is still compiling."""
        return self._child is not None and self._child.running

    def wait(self, progress: Progress, parameters: Segmentation | None = None) -> None:
        """Return when the kernels for these parameters are compiled; `progress` may cancel the waiting (not the child).

        Those of other parameters than the first ones are there when the child has ended.
        """
        self.start()
        assert self._child is not None
        while self._child.running and not (self._child.ready and alike(parameters, self.first)):
            progress(self._child.share, STAGE)
            self._child.wait(POLL_SECONDS)

    def wait_for_editing(self, progress: Progress) -> None:
        """As `wait`, until the kernels that correct label volumes are compiled."""
        self.start()
        assert self._child is not None
        while self._child.running and not self._child.edited:
            progress(self._child.share_until_edited, STAGE)
            self._child.wait(POLL_SECONDS)

    def stop(self) -> None:
        """End the child when the screen closes; what it compiled stays in the cache."""
        if self._child is not None and self._child.running:
            os.killpg(self._child.process.pid, signal.SIGKILL)  # and its helper, whatever they compile
            self._child.end()
