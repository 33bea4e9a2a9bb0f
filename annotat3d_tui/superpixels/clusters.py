"""Kernels of SLIC: each voxel goes to the best of the 27 centres around its cell; centres move to their voxels.

A voxel is described by intensity, z, y and x. Since its own square is common to all centres, the squared distance to a
centre is as good as a linear function of these four, and that is what is compared. The difference of two such functions
is lowest in a corner of a block of voxels: so most of the 27 centres are known to be the best of no voxel in a block
before any voxel is looked at.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel
from annotat3d_tui.superpixels.cells import (
    COUNT,
    DEPTH,
    HEIGHT,
    IN_COUNT,
    IN_X,
    IN_Y,
    IN_Z,
    INTENSITY,
    VOXELS,
    WIDTH,
    X,
    Y,
    Z,
    first_of,
    side,
)

CANDIDATES = 27
"""Centres that a voxel is compared with."""

_STEP = 16  # voxels of a block are compared in whole vectors
_ROOM = 32  # for candidates, in whole vectors; what is beyond them is never the best
_LEVELS, _COLUMNS, _ROWS = (1 << IN_X) - 1, (1 << (IN_Y - IN_X)) - 1, (1 << (IN_Z - IN_Y)) - 1
_NEVER = np.float32(1e30)  # the value of no candidate
_SURE = np.float32(1e-5)  # a candidate whose value is higher by this everywhere in a block is left out, rounding or not
_UNIT = np.float32(1 / 65535)


@kernel
def move(sums: NDArray[Any], centres: NDArray[Any]) -> None:
    """Move the centres (intensity 0…1, z, y, x) to the mean of their voxels; forget the sums.

    A centre that has no voxels stays.
    """
    entries, points = sums.reshape(-1, 5), centres.reshape(-1, 4)
    for number in range(points.shape[0]):
        entry, point = entries[number], points[number]
        if entry[COUNT]:
            per_voxel = 1.0 / entry[COUNT]
            point[0] = entry[INTENSITY] * per_voxel * _UNIT
            for axis in range(3):
                point[1 + axis] = entry[Z + axis] * per_voxel
        entry[:] = 0


@kernel
def assign(
    arranged: NDArray[Any],
    edges: tuple[Any, Any, Any],
    tile: tuple[int, int, int, int],
    in_blocks: tuple[Any, Any],
    centres: NDArray[Any],
    weight: np.float32,
    sums: NDArray[Any],
    ids: NDArray[Any],
    boxes: NDArray[Any],
    last: bool,
) -> None:
    """Add the voxels of the cells of a tile to the sums of their best centres.

    The last time, write their ids and extend the box of each id by the blocks that have voxels of it.

    arranged: the levels of the volume, as `cells` arranges them
    tile: first and last + 1 of its cells along z and y; it has all of them along x
    in_blocks: places and corners of `cells.rule`
    weight: of a squared distance of one voxel beside a squared difference of the whole range of intensities
    boxes: (cells along z, y, x, 6) int32, first z, y, x and last + 1 of the voxels of each id
    """
    in_z, in_y, in_x = edges
    entries, extents = sums.reshape(-1, 5), boxes.reshape(-1, 6)
    intensities, points = np.zeros(VOXELS, np.float32), np.zeros(VOXELS, np.int64)
    label, best = np.zeros(VOXELS, np.uint32), np.empty(VOXELS, np.float32)
    planes, numbers = np.zeros((5, _ROOM), np.float32), np.zeros(_ROOM, np.int32)
    offsets, bounds = np.zeros(_ROOM, np.float32), np.zeros(_ROOM, np.float32)
    few, totals = np.zeros(_ROOM, np.uint32), np.zeros((2, _ROOM), np.int64)
    for i in range(tile[0], tile[1]):
        for j in range(tile[2], tile[3]):
            for k in range(in_x.size - 1):
                depth, height, width = in_z[i + 1] - in_z[i], in_y[j + 1] - in_y[j], in_x[k + 1] - in_x[k]
                deep, high, wide = side(depth, DEPTH), side(height, HEIGHT), side(width, WIDTH)
                _candidates(centres, (i, j, k), (in_z[i], in_y[j], in_x[k]), weight, planes, numbers)
                at = first_of(ids.shape, edges, (i, j, k))
                for z in range(0, depth, deep):
                    for y in range(0, height, high):
                        for x in range(0, width, wide):
                            sides = min(deep, depth - z), min(high, height - y), min(wide, width - x)
                            place = in_z[i] + z, in_y[j] + y, in_x[k] + x
                            block = arranged[at : at + sides[0] * sides[1] * sides[2]]
                            at += block.size
                            places, corners = in_blocks[0][sides[1], sides[2]], in_blocks[1][sides[1], sides[2]]
                            low, top = _describe(block, corners, intensities, points)
                            count = _sift(planes, (z, y, x), sides, low, top, offsets, bounds, few)
                            _choose(intensities, places, block.size, planes, offsets, few, count, best, label)
                            _sum(points, block.size, label, totals)
                            _add(entries, place, numbers, few[:count], totals)
                            if last:
                                _write(ids, place, sides, label, numbers)
                                _extend(extents, place, sides, numbers, few[:count], totals)


@kernel
def _candidates(
    centres: NDArray[Any],
    cell: tuple[int, int, int],
    origin: tuple[int, int, int],
    weight: np.float32,
    planes: NDArray[Any],
    numbers: NDArray[Any],
) -> None:
    """The linear function and the number of each centre around a cell, over places in the cell at `origin`."""
    count = 0
    for i in range(max(cell[0] - 1, 0), min(cell[0] + 2, centres.shape[0])):
        for j in range(max(cell[1] - 1, 0), min(cell[1] + 2, centres.shape[1])):
            for k in range(max(cell[2] - 1, 0), min(cell[2] + 2, centres.shape[2])):
                centre = centres[i, j, k]
                z, y, x = centre[1] - origin[0], centre[2] - origin[1], centre[3] - origin[2]
                planes[0, count] = -2 * centre[0]
                planes[1, count], planes[2, count], planes[3, count] = -2 * weight * z, -2 * weight * y, -2 * weight * x
                planes[4, count] = centre[0] * centre[0] + weight * (z * z + y * y + x * x)
                numbers[count] = (i * centres.shape[1] + j) * centres.shape[2] + k
                count += 1
    for beyond in range(count, _ROOM):
        planes[:4, beyond] = 0
        planes[4, beyond] = _NEVER


@kernel
def _describe(
    block: NDArray[Any], corners: NDArray[Any], intensities: NDArray[Any], points: NDArray[Any]
) -> tuple[Any, Any]:
    """Write the intensities of the voxels of a block, and their places and levels as one number each.

    Returns the lowest and the highest level.
    """
    low, top = np.uint16(65535), np.uint16(0)
    for t in range(block.size):
        level = block[t]
        low, top = min(low, level), max(top, level)
        intensities[t] = np.float32(level) * _UNIT
        points[t] = corners[t] + np.int64(level)
    return low, top


@kernel
def _sift(
    planes: NDArray[Any],
    place: tuple[int, int, int],
    sides: tuple[int, int, int],
    low: Any,
    top: Any,
    offsets: NDArray[Any],
    bounds: NDArray[Any],
    few: NDArray[Any],
) -> int:
    """Find the candidates that may be the best of some voxel of the block at a place in the cell: return how many.

    The others are worse in the whole block, with levels `low` to `top`, than the one that is best in its middle.

    offsets: becomes the values of the candidates at the first voxel of the block, with intensity 0
    few: becomes the candidates, in order, filled up with one that is never the best to a multiple of three
    """
    half = np.float32(0.5)
    level, more = half * _UNIT * (np.float32(low) + np.float32(top)), half * _UNIT * np.float32(top - low)
    z, y, x = np.float32(place[0]), np.float32(place[1]), np.float32(place[2])
    deep, tall, wide = half * np.float32(sides[0] - 1), half * np.float32(sides[1] - 1), half * np.float32(sides[2] - 1)
    a, b, d, e, f = planes[0], planes[1], planes[2], planes[3], planes[4]
    lowest = _NEVER
    for c in range(_ROOM):
        offsets[c] = f[c] + b[c] * z + d[c] * y + e[c] * x
        bounds[c] = offsets[c] + a[c] * level + b[c] * deep + d[c] * tall + e[c] * wide
        lowest = min(lowest, bounds[c])
    first = 0
    while bounds[first] > lowest:
        first += 1
    a0, b0, d0, e0 = a[first], b[first], d[first], e[first]
    for c in range(_ROOM):
        bounds[c] -= more * abs(a[c] - a0) + deep * abs(b[c] - b0) + tall * abs(d[c] - d0) + wide * abs(e[c] - e0)
    count = 0
    for c in range(CANDIDATES):
        few[count] = c
        count += bounds[c] <= lowest + _SURE
    few[count : count + 2] = _ROOM - 1
    return count


@kernel
def _choose(
    level: NDArray[Any],
    places: NDArray[Any],
    size: int,
    planes: NDArray[Any],
    offsets: NDArray[Any],
    few: NDArray[Any],
    count: int,
    best: NDArray[Any],
    label: NDArray[Any],
) -> None:
    """For each voxel the candidate of the lowest value, the first of equal ones; three are compared at a time."""
    size = -(-size // _STEP) * _STEP
    for t in range(size):
        best[t] = _NEVER
        label[t] = 0
    in_z, in_y, in_x = places[0], places[1], places[2]
    for c in range(0, count, 3):
        first, second, third = few[c], few[c + 1], few[c + 2]
        a0, b0, d0, e0, f0 = planes[0, first], planes[1, first], planes[2, first], planes[3, first], offsets[first]
        a1, b1, d1, e1, f1 = planes[0, second], planes[1, second], planes[2, second], planes[3, second], offsets[second]
        a2, b2, d2, e2, f2 = planes[0, third], planes[1, third], planes[2, third], planes[3, third], offsets[third]
        for t in range(size):
            lowest, chosen = best[t], label[t]
            value = a0 * level[t] + b0 * in_z[t] + d0 * in_y[t] + e0 * in_x[t] + f0
            chosen = first if value < lowest else chosen
            lowest = min(value, lowest)
            value = a1 * level[t] + b1 * in_z[t] + d1 * in_y[t] + e1 * in_x[t] + f1
            chosen = second if value < lowest else chosen
            lowest = min(value, lowest)
            value = a2 * level[t] + b2 * in_z[t] + d2 * in_y[t] + e2 * in_x[t] + f2
            chosen = third if value < lowest else chosen
            best[t] = min(value, lowest)
            label[t] = chosen


@kernel
def _sum(points: NDArray[Any], size: int, label: NDArray[Any], totals: NDArray[Any]) -> None:
    """Sums of the points of a block by candidate; of every second voxel apart, as an addition to a number that has
    just been written waits for it. Row 0 becomes the sum of both."""
    one, other = totals[0], totals[1]
    for c in range(_ROOM):
        one[c], other[c] = 0, 0
    half = np.uint64(size // 2)
    for t in range(half):
        one[label[t]] += points[t]
        other[label[half + t]] += points[half + t]
    if size % 2:
        one[label[size - 1]] += points[size - 1]
    for c in range(_ROOM):
        one[c] += other[c]


@kernel
def _add(
    sums: NDArray[Any], place: tuple[int, int, int], numbers: NDArray[Any], few: NDArray[Any], totals: NDArray[Any]
) -> None:
    """Add the sums of the block at a place in the volume to those of its few centres."""
    for c in few:
        packed = totals[0, c]
        voxels = packed >> IN_COUNT
        if voxels:
            entry = sums[numbers[c]]
            entry[COUNT] += voxels
            entry[INTENSITY] += packed & _LEVELS
            entry[Z] += ((packed >> IN_Z) & _ROWS) + voxels * place[0]
            entry[Y] += ((packed >> IN_Y) & _ROWS) + voxels * place[1]
            entry[X] += ((packed >> IN_X) & _COLUMNS) + voxels * place[2]


@kernel
def _write(
    ids: NDArray[Any],
    place: tuple[int, int, int],
    sides: tuple[int, int, int],
    label: NDArray[Any],
    numbers: NDArray[Any],
) -> None:
    """Write the ids 1… of the block at a place in the volume."""
    t = 0
    for z in range(place[0], place[0] + sides[0]):
        for y in range(place[1], place[1] + sides[1]):
            for x in range(place[2], place[2] + sides[2]):
                ids[z, y, x] = numbers[label[t]] + 1
                t += 1


@kernel
def _extend(
    boxes: NDArray[Any],
    place: tuple[int, int, int],
    sides: tuple[int, int, int],
    numbers: NDArray[Any],
    few: NDArray[Any],
    totals: NDArray[Any],
) -> None:
    """Extend the boxes of the centres that have voxels in the block at a place in the volume."""
    for c in few:
        if totals[0, c]:
            box = boxes[numbers[c]]
            box[0], box[3] = min(box[0], place[0]), max(box[3], place[0] + sides[0])
            box[1], box[4] = min(box[1], place[1]), max(box[4], place[1] + sides[1])
            box[2], box[5] = min(box[2], place[2]), max(box[5], place[2] + sides[2])
