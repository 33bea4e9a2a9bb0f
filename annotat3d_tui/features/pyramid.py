"""The image on a coarser grid: one cell for every 2, 4 or 8 voxels along each axis, made once and kept.

Cell k holds the voxels step × k … step × k + step − 1, counted from the image's first one, whatever block is
computed. Its value is an average with the weights of a quartic B-spline (five boxes of `step` voxels, one after
the other), which lets next to nothing through that the coarse grid would mistake for something else; and the same
weights bring values back to voxels (`widen`). Either way blurs by a variance of 5 (step² − 1) / 12 voxels².
(B-spline pyramids: Unser, Aldroubi & Eden 1993, doi:10.1109/34.210198.)
"""

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.allocation import empty
from annotat3d_tui.compiled import kernel
from annotat3d_tui.features.block import Block, Scratch, Source
from annotat3d_tui.features.borders import reflected
from annotat3d_tui.features.lines import Array, Index, Number

STRETCH = 1024
"""Voxels that are combined at a time, so that they stay in the cache."""

NEIGHBOURS = 2
"""Cells on either side that a voxel is brought back from, besides its own."""

FREE, TAKEN, MADE = 0, 1, 2


def spline_taps(step: int) -> NDArray[np.float32]:
    """Weights of the 5 step − 4 voxels of a cell, symmetric about its centre; they add up to 1.

    >>> spline_taps(2).tolist()
    [0.03125, 0.15625, 0.3125, 0.3125, 0.15625, 0.03125]
    """
    taps = box = np.ones(step) / step
    for _ in range(4):
        taps = np.convolve(taps, box)
    return taps.astype(np.float32)


def spline_variance(step: int) -> float:
    """Variance of `spline_taps`, in voxels²."""
    return 5 * (step**2 - 1) / 12


