"""Curves in dots of Braille letters, eight to a cell; each has a pattern and a letter, so that no colour is needed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
"""The bit of each dot of a Braille letter, by row and column."""
EMPTY = 0x2800
PATTERNS = ("1", "111000", "100", "11111001001000", "1111111100", "110000")
"""Which of the columns of dots a curve has, again and again: solid, dashes, dots, dash and dots, long dashes, pairs."""
FAINT = "10"
"""The pattern of a curve behind another one."""
NOBODY = -1


class Frame(NamedTuple):
    """What of the plane is drawn."""

    left: float
    right: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Line:
    """A curve through points in the order of x. letter: stands on it here and there, "" where it needs none."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    pattern: str = PATTERNS[0]
    letter: str = ""


@dataclass(frozen=True, eq=False)
class Drawn:
    """Letters (rows, cells), and in each cell whose they are: the number of a line, NOBODY where nothing is drawn."""

    letters: NDArray[np.str_]
    owners: NDArray[np.int64]

    def rows(self) -> Iterator[str]:
        """As text."""
        return ("".join(row) for row in self.letters.tolist())


def frame_of(lines: Sequence[Line]) -> Frame:
    """What shows all of some lines, of which one at least has a point."""
    x = [one.x for one in lines if len(one.x)]
    y = [one.y for one in lines if len(one.y)]
    return Frame(
        float(min(one.min() for one in x)),
        float(max(one.max() for one in x)),
        float(min(one.min() for one in y)),
        float(max(one.max() for one in y)),
    )


def draw(lines: Sequence[Line], frame: Frame, cells: int, rows: int) -> Drawn:
    """Lines one over the other, the last one on top.

    >>> rising = Line(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    >>> list(draw([rising], frame_of([rising]), 2, 1).rows())
    ['⡠⠊']
    """
    bits, owners = np.zeros((rows, cells), np.int64), np.full((rows, cells), NOBODY)
    marks: list[tuple[int, int, int]] = []
    named = [number for number, line in enumerate(lines) if line.letter]
    for number, line in enumerate(lines):
        if not len(line.x):
            continue
        dots, middle = dots_of(line, frame, 2 * cells, 4 * rows)
        own = (dots.reshape(rows, 4, cells, 2) * DOTS[None, :, None, :]).sum(axis=(1, 3))
        bits |= own
        owners[own > 0] = number
        if line.letter:
            marks += [(number, row, cell) for cell, row in _places(middle, cells, named.index(number), len(named))]
    letters = np.array([chr(EMPTY + bit) if bit else " " for bit in bits.ravel().tolist()]).reshape(bits.shape)
    for number, row, cell in marks:
        letters[row, cell], owners[row, cell] = lines[number].letter, number
    return Drawn(letters, owners)


def dots_of(line: Line, frame: Frame, columns: int, heights: int) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """The dots of a line (heights, columns), and the row of dots that it has in each column, -1 where it has none."""
    span, reach = (frame.right - frame.left) or 1.0, (frame.high - frame.low) or 1.0
    across = np.round((line.x - frame.left) / span * (columns - 1)).astype(np.int64)
    down = np.round((frame.high - line.y) / reach * (heights - 1)).astype(np.int64)
    where = np.arange(across[0], across[-1] + 1)
    middle = np.round(np.interp(where, across, down)).astype(np.int64)
    top, bottom = middle.copy(), middle.copy()
    np.minimum.at(top, across - across[0], down)
    np.maximum.at(bottom, across - across[0], down)
    top[1:] = np.minimum(top[1:], np.minimum(bottom[:-1] + 1, bottom[1:]))
    bottom[1:] = np.maximum(bottom[1:], np.maximum(top[:-1] - 1, top[1:]))
    level = np.arange(heights)[:, None]
    there = np.array([mark == "1" for mark in line.pattern])[where % len(line.pattern)]
    dots = np.zeros((heights, columns), bool)
    dots[:, where] = (level >= top) & (level <= bottom) & (there | (len(line.x) == 1))
    rows = np.full(columns, -1)
    rows[where] = middle
    return dots, rows


def _places(middle: NDArray[np.int64], cells: int, number: int, count: int) -> Iterator[tuple[int, int]]:
    """Cell and row of the letters of a line, between those of the others; one at least."""
    there = np.flatnonzero(middle >= 0) // 2
    period = max(4 * count, cells // 3)
    wanted = range(there[0] + (2 * number + 1) * period // (2 * count), there[-1] + 1, period)
    for cell in wanted or (there[-1],):
        row = middle[2 * cell] if middle[2 * cell] >= 0 else middle[2 * cell + 1]
        yield int(cell), int(row) // 4


def column_of(place: float, frame: Frame, cells: int) -> int:
    """The cell in which a place on the x axis lies."""
    span = (frame.right - frame.left) or 1.0
    dots = round((place - frame.left) / span * (2 * cells - 1))
    return min(max(dots // 2, 0), cells - 1)
