"""Gradient -> seeds: the voxel of lowest gradient near each node of a regular grid."""

from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.allocation import empty
from annotat3d_tui.blocks import Progress, in_threads, quiet
from annotat3d_tui.compiled import kernel


class Seeds(NamedTuple):
    """Seeds on a grid; the seed of node (i, j, k) has superpixel id 1 + its place in raster order.

    voxels: (nodes along z, y, x) int64, each seed's place in the raveled volume
    start:  z, y, x of the first node
    step:   distances of nodes along z, y, x; 1 along z where each plane has its own seeds
    window: how far from its node a seed may lie, along z, y, x
    """

    voxels: NDArray[np.int64]
    start: tuple[int, ...]
    step: tuple[int, ...]
    window: tuple[int, ...]

    @property
    def number(self) -> int:
        """How many superpixels they make."""
        return self.voxels.size

    def near(self, axis: int, first: int, last: int) -> tuple[int, int]:
        """First and last + 1 of the nodes along `axis` whose seeds may lie within `first` to `last` - 1."""
        start, step, window = self.start[axis], self.step[axis], self.window[axis]
        begin = -((start + window - first) // step)
        end = (last - 1 + window - start) // step + 1
        return max(begin, 0), min(end, self.voxels.shape[axis])


def nodes(size: int, spacing: int) -> tuple[int, int]:
    """First node and number of nodes along an axis: `size` / `spacing` rounded, at least one, centred.

    >>> nodes(20, 7), nodes(1, 7)
    ((2, 3), (0, 1))
    """
    count = max((size + spacing // 2) // spacing, 1)
    return (size - 1 - (count - 1) * spacing) // 2, count


def nodes_within(size: int, spacing: int, first: int, last: int) -> tuple[int, int]:
    """First node, counted from `first`, and number of those nodes that lie within `first` to `last` - 1.

    >>> nodes_within(20, 7, 5, 18), nodes_within(20, 7, 0, 20) == nodes(20, 7)
    ((4, 2), True)
    """
    start, count = nodes(size, spacing)
    begin = max(-((start - first) // spacing), 0)
    end = min((last - 1 - start) // spacing + 1, count)
    return start + begin * spacing - first, end - begin


def place_seeds(
    gradient: NDArray[np.uint16],
    spacing: int,
    *,
    flat: bool = False,
    along_z: tuple[int, int] | None = None,
    threads: int = 1,
    progress: Progress = quiet,
) -> Seeds:
    """A seed for each node of the grid, where the gradient (Z, Y, X) is lowest within spacing // 4 voxels of it.

    Among equal ones the nearest to the node counts, then the first in raster order. With `flat`
    each plane has a grid of its own. `along_z` are first node and number of nodes
    along z, where they are not those of the gradient's own size.
    """
    step = (1 if flat else spacing, spacing, spacing)
    window = tuple(one // 4 for one in step)
    grid = [nodes(size, one) for size, one in zip(gradient.shape, step, strict=True)]
    grid[0] = along_z or grid[0]
    start, counts = zip(*grid, strict=True)
    seeds = Seeds(empty(counts, np.int64), start, step, window)
    place = partial(_place_layer, gradient, np.array((start, step, window)), seeds.voxels)
    in_threads(place, range(counts[0]), threads, progress, "seeds")
    return seeds


@kernel
def _place_layer(gradient: NDArray[Any], grid: NDArray[Any], voxels: NDArray[Any], layer: int) -> None:
    """Seeds of the nodes of one layer (the same z); `grid` holds start, step and window."""
    depth, height, width = gradient.shape
    z = grid[0, 0] + layer * grid[1, 0]
    for j in range(voxels.shape[1]):
        y = grid[0, 1] + j * grid[1, 1]
        for k in range(voxels.shape[2]):
            x = grid[0, 2] + k * grid[1, 2]
            lowest = np.int64(1) << 62
            for p in range(max(z - grid[2, 0], 0), min(z + grid[2, 0] + 1, depth)):
                for q in range(max(y - grid[2, 1], 0), min(y + grid[2, 1] + 1, height)):
                    for r in range(max(x - grid[2, 2], 0), min(x + grid[2, 2] + 1, width)):
                        distance = (p - z) * (p - z) + (q - y) * (q - y) + (r - x) * (r - x)
                        merit = (np.int64(gradient[p, q, r]) << 32) + distance
                        if merit < lowest:
                            lowest = merit
                            voxels[layer, j, k] = (p * height + q) * width + r
