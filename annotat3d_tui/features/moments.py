"""Filters `average` and `variance` of the window."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel
from annotat3d_tui.features.block import Block, read_only
from annotat3d_tui.features.borders import reflected
from annotat3d_tui.features.filters import Scale, SinglePart
from annotat3d_tui.features.lines import (
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
from annotat3d_tui.features.windows import window_moments, window_sums

MOMENT_CHUNK = 32
"""Voxels of a column that are summed at a time; their float64 lines fill the cache sooner than others."""

NOTHING = np.zeros((1, 0, 0), np.float32)
"""Variances within voxels, which have none."""


class Moments(SinglePart):
    """`average`, `variance` of the cube (or, in 2 dimensions, square) of side 2r + 1, with mirrored borders.

    The average is `scipy.ndimage.uniform_filter(image, 2 * r + 1)`; the variance is that of the
    population, the average of (value − average)². Values of every type are taken as they are.

    The variance of a window is put together from those of its halves by the rule of Chan, Golub &
    LeVeque 1979 (Updating formulae and a pairwise algorithm for computing sample variances,
    STAN-CS-79-773), which only ever adds what is positive: nothing cancels, however far the values are
    from zero. Sums are float64, so both are exact to float32.
    """

    filters = ("average", "variance")
    scaled = True

    def cost(self, wanted: tuple[str, ...], scale: Scale, dimensions: int) -> float:
        """Grows with the logarithm of the radius; the variance brings the average along."""
        step = 0.5 if "variance" in wanted else 0.25
        return len(wanted) + dimensions * (0.7 + step * scale.radius.bit_length())

    def evaluate(self, block: Block, wanted: tuple[str, ...], scale: Scale) -> Iterator[tuple[str, str, NDArray[Any]]]:
        """Both from the same sums."""
        averages, variances = _moments(block, scale.radius, "variance" in wanted)
        if "average" in wanted:
            yield "average", "", averages
        if variances is not None:
            yield "variance", "", variances


FAMILY = Moments()


def _moments(block: Block, radius: int, spread: bool) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
    """Averages and, where `spread`, variances; on the way they hold sums, and n² times variances of n voxels."""
    count, height, width = block.shape
    lines = block.scratch.array("moments", (6, line_size(width, radius)), np.float64)
    sums = block.scratch.array("sums", (2, height, width), np.float64)
    halves = block.scratch.array("first", (2 * count, height, width))
    averages = halves[:count]  # plane by plane over the sums along z that are used up: plane z lies in theirs up to z
    variances = block.scratch.array("second", block.shape) if spread else None
    within, centre = NOTHING if variances is None else variances, 0.0
    if block.dimensions == 3:
        along_z = halves.reshape(-1).view(np.float64).reshape(block.shape)
        flat, flat_within = along_z.reshape(count, -1), within.reshape(len(within), -1)
        for columns, where, left in block.columns(radius):
            if spread:
                _columns(columns, NOTHING[0], where, radius, block.source.centre, lines, flat, flat_within, left)
            else:
                _column_sums(columns, where, radius, block.source.centre, lines, flat, left)
        planes = read_only(along_z)
    else:
        planes, within, centre = block.planes(), NOTHING, block.source.centre
    rows, places = reflected(-radius, height + radius, height), reflected(-radius, width + radius, width)
    voxels = (2 * radius + 1) ** block.dimensions
    finish = np.array([1 / voxels, block.source.centre, (2 * radius + 1) / voxels**2])
    if variances is None:
        _plane_sums(planes, rows, places, radius, centre, finish, lines, sums, averages)
    else:
        _planes(planes, within, rows, places, radius, centre, finish, lines, sums, averages, variances)
    return averages, variances


@kernel
def _plane_sums(
    planes: Array,
    rows: Array,
    places: Array,
    radius: int,
    centre: Number,
    finish: Array,
    lines: Array,
    sums: Array,
    averages: Array,
) -> None:
    for z in range(planes.shape[0]):
        _column_sums(planes[z], rows, radius, centre, lines, sums[0], np.int64(0))
        _row_sums(sums[0], places, radius, finish, lines, averages[z])


@kernel
def _planes(
    planes: Array,
    within: Array,
    rows: Array,
    places: Array,
    radius: int,
    centre: Number,
    finish: Array,
    lines: Array,
    sums: Array,
    averages: Array,
    variances: Array,
) -> None:
    for z in range(planes.shape[0]):
        inner = within[min(z, within.shape[0] - 1)]
        _columns(planes[z], inner, rows, radius, centre, lines, sums[0], sums[1], np.int64(0))
        _rows(sums, places, radius, finish, lines, averages[z], variances[z])


@kernel
def _column_sums(
    source: Array, where: Array, radius: int, centre: Number, lines: Array, sums: Array, left: Index
) -> None:
    """Sums along the first axis."""
    for start in range(0, source.shape[1], LANES):
        width = min(LANES, source.shape[1] - start)
        for top in range(0, sums.shape[0], MOMENT_CHUNK):
            count = min(MOMENT_CHUNK, sums.shape[0] - top)
            lay_columns(source, where, top, count + 2 * radius, start, width, centre, 1.0, lines[0])
            window_sums(lines, np.int64(LANES), count * LANES, radius)
            take_columns(lines[4], count, sums, top, left + start, width, 1.0)


@kernel
def _columns(
    source: Array,
    within: Array,
    where: Array,
    radius: int,
    centre: Number,
    lines: Array,
    sums: Array,
    spreads: Array,
    left: Index,
) -> None:
    """Moments along the first axis of values `source` that have variances `within` (empty: 0)."""
    side = np.float64(2 * radius + 1)
    for start in range(0, source.shape[1], LANES):
        width = min(LANES, source.shape[1] - start)
        for top in range(0, sums.shape[0], MOMENT_CHUNK):
            count = min(MOMENT_CHUNK, sums.shape[0] - top)
            laid = count + 2 * radius
            lay_columns(source, where, top, laid, start, width, centre, 1.0, lines[0])
            if within.size == 0:
                for i in range(laid * LANES):
                    lines[1, i] = 0
            else:
                lay_columns(within, where, top, laid, start, width, 0.0, 1.0, lines[1])
            window_moments(lines, np.int64(LANES), count * LANES, radius)
            take_columns(lines[5], count, spreads, top, left + start, width, side)
            take_columns(lines[4], count, sums, top, left + start, width, 1.0)


@kernel
def _row_sums(sums: Array, places: Array, radius: int, finish: Array, lines: Array, averages: Array) -> None:
    """Averages along the last axis; `finish` makes them of sums (scale, offset)."""
    batch = rows_at_a_time(averages.shape[1], radius)
    for top in range(0, averages.shape[0], batch):
        count = min(batch, averages.shape[0] - top)
        lay_rows(sums, top, count, places, 1.0, lines[0])
        window_sums(lines, np.int64(1), count * places.size - 2 * radius, radius)
        take_rows(lines[4], places.size, count, averages, top, finish[0], finish[1])


@kernel
def _rows(
    sums: Array, places: Array, radius: int, finish: Array, lines: Array, averages: Array, variances: Array
) -> None:
    """Moments along the last axis; `finish` makes sums averages (scale, offset) and spreads variances (scale)."""
    batch = rows_at_a_time(averages.shape[1], radius)
    for top in range(0, averages.shape[0], batch):
        count = min(batch, averages.shape[0] - top)
        lay_rows(sums[0], top, count, places, 1.0, lines[0])
        lay_rows(sums[1], top, count, places, 1.0, lines[1])
        window_moments(lines, np.int64(1), count * places.size - 2 * radius, radius)
        take_rows(lines[5], places.size, count, variances, top, finish[2], 0.0)
        take_rows(lines[4], places.size, count, averages, top, finish[0], finish[1])
