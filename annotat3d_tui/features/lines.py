"""Voxels laid out on a line, so that one loop filters every axis of a volume.

A window filter works axis by axis. Its voxels are first copied to a *line*, on which the next voxel
along the axis always lies `unit` elements further and the voxels beyond the border are there already:

    columns   LANES neighbouring columns of an array (n, m) side by side: unit is LANES, the axis is the first
    rows      whole rows of an array one after another, each with its borders: unit is 1, the axis is the last

So a filter along any axis is one long loop over a line that fits the cache, which the compiler
vectorises; where rows meet, it computes values that nobody takes. What a voxel gets depends on its
line alone: cutting a volume in slabs does not change one bit.

What lies beyond a border is found through tables of places (`borders.reflected`).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel

Array = NDArray[Any]
Number = float | np.float32
Index = int | np.int64
"""What kernels take; the types of voxels are known when they are compiled.

A number that a kernel passes on as a constant is np.int64(0), since for a bare 0 Numba compiles once more.
A kernel that is called with an array and with None holds the code for both: let there be two kernels.
"""

LANES = 64
"""Columns that lie side by side on a line."""

CHUNK = 64
"""Voxels of a column that are filtered at a time."""

ROW_BATCH = 4096
"""Elements, about, of the rows that are filtered at a time."""


def line_size(width: int, reach: int) -> int:
    """Elements of the longest line of a plane `width` voxels wide, for windows that reach `reach` voxels."""
    return max((CHUNK + 2 * reach) * LANES, rows_at_a_time(width, reach) * (width + 2 * reach))


@kernel
def rows_at_a_time(width: int, reach: int) -> int:
    """Rows `width` voxels wide that share a line."""
    return max(1, ROW_BATCH // (width + 2 * reach))


@kernel
def lay_columns(
    source: Array,
    where: Array,
    first: int,
    count: int,
    left: int,
    width: int,
    centre: Number,
    scale: Number,
    line: Array,
) -> None:
    """Lay `count` rows of columns `left` to `left + width`: scale × (value − centre).

    Row k is the row `where[first + k]` of `source` (n, m). Values are rounded to the type of the line.
    """
    for k in range(count):
        values = source[where[first + k], left : left + width]
        lanes = line[k * LANES : k * LANES + width]
        for i in range(width):
            lanes[i] = scale * (line.dtype.type(values[i]) - centre)


@kernel
def take_columns(line: Array, count: int, target: Array, top: int, left: Index, width: int, scale: Number) -> None:
    """Put `count` rows of a line of columns, times `scale`, into `target` from (top, left) on."""
    for k in range(count):
        lanes = line[k * LANES : k * LANES + width]
        values = target[top + k, left : left + width]
        for i in range(width):
            values[i] = scale * lanes[i]


@kernel
def lay_rows(plane: Array, top: int, count: int, where: Array, scale: Number, line: Array) -> None:
    """Lay rows `top` to `top + count` of `plane`, times `scale`; element k of each is its voxel `where[k]`."""
    width = plane.shape[1]
    reach = (where.size - width) // 2
    for k in range(count):
        row = plane[top + k]
        start = k * where.size
        for i in range(reach):
            line[start + i] = scale * row[where[i]]
            line[start + reach + width + i] = scale * row[where[reach + width + i]]
        inner = line[start + reach : start + reach + width]
        for i in range(width):
            inner[i] = scale * row[i]


@kernel
def take_rows(line: Array, pitch: int, count: int, target: Array, top: int, scale: Number, offset: Number) -> None:
    """Put `count` rows that lie `pitch` elements apart, as scale × value + offset, into `target` from `top` on."""
    width = target.shape[1]
    for k in range(count):
        values = line[k * pitch : k * pitch + width]
        row = target[top + k]
        for i in range(width):
            row[i] = scale * values[i] + offset


@kernel
def lay_row(row: Array, places: Array, line: Array) -> None:
    """A row with its borders, which are found through `places`, into `line`."""
    reach = (places.size - row.size) // 2
    for i in range(reach):
        line[i] = row[places[i]]
        line[reach + row.size + i] = row[places[reach + row.size + i]]
    inner = line[reach : reach + row.size]
    for i in range(row.size):
        inner[i] = row[i]
