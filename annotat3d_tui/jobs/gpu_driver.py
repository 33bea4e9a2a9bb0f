"""The driver, asked by somebody who does not wait for ever: a GPU that has fallen off the bus can make it hang."""

import threading
from collections.abc import Callable

from annotat3d_tui.jobs.gpus import Reading
from annotat3d_tui.jobs.nvml import read_once

PATIENCE = 10.0
"""Seconds; a driver that begins to run its GPUs takes some."""


class Driver:
    """Asked for all devices; while it hangs it is not asked a second time. Not for two threads at once."""

    def __init__(self, read: Callable[[], Reading] = read_once, patience: float = PATIENCE) -> None:
        self._read, self._patience = read, patience
        self._asking: threading.Thread | None = None
        self._answer = Reading()

    def read(self) -> Reading:
        """All devices as they are now; `is_silent` when there is no answer in time."""
        if self._asking is None:
            self._asking = threading.Thread(target=self._ask, name="driver", daemon=True)
            self._asking.start()
        self._asking.join(self._patience)
        if self._asking.is_alive():
            problem = (
                f"The driver of NVIDIA has not answered for {self._patience:g} s: the CPU does the work; "
                "ask the administrator to look after the GPUs."
            )
            return Reading(problem=problem, is_silent=True)
        self._asking = None
        return self._answer

    def _ask(self) -> None:
        self._answer = self._read()
