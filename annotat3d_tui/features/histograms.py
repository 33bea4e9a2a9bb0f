"""Medians of 8-bit codes in large windows: by histograms that slide along z, y and x.

Tile by tile, a *column* is the histogram of the voxels of a window along z, a *sheet* that of the columns of a
window along y, and the window that of its sheets. Each moves on by taking in one and letting go of one, so
the cost does not depend on the radius. A histogram has 256 fine bins and after them 16 coarse ones; of the window's
fine ones only those in the coarse bin of the median are brought up to date.
"""

import numpy as np

from annotat3d_tui.compiled import kernel
from annotat3d_tui.features.lines import Array

TILE = 32
FINE, COARSE = 256, 16
BINS = FINE + COARSE


@kernel
def sliding_medians(
    codes: Array, where: Array, radius: int, values: Array, columns: Array, sheets: Array, target: Array
) -> None:
    """The values of the medians into `target` (planes, Y, X); `codes` are those of `Codes.window`.

    With n = TILE + 2 radius, `columns` (n, n, BINS) is uint8 and `sheets` (n, BINS) uint16.
    """
    count, height, width = target.shape
    deep = where.size - count + 1
    for top in range(0, height, TILE):
        rows = min(TILE, height - top)
        for left in range(0, width, TILE):
            voxels = min(TILE, width - left)
            part = columns[: rows + 2 * radius, : voxels + 2 * radius]
            part[:] = 0
            for dz in range(deep - 1):
                _add(codes[where[dz], top:, left:], 1, part)
            for z in range(count):
                _add(codes[where[z + deep - 1], top:, left:], 1, part)
                for y in range(rows):
                    _move_sheets(part, y, radius, sheets)
                    _medians(sheets, radius, deep, values, target[z, top + y, left : left + voxels])
                _add(codes[where[z], top:, left:], -1, part)


@kernel
def _add(codes: Array, sign: int, columns: Array) -> None:
    """Take the voxels of a plane into their columns, or out of them."""
    for y in range(columns.shape[0]):
        row = codes[y]
        for x in range(columns.shape[1]):
            code = row[x]
            columns[y, x, code] += sign
            columns[y, x, FINE + (code >> 4)] += sign


@kernel
def _move_sheets(columns: Array, y: int, radius: int, sheets: Array) -> None:
    """Sheets of row y of the tile, from those of the row before."""
    if y == 0:
        for x in range(columns.shape[1]):
            sheet = sheets[x]
            for i in range(BINS):
                sheet[i] = 0
            for k in range(2 * radius + 1):
                column = columns[k, x]
                for i in range(BINS):
                    sheet[i] += column[i]
        return
    for x in range(columns.shape[1]):
        sheet, come, gone = sheets[x], columns[y + 2 * radius, x], columns[y - 1, x]
        for i in range(BINS):
            sheet[i] += come[i] - gone[i]


@kernel
def _medians(sheets: Array, radius: int, deep: int, values: Array, out: Array) -> None:
    side = 2 * radius + 1
    half = deep * side * side // 2
    window = np.zeros(BINS, np.int32)
    coarse = window[FINE:]
    known = np.full(COARSE, -side, np.int64)
    for x in range(side - 1):
        _add_bins(sheets[x, FINE:], coarse)
    for x in range(out.size):
        _add_bins(sheets[x + side - 1, FINE:], coarse)
        place, below = 0, 0
        while below + coarse[place] <= half:
            below += coarse[place]
            place += 1
        _update(sheets, window, place, x, known[place], side)
        known[place] = x
        code = place * COARSE
        while below + window[code] <= half:
            below += window[code]
            code += 1
        out[x] = values[code]
        _subtract_bins(sheets[x, FINE:], coarse)


@kernel
def _update(sheets: Array, window: Array, place: int, x: int, known: int, side: int) -> None:
    """Bring the fine bins of coarse bin `place` from voxel `known` to voxel x."""
    first = place * COARSE
    fine = window[first : first + COARSE]
    if x - known >= side:
        for i in range(COARSE):
            fine[i] = 0
        for k in range(x, x + side):
            _add_bins(sheets[k, first:], fine)
        return
    for k in range(known, x):
        _add_bins(sheets[k + side, first:], fine)
        _subtract_bins(sheets[k, first:], fine)


@kernel
def _add_bins(bins: Array, total: Array) -> None:
    for i in range(COARSE):
        total[i] += bins[i]


@kernel
def _subtract_bins(bins: Array, total: Array) -> None:
    for i in range(COARSE):
        total[i] -= bins[i]
