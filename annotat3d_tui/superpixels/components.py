"""Kernels of the repair: number connected components, join them across slabs, let them grow into empty voxels."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel


@kernel
def number_components(ids: NDArray[Any], numbers: NDArray[Any]) -> NDArray[Any]:
    """Number the 6-connected components of equal ids above 0 from 1, in raster order of their first voxels.

    numbers: (Z, Y, X) int32, written; 0 where the id is below 1
    Returns (components,) int64: the first voxel of each, raveled.
    """
    depth, height, width = ids.shape
    plane = height * width
    target = numbers.reshape(-1)
    target[:] = 0
    firsts, count = np.empty(1024, np.int64), 0
    stack = np.empty(4096, np.int64)
    for start in range(target.size):
        line, x = divmod(start, width)
        own = ids[line // height, line % height, x]
        if target[start] or own <= 0:
            continue
        if count == firsts.size:
            firsts = _doubled(firsts)
        firsts[count] = start
        count += 1
        target[start] = count
        stack[0] = start
        top = 1
        while top:
            if top + 6 > stack.size:
                stack = _doubled(stack)
            top -= 1
            here = stack[top]
            line, x = divmod(here, width)
            z, y = divmod(line, height)
            for dz, dy, dx in ((0, 0, 1), (0, 0, -1), (0, 1, 0), (0, -1, 0), (1, 0, 0), (-1, 0, 0)):
                p, q, r = z + dz, y + dy, x + dx
                if 0 <= p < depth and 0 <= q < height and 0 <= r < width and ids[p, q, r] == own:
                    place = p * plane + q * width + r
                    if target[place] == 0:
                        target[place] = count
                        stack[top] = place
                        top += 1
    return firsts[:count]


@kernel
def _doubled(places: NDArray[Any]) -> NDArray[Any]:
    larger = np.empty(2 * places.size, places.dtype)
    for i in range(places.size):
        larger[i] = places[i]
    return larger


@kernel
def join(
    above: NDArray[Any], below: NDArray[Any], upper: NDArray[Any], lower: NDArray[Any], parents: NDArray[Any]
) -> None:
    """Join components that touch between two planes (Y, X): ids `above` and `below`, their numbers `upper`, `lower`."""
    for y in range(above.shape[0]):
        for x in range(above.shape[1]):
            if above[y, x] == below[y, x] and above[y, x] > 0:
                one, other = _root(parents, upper[y, x]), _root(parents, lower[y, x])
                parents[max(one, other)] = min(one, other)


@kernel
def _root(parents: NDArray[Any], number: int) -> int:
    while parents[number] != number:
        parents[number] = parents[parents[number]]
        number = parents[number]
    return number


@kernel
def flatten(parents: NDArray[Any]) -> None:
    """Let each number point to its root, the lowest of its component."""
    for number in range(parents.size):
        parents[number] = parents[parents[number]]


@kernel
def translate(numbers: NDArray[Any], table: NDArray[Any]) -> None:
    """Replace each number by its entry in the table."""
    for z in range(numbers.shape[0]):
        for y in range(numbers.shape[1]):
            row = numbers[z, y]
            for x in range(row.size):
                row[x] = table[row[x]]


@kernel
def shore(ids: NDArray[Any], settled: NDArray[Any]) -> NDArray[Any]:
    """The empty voxels (id 0) beside the settled ones, each once; both are raveled places. They become -1."""
    depth, height, width = ids.shape
    found, count = np.empty(6 * settled.size, np.int64), 0
    for i in range(settled.size):
        line, x = divmod(settled[i], width)
        z, y = divmod(line, height)
        for dz, dy, dx in ((0, 0, 1), (0, 0, -1), (0, 1, 0), (0, -1, 0), (1, 0, 0), (-1, 0, 0)):
            p, q, r = z + dz, y + dy, x + dx
            if 0 <= p < depth and 0 <= q < height and 0 <= r < width and ids[p, q, r] == 0:
                ids[p, q, r] = -1
                found[count] = (p * height + q) * width + r
                count += 1
    return found[:count].copy()


@kernel
def first_shore(ids: NDArray[Any]) -> NDArray[Any]:
    """The empty voxels (id 0) beside one with an id, as raveled places. They become -1."""
    depth, height, width = ids.shape
    found, count = np.empty(1024, np.int64), 0
    for z in range(depth):
        for y in range(height):
            for x in range(width):
                if ids[z, y, x] != 0:
                    continue
                for dz, dy, dx in ((0, 0, 1), (0, 0, -1), (0, 1, 0), (0, -1, 0), (1, 0, 0), (-1, 0, 0)):
                    p, q, r = z + dz, y + dy, x + dx
                    if 0 <= p < depth and 0 <= q < height and 0 <= r < width and ids[p, q, r] > 0:
                        if count == found.size:
                            found = _doubled(found)
                        found[count] = (z * height + y) * width + x
                        count += 1
                        ids[z, y, x] = -1
                        break
    return found[:count]


@kernel
def lowest_beside(ids: NDArray[Any], places: NDArray[Any], chosen: NDArray[Any]) -> None:
    """The lowest id above 0 beside each of the places."""
    depth, height, width = ids.shape
    for i in range(places.size):
        line, x = divmod(places[i], width)
        z, y = divmod(line, height)
        lowest = np.int32(2**31 - 1)
        for dz, dy, dx in ((0, 0, 1), (0, 0, -1), (0, 1, 0), (0, -1, 0), (1, 0, 0), (-1, 0, 0)):
            p, q, r = z + dz, y + dy, x + dx
            if 0 <= p < depth and 0 <= q < height and 0 <= r < width and ids[p, q, r] > 0:
                lowest = min(lowest, ids[p, q, r])
        chosen[i] = lowest
