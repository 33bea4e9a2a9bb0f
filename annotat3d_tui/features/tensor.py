"""Filter `structure_tensor`: how strongly, and in how many directions, the image changes around a voxel."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel
from annotat3d_tui.features import convolution
from annotat3d_tui.features.block import Block, Scratch, read_only
from annotat3d_tui.features.borders import reflected
from annotat3d_tui.features.coarse import (
    SMALLEST,
    cell_side,
    convolve_axis,
    smooth_cells,
    smooth_in_planes,
    smooth_plane_cells,
)
from annotat3d_tui.features.convolution import difference_step, gaussian_taps
from annotat3d_tui.features.eigenvalues import PARTS, eigenvalues_2, eigenvalues_3
from annotat3d_tui.features.filters import Scale
from annotat3d_tui.features.lines import Array, Number, lay_row
from annotat3d_tui.features.pyramid import NEIGHBOURS, cells, spline_variance, widen

BAND = 64
"""Rows whose matrices are made at a time; a multiple of every side of cells."""

PAIRS = {2: ((1, 1), (2, 2), (1, 2)), 3: ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))}
"""Axes of the entries of a matrix, in the order that `eigenvalues` has them."""

Values = NDArray[np.float32]
Bands = Iterator[tuple[slice, slice, Values]]


class StructureTensor:
    """`structure_tensor`: its eigenvalues, the largest first.

    The gradient of the Gaussian G(r) of `fft_gauss` is multiplied with itself, a matrix for each voxel, whose entries
    are smoothed by a Gaussian of r / 2 (ilastik's choice), with taps up to 4 times the next whole number; times r²,
    so that values are squares of grey values and of like size at all radii. The gradient is the difference over
    s voxels on both sides, (G(x + s) − G(x − s)) / 2s, s being 1 voxel at radii up to 3, 2 up to 7, 4 up to 15, then
    8. All is as if the image went on mirrored beyond its borders. In 2 dimensions, in each slice alone, there are
    two eigenvalues, and `middle` is 0. From r = 8 on computed on a coarser grid, within 2 % of its standard deviation
    on average. (Förstner & Gülch 1987; Bigün & Granlund 1987.)
    """

    filters = ("structure_tensor",)
    scaled = True

    def parts(self, name: str) -> tuple[str, ...]:
        """Three eigenvalues."""
        return PARTS

    def cost(self, wanted: tuple[str, ...], scale: Scale, dimensions: int) -> float:
        """Six entries of a matrix to smooth in 3 dimensions, three in 2."""
        return 12.0 * dimensions if scale.radius < SMALLEST else 6.0 * dimensions

    def evaluate(self, block: Block, wanted: tuple[str, ...], scale: Scale) -> Iterator[tuple[str, str, NDArray[Any]]]:
        """All eigenvalues at once, in bands of rows."""
        exact = scale.radius < SMALLEST
        factor = np.float32((scale.radius / difference_step(scale.radius)) ** 2)
        found = [block.scratch.array(name, block.shape) for name in ("second", "third", "fourth")]
        row = block.scratch.array("entries", (6, block.shape[2]))
        for planes, rows, entries in (_exact if exact else _coarse)(block, scale.radius):
            largest, middle, smallest = (values[planes, rows] for values in found)
            _eigenvalues(entries, factor, row, largest, middle, smallest)
        for part, values in zip(PARTS, found, strict=True):
            yield "structure_tensor", part, values


FAMILY = StructureTensor()


def _exact(block: Block, radius: int) -> Bands:
    """Smoothed products of differences (entries, planes, rows, X), with the planes and rows where they belong."""
    taps, step = gaussian_taps(radius / 2), difference_step(radius)
    margin = taps.size - 1 + step
    count, height, width = block.shape
    deep = block.dimensions == 3
    smoothed = convolution.smooth(block, radius, "first", beyond=margin)
    places = reflected(-margin, width + margin, width)
    for z in (slice(0, count),) if deep else (slice(z, z + 1) for z in range(count)):
        part = smoothed if deep else smoothed[z]
        for top in range(0, height, BAND):
            stop = min(top + BAND, height)
            rows = reflected(top - margin, stop + margin, height)
            padded = block.scratch.array("padded", (part.shape[0], rows.size, places.size))
            _pad(read_only(part), rows, places, padded)
            shape = (len(PAIRS[block.dimensions]), z.stop - z.start, stop - top, width)
            entries = block.scratch.array("tensor", shape)
            _smoothed_products(padded, step, deep, taps, block.scratch, entries)
            yield z, slice(top, stop), entries


def _coarse(block: Block, radius: int) -> Bands:
    """As `_exact`, from cells; their sides are the steps of the differences."""
    side = cell_side(radius)
    way = spline_variance(side)
    inner = math.sqrt(radius**2 - way) / side
    taps = gaussian_taps(math.sqrt(radius**2 / 4 - way) / side)
    edge = NEIGHBOURS + taps.size
    if block.dimensions == 3:
        first, last = block.start // side - NEIGHBOURS, (block.stop - 1) // side + NEIGHBOURS + 1
        values = smooth_cells(block, side, inner, first - taps.size, last + taps.size, edge, "cells")
        yield from _widened(block, values, side, taps, slice(0, block.shape[0]), last - first)
        return
    for z, plane in enumerate(block.planes()):
        values = smooth_plane_cells(plane, block, side, inner, edge, "cells")
        yield from _widened(block, values, side, taps, slice(z, z + 1), 1)


def _widened(block: Block, values: Values, side: int, taps: NDArray[np.float32], planes: slice, count: int) -> Bands:
    """Products of differences of smoothed cells, smoothed and brought back to voxels."""
    scratch, deep = block.scratch, block.dimensions == 3
    _, height, width = block.shape
    entries = len(PAIRS[block.dimensions])
    sides = [cells(length, side) + 2 * NEIGHBOURS for length in (height, width)]
    tensor = scratch.array("coarse tensor", (entries, count, *sides))
    _smoothed_products(values, 1, deep, taps, scratch, tensor)
    for top in range(0, height, BAND):
        stop = min(top + BAND, height)
        wide = scratch.array("tensor", (entries, planes.stop - planes.start, stop - top, width))
        rows = slice(top // side, cells(stop, side) + 2 * NEIGHBOURS)
        for narrow, target in zip(tensor, wide, strict=True):
            widen(narrow[:, rows], side, block.start if deep else None, target, scratch)
        yield planes, slice(top, stop), wide


def _smoothed_products(
    values: Values, step: int, deep: bool, taps: NDArray[np.float32], scratch: Scratch, found: Values
) -> None:
    """Of the differences over `step` along every pair of axes, into `found` (pairs, planes, Y, X).

    On each side, of planes only where it is `deep`, `values` are wider by `step` + the taps' reach.
    """
    reach = taps.size - 1
    _, count, height, width = found.shape
    plane = (height + 2 * reach, width + 2 * reach)
    product = scratch.array("product", (count + 2 * reach if deep else count, *plane))
    smoothed = scratch.array("deep", (count, *plane)) if deep else product
    for (one, other), target in zip(PAIRS[3 if deep else 2], found, strict=True):
        _multiply(read_only(values), step, deep, one, other, product)
        if deep:
            convolve_axis(product.reshape(-1), plane[0] * plane[1], taps, smoothed.reshape(-1))
        smooth_in_planes(smoothed, taps, 0, scratch, target)


@kernel
def _pad(values: Array, rows: Array, places: Array, padded: Array) -> None:
    for z in range(values.shape[0]):
        for k in range(rows.size):
            lay_row(values[z, rows[k]], places, padded[z, k])


@kernel
def _ends(values: Array, z: int, y: int, deep: int, step: int, axis: int, width: int) -> tuple[Array, Array]:
    """The rows that are subtracted for the differences of row (z, y) along an axis."""
    if axis == 0:
        return values[z, y + step, step : step + width], values[z + 2 * deep, y + step, step : step + width]
    if axis == 1:
        return values[z + deep, y, step : step + width], values[z + deep, y + 2 * step, step : step + width]
    return values[z + deep, y + step, :width], values[z + deep, y + step, 2 * step : 2 * step + width]


@kernel
def _multiply(values: Array, step: int, stacked: bool, one: int, other: int, product: Array) -> None:
    """Differences over 2 `step` along axis `one`, halved, times those along axis `other`."""
    planes, height, width = product.shape
    deep = step if stacked else 0
    for z in range(planes):
        for y in range(height):
            a, b = _ends(values, z, y, deep, step, one, width)
            c, d = _ends(values, z, y, deep, step, other, width)
            out = product[z, y]
            for x in range(width):
                out[x] = np.float32(0.25) * (b[x] - a[x]) * (d[x] - c[x])


@kernel
def _eigenvalues(entries: Array, factor: Number, row: Array, largest: Array, middle: Array, smallest: Array) -> None:
    for z in range(largest.shape[0]):
        for y in range(largest.shape[1]):
            for k in range(entries.shape[0]):
                source, out = entries[k, z, y], row[k]
                for x in range(source.size):
                    out[x] = factor * source[x]
            if entries.shape[0] == 3:
                middle[z, y] = 0
                eigenvalues_2(row, largest[z, y], smallest[z, y])
            else:
                eigenvalues_3(row, largest[z, y], middle[z, y], smallest[z, y])
