"""Gaussians of 8 voxels and more, on a coarser grid: a tenth of the cost, within 2 % of one standard deviation.

The image's cells (`pyramid`) are smoothed by a Gaussian whose variance is what the way to cells and back leaves
to be done, and brought back to voxels. The grid begins at the image's first voxel, so that no block changes a bit.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel
from annotat3d_tui.features import convolution
from annotat3d_tui.features.block import Block, Scratch, read_only
from annotat3d_tui.features.convolution import convolve, gaussian_taps
from annotat3d_tui.features.lines import Array
from annotat3d_tui.features.pyramid import NEIGHBOURS, Level, cells, spline_variance, thin_plane, widen, widen_plane

SMALLEST = 8
"""Standard deviation from which a Gaussian is computed on a coarser grid."""

BEYOND = 2
"""Cells that planes beyond the block take, at most."""

Values = NDArray[np.float32]


def cell_side(sigma: int) -> int:
    """Voxels along each side of the cells for a Gaussian of `sigma` ≥ 8 voxels."""
    return 4 if sigma < 16 else 8


def smooth(block: Block, sigma: int, name: str, *, beyond: int = 0, offset: float = 0.0) -> Values:
    """The block smoothed by a Gaussian, minus the centre of the grey values, plus `offset`.

    In 3 dimensions with `beyond` planes more on either side. The array is the block's scratch `name`. From 8 voxels
    on within 2 % of the standard deviation of the exact result, which smaller ones are to float32.
    """
    if sigma < SMALLEST:
        return convolution.smooth(block, sigma, name, beyond=beyond, offset=offset)
    count, height, width = block.shape
    beyond = beyond if block.dimensions == 3 else 0
    target: Values = block.scratch.array(name, (count + 2 * beyond, height, width))
    side = cell_side(sigma)
    left = math.sqrt(sigma**2 - 2 * spline_variance(side)) / side
    if block.dimensions == 3:
        start, stop = block.start - beyond, block.stop + beyond
        values = smooth_cells(
            block, side, left, start // side - NEIGHBOURS, (stop - 1) // side + NEIGHBOURS + 1, NEIGHBOURS, "cells"
        )
        widen(values, side, start, target, block.scratch)
    else:
        for plane, wide in zip(block.planes(), target, strict=True):
            widen_plane(smooth_plane_cells(plane, block, side, left, NEIGHBOURS, "cells")[0], side, wide, block.scratch)
    if offset:
        target += np.float32(offset)
    return target


def smooth_cells(block: Block, side: int, sigma: float, first: int, last: int, edge: int, name: str) -> Values:
    """Planes of cells `first` to `last`, with `edge` cells more along y and x, smoothed by `sigma` cells."""
    source, scratch = block.source, block.scratch
    taps = gaussian_taps(sigma)
    reach = taps.size - 1
    margin = reach + edge + BEYOND
    level: Level = source.once(("level", side, margin), lambda: Level(source, side, margin))
    values = level.planes(first - reach, last + reach, scratch)
    deep = scratch.array("deep", (last - first, *values.shape[1:]))
    convolve_axis(values.reshape(-1), math.prod(values.shape[1:]), taps, deep.reshape(-1))
    return _smooth_planes(deep, taps, BEYOND, scratch, name)


def smooth_plane_cells(plane: NDArray[Any], block: Block, side: int, sigma: float, edge: int, name: str) -> Values:
    """Cells of one plane (1, Y, X), with `edge` more on all sides, smoothed by `sigma` cells."""
    taps = gaussian_taps(sigma)
    margin = taps.size - 1 + edge
    height, width = (cells(length, side) + 2 * margin for length in plane.shape)
    thin = block.scratch.array("deep", (1, height, width))
    thin_plane(plane, side, margin, block.source.centre, block.scratch, thin[0])
    return _smooth_planes(thin, taps, 0, block.scratch, name)


def _smooth_planes(values: Values, taps: NDArray[np.float32], trim: int, scratch: Scratch, name: str) -> Values:
    """Smoothed along y and x; on each side `trim` + the taps' reach cells are lost."""
    count, height, width = values.shape
    lost = 2 * (trim + taps.size - 1)
    smoothed = scratch.array(name, (count, height - lost, width - lost))
    smooth_in_planes(values, taps, trim, scratch, smoothed)
    return smoothed


def smooth_in_planes(values: Values, taps: NDArray[np.float32], trim: int, scratch: Scratch, smoothed: Values) -> None:
    """Along y and x, into `smoothed`, which is smaller on each side by `trim` + the taps' reach."""
    _, height, width = values.shape
    rows, line = scratch.array("rows", (height, width)), scratch.array("line", (height * width,))
    _smooth_rows_and_columns(values, taps, trim, rows, line, smoothed)


def convolve_axis(values: Values, unit: int, taps: NDArray[np.float32], found: Values) -> None:
    """Along the axis whose next element lies `unit` elements further; flat arrays, borders included in `values`."""
    _convolve_axis(read_only(values), unit, taps, found)


@kernel
def _convolve_axis(values: Array, unit: int, taps: Array, found: Array) -> None:
    convolve(values, unit, found.size, taps, found)


@kernel
def _smooth_rows_and_columns(values: Array, taps: Array, trim: int, rows: Array, line: Array, smoothed: Array) -> None:
    pitch = values.shape[2]
    _, height, width = smoothed.shape
    flat_rows = rows.reshape(rows.size)
    for z in range(values.shape[0]):
        plane = values[z].reshape(pitch * values.shape[1])
        convolve(plane[trim * pitch :], pitch, height * pitch, taps, flat_rows)
        convolve(flat_rows[trim:], np.int64(1), (height - 1) * pitch + width, taps, line)
        for y in range(height):
            row, out = line[y * pitch : y * pitch + width], smoothed[z, y]
            for x in range(width):
                out[x] = row[x]
