"""Second derivatives of a smoothed block: Laplacian, and eigenvalues of the Hessian.

Differences are taken over `step` voxels. A smoothed block (planes + 2 × step, Y, X) has `step` planes more on
either side; in 2 dimensions, where each slice is alone, none. Along y and x borders are mirrored.
"""

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel
from annotat3d_tui.features.block import Scratch, read_only
from annotat3d_tui.features.borders import reflected
from annotat3d_tui.features.eigenvalues import eigenvalues_2, eigenvalues_3
from annotat3d_tui.features.lines import Array, Number, lay_row

Values = NDArray[np.float32]


def laplacian(smoothed: Values, step: int, scale: float, scratch: Scratch, found: Values) -> None:
    """Sum of the second differences, times `scale` / step², into `found` (planes, Y, X)."""
    height, width = found.shape[1:]
    rows, places = reflected(-step, height + step, height), reflected(-step, width + step, width)
    lines = scratch.array("lines", (1, places.size))
    flat = smoothed.shape[0] == found.shape[0]
    _laplacian(read_only(smoothed), rows, places, 0 if flat else step, np.float32(scale / step**2), lines, found)


def hessian_eigenvalues(
    smoothed: Values, step: int, scale: float, scratch: Scratch, found: tuple[Values, Values, Values]
) -> None:
    """Eigenvalues of the matrix of second differences, times `scale` / step², into `found`, from the largest down.

    In 2 dimensions there are two, the largest and the smallest, and the one between is set to 0.
    """
    height, width = found[0].shape[1:]
    rows, places = reflected(-step, height + step, height), reflected(-step, width + step, width)
    lines = scratch.array("lines", (3, places.size))
    entries = scratch.array("entries", (6, width))
    factor = np.float32(scale / step**2)
    largest, middle, smallest = found
    if smoothed.shape[0] == largest.shape[0]:
        middle.fill(0)
        _in_planes(read_only(smoothed), rows, places, factor, lines, entries, largest, smallest)
    else:
        _in_volume(read_only(smoothed), rows, places, step, factor, lines, entries, largest, middle, smallest)


@kernel
def _mirror(line: Array, places: Array, width: int) -> None:
    """Fill the borders of a line whose middle is there."""
    reach = (places.size - width) // 2
    for i in range(reach):
        line[i] = line[reach + places[i]]
        line[reach + width + i] = line[reach + places[reach + width + i]]


@kernel
def _laplacian(
    smoothed: Array, rows: Array, places: Array, deep: int, factor: Number, lines: Array, found: Array
) -> None:
    """`deep` is the step along z, 0 where slices are alone."""
    height, width = found.shape[1:]
    step = (rows.size - height) // 2
    around = np.float32(6 if deep else 4)
    for z in range(found.shape[0]):
        for y in range(height):
            row, up, down = smoothed[z + deep, y], smoothed[z + deep, rows[y]], smoothed[z + deep, rows[y + 2 * step]]
            front, back = smoothed[z, y], smoothed[z + 2 * deep, y]
            lay_row(row, places, lines[0])
            left, right, out = lines[0], lines[0][2 * step :], found[z, y]
            if deep:
                for x in range(width):
                    beside = (left[x] + right[x]) + (up[x] + down[x]) + (front[x] + back[x])
                    out[x] = factor * (beside - around * row[x])
            else:
                for x in range(width):
                    out[x] = factor * ((left[x] + right[x]) + (up[x] + down[x]) - around * row[x])


@kernel
def _in_planes(
    smoothed: Array,
    rows: Array,
    places: Array,
    factor: Number,
    lines: Array,
    entries: Array,
    largest: Array,
    smallest: Array,
) -> None:
    """`lines` hold the row and its first difference along y; entries are yy, xx, yx."""
    planes, height, width = largest.shape
    step = (rows.size - height) // 2
    quarter = factor * np.float32(0.25)
    for z in range(planes):
        for y in range(height):
            row, up, down = smoothed[z, y], smoothed[z, rows[y]], smoothed[z, rows[y + 2 * step]]
            lay_row(row, places, lines[0])
            slope = lines[1][step : step + width]
            for x in range(width):
                slope[x] = down[x] - up[x]
            _mirror(lines[1], places, width)
            for x in range(width):
                entries[0, x] = factor * ((up[x] + down[x]) - 2 * row[x])
                entries[1, x] = factor * ((lines[0, x] + lines[0, x + 2 * step]) - 2 * row[x])
                entries[2, x] = quarter * (lines[1, x + 2 * step] - lines[1, x])
            eigenvalues_2(entries, largest[z, y], smallest[z, y])


@kernel
def _in_volume(
    smoothed: Array,
    rows: Array,
    places: Array,
    step: int,
    factor: Number,
    lines: Array,
    entries: Array,
    largest: Array,
    middle: Array,
    smallest: Array,
) -> None:
    planes, height, _ = largest.shape
    for z in range(planes):
        for y in range(height):
            up, down = rows[y], rows[y + 2 * step]
            front, here, back = smoothed[z], smoothed[z + step], smoothed[z + 2 * step]
            _second_differences(front, here, back, up, y, down, places, factor, lines, entries)
            eigenvalues_3(entries, largest[z, y], middle[z, y], smallest[z, y])


@kernel
def _second_differences(
    front: Array,
    here: Array,
    back: Array,
    up: int,
    y: int,
    down: int,
    places: Array,
    factor: Number,
    lines: Array,
    entries: Array,
) -> None:
    """Entries zz, yy, xx, zy, zx, yx of a row; `lines` hold the row and its differences along z and along y."""
    row, above, below = here[y], here[up], here[down]
    before, after = front[y], back[y]
    width = row.size
    step = (places.size - width) // 2
    lay_row(row, places, lines[0])
    along_z, along_y = lines[1][step : step + width], lines[2][step : step + width]
    for x in range(width):
        along_z[x] = after[x] - before[x]
        along_y[x] = below[x] - above[x]
    _mirror(lines[1], places, width)
    _mirror(lines[2], places, width)
    quarter = factor * np.float32(0.25)
    front_up, front_down, back_up, back_down = front[up], front[down], back[up], back[down]
    for x in range(width):
        entries[0, x] = factor * ((before[x] + after[x]) - 2 * row[x])
        entries[1, x] = factor * ((above[x] + below[x]) - 2 * row[x])
        entries[2, x] = factor * ((lines[0, x] + lines[0, x + 2 * step]) - 2 * row[x])
        entries[3, x] = quarter * ((back_down[x] - back_up[x]) - (front_down[x] - front_up[x]))
        entries[4, x] = quarter * (lines[1, x + 2 * step] - lines[1, x])
        entries[5, x] = quarter * (lines[2, x + 2 * step] - lines[2, x])
