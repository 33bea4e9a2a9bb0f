"""Kernels of SLIC: each voxel goes to the best of the 27 centres around its cell; centres move to their voxels.

The volume is cut into cells, one to a centre; `edges` along an axis are the first voxels of its cells and the size.
A voxel is described by intensity, z, y and x relative to its cell. Since its own square is common to all centres, the
squared distance to a centre is as good as a linear function of these four, and that is what is compared.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel

CHUNK = 1024
"""Voxels that are described at once; a row of a cell is shorter than 128."""

COUNT, INTENSITY, Z, Y, X = range(5)
"""Columns of the sums over the voxels of a centre."""

NEVER = np.float32(1e30)
"""The value of a candidate that is none, which fills their number up to a multiple of three."""

_BITS = 17  # of a sum over a chunk of coordinates below 128
_MASK = (1 << _BITS) - 1
_UNIT = np.float32(1 / 65535)


@kernel
def sum_cells(levels: NDArray[Any], edges: tuple[Any, Any, Any], layer: int, sums: NDArray[Any]) -> None:
    """Sums of one layer of cells, each over its own voxels: the centres to begin with."""
    in_z, in_y, in_x = edges
    for j in range(in_y.size - 1):
        for k in range(in_x.size - 1):
            entry = sums[layer, j, k]
            for z in range(in_z[layer], in_z[layer + 1]):
                for y in range(in_y[j], in_y[j + 1]):
                    row = levels[z, y, in_x[k] : in_x[k + 1]]
                    for x in range(row.size):
                        entry[INTENSITY] += row[x]
            depth, height, width = in_z[layer + 1] - in_z[layer], in_y[j + 1] - in_y[j], in_x[k + 1] - in_x[k]
            count = depth * height * width
            entry[COUNT] += count
            entry[Z] += count * (in_z[layer] + in_z[layer + 1] - 1) // 2
            entry[Y] += count * (in_y[j] + in_y[j + 1] - 1) // 2
            entry[X] += count * (in_x[k] + in_x[k + 1] - 1) // 2


@kernel
def move(sums: NDArray[Any], centres: NDArray[Any], layer: int) -> None:
    """Move the centres (intensity 0…1, z, y, x) of one layer to the mean of their voxels; forget the sums.

    A centre that has no voxels stays.
    """
    for j in range(sums.shape[1]):
        for k in range(sums.shape[2]):
            entry, centre = sums[layer, j, k], centres[layer, j, k]
            if entry[COUNT]:
                per_voxel = 1.0 / entry[COUNT]
                centre[0] = entry[INTENSITY] * per_voxel * _UNIT
                for axis in range(3):
                    centre[1 + axis] = entry[Z + axis] * per_voxel
            entry[:] = 0


@kernel
def assign(
    levels: NDArray[Any],
    edges: tuple[Any, Any, Any],
    tile: tuple[int, int, int, int],
    centres: NDArray[Any],
    weight: np.float32,
    sums: NDArray[Any],
    ids: NDArray[Any],
    last: bool,
) -> None:
    """Add the voxels of the cells of a tile to the sums of their best centres; write their ids if it is the last time.

    tile: first and last + 1 of its cells along z and y; it has all of them along x
    weight: of a squared distance of one voxel beside a squared difference of the whole range of intensities
    """
    in_z, in_y, in_x = edges
    voxels = np.empty((4, CHUNK), np.float32)
    packed = np.empty(CHUNK, np.int64)
    best = np.empty(CHUNK, np.float32)
    label = np.empty(CHUNK, np.int32)
    planes = np.empty((27, 5), np.float32)
    numbers = np.empty(27, np.int32)
    positions, intensities = np.empty(27, np.int64), np.empty(27, np.int64)
    for i in range(tile[0], tile[1]):
        for j in range(tile[2], tile[3]):
            for k in range(in_x.size - 1):
                origin = in_z[i], in_y[j], in_x[k]
                depth, height, width = in_z[i + 1] - in_z[i], in_y[j + 1] - in_y[j], in_x[k + 1] - in_x[k]
                count = _candidates(centres, (i, j, k), origin, weight, planes, numbers)
                rows_at_once = CHUNK // width
                for row in range(0, depth * height, rows_at_once):
                    end = min(row + rows_at_once, depth * height)
                    size = (end - row) * width
                    _describe(levels, origin, height, width, row, end, voxels, packed)
                    _choose(voxels, size, planes, count, best, label)
                    positions[:] = 0
                    intensities[:] = 0
                    _sum(levels, origin, height, width, row, end, packed, label, positions, intensities)
                    _add(sums.reshape(-1, 5), origin, numbers, count, positions, intensities)
                    if last:
                        _write(ids, origin, height, width, row, end, label, numbers)


@kernel
def _candidates(
    centres: NDArray[Any],
    cell: tuple[int, int, int],
    origin: tuple[int, int, int],
    weight: np.float32,
    planes: NDArray[Any],
    numbers: NDArray[Any],
) -> int:
    """The linear function and the number of each centre around a cell; return how many there are."""
    count = 0
    for i in range(max(cell[0] - 1, 0), min(cell[0] + 2, centres.shape[0])):
        for j in range(max(cell[1] - 1, 0), min(cell[1] + 2, centres.shape[1])):
            for k in range(max(cell[2] - 1, 0), min(cell[2] + 2, centres.shape[2])):
                centre, plane = centres[i, j, k], planes[count]
                z, y, x = centre[1] - origin[0], centre[2] - origin[1], centre[3] - origin[2]
                plane[0] = -2 * centre[0]
                plane[1], plane[2], plane[3] = -2 * weight * z, -2 * weight * y, -2 * weight * x
                plane[4] = centre[0] * centre[0] + weight * (z * z + y * y + x * x)
                numbers[count] = (i * centres.shape[1] + j) * centres.shape[2] + k
                count += 1
    for beyond in range(count, min(-(-count // 3) * 3, planes.shape[0])):
        planes[beyond, :4] = 0
        planes[beyond, 4] = NEVER
    return count


@kernel
def _describe(
    levels: NDArray[Any],
    origin: tuple[int, int, int],
    height: int,
    width: int,
    row: int,
    end: int,
    voxels: NDArray[Any],
    packed: NDArray[Any],
) -> None:
    """Write intensity and place of the voxels in the rows `row` to `end` of a cell; packed, a place is one number."""
    for r in range(row, end):
        z, y, at = r // height, r % height, (r - row) * width
        source = levels[origin[0] + z, origin[1] + y, origin[2] : origin[2] + width]
        corner = ((((np.int64(1) << _BITS) | z) << _BITS) | y) << _BITS
        for x in range(width):
            voxels[0, at + x] = np.float32(source[x]) * _UNIT
            voxels[1, at + x] = np.float32(z)
            voxels[2, at + x] = np.float32(y)
            voxels[3, at + x] = np.float32(x)
            packed[at + x] = corner + x


@kernel
def _choose(
    voxels: NDArray[Any], size: int, planes: NDArray[Any], count: int, best: NDArray[Any], label: NDArray[Any]
) -> None:
    """For each voxel the candidate of the lowest value, the first of equal ones; three are compared at a time."""
    for t in range(size):
        best[t] = NEVER
        label[t] = 0
    level, in_z, in_y, in_x = voxels[0], voxels[1], voxels[2], voxels[3]
    for c in range(0, count, 3):
        a0, b0, d0, e0, f0 = planes[c]
        a1, b1, d1, e1, f1 = planes[c + 1]
        a2, b2, d2, e2, f2 = planes[c + 2]
        first, second, third = np.int32(c), np.int32(c + 1), np.int32(c + 2)
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
def _sum(
    levels: NDArray[Any],
    origin: tuple[int, int, int],
    height: int,
    width: int,
    row: int,
    end: int,
    packed: NDArray[Any],
    label: NDArray[Any],
    positions: NDArray[Any],
    intensities: NDArray[Any],
) -> None:
    """Sums of the packed places and of the intensities of a chunk by candidate."""
    t = 0
    for r in range(row, end):
        source = levels[origin[0] + r // height, origin[1] + r % height, origin[2] : origin[2] + width]
        for x in range(width):
            c = label[t]
            positions[c] += packed[t]
            intensities[c] += source[x]
            t += 1


@kernel
def _add(
    sums: NDArray[Any],
    origin: tuple[int, int, int],
    numbers: NDArray[Any],
    count: int,
    positions: NDArray[Any],
    intensities: NDArray[Any],
) -> None:
    """Add the sums of a chunk to those of the centres."""
    for c in range(count):
        packed = positions[c]
        voxels = packed >> (3 * _BITS)
        if voxels:
            entry = sums[numbers[c]]
            entry[COUNT] += voxels
            entry[INTENSITY] += intensities[c]
            entry[Z] += ((packed >> (2 * _BITS)) & _MASK) + voxels * origin[0]
            entry[Y] += ((packed >> _BITS) & _MASK) + voxels * origin[1]
            entry[X] += (packed & _MASK) + voxels * origin[2]


@kernel
def _write(
    ids: NDArray[Any],
    origin: tuple[int, int, int],
    height: int,
    width: int,
    row: int,
    end: int,
    label: NDArray[Any],
    numbers: NDArray[Any],
) -> None:
    """Write the ids 1… of a chunk."""
    t = 0
    for r in range(row, end):
        target = ids[origin[0] + r // height, origin[1] + r % height, origin[2] : origin[2] + width]
        for x in range(width):
            target[x] = numbers[label[t]] + 1
            t += 1
