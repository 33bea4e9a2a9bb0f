"""Kernels of the flood: a block enters the state, seeds are planted, labels spread, ids leave.

The state of a block is one int16 a voxel: -1 - gradient / 2 where no label has come yet, the local label 1… where one
has, 0 around the block. Its strides are powers of two, so that coordinates are shifts.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel

LEVELS = 4096

Layout = tuple[int, int, int]
"""Shift of a row, shift of a plane, border planes above and below: 1, or 0 for a single plane."""


@kernel
def place_of(z: int, y: int, x: int, bounds: NDArray[Any], layout: Layout) -> int:
    """Where a voxel of the volume lies in the state of the block with these bounds."""
    row_shift, plane_shift, border = layout
    plane, row = z - bounds[0, 2] + border, y - bounds[1, 2] + 1
    place: int = (plane << plane_shift) + (row << row_shift) + x - bounds[2, 2] + 1
    return place


@kernel
def enter(gradient: NDArray[Any], bounds: NDArray[Any], layout: Layout, state: NDArray[Any]) -> None:
    """Fill the state of a block; bounds are (start, stop, first, last) along z, y, x."""
    _, plane_shift, border = layout
    state[: (bounds[0, 3] - bounds[0, 2] + 2 * border) << plane_shift] = 0
    for z in range(bounds[0, 2], bounds[0, 3]):
        for y in range(bounds[1, 2], bounds[1, 3]):
            source = gradient[z, y, bounds[2, 2] : bounds[2, 3]]
            start = place_of(z, y, bounds[2, 2], bounds, layout)
            row = state[start : start + source.size]
            for x in range(source.size):
                row[x] = ~np.int16(source[x] >> 1)


@kernel
def plant(
    voxels: NDArray[Any],
    near: NDArray[Any],
    shape: tuple[int, int, int],
    bounds: NDArray[Any],
    layout: Layout,
    places: NDArray[Any],
    ids: NDArray[Any],
) -> int:
    """Number the seeds within a block from 1: write their places and ids, return how many they are."""
    _, height, width = shape
    count = 0
    for i in range(near[0, 0], near[0, 1]):
        for j in range(near[1, 0], near[1, 1]):
            for k in range(near[2, 0], near[2, 1]):
                voxel = voxels[i, j, k]
                z, y, x = voxel // (height * width), voxel // width % height, voxel % width
                if (
                    bounds[0, 2] <= z < bounds[0, 3]
                    and bounds[1, 2] <= y < bounds[1, 3]
                    and bounds[2, 2] <= x < bounds[2, 3]
                ):
                    count += 1
                    places[count] = place_of(z, y, x, bounds, layout)
                    ids[count] = (i * voxels.shape[1] + j) * voxels.shape[2] + k + 1
    return count


@kernel
def spread(
    state: NDArray[Any],
    behind: NDArray[Any],
    ends: NDArray[Any],
    places: NDArray[Any],
    layout: Layout,
    weights: tuple[np.float32, np.float32],
    stop: NDArray[Any],
) -> None:
    """Flood the state from the seeds at `places`, until every voxel has a label or `stop` is set.

    behind: scratch, the voxel that waits behind this one in its bucket
    ends: scratch, first and last voxel of each bucket
    weights: levels per unit of stored gradient and per voxel of distance
    """
    row_shift, plane_shift, border = layout
    row_mask, plane_mask = (1 << row_shift) - 1, (1 << (plane_shift - row_shift)) - 1
    row_stride, plane_stride = 1 << row_shift, border << plane_shift
    per_gradient, per_distance = weights
    highest = np.float32(LEVELS - 1)
    ends[:, 0] = -1
    for label in range(1, places.size):
        seed = places[label]
        level = np.int32(min(np.float32(~state[seed]) * per_gradient, highest))
        state[seed] = label
        if ends[level, 0] < 0:
            ends[level, 0] = seed
        else:
            behind[ends[level, 1]] = seed
        ends[level, 1] = seed
        behind[seed] = -1
    for current in range(LEVELS):
        if stop[0]:
            return
        voxel = ends[current, 0]
        while voxel >= 0:
            label = state[voxel]
            seed = places[label]
            z = (voxel >> plane_shift) - (seed >> plane_shift)
            y = ((voxel >> row_shift) & plane_mask) - ((seed >> row_shift) & plane_mask)
            x = (voxel & row_mask) - (seed & row_mask)
            beside = z * z + y * y + x * x + 1
            for step, farther in (
                (1, 2 * x),
                (-1, -2 * x),
                (row_stride, 2 * y),
                (-row_stride, -2 * y),
                (plane_stride, 2 * z),
                (-plane_stride, -2 * z),
            ):
                neighbour = voxel + step
                stored = state[neighbour]
                if stored < 0:
                    state[neighbour] = label
                    cost = np.float32(~stored) * per_gradient + np.sqrt(np.float32(beside + farther)) * per_distance
                    level = max(np.int32(min(cost, highest)), np.int32(current))
                    if ends[level, 0] < 0:
                        ends[level, 0] = neighbour
                    else:
                        behind[ends[level, 1]] = neighbour
                    ends[level, 1] = neighbour
                    behind[neighbour] = -1
            voxel = behind[voxel]


@kernel
def leave(
    state: NDArray[Any], local_ids: NDArray[Any], bounds: NDArray[Any], layout: Layout, ids: NDArray[Any]
) -> None:
    """Write the ids of a block, without its halo."""
    for z in range(bounds[0, 0], bounds[0, 1]):
        for y in range(bounds[1, 0], bounds[1, 1]):
            target = ids[z, y, bounds[2, 0] : bounds[2, 1]]
            start = place_of(z, y, bounds[2, 0], bounds, layout)
            row = state[start : start + target.size]
            for x in range(target.size):
                target[x] = local_ids[row[x]]
