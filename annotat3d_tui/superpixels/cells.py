"""Kernels: a volume cut into cells and their blocks, whose voxels then lie one after the other.

`edges` along an axis are the first voxels of its cells and the size. A cell is cut into blocks of at most
DEPTH × HEIGHT × WIDTH voxels, equal but for the last along each axis. In the arranged volume cells follow each other in
raster order, in a cell its blocks, in a block its voxels.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel

DEPTH, HEIGHT, WIDTH = 4, 4, 8
"""The largest block of voxels."""

VOXELS = DEPTH * HEIGHT * WIDTH

COUNT, INTENSITY, Z, Y, X = range(5)
"""Columns of the sums over the voxels of a centre."""

IN_X, IN_Y, IN_Z, IN_COUNT = 23, 33, 42, 51
"""Level, x, y and z in its block, and the count 1, of one voxel are one number from these bits on, level from 0: the
sums over the voxels of a block fit."""


@kernel
def side(size: int, most: int) -> int:
    """The side of as few parts of `size`, equal but for the last, as are at most `most` long."""
    parts = -(-size // most)
    return -(-size // parts)


@kernel
def rule(places: NDArray[Any], corners: NDArray[Any]) -> None:
    """Write z, y, x of the voxels of blocks of any height and width, and the same packed as one number.

    places, corners: (HEIGHT + 1, WIDTH + 1, 3, VOXELS) and (HEIGHT + 1, WIDTH + 1, VOXELS)
    """
    for high in range(1, HEIGHT + 1):
        for wide in range(1, WIDTH + 1):
            for t in range(DEPTH * high * wide):
                z, y, x = t // (high * wide), t // wide % high, t % wide
                places[high, wide, 0, t], places[high, wide, 1, t], places[high, wide, 2, t] = z, y, x
                corners[high, wide, t] = (np.int64(1) << IN_COUNT) | (z << IN_Z) | (y << IN_Y) | (x << IN_X)


@kernel
def first_of(shape: tuple[int, int, int], edges: tuple[Any, Any, Any], cell: tuple[int, int, int]) -> int:
    """Where the first voxel of a cell lies in the arranged volume."""
    (in_z, in_y, in_x), (i, j, k) = edges, cell
    depth, height = in_z[i + 1] - in_z[i], in_y[j + 1] - in_y[j]
    before: int = shape[2] * (shape[1] * in_z[i] + depth * in_y[j]) + depth * height * in_x[k]
    return before


@kernel
def arrange(
    levels: NDArray[Any], edges: tuple[Any, Any, Any], layer: int, arranged: NDArray[Any], sums: NDArray[Any]
) -> None:
    """Arrange one layer of cells, and sum up each over its own voxels: the centres to begin with."""
    in_z, in_y, in_x = edges
    depth = in_z[layer + 1] - in_z[layer]
    for j in range(in_y.size - 1):
        height = in_y[j + 1] - in_y[j]
        for k in range(in_x.size - 1):
            width = in_x[k + 1] - in_x[k]
            entry, count = sums[layer, j, k], depth * height * width
            at = first_of(levels.shape, edges, (layer, j, k))
            cell = levels[in_z[layer] : in_z[layer + 1], in_y[j] : in_y[j + 1], in_x[k] : in_x[k + 1]]
            _arrange_cell(cell, arranged[at : at + count])
            for level in arranged[at : at + count]:
                entry[INTENSITY] += level
            entry[COUNT] += count
            entry[Z] += count * (in_z[layer] + in_z[layer + 1] - 1) // 2
            entry[Y] += count * (in_y[j] + in_y[j + 1] - 1) // 2
            entry[X] += count * (in_x[k] + in_x[k + 1] - 1) // 2


@kernel
def _arrange_cell(cell: NDArray[Any], arranged: NDArray[Any]) -> None:
    depth, height, width = cell.shape
    deep, high, wide = side(depth, DEPTH), side(height, HEIGHT), side(width, WIDTH)
    at = 0
    for z in range(0, depth, deep):
        for y in range(0, height, high):
            for x in range(0, width, wide):
                for p in range(z, min(z + deep, depth)):
                    for q in range(y, min(y + high, height)):
                        for r in range(x, min(x + wide, width)):
                            arranged[at] = cell[p, q, r]
                            at += 1
