"""Medians of 8-bit codes in small windows: bit by bit, by counting what lies below; all lanes at once."""

from annotat3d_tui.compiled import kernel
from annotat3d_tui.features.lines import Array

COUNTED = 255
"""Voxels of the largest window whose counts fit 8 bits."""

WIDTH = 128
"""Neighbouring voxels of a row that are done at a time."""


@kernel
def counted_medians(codes: Array, where: Array, radius: int, values: Array, work: Array, target: Array) -> None:
    """The values of the medians into `target` (planes, Y, X); `codes` are those of `Codes.window`.

    `work` (3, WIDTH) uint8: medians, thresholds, counts. The median is the greatest code that no more than
    half of the window lie below.
    """
    count, height, width = target.shape
    deep, side = where.size - count + 1, 2 * radius + 1
    half = deep * side * side // 2
    medians, below, counts = work[0], work[1], work[2]
    for z in range(count):
        for y in range(height):
            for left in range(0, width, WIDTH):
                for i in range(WIDTH):
                    medians[i] = 0
                bit = 128
                while bit > 0:
                    for i in range(WIDTH):
                        below[i] = medians[i] + bit
                        counts[i] = 0
                    for dz in range(deep):
                        plane = codes[where[z + dz]]
                        for dy in range(side):
                            _count(plane[y + dy, left:], side, below, counts)
                    for i in range(WIDTH):
                        medians[i] = below[i] if counts[i] <= half else medians[i]
                    bit //= 2
                out = target[z, y, left : min(left + WIDTH, width)]
                for i in range(out.size):
                    out[i] = values[medians[i]]


@kernel
def _count(row: Array, side: int, below: Array, counts: Array) -> None:
    """Count those of `side` neighbours that lie below, four at a time."""
    grouped = side // 4 * 4
    for k in range(0, grouped, 4):
        a, b, c, d = row[k:], row[k + 1 :], row[k + 2 :], row[k + 3 :]
        for i in range(WIDTH):
            limit = below[i]
            counts[i] += (a[i] < limit) + (b[i] < limit) + (c[i] < limit) + (d[i] < limit)
    for k in range(grouped, side):
        a = row[k:]
        for i in range(WIDTH):
            counts[i] += a[i] < below[i]
