"""What a plot shows: curves as they were measured or made smooth, over iterations or the time."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.jobs.compared import LETTERS, nearest
from annotat3d_tui.jobs.curves import Points
from annotat3d_tui.jobs.smoothing import smoothed
from annotat3d_tui.jobs.text import measured_text
from annotat3d_tui.render.lines import FAINT, PATTERNS, Line

NO_LOGARITHM = "no number above 0"


@dataclass(frozen=True)
class Look:
    """How curves are looked at. over: `iteration` or `seconds`. strength: of the smoothing, 0 is none. cursor: where
    on the x axis numbers are read."""

    over: str = "seconds"
    log: bool = False
    strength: float = 0.0
    cursor: float | None = None


@dataclass(frozen=True, eq=False)
class Series:
    """A curve of a plot. y: as it is shown; raw: as it was measured. number: of the run it is of, from 0, which decides
    its letter, pattern and colour."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    raw: NDArray[np.float64]
    number: int = 0

    @classmethod
    def of(cls, points: Points, look: Look, number: int = 0) -> "Series":
        """Of what was measured, as it is looked at."""
        return cls(points.x(look.over), smoothed(points.values, look.strength), points.values, number)

    @property
    def letter(self) -> str:
        """What stands on it among others."""
        return LETTERS[self.number % len(LETTERS)]

    @property
    def pattern(self) -> str:
        """Its line."""
        return PATTERNS[self.number % len(PATTERNS)]

    def at(self, place: float) -> int:
        """The number of its point nearest to a place on the x axis."""
        return nearest(self.x, place)


@dataclass(frozen=True, eq=False)
class Plot:
    """Curves of one name, those on top last; place: which of how many names it is, such as `1/4`."""

    name: str = ""
    series: tuple[Series, ...] = ()
    look: Look = field(default_factory=Look)
    place: str = ""
    lettered: bool = False

    @property
    def is_log(self) -> bool:
        """Whether it is drawn by logarithms: one number at least is above 0."""
        return self.look.log and any((one.y > 0).any() for one in self.series)

    def lines(self) -> list[Line]:
        """What is drawn: behind all, where they were made smooth, curves as they were measured."""
        behind = [self._line(one.x, one.raw, FAINT) for one in self.series] if self.look.strength else []
        return [
            *behind,
            *(self._line(one.x, one.y, one.pattern, one.letter if self.lettered else "") for one in self.series),
        ]

    def _line(self, x: NDArray[np.float64], y: NDArray[np.float64], pattern: str, letter: str = "") -> Line:
        if not self.is_log:
            return Line(x, y, pattern, letter)
        there = y > 0
        return Line(x[there], np.log10(y[there]), pattern, letter)

    def series_of(self, owner: int) -> tuple[Series, bool]:
        """Whose a line is, by its number among `lines`, and whether it is the one behind."""
        count = len(self.series)
        return self.series[owner % count], owner < count and self.look.strength > 0

    def value(self, height: float) -> float:
        """The number at a height of the drawing."""
        return float(10.0**height) if self.is_log else height

    def stepped(self, steps: int, least: float) -> float:
        """Where the cursor is after some steps, each of one point of the curve on top and of `least` at least."""
        x, place = self.series[-1].x, self.look.cursor
        if place is None:
            return float(x[-1] if steps < 0 else x[0])
        for _ in range(abs(steps)):
            beyond = x[x <= place - least][-1:] if steps < 0 else x[x >= place + least][:1]
            if not len(beyond):
                return float(x[0] if steps < 0 else x[-1])
            place = float(beyond[0])
        return place


def ticks(plot: Plot, low: float, high: float, rows: int) -> Iterator[str]:
    """What stands at the left of each row: highest, lowest and, where there is room, numbers between."""
    every = max((rows - 1) // 4, 3)
    for row in range(rows):
        last = row == rows - 1
        shown = last or row == 0 or (row % every == 0 and rows - 1 - row >= every)
        height = low if last else high - (high - low) * row / max(rows - 1, 1)
        yield measured_text(plot.name, plot.value(height)) if shown else ""
