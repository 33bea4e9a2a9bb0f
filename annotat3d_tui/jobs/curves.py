"""What a job has measured, as curves over its time, read while they grow."""

import math
from array import array
from pathlib import Path

from annotat3d_tui.jobs.folder import METRICS
from annotat3d_tui.jobs.job import numbers_of
from annotat3d_tui.jobs.log import Tail

MOST = 8192
"""Points of a curve; when there are more, every second one is left out."""
FIRST = ("loss", "dice", "validation_loss", "validation_dice", "share", "memory", "processors")
"""Of the curves, those that a person looks at first."""


class Curve:
    """Numbers over seconds since the job began; an attempt after another one goes on where that ended."""

    def __init__(self) -> None:
        self.seconds, self.values = array("d"), array("d")
        self._step, self._number, self._before = 1, 0, 0.0
        self._last = 0.0

    def add(self, seconds: float, value: float) -> None:
        """One more; what is no number is left out."""
        if not (math.isfinite(seconds) and math.isfinite(value)):
            return
        if seconds < self._last:
            self._before += self._last
        self._last = seconds
        self._number += 1
        if self._number % self._step:
            return
        self.seconds.append(self._before + seconds)
        self.values.append(value)
        if len(self.values) >= MOST:
            self.seconds, self.values = self.seconds[::2], self.values[::2]
            self._step *= 2


class Curves:
    """The curves of a job by their names."""

    def __init__(self, folder: Path) -> None:
        self._tail, self._rest = Tail(folder / METRICS), b""
        self.by_name: dict[str, Curve] = {}

    def read(self) -> bool:
        """Take what is new; whether there was something."""
        text = self._rest + self._tail.read()
        *lines, self._rest = text.split(b"\n")
        for line in lines:
            numbers = numbers_of(line)
            seconds = numbers.pop("seconds", math.nan)
            for name, value in numbers.items():
                self.by_name.setdefault(name, Curve()).add(seconds, value)
        return bool(lines)

    @property
    def names(self) -> list[str]:
        """Of all curves with a point, those looked at first before the others."""
        there = [name for name, curve in self.by_name.copy().items() if curve.values]
        return [name for name in FIRST if name in there] + sorted(set(there) - set(FIRST))

    @property
    def memory(self) -> tuple[float, ...]:
        """Bytes held now and at most; nothing before they were measured."""
        curve = self.by_name.get("memory")
        return (curve.values[-1], max(curve.values)) if curve and curve.values else ()
