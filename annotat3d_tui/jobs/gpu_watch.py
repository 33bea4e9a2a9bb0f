"""Watches the GPUs in a thread: a driver that does not answer hinders nobody, and it is known for how long."""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from annotat3d_tui.jobs.gpus import Reading, choices
from annotat3d_tui.jobs.nvml import Nvml

EVERY = 1.0
REMEMBERED = 60
"""Readings in the history of use."""


class GpuWatch:
    """Reads all devices once a second, but not while it rests, until it is closed.

    read: what reads them, else the driver is asked.
    """

    def __init__(self, read: Callable[[], Reading] | None = None) -> None:
        self._read = read
        self._history: dict[str, deque[int | None]] = {}
        self._ended, self._wanted = threading.Event(), threading.Event()
        self._wanted.set()
        self._asked: float | None = None
        self._readers = 0
        self.latest: Reading | None = None
        """What was read last; None before the first answer."""
        threading.Thread(target=self._watch, name="GPUs", daemon=True).start()

    @property
    def history(self) -> Mapping[str, Sequence[int | None]]:
        """Percent of use by UUID, the latest last."""
        return {uuid: tuple(values) for uuid, values in self._history.copy().items()}

    @property
    def silent(self) -> float:
        """Seconds for which the driver has not answered a question, 0 when none is open for long."""
        asked = self._asked
        waited = 0.0 if asked is None else time.monotonic() - asked
        return waited if waited > 2 * EVERY else 0.0

    def rest(self) -> None:
        """Let go of the driver, unless somebody else wants to know: read no more for now.

        A driver that hangs is not asked by another thread later.
        """
        self._readers -= 1
        if self._readers <= 0:
            self._wanted.clear()

    def go_on(self) -> None:
        """Read again, until whoever has called this rests."""
        self._readers += 1
        self._wanted.set()

    def close(self) -> None:
        """Read no more."""
        self._ended.set()
        self._wanted.set()

    def _watch(self) -> None:
        with Nvml() as nvml:
            read = self._read or nvml.read
            while not self._ended.is_set():
                if not self._wanted.is_set():
                    nvml.close()
                    self._wanted.wait()
                    self._history.clear()  # it is of another time
                    continue
                self._asked = time.monotonic()
                reading = read()
                self._remember(reading)
                self.latest, self._asked = reading, None
                self._ended.wait(EVERY)

    def _remember(self, reading: Reading) -> None:
        there = list(choices(reading.gpus)) + [gpu for gpu in reading.gpus if gpu.is_cut]
        for gpu in there:
            self._history.setdefault(gpu.uuid, deque(maxlen=REMEMBERED)).append(gpu.busy)
        for uuid in set(self._history) - {gpu.uuid for gpu in there}:
            del self._history[uuid]
