"""Sums and moments of sliding windows on a line, in steps that double the window.

A window of 2 radius + 1 voxels is put together from windows of 1, 2, 4, … voxels, always in the same order
from its first voxel on. So it costs the logarithm of its side, and, unlike a running sum, it neither drifts
nor depends on where the line begins.

`lines` are float64: 0 values, 1 their variances, 2 and 3 spare, 4 sums, 5 sums of squared deviations.
"""

import numpy as np

from annotat3d_tui.compiled import kernel
from annotat3d_tui.features.lines import Array, Index, Number


@kernel
def window_sums(lines: Array, unit: Index, count: int, radius: int) -> None:
    """Sums of the windows that start at each of the first `count` elements, into line 4."""
    side = 2 * radius + 1
    values, spare = lines[0], lines[2]
    length = count + (side - 1) * unit
    _copy(values, count, lines[4])
    window: Index = np.int64(1)
    done: Index = window
    while done < side:
        length -= window * unit
        _double_sums(values, window * unit, length, spare)
        values, spare = spare, values
        window *= 2
        if side & window:
            _append_sums(lines[4], values[done * unit :], count)
            done += window


@kernel
def window_moments(lines: Array, unit: Index, count: int, radius: int) -> None:
    """Sums of the windows into line 4, and into line 5 variances within plus squared deviations from the average."""
    side = 2 * radius + 1
    values, spare = lines[0], lines[2]
    spreads, spare_spreads = lines[1], lines[3]
    length = count + (side - 1) * unit
    _copy(values, count, lines[4])
    _copy(spreads, count, lines[5])
    window: Index = np.int64(1)
    done: Index = window
    while done < side:
        length -= window * unit
        _double_moments(values, spreads, window * unit, length, 0.5 / window, spare, spare_spreads)
        values, spare = spare, values
        spreads, spare_spreads = spare_spreads, spreads
        window *= 2
        if side & window:
            at = done * unit
            weight = 1 / (done * window * (done + window))
            _append_moments(lines[4], lines[5], values[at:], spreads[at:], count, done, window, weight)
            done += window


@kernel
def _copy(values: Array, count: int, copy: Array) -> None:
    source, out = values[:count], copy[:count]
    for i in range(count):
        out[i] = source[i]


@kernel
def _double_sums(values: Array, shift: Index, count: Index, doubled: Array) -> None:
    first, second, out = values[:count], values[shift : shift + count], doubled[:count]
    for i in range(count):
        out[i] = first[i] + second[i]


@kernel
def _append_sums(sums: Array, values: Array, count: int) -> None:
    total, more = sums[:count], values[:count]
    for i in range(count):
        total[i] += more[i]


@kernel
def _double_moments(
    values: Array, spreads: Array, shift: Index, count: Index, weight: Number, doubled: Array, doubled_spreads: Array
) -> None:
    """Two windows of w voxels: their sums differ by d, which adds d² / 2w to the squared deviations."""
    first, second, out = values[:count], values[shift : shift + count], doubled[:count]
    first_spread, second_spread = spreads[:count], spreads[shift : shift + count]
    out_spread = doubled_spreads[:count]
    for i in range(count):
        difference = first[i] - second[i]
        out_spread[i] = first_spread[i] + second_spread[i] + difference * difference * weight
        out[i] = first[i] + second[i]


@kernel
def _append_moments(
    sums: Array,
    spreads: Array,
    values: Array,
    more_spreads: Array,
    count: int,
    done: Index,
    window: Index,
    weight: Number,
) -> None:
    """A window of a voxels, then one of b: averages that differ by d add d² ab / (a + b).

    That is (b × first sum − a × second sum)² / ab (a + b), which is exactly 0 for equal values.
    """
    total, spread, more, more_spread = sums[:count], spreads[:count], values[:count], more_spreads[:count]
    for i in range(count):
        difference = total[i] * window - more[i] * done
        spread[i] += more_spread[i] + difference * difference * weight
        total[i] += more[i]
