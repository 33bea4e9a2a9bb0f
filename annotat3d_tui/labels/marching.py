"""Fronts that leave numbered seeds at once and meet half-way, by what the way costs: a geodesic Voronoi diagram.

Fast marching: J. Sethian, A fast marching level set method for monotonically advancing fronts, PNAS 93, 1996
(doi:10.1073/pnas.93.4.1591); times wait in buckets instead of a heap, after L. Yatziv, A. Bartesaghi, G. Sapiro,
O(N) implementation of the fast marching algorithm, Journal of Computational Physics 212, 2006
(doi:10.1016/j.jcp.2005.08.005).
"""

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel

NEVER = np.float32(1e30)
WIDTH = np.float32(0.25)
"""Of a bucket of times: below what any way adds that does not go up."""
DEAREST = 256.0
"""What a voxel costs to pass at most."""


@kernel
def march(
    seeds: NDArray[np.int64],
    heights: NDArray[np.float32],
    strides: tuple[int, int],
    narrow: float,
    numbers: NDArray[np.int32],
) -> None:
    """Let numbered seeds spread through all that shares sides with them; each voxel gets the number that comes first.

    seeds: (m,) places. heights, numbers: (n,) flat boxes with a border of one voxel of height 0; heights are distances
    to the border of an object, 0 outside, 1 or more inside; numbers are above 0 at seeds, 0 elsewhere. A voxel costs
    1 + narrow (R/height)² to pass, R being the largest height; but towards the highest neighbour a front goes for
    1 + narrow, so that a seed at the border is not held up there. Of two that come at once the lower number is first.
    """
    row, plane = strides
    highest = np.float32(0)
    for height in heights:
        highest = max(highest, height)
    scale = narrow * highest * highest
    turn = int(DEAREST / WIDTH) + 3  # no voxel waits longer than its cost
    heads, tails = np.full(turn, -1, np.int64), np.full(turn, -1, np.int64)
    nodes, links, count, unused = np.empty(1 << 12, np.int64), np.empty(1 << 12, np.int64), 0, -1
    times, done = np.full(heights.size, NEVER, np.float32), np.zeros(heights.size, np.bool_)
    waiting, now = 0, 0
    for seed in seeds:
        times[seed] = 0
    fresh = np.empty(8, np.int64)
    next_seed = 0
    while waiting or next_seed < seeds.size:
        few = 0
        if next_seed < seeds.size:
            fresh[0], few = seeds[next_seed], 1
            next_seed += 1
        else:
            slot = now % turn
            entry = heads[slot]
            if entry < 0:
                now += 1
                continue
            place = nodes[entry]
            heads[slot] = links[entry]
            links[entry], unused = unused, entry
            waiting -= 1
            if done[place]:
                continue
            done[place] = True
            number = numbers[place]
            top, up = heights[place], -1
            for step in (-plane, -row, -1, 1, row, plane):
                beside = place + step
                if heights[beside] > top:
                    top, up = heights[beside], beside
                if heights[beside] <= 0 or done[beside]:
                    continue
                cost = min(1 + scale / (heights[beside] * heights[beside]), DEAREST)
                time = _arrival(beside, row, plane, cost, times, done, numbers, number)
                if time < times[beside] or (time == times[beside] and number < numbers[beside]):
                    times[beside], numbers[beside] = time, number
                    fresh[few] = beside
                    few += 1
            if up < 0:
                up = _toward_higher(place, row, plane, heights)
            if up >= 0 and not done[up]:
                time = np.float32(times[place] + 1 + narrow)
                if time < times[up] or (time == times[up] and number < numbers[up]):
                    times[up], numbers[up] = time, number
                    fresh[few] = up
                    few += 1
        for one in range(few):
            target = max(int(times[fresh[one]] / WIDTH), now) % turn
            if unused >= 0:
                new, unused = unused, links[unused]
            else:
                if count == nodes.size:
                    nodes, links = np.append(nodes, np.empty_like(nodes)), np.append(links, np.empty_like(links))
                new = count
                count += 1
            nodes[new], links[new] = fresh[one], -1
            if heads[target] < 0:
                heads[target] = new
            else:
                links[tails[target]] = new
            tails[target] = new
            waiting += 1


@kernel
def _toward_higher(place: int, row: int, plane: int, heights: NDArray[np.float32]) -> int:
    """The neighbour by a side that leads to the highest of all 26, as at the edge of a box; -1 where none is higher."""
    top, up = heights[place], -1
    for z in (-plane, 0, plane):
        for y in (-row, 0, row):
            for x in (-1, 0, 1):
                if heights[place + z + y + x] > top:
                    for step in (z, y, x):
                        if step != 0 and heights[place + step] > 0:
                            top, up = heights[place + z + y + x], place + step
    return up


@kernel
def _arrival(
    place: int,
    row: int,
    plane: int,
    cost: float,
    times: NDArray[np.float32],
    done: NDArray[np.bool_],
    numbers: NDArray[np.int32],
    number: int,
) -> np.float32:
    """When the front of a number comes to a voxel from what it has reached: |gradient of the time| = cost, upwind."""
    first = second = third = NEVER
    for step in (1, row, plane):
        before, behind = place - step, place + step
        one = times[before] if done[before] and numbers[before] == number else NEVER
        other = times[behind] if done[behind] and numbers[behind] == number else NEVER
        time = min(one, other)
        if time < first:
            first, second, third = time, first, second
        elif time < second:
            second, third = time, second
        elif time < third:
            third = time
    found = cost  # from here on beyond the first
    near, far, square = np.float64(second - first), np.float64(third - first), cost * cost
    if near < found:
        found = (near + np.sqrt(2 * square - near * near)) / 2
        if far < found:
            total = near + far
            found = (total + np.sqrt(max(total * total - 3 * (near * near + far * far - square), 0.0))) / 3
    return np.float32(first + found)
