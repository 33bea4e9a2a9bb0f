"""A kernel that divides an object where its distance to the border has basins.

Boxes have a border of one voxel of height 0 around them; only voxels with a height above 0 are divided.
"""

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel
from annotat3d_tui.labels.components import root_of


@kernel
def divide(
    order: NDArray[np.int64],
    heights: NDArray[np.float32],
    strides: tuple[int, int],
    depth: float,
    numbers: NDArray[np.int32],
) -> int:
    """Number the tops of a landscape from 1, with all that falls off from each; return how many there are.

    order: (m,) places from the highest down. heights, numbers: (n,) flat boxes, numbers 0 before. depth: a top that
    rises less above the saddle to a higher one is part of that.
    """
    row, plane = strides
    tops, parents, count = np.zeros(1 << 10, np.float32), np.zeros(1 << 10, np.int32), 1
    for place in order:
        height = heights[place]
        best = np.int32(0)
        for step in (-plane, -row, -1, 1, row, plane):
            other = root_of(parents, numbers[place + step])
            if other == 0 or other == best:
                continue
            if best == 0:
                best = other
                continue
            higher, lower = best, other
            if tops[lower] > tops[higher] or (tops[lower] == tops[higher] and lower < higher):
                higher, lower = lower, higher
            if tops[lower] - height < depth:
                parents[lower] = higher
            best = higher
        if best == 0:
            if count == tops.size:
                tops, parents = np.append(tops, np.zeros_like(tops)), np.append(parents, np.zeros_like(parents))
            best = np.int32(count)
            tops[best], parents[best] = height, best
            count += 1
        numbers[place] = best
    finals, kept = np.zeros(count, np.int32), 0
    for number in range(1, count):
        if parents[number] == number:
            kept += 1
            finals[number] = kept
    for number in range(1, count):
        finals[number] = finals[root_of(parents, np.int32(number))]
    for place in order:
        numbers[place] = finals[numbers[place]]
    return kept
