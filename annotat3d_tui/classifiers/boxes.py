"""Means of boxes, for the guided filter.

Nothing is divided in a kernel: with fast arithmetic the compiler divides 8 values at a time, and those that are left
over at the end of a row, to different last bits, so that a value would depend on where a tile begins.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel

Window = NDArray[np.float32]
Line = NDArray[np.float32]


def shares(length: int, radius: int) -> NDArray[np.float32]:
    """One over the number of voxels of each voxel's box along an axis (length,).

    >>> shares(4, 1).tolist()
    [0.5, 0.3333333432674408, 0.3333333432674408, 0.5]
    """
    place = np.arange(length)
    counts = np.minimum(length, place + radius + 1) - np.maximum(0, place - radius)
    return (1.0 / counts).astype(np.float32)


def box_mean(values: Window, radii: tuple[int, int, int], line: Line) -> None:
    """Replace values (Z, Y, X) by the mean of those at most `radii` (z, y, x) away, as far as they are in the array.

    What is added, and in which order, depends on the place of a value in its box alone. `line` is scratch for at
    least a row and for a column of a box.
    """
    planes, rows, columns = (shares(length, radius) for length, radius in zip(values.shape, radii, strict=True))
    _box_mean(values, *radii, planes, rows, columns, line)


@kernel
def _box_mean(
    values: Window, deep: int, high: int, wide: int, planes: Line, rows: Line, columns: Line, line: Line
) -> None:
    depth, height, width = values.shape
    if deep > 0:
        _sum_rows(values.reshape(depth, height * width), deep, line)
    for z in range(depth):
        if high > 0:
            _sum_rows(values[z], high, line)
        for y in range(height):
            _mean_row(values[z, y], wide, planes[z] * rows[y], columns, line)


@kernel
def _sum_rows(rows: Any, radius: int, line: Line) -> None:
    """Replace each row (n, m) by the sum of those at most `radius` away, a strip of columns at a time.

    `line` keeps the rows, as they were, that are still to be added.
    """
    kept = radius + 1
    strip = min(rows.shape[1], line.size // kept)
    for left in range(0, rows.shape[1], strip):
        right = min(rows.shape[1], left + strip)
        size = right - left
        for n in range(rows.shape[0]):
            place = (n % kept) * strip
            now = rows[n, left:right]
            own = line[place : place + size]
            for i in range(size):
                own[i] = now[i]
            for i in range(size):
                now[i] = 0
            for before in range(max(0, n - radius), n + 1):
                old = line[(before % kept) * strip :]
                for i in range(size):
                    now[i] += old[i]
            for after in range(n + 1, min(rows.shape[0], n + radius + 1)):
                new = rows[after, left:right]
                for i in range(size):
                    now[i] += new[i]


@kernel
def _mean_row(row: Any, radius: int, share: np.float32, columns: Line, line: Line) -> None:
    size = row.size
    total = line[:size]
    for i in range(size):
        total[i] = 0
    for step in range(-radius, radius + 1):
        first, last = max(0, -step), min(size, size - step)
        for i in range(first, last):
            total[i] += row[i + step]
    for i in range(size):
        row[i] = total[i] * (share * columns[i])
