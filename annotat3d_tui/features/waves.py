"""Filters along an axis that are even or odd, and the magnitudes of waves made of them."""

import numpy as np

from annotat3d_tui.compiled import kernel
from annotat3d_tui.features.lines import (
    CHUNK,
    LANES,
    Array,
    Index,
    Number,
    lay_columns,
    lay_rows,
    rows_at_a_time,
    take_columns,
    take_rows,
)


@kernel
def fold_columns(
    source: Array,
    where: Array,
    step: int,
    taps: Array,
    sign: Number,
    centre: Number,
    line: Array,
    total: Array,
    target: Array,
    left: Index,
) -> None:
    """Filter `source` (n, m), less `centre`, along its first axis into `target`, from column `left` on.

    Row k of the target is what row k × step would be.
    """
    reach = taps.size - 1
    at_a_time = (CHUNK - 1) // step + 1
    for start in range(0, source.shape[1], LANES):
        width = min(LANES, source.shape[1] - start)
        for top in range(0, target.shape[0], at_a_time):
            count = min(at_a_time, target.shape[0] - top)
            laid = (count - 1) * step + 1 + 2 * reach
            lay_columns(source, where, top * step, laid, start, width, centre, np.float32(1), line)
            if step == 1:
                fold(line, LANES, count * LANES, taps, sign, total)
            else:
                for k in range(count):
                    fold(line[k * step * LANES :], LANES, LANES, taps, sign, total[k * LANES :])
            take_columns(total, count, target, top, left + start, width, np.float32(1))


@kernel
def lower(
    smooth: Array,
    rows: Array,
    places: Array,
    step: int,
    taps: Array,
    line: Array,
    total: Array,
    planes: Array,
    low: Array,
) -> None:
    """Smooth planes along y and x; row k of the result is what row k × step would be."""
    batch = rows_at_a_time(smooth.shape[2], taps.size - 1)
    for z in range(smooth.shape[0]):
        one, zero = np.float32(1), np.float32(0)
        fold_columns(smooth[z], rows, step, taps, one, zero, line, total[0], planes[0], np.int64(0))
        for top in range(0, low.shape[1], batch):
            count = min(batch, low.shape[1] - top)
            fold_rows(planes[0], top, count, places, taps, np.float32(1), line, total[0])
            take_rows(total[0], places.size, count, low[z], top, np.float32(1), np.float32(0))


@kernel
def fold_rows(
    plane: Array, top: int, count: int, places: Array, taps: Array, sign: Number, line: Array, total: Array
) -> None:
    """Filter `count` rows of a plane; row k of the result begins at element k × places.size."""
    lay_rows(plane, top, count, places, np.float32(1), line)
    fold(line, 1, count * places.size - 2 * (taps.size - 1), taps, sign, total)


@kernel
def take_waves(
    planes: Array,
    places: Array,
    even: Array,
    odd: Array | None,
    offset: Number,
    line: Array,
    total: Array,
    low: Array,
    most: Array,
    mean: Array,
) -> None:
    """Filter planes along x, and take in the magnitudes of the waves that they are the factors of.

    What `planes` and taps give together is, in this order, even and odd (of one direction), or even-even, even-odd,
    odd-even, odd-odd (of two directions, mirrored).
    """
    height, width = most.shape
    length = places.size
    batch = rows_at_a_time(width, even.size - 1)
    count_of_lines = planes.shape[0] if odd is None else 2 * planes.shape[0]
    for top in range(0, height, batch):
        count = min(batch, height - top)
        number = 0
        for k in range(planes.shape[0]):
            lay_rows(planes[k], top, count, places, np.float32(1), line)
            fold(line, 1, count * length - 2 * (even.size - 1), even, np.float32(1), total[number])
            number += 1
            if odd is not None:
                fold(line, 1, count * length - 2 * (even.size - 1), odd, np.float32(-1), total[number])
                number += 1
        for k in range(count):
            part = total[:, k * length : k * length + width]
            y = top + k
            if count_of_lines == 2:
                _single(part[0], part[1], low[y], offset, line)
                _take(line, most[y], mean[y])
            else:
                for sign in (np.float32(1), np.float32(-1)):
                    _double(part[0], part[1], part[2], part[3], sign, low[y], offset, line)
                    _take(line, most[y], mean[y])


@kernel
def _single(even: Array, odd: Array, low: Array, offset: Number, magnitude: Array) -> None:
    for i in range(low.size):
        real = even[i] - offset * low[i]
        magnitude[i] = np.float32(2) * np.sqrt(real * real + odd[i] * odd[i])


@kernel
def _double(
    both_even: Array,
    even_odd: Array,
    odd_even: Array,
    both_odd: Array,
    sign: Number,
    low: Array,
    offset: Number,
    magnitude: Array,
) -> None:
    for i in range(low.size):
        real = both_even[i] - sign * both_odd[i] - offset * low[i]
        imaginary = odd_even[i] + sign * even_odd[i]
        magnitude[i] = np.float32(2) * np.sqrt(real * real + imaginary * imaginary)


@kernel
def _take(magnitude: Array, most: Array, mean: Array) -> None:
    for i in range(most.size):
        most[i] = max(most[i], magnitude[i])
    for i in range(most.size):
        mean[i] += magnitude[i]


@kernel
def spread(nodes: Array, offset: int, step_z: int, step_y: int, target: Array) -> None:
    """What lies between `nodes` (k, m, X), linearly, into `target` (Z, Y, X).

    Plane 0 of the target is `offset` voxels behind the first node; nodes are `step_z` planes and `step_y` rows apart.
    """
    for z in range(target.shape[0]):
        k = (offset + z) // step_z
        share_z = np.float32((offset + z) % step_z) / np.float32(step_z)
        next_k = min(k + 1, nodes.shape[0] - 1)
        for y in range(target.shape[1]):
            m = y // step_y
            share_y = np.float32(y % step_y) / np.float32(step_y)
            next_m = min(m + 1, nodes.shape[1] - 1)
            a, b, c, d = nodes[k, m], nodes[k, next_m], nodes[next_k, m], nodes[next_k, next_m]
            to_d, to_c = share_z * share_y, share_z * (np.float32(1) - share_y)
            to_b = share_y - to_d
            to_a = np.float32(1) - share_z - to_b
            row = target[z, y]
            for i in range(row.size):
                row[i] = to_a * a[i] + to_b * b[i] + to_c * c[i] + to_d * d[i]


@kernel
def fold(line: Array, unit: int, count: int, taps: Array, sign: Number, total: Array) -> None:
    """total[i] = taps[0] line[i + reach unit] + Σ taps[j] (after + sign × before, j unit away), for i < count.

    Four pairs a time: the reach is a multiple of 4.
    """
    reach = taps.size - 1
    sums = total[:count]
    middle = line[reach * unit : reach * unit + count]
    for i in range(count):
        sums[i] = taps[0] * middle[i]
    for j in range(1, reach + 1, 4):
        before, after = (reach - j) * unit, (reach + j) * unit
        a0, b0, tap0 = line[before:], line[after:], taps[j]
        a1, b1, tap1 = line[before - unit :], line[after + unit :], taps[j + 1]
        a2, b2, tap2 = line[before - 2 * unit :], line[after + 2 * unit :], taps[j + 2]
        a3, b3, tap3 = line[before - 3 * unit :], line[after + 3 * unit :], taps[j + 3]
        for i in range(count):
            near = tap0 * (b0[i] + sign * a0[i]) + tap1 * (b1[i] + sign * a1[i])
            far = tap2 * (b2[i] + sign * a2[i]) + tap3 * (b3[i] + sign * a3[i])
            sums[i] += near + far