def cells(length: int, step: int) -> int:
    """Cells that cover an axis of `length` voxels."""
    return -(-length // step)


class Level:
    """Planes of cells of an image in 3 dimensions, made when they are first asked for, by any thread.

    Cells reach `margin` beyond the image on all sides, where they hold the mirrored image.
    """

    def __init__(self, source: Source, step: int, margin: int) -> None:
        self._read = Source(
            source.image, source.centre, source.direct
        )  # which keeps nothing, so that source and level do not keep each other
        self._step, self._margin = step, margin
        self._values = empty(tuple(cells(length, step) + 2 * margin for length in source.image.shape), np.float32)
        self._state = np.zeros(self._values.shape[0], np.uint8)
        self._changed = threading.Condition()

    def planes(self, first: int, last: int, scratch: Scratch) -> NDArray[np.float32]:
        """Planes of cells `first` to `last`, counted from the image's first one: (n, Y + margins, X + margins)."""
        first, last = first + self._margin, last + self._margin
        while (number := self._take(first, last)) is not None:
            made = False
            try:
                self._make(number, scratch)
                made = True
            finally:
                self._settle(number, MADE if made else FREE)
        return self._values[first:last]

    def _take(self, first: int, last: int) -> int | None:
        """A plane that nobody has begun, now begun; waits for those of others, and is None when all are made."""
        with self._changed:
            while not (self._state[first:last] == MADE).all():
                free = np.flatnonzero(self._state[first:last] == FREE)
                if free.size:
                    self._state[first + free[0]] = TAKEN
                    return first + int(free[0])
                self._changed.wait()
        return None

    def _settle(self, number: int, state: int) -> None:
        with self._changed:
            self._state[number] = state
            self._changed.notify_all()

    def _make(self, number: int, scratch: Scratch) -> None:
        start = (number - self._margin) * self._step
        block = Block(self._read, start, start + self._step, 3, scratch)
        plane = scratch.array("plane", block.shape[1:])
        taps = spline_taps(self._step)
        for columns, where, left in block.columns(2 * (self._step - 1)):
            _thin_columns(columns, where, taps, np.float32(self._read.centre), plane.reshape(-1), left)
        thin_plane(plane, self._step, self._margin, 0.0, scratch, self._values[number])


def thin_plane(
    plane: NDArray[Any], step: int, margin: int, centre: float, scratch: Scratch, target: NDArray[np.float32]
) -> None:
    """Cells of a plane (Y, X), less `centre`, with `margin` cells more on all sides, into `target`."""
    rows, places = (
        reflected(-step * margin - 2 * (step - 1), step * (length + margin) + 2 * (step - 1), voxels)
        for length, voxels in zip((cells(n, step) for n in plane.shape), plane.shape, strict=True)
    )
    row, line = scratch.array("row", (plane.shape[1],)), scratch.array("line", (places.size,))
    _thin_plane(plane, rows, places, spline_taps(step), step, np.float32(centre), row, line, target)


def widen(
    values: NDArray[np.float32], step: int, start: int | None, target: NDArray[np.float32], scratch: Scratch
) -> None:
    """Values of cells (planes, Y + 4, X + 4) back to voxels: planes `start` and on into `target` (n, Y, X).

    Along y and x there are two cells more on either side; the first plane is the second before that of voxel `start`.
    Where `start` is None planes are voxels already, and as many as in `target`.
    """
    planes = target if start is None else scratch.array("planes", (values.shape[0], *target.shape[1:]))
    for cell_plane, plane in zip(values, planes, strict=True):
        widen_plane(cell_plane, step, plane, scratch)
    if start is not None:
        flat, flat_target = planes.reshape(planes.shape[0], -1), target.reshape(target.shape[0], -1)
        _widen_columns(flat, spline_weights(step), start % step, flat_target)


def widen_plane(values: NDArray[np.float32], step: int, plane: NDArray[np.float32], scratch: Scratch) -> None:
    """Values of cells (Y + 4, X + 4) back to the voxels of a plane (Y, X)."""
    rows = scratch.array("rows", (values.shape[0], plane.shape[1]))
    _widen_plane(values, spline_weights(step), rows, plane)


def spline_weights(step: int) -> NDArray[np.float32]:
    """Weights of five cells, a voxel's own in the middle, for each voxel of a cell: (step, 5).

    >>> spline_weights(2).tolist()
    [[0.0, 0.3125, 0.625, 0.0625, 0.0], [0.0, 0.0625, 0.625, 0.3125, 0.0]]
    """
    padded = np.pad(spline_taps(step) * np.float32(step), 2)
    return np.ascontiguousarray(padded.reshape(5, step)[::-1].T)


@kernel
def _thin_columns(source: Array, where: Array, taps: Array, centre: Number, target: Array, left: Index) -> None:
    """One cell of each column of `source`, whose voxels are the rows `where`; taps are symmetric."""
    size = taps.size
    for start in range(0, source.shape[1], STRETCH):
        width = min(STRETCH, source.shape[1] - start)
        sums = target[left + start : left + start + width]
        sums[:] = 0
        for j in range(size // 2):
            tap = taps[j]
            first, second = source[where[j], start : start + width], source[where[size - 1 - j], start : start + width]
            for i in range(width):
                sums[i] += tap * ((np.float32(first[i]) - centre) + (np.float32(second[i]) - centre))


@kernel
def _thin_plane(
    plane: Array,
    rows: Array,
    places: Array,
    taps: Array,
    step: int,
    centre: Number,
    row: Array,
    line: Array,
    out: Array,
) -> None:
    for k in range(out.shape[0]):
        _thin_columns(plane, rows[k * step :], taps, centre, row, np.int64(0))
        for i in range(places.size):
            line[i] = row[places[i]]
        for c in range(out.shape[1]):
            total = np.float32(0)
            for j in range(taps.size):
                total += taps[j] * line[c * step + j]
            out[k, c] = total


@kernel
def _widen_plane(values: Array, weights: Array, rows: Array, plane: Array) -> None:
    """Along x, then along y."""
    step, width = weights.shape[0], plane.shape[1]
    for k in range(values.shape[0]):
        row, out = values[k], rows[k]
        for t in range(step):
            w = weights[t]
            for c in range((width - t + step - 1) // step):
                near = w[1] * row[c + 1] + w[2] * row[c + 2] + w[3] * row[c + 3]
                out[c * step + t] = near + (w[0] * row[c] + w[4] * row[c + 4])
    _widen_columns(rows, weights, np.int64(0), plane)


@kernel
def _widen_columns(values: Array, weights: Array, shift: Index, target: Array) -> None:
    """Row i of `target` is voxel i + shift of the third cell of `values`."""
    step = weights.shape[0]
    for start in range(0, target.shape[1], STRETCH):
        stop = min(start + STRETCH, target.shape[1])
        for i in range(target.shape[0]):
            cell, t = (i + shift) // step, (i + shift) % step
            w0, w1, w2, w3, w4 = weights[t]
            a, b, c = values[cell, start:stop], values[cell + 1, start:stop], values[cell + 2, start:stop]
            d, e = values[cell + 3, start:stop], values[cell + 4, start:stop]
            out = target[i, start:stop]
            for x in range(stop - start):
                out[x] = (w1 * b[x] + w2 * c[x] + w3 * d[x]) + (w0 * a[x] + w4 * e[x])
