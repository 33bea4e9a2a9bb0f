"""What a job or a network has measured, as curves over iterations and time, read while they grow."""

import math
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.jobs.folder import METRICS
from annotat3d_tui.jobs.job import numbers_of
from annotat3d_tui.jobs.log import Tail

MOST = 8192
"""Points of a curve; when there are more, every second one is left out."""
FIRST = ("loss", "dice", "validation_loss", "validation_dice", "share", "memory", "processors")
"""Of the curves, those that a person looks at first."""
X = ("iteration", "seconds")
"""Over what a curve is drawn; in these words lines of measurements have it, too."""


@dataclass(frozen=True, eq=False)
class Points:
    """A curve as it was at one look: seconds since the job began, numbers, and iterations of what has such."""

    seconds: NDArray[np.float64]
    values: NDArray[np.float64]
    iterations: NDArray[np.float64] | None = None

    def x(self, over: str) -> NDArray[np.float64]:
        """Over what it is drawn; the time where it has no iterations."""
        return self.seconds if over == "seconds" or self.iterations is None else self.iterations


Looked = Mapping[str, Points]
"""The curves by their names, at one look."""
NOTHING: Looked = MappingProxyType({})


class Curve:
    """Numbers over seconds and iterations. An attempt after another one goes on where that ended in time; what it does
    anew, from an iteration on that was done before, takes the place of that."""

    def __init__(self) -> None:
        self.seconds, self.values, self.iterations = array("d"), array("d"), array("d")
        self._step, self._number, self._before = 1, 0, 0.0
        self._last = 0.0

    def add(self, seconds: float, value: float, iteration: float = math.nan) -> None:
        """One more; what is no number is left out."""
        if not (math.isfinite(seconds) and math.isfinite(value)):
            return
        if seconds < self._last:
            self._before += self._last
        self._last = seconds
        while self.iterations and self.iterations[-1] >= iteration:
            for numbers in (self.seconds, self.values, self.iterations):
                numbers.pop()
        self._number += 1
        if self._number % self._step:
            return
        self.seconds.append(self._before + seconds)
        self.values.append(value)
        self.iterations.append(iteration)
        if len(self.values) >= MOST:
            self.seconds, self.values, self.iterations = self.seconds[::2], self.values[::2], self.iterations[::2]
            self._step *= 2

    @property
    def points(self) -> Points:
        """As it is now; what is added later does not change them."""
        seconds, values, iterations = (np.array(one) for one in (self.seconds, self.values, self.iterations))
        return Points(seconds, values, iterations if np.isfinite(iterations).all() else None)


class Curves:
    """The curves of a job, read on and on by one thread; `looked` may be taken by any."""

    def __init__(self, folder: Path) -> None:
        self._tail, self._rest = Tail(folder / METRICS), b""
        self._by_name: dict[str, Curve] = {}
        self.looked = NOTHING

    def read(self) -> bool:
        """Take what is new; whether there was something."""
        text = self._rest + self._tail.read()
        *lines, self._rest = text.split(b"\n")
        self._by_name = added(self._by_name, map(numbers_of, lines))
        if lines:
            self.looked = looked_at(self._by_name)
        return bool(lines)


def added(by_name: dict[str, Curve], lines: Iterable[Mapping[str, float]]) -> dict[str, Curve]:
    """Curves by their names with what was measured later, a line each time; iterations and seconds are no curves."""
    for line in lines:
        seconds, iteration = line.get("seconds", math.nan), line.get("iteration", math.nan)
        for name, value in line.items():
            if name not in X:
                by_name.setdefault(name, Curve()).add(seconds, value, iteration)
    return by_name


def looked_at(by_name: Mapping[str, Curve]) -> Looked:
    """The curves that have points, those looked at first before the others."""
    there = {name: curve.points for name, curve in by_name.items() if curve.values}
    return {name: there[name] for name in in_order(there)}


def in_order(names: Iterable[str]) -> list[str]:
    """Names of curves, those looked at first before the others.

    >>> in_order(["memory", "rate", "loss"])
    ['loss', 'memory', 'rate']
    """
    there = set(names)
    return [name for name in FIRST if name in there] + sorted(there - set(FIRST))


def memory_of(looked: Looked) -> tuple[float, ...]:
    """Bytes held now and at most; nothing before they were measured."""
    points = looked.get("memory")
    return () if points is None else (float(points.values[-1]), float(points.values.max()))
