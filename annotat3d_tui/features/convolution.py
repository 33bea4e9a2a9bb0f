"""Gaussian smoothing of a block by symmetric taps, along z, y and x."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui import compiled
from annotat3d_tui.compiled import kernel
from annotat3d_tui.features.block import Block, read_only
from annotat3d_tui.features.borders import reflected
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

TRUNCATE = 4
"""Standard deviations at which a Gaussian ends, as in `scipy.ndimage`."""


def gaussian_taps(sigma: float) -> NDArray[np.float32]:
    """Weights of the centre and of the voxels 1, 2, … 4 sigma away from it; with both sides they add up to 1.

    Where sigma is not whole, they go on to 4 times the next whole number.
    """
    distance = np.arange(TRUNCATE * math.ceil(sigma) + 1)
    weights = np.exp(-0.5 * (distance / sigma) ** 2)
    taps: NDArray[np.float32] = (weights / (2 * weights.sum() - weights[0])).astype(np.float32)
    return taps


def difference_step(sigma: int) -> int:
    """Voxels over which second differences of a Gaussian are taken: half of sigma, as a power of 2, 1 to 8.

    >>> [difference_step(sigma) for sigma in (1, 3, 4, 8, 15, 16, 64)]
    [1, 1, 2, 4, 4, 8, 8]
    """
    return 1 << max(0, min(sigma.bit_length() - 2, 3))


def smooth(block: Block, sigma: int, name: str, *, beyond: int = 0, offset: float = 0.0) -> NDArray[np.float32]:
    """The block smoothed by a Gaussian, minus the centre of the grey values, plus `offset`.

    In 3 dimensions with `beyond` planes more on either side. The array is the block's scratch `name`.
    """
    taps = gaussian_taps(sigma)
    reach = taps.size - 1
    count, height, width = block.shape
    centre = np.float32(block.source.centre)
    size = line_size(width, reach)
    line, total = block.scratch.array("line", (size,)), block.scratch.array("total", (size,))
    if block.dimensions == 3:
        count += 2 * beyond
    target: NDArray[np.float32] = block.scratch.array(name, (count, height, width))
    if block.dimensions == 3:
        for columns, where, left in block.columns(reach + beyond):
            _smooth_columns(columns, where, taps, centre, line, total, target.reshape(count, -1), left)
        planes, centre = read_only(target), np.float32(0)
    else:
        planes = block.planes()
    plane = block.scratch.array("plane", (height, width))
    rows, places = reflected(-reach, height + reach, height), reflected(-reach, width + reach, width)
    _smooth_planes(planes, rows, places, taps, centre, np.float32(offset), line, total, plane, target)
    return target


def must_be_compiled(dtype: np.dtype[Any], dimensions: int) -> bool:
    """Whether the compiler must come before images of this type are smoothed, and what it makes could be kept."""
    return compiled.must_be_compiled(_smooth_columns if dimensions == 3 else _smooth_planes, dtype)


@kernel
def _smooth_planes(
    planes: Array,
    rows: Array,
    places: Array,
    taps: Array,
    centre: Number,
    offset: Number,
    line: Array,
    total: Array,
    plane: Array,
    target: Array,
) -> None:
    for z in range(planes.shape[0]):
        _smooth_columns(planes[z], rows, taps, centre, line, total, plane, np.int64(0))
        _smooth_rows(plane, places, taps, offset, line, total, target[z])


@kernel
def _smooth_columns(
    source: Array, where: Array, taps: Array, centre: Number, line: Array, total: Array, target: Array, left: Index
) -> None:
    reach = taps.size - 1
    for start in range(0, source.shape[1], LANES):
        width = min(LANES, source.shape[1] - start)
        for top in range(0, target.shape[0], CHUNK):
            count = min(CHUNK, target.shape[0] - top)
            lay_columns(source, where, top, count + 2 * reach, start, width, centre, np.float32(1), line)
            convolve(line, np.int64(LANES), count * LANES, taps, total)
            take_columns(total, count, target, top, left + start, width, np.float32(1))


@kernel
def _smooth_rows(
    plane: Array, places: Array, taps: Array, offset: Number, line: Array, total: Array, target: Array
) -> None:
    reach = taps.size - 1
    batch = rows_at_a_time(plane.shape[1], reach)
    for top in range(0, plane.shape[0], batch):
        count = min(batch, plane.shape[0] - top)
        lay_rows(plane, top, count, places, np.float32(1), line)
        convolve(line, np.int64(1), count * places.size - 2 * reach, taps, total)
        take_rows(total, places.size, count, target, top, np.float32(1), offset)


@kernel
def convolve(line: Array, unit: Index, count: int, taps: Array, total: Array) -> None:
    """total[i] = taps[0] line[i + reach unit] + Σ taps[j] (both neighbours at distance j unit), for i < count.

    Four pairs a time: the reach is a multiple of 4, since it is 4 sigma.
    """
    reach = taps.size - 1
    sums = total[:count]
    middle = line[reach * unit : reach * unit + count]
    for i in range(count):
        sums[i] = taps[0] * middle[i]
    for j in range(1, reach + 1, 4):
        before, after = (reach - j) * unit, (reach + j) * unit
        a0, b0, tap0 = line[before:], line[after:], taps[j]
        a1, b1, tap1 = line[before - unit :], line[after + unit :], taps[j + 1]
        a2, b2, tap2 = line[before - 2 * unit :], line[after + 2 * unit :], taps[j + 2]
        a3, b3, tap3 = line[before - 3 * unit :], line[after + 3 * unit :], taps[j + 3]
        for i in range(count):
            near = tap0 * (a0[i] + b0[i]) + tap1 * (a1[i] + b1[i])
            far = tap2 * (a2[i] + b2[i]) + tap3 * (a3[i] + b3[i])
            sums[i] += near + far
