"""Kernels of resuming: seeds in cells, how the seeds hold voxels, how a stroke spreads.

Boxes have a border of one voxel around them, which is held by -1, so that nothing enters it: neighbours are steps in
one row. What is held by less than 0 is never reached.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel

STEP = 16
"""The cost of a step in whole numbers."""
NEVER = -1
COST_BITS, STROKE_BITS = 12, 20


@kernel
def enter(part: NDArray[Any], ids: NDArray[np.uint16]) -> None:
    """Write ids (Z, Y, X) into the box (Z + 2, Y + 2, X + 2), whose border becomes 0."""
    ids[0], ids[-1] = 0, 0
    for z in range(part.shape[0]):
        ids[z + 1, 0], ids[z + 1, -1] = 0, 0
        for y in range(part.shape[1]):
            target, source = ids[z + 1, y + 1], part[z, y]
            target[0], target[-1] = 0, 0
            for x in range(source.size):
                target[x + 1] = source[x]


@kernel
def plant(
    ids: NDArray[np.uint16], corner: tuple[int, int, int], cells: NDArray[np.int32], seeds: NDArray[np.int64]
) -> int:
    """Find the voxel of each label that is nearest to the middle of each cell; of equal ones the first.

    ids: (Z, Y, X) with border, whose first voxel inside is `corner` of the volume. cells: (65536, 6) of each label,
    where its cells begin along z, y, x, and their sides. seeds: (n,), filled with flat places in `ids`; when it is
    full, the rest is only counted.
    Returns how many there are.
    """
    size, count = 1 << 12, 0
    keys, distances, places = np.zeros(size, np.uint64), np.zeros(size, np.int64), np.zeros(size, np.int64)
    _, height, width = ids.shape
    for z in range(1, ids.shape[0] - 1):
        for y in range(1, height - 1):
            row = ids[z, y]
            before: Any = -1
            x = 1
            side: Any = 0
            next_cell: Any = 0
            number: Any = 0
            aside: Any = 0
            prefix = np.uint64(0)
            while x < width - 1:
                own = np.int64(row[x])
                if own != before:
                    cell = cells[own]
                    side = np.int64(cell[5])
                    number = (x - 1 + corner[2] - cell[2]) // side
                    next_cell = cell[2] - corner[2] + 1 + (number + 1) * side
                    down, deep = y - 1 + corner[1] - cell[1], z - 1 + corner[0] - cell[0]
                    number_y, number_z = down // cell[4], deep // cell[3]
                    off_y = 2 * (down - number_y * cell[4]) - cell[4] + 1
                    off_z = 2 * (deep - number_z * cell[3]) - cell[3] + 1
                    aside = off_y * off_y + off_z * off_z
                    prefix = (np.uint64(own) << np.uint64(48)) | (np.uint64(number_z) << np.uint64(32))
                    prefix |= np.uint64(number_y) << np.uint64(16)
                    before = own
                elif x == next_cell:
                    number += 1
                    next_cell += side
                stop = min(next_cell, width - 1)
                end = x + 1
                while end < stop and row[end] == own:
                    end += 1
                middle = next_cell - side + (side - 1) // 2
                nearest = min(max(middle, x), end - 1)
                off_x = 2 * (nearest - next_cell + side) - side + 1
                distance = aside + off_x * off_x
                key = (prefix | np.uint64(number)) + np.uint64(1)
                slot = _slot(keys, key)
                if keys[slot] == 0:
                    if 2 * (count + 1) > size:
                        size *= 4
                        keys, distances, places = _moved(keys, distances, places, size)
                        slot = _slot(keys, key)
                    keys[slot], distances[slot], places[slot] = key, distance, (z * height + y) * width + nearest
                    count += 1
                elif distance < distances[slot]:
                    distances[slot], places[slot] = distance, (z * height + y) * width + nearest
                x = end
    found = 0
    for slot in range(size):
        if keys[slot]:
            if found < seeds.size:
                seeds[found] = places[slot]
            found += 1
    return found


@kernel
def _slot(keys: NDArray[np.uint64], key: Any) -> Any:
    """Where a key is in the table, or may be put."""
    mask = np.uint64(keys.size - 1)
    mixed = (key ^ (key >> np.uint64(29))) * np.uint64(0x9E3779B97F4A7C15)
    slot = (mixed >> np.uint64(24)) & mask
    while keys[slot] != 0 and keys[slot] != key:
        slot = (slot + np.uint64(1)) & mask
    return np.int64(slot)


@kernel
def _moved(
    keys: NDArray[np.uint64], distances: NDArray[np.int64], places: NDArray[np.int64], size: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
    """The table with more room."""
    more_keys, more_distances = np.zeros(size, np.uint64), np.zeros(size, np.int64)
    more_places = np.zeros(size, np.int64)
    for old in range(keys.size):
        if keys[old]:
            slot = _slot(more_keys, keys[old])
            more_keys[slot], more_distances[slot], more_places[slot] = keys[old], distances[old], places[old]
    return more_keys, more_distances, more_places


@kernel
def hold(
    ids: NDArray[np.uint16],
    seeds: NDArray[np.int64],
    most: NDArray[np.int16],
    held: NDArray[np.int16],
) -> None:
    """Write with what each voxel is held: steps to the nearest seed through voxels of its label, times STEP.

    ids, held: (Z, Y, X) with border. most: (65536,) with what a label holds a voxel at most; its voxels are never
    reached if that is below 0. Steps are taken over in the order of the voxels and back, until there is no shorter way.
    """
    depth, height, width = ids.shape
    held[0], held[-1] = NEVER, NEVER
    for z in range(1, depth - 1):
        held[z, 0], held[z, -1] = NEVER, NEVER
        for y in range(1, height - 1):
            row, source = held[z, y], ids[z, y]
            row[0], row[-1] = NEVER, NEVER
            for x in range(1, width - 1):
                row[x] = most[source[x]]
    flat = held.reshape(-1)
    for seed in seeds:
        flat[seed] = min(flat[seed], 0)
    fresh, stale = np.ones(depth, np.bool_), np.zeros(depth, np.bool_)
    forward = True
    while True:
        stale[:] = False
        for step in range(1, depth - 1):
            z = step if forward else depth - 1 - step
            beside = z - 1 if forward else z + 1
            if (fresh[z] or stale[beside] or fresh[beside]) and _sweep(ids, held, z, forward):
                stale[z] = True
        if not stale.any() and not forward:
            break
        if forward:
            fresh |= stale
        else:
            fresh[:] = stale
        forward = not forward


@kernel
def _sweep(ids: NDArray[np.uint16], held: NDArray[np.int16], z: int, forward: bool) -> bool:
    """Take over steps in a plane from the plane, rows and voxels before, or behind; whether any way was shorter."""
    height, width = ids.shape[1:]
    way = 1 if forward else -1
    shorter = False
    for step in range(1, height - 1):
        y = step if forward else height - 1 - step
        row, source = held[z, y], ids[z, y]
        for side in range(2):
            other, same = (held[z - way, y], ids[z - way, y]) if side == 0 else (held[z, y - way], ids[z, y - way])
            better = 0
            for x in range(1, width - 1):
                steps = other[x] + STEP
                if other[x] >= 0 and same[x] == source[x] and steps < row[x]:
                    row[x] = steps
                    better += 1
            shorter |= better > 0
        if forward:
            for x in range(2, width - 1):
                steps = row[x - 1] + STEP
                if row[x - 1] >= 0 and source[x - 1] == source[x] and steps < row[x]:
                    row[x] = steps
                    shorter = True
        else:
            for x in range(width - 3, 0, -1):
                steps = row[x + 1] + STEP
                if row[x + 1] >= 0 and source[x + 1] == source[x] and steps < row[x]:
                    row[x] = steps
                    shorter = True
    return shorter


@kernel
def spread(
    ids: NDArray[np.uint16],
    levels: NDArray[np.uint8],
    held: NDArray[np.int16],
    strides: tuple[int, int],
    places: NDArray[np.int64],
    stroke: tuple[int, int],
    prices: NDArray[np.int32],
    weight: int,
    highest: int,
) -> NDArray[np.uint64]:
    """What one stroke reaches, without the voxels that are marked: (n,) place, cost and number as bits of one number.

    ids, levels, held: (n,) flat boxes; `held` is left as it was, marked voxels are below 0 in it.
    places: of the marked voxels of the stroke. stroke: its number, and the label it lies on. prices: (256,) of a
    difference of grey levels. highest: more than any voxel is held with.
    """
    number, home = stroke
    total = 0
    for place in places:
        total += levels[place]
    level = np.int32((total + places.size // 2) // places.size)
    size = 1024 + places.size
    while True:
        nodes, links = np.empty(size, np.int64), np.empty(size, np.int32)
        costs, were = np.empty(size, np.int16), np.empty(size, np.int16)
        count, whole = _go(ids, levels, held, strides, places, home, level, prices, weight, highest,
                           nodes, links, costs, were)  # fmt: skip
        found = 0
        keys = np.empty(count if whole else 0, np.uint64)
        if whole:
            for entry in range(places.size, count):
                if held[nodes[entry]] == costs[entry]:
                    key = (np.uint64(nodes[entry]) << np.uint64(COST_BITS)) | np.uint64(costs[entry])
                    keys[found] = (key << np.uint64(STROKE_BITS)) | np.uint64(number)
                    found += 1
        for entry in range(count - 1, -1, -1):
            held[nodes[entry]] = were[entry]
        if whole:
            return keys[:found]
        size *= 4


@kernel
def _go(
    ids: NDArray[np.uint16],
    levels: NDArray[np.uint8],
    held: NDArray[np.int16],
    strides: tuple[int, int],
    places: NDArray[np.int64],
    home: int,
    level: Any,
    prices: NDArray[np.int32],
    weight: int,
    highest: int,
    nodes: NDArray[np.int64],
    links: NDArray[np.int32],
    costs: NDArray[np.int16],
    were: NDArray[np.int16],
) -> tuple[int, bool]:
    """Go from the marked voxels as far as it pays, and write into `held` what each voxel costs.

    nodes, costs, were: filled with the voxels come to, what they cost and what they were held with before. Returns how
    many, and whether there was room for all: arrays that grow in such a loop would be counted at each step.
    """
    row, plane = strides
    heads, tails = np.full(highest + 1, -1, np.int32), np.full(highest + 1, -1, np.int32)
    count = places.size
    for i in range(count):
        nodes[i], links[i] = places[i], i + 1
        costs[i], were[i] = 0, held[places[i]]
        held[places[i]] = 0
    links[count - 1] = -1
    heads[0], tails[0] = 0, count - 1
    for now in range(highest + 1):
        entry = heads[now]
        while entry >= 0:
            place = nodes[entry]
            if held[place] == now:
                if count + 6 > nodes.size:
                    return count, False
                for step in (1, -1, row, -row, plane, -plane):
                    beside = place + step
                    pays = now + STEP
                    if pays >= held[beside]:
                        continue
                    pays += prices[abs(np.int32(levels[beside]) - level)]
                    if ids[beside] != home:
                        pays += weight
                    if pays >= held[beside]:
                        continue
                    nodes[count], links[count] = beside, -1
                    costs[count], were[count] = pays, held[beside]
                    held[beside] = pays
                    if heads[pays] < 0:
                        heads[pays] = count
                    else:
                        links[tails[pays]] = count
                    tails[pays] = count
                    count += 1
            entry = links[entry]
    return count, True


@kernel
def smooth(levels: NDArray[np.uint8], inside: tuple[int, int, int], means: NDArray[np.uint8]) -> None:
    """Write means of 3×3×3 grey levels, weighted 1, 2, 1 along each axis, into a box with a border of one voxel.

    levels: (Z, Y, X), the voxels and as far as the image goes one more on each side. inside: where in it the first
    voxel of the box lies. means: (Z', Y', X'), of which the border is not written.
    """
    depth, height, width = levels.shape
    sums = np.empty(width + 2, np.uint16)
    for z in range(1, means.shape[0] - 1):
        deep = z - 1 + inside[0]
        before, behind = levels[max(deep - 1, 0)], levels[min(deep + 1, depth - 1)]
        middle = levels[deep]
        for y in range(1, means.shape[1] - 1):
            down = y - 1 + inside[1]
            above, below = max(down - 1, 0), min(down + 1, height - 1)
            inner = sums[1 : width + 1]
            _weigh(before[above], before[down], before[below], 1, 0, inner)
            _weigh(middle[above], middle[down], middle[below], 2, 1, inner)
            _weigh(behind[above], behind[down], behind[below], 1, 1, inner)
            sums[0], sums[width + 1] = sums[1], sums[width]
            target = means[z, y]
            shifted = sums[inside[2] : inside[2] + target.size]
            for x in range(1, target.size - 1):
                target[x] = (np.uint32(shifted[x - 1]) + 2 * np.uint32(shifted[x]) + shifted[x + 1] + 32) >> 6


@kernel
def _weigh(
    above: NDArray[np.uint8],
    middle: NDArray[np.uint8],
    below: NDArray[np.uint8],
    times: int,
    more: int,
    sums: NDArray[np.uint16],
) -> None:
    """Write the weighted sum of three rows, so many times, or add it where there is more."""
    for x in range(sums.size):
        one = times * (np.uint16(above[x]) + 2 * np.uint16(middle[x]) + np.uint16(below[x]))
        sums[x] = one + more * sums[x]
