"""Filters `minimum` and `maximum` of the window."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel
from annotat3d_tui.features.block import Block, read_only
from annotat3d_tui.features.borders import reflected
from annotat3d_tui.features.filters import Scale, SinglePart
from annotat3d_tui.features.lines import (
    CHUNK,
    LANES,
    Array,
    Index,
    Number,
    lay_columns,
    lay_rows,
    line_size,
    rows_at_a_time,
    take_columns,
    take_rows,
)


class Extrema(SinglePart):
    """`minimum`, `maximum`: least and greatest grey value of the cube (or, in 2 dimensions, square) of side 2r + 1.

    Mirrored borders, which for extrema is the same as a window cut at the border. Exact, but that
    int32 and float64 values are rounded to float32. The same as `scipy.ndimage.minimum_filter` and
    `maximum_filter` of that size.

    Windows grow by doubling: the least of 2 w voxels is that of two windows of w voxels, and the last
    two may overlap, so a window costs the logarithm of its side. The maximum is the minimum of the
    negative.
    """

    filters = ("minimum", "maximum")
    scaled = True

    def cost(self, wanted: tuple[str, ...], scale: Scale, dimensions: int) -> float:
        """Grows with the logarithm of the radius."""
        return len(wanted) * (1.0 + dimensions * (0.4 + 0.1 * scale.radius.bit_length()))

    def evaluate(self, block: Block, wanted: tuple[str, ...], scale: Scale) -> Iterator[tuple[str, str, NDArray[Any]]]:
        """One after the other, in one array."""
        for name in self.filters:
            if name in wanted:
                yield name, "", _extreme(block, scale.radius, np.float32(1 if name == "minimum" else -1))


FAMILY = Extrema()


def _extreme(block: Block, radius: int, sign: np.float32) -> NDArray[np.float32]:
    """Minimum where `sign` is 1, maximum where it is -1."""
    _, height, width = block.shape
    lines = block.scratch.array("lines", (3, line_size(width, radius)))
    plane = block.scratch.array("plane", (height, width))
    target = block.scratch.array("first", block.shape)
    if block.dimensions == 3:
        for columns, where, left in block.columns(radius):
            _least_of_columns(columns, where, radius, sign, lines, target.reshape(target.shape[0], -1), left)
        planes, taken = read_only(target), np.float32(1)
    else:
        planes, taken = block.planes(), sign
    rows, places = reflected(-radius, height + radius, height), reflected(-radius, width + radius, width)
    _least_in_planes(planes, rows, places, radius, taken, sign, lines, plane, target)
    return target


@kernel
def _least_in_planes(
    planes: Array,
    rows: Array,
    places: Array,
    radius: int,
    taken: Number,
    given: Number,
    lines: Array,
    plane: Array,
    target: Array,
) -> None:
    """Least of `taken` × planes, times `given`."""
    for z in range(planes.shape[0]):
        _least_of_columns(planes[z], rows, radius, taken, lines, plane, np.int64(0))
        _least_of_rows(plane, places, radius, given, lines, target[z])


@kernel
def _least_of_columns(
    source: Array, where: Array, radius: int, taken: Number, lines: Array, target: Array, left: Index
) -> None:
    for start in range(0, source.shape[1], LANES):
        width = min(LANES, source.shape[1] - start)
        for top in range(0, target.shape[0], CHUNK):
            count = min(CHUNK, target.shape[0] - top)
            lay_columns(source, where, top, count + 2 * radius, start, width, np.float32(0), taken, lines[0])
            _least(lines, np.int64(LANES), count * LANES, radius)
            take_columns(lines[2], count, target, top, left + start, width, np.float32(1))


@kernel
def _least_of_rows(plane: Array, places: Array, radius: int, given: Number, lines: Array, target: Array) -> None:
    batch = rows_at_a_time(plane.shape[1], radius)
    for top in range(0, plane.shape[0], batch):
        count = min(batch, plane.shape[0] - top)
        lay_rows(plane, top, count, places, np.float32(1), lines[0])
        _least(lines, np.int64(1), count * places.size - 2 * radius, radius)
        take_rows(lines[2], places.size, count, target, top, given, np.float32(0))


@kernel
def _least(lines: Array, unit: Index, count: int, radius: int) -> None:
    """Least of the windows of 2 radius + 1 voxels that start at the first `count` elements of line 0, into line 2."""
    side = 2 * radius + 1
    line, spare = lines[0], lines[1]
    window = 1
    length = count + (side - 1) * unit
    while 2 * window <= side:
        length -= window * unit
        _pairwise_least(line, line[window * unit :], spare, length)
        line, spare = spare, line
        window *= 2
    _pairwise_least(line, line[(side - window) * unit :], lines[2], count)


@kernel
def _pairwise_least(first: Array, second: Array, least: Array, count: Index) -> None:
    a, b, out = first[:count], second[:count], least[:count]
    for i in range(count):
        out[i] = min(a[i], b[i])
