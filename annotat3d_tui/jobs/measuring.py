"""What the work takes, measured now and then: ever less often, so that the file stays small however long it runs."""

import contextlib
import json
import time
from pathlib import Path

import psutil

from annotat3d_tui.jobs.child import descendants
from annotat3d_tui.jobs.folder import METRICS, PROGRESS, read_json

LEAST, SAMPLES = 2.0, 500
"""Seconds between two measurements; later an n-th of the time that the job has run."""


class Meter:
    """Writes a line of `metrics.jsonl` when it is due: share done, bytes of memory, processors busy."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._begun = self._last = time.monotonic()
        self._due = 0.0
        self._cpu: dict[int, float] = {}
        self.peak = 0
        """The most bytes that the work has held."""

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self._begun

    def tick(self) -> None:
        """Measure, if it is due."""
        if self.seconds < self._due:
            return
        memory, busy = self._memory_and_processors()
        self.peak = max(self.peak, memory)
        line = {"seconds": round(self.seconds, 2), "memory": memory, "processors": round(busy, 2)}
        progress = read_json(self._folder / PROGRESS)
        if progress and isinstance(share := progress.get("share"), float | int):
            line["share"] = share
        with contextlib.suppress(OSError), open(self._folder / METRICS, "a") as file:
            file.write(json.dumps(line) + "\n")
        self._due = self.seconds + max(LEAST, self.seconds / SAMPLES)

    def _memory_and_processors(self) -> tuple[int, float]:
        """Bytes held, and how many processors were busy since the last time."""
        memory, cpu = 0, {}
        for process in descendants():
            with contextlib.suppress(psutil.Error):
                memory += process.memory_info().rss
                times = process.cpu_times()
                cpu[process.pid] = times.user + times.system
        now = time.monotonic()
        spent = sum(seconds - self._cpu.get(pid, 0.0) for pid, seconds in cpu.items())
        busy = max(spent, 0.0) / max(now - self._last, 0.01)
        self._cpu, self._last = cpu, now
        return memory, busy
