"""Kernels that mend: fill each superpixel from its seed, settle what was reached, choose an id for what was not.

While filling, a negative id marks a voxel as reached. Threads fill different ids at the same time: a voxel is only
written by the thread that owns its id, and what others write there never looks like an id of one's own.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel

_Y, _Z = 21, 42
_MASK = (1 << _Y) - 1  # a place on the stack is z, y and x in one number


@kernel
def fill(ids: NDArray[Any], places: NDArray[Any], start: int, stop: int, flat: bool) -> None:
    """Negate the ids start + 1 to stop wherever they are connected to their seed; `ids` is contiguous."""
    _, height, width = ids.shape
    voxels = ids.reshape(-1)
    stack = np.empty(4096, np.int64)
    for number in range(start, stop):
        seed = places[number]
        voxels[seed] = -voxels[seed]
        stack[0] = (seed // (height * width)) << _Z | (seed // width % height) << _Y | (seed % width)
        top: int | np.int64 = np.int64(1)
        while top:
            top = _fill_on(voxels, ids.shape, flat, np.int32(number + 1), stack, top)
            if top:
                stack = _doubled(stack)


@kernel
def _fill_on(
    voxels: NDArray[Any],
    shape: tuple[int, int, int],
    flat: bool,
    wanted: np.int32,
    stack: NDArray[Any],
    top: int | np.int64,
) -> int | np.int64:
    """Fill on from the `top` places on the stack until none is left or the stack is full: return how many are."""
    depth, height, width = shape
    plane = height * width
    while 0 < top <= stack.size - 6:
        top -= 1
        place = stack[top]
        z, y, x = place >> _Z, (place >> _Y) & _MASK, place & _MASK
        voxel = z * plane + y * width + x
        if x + 1 < width and voxels[voxel + 1] == wanted:
            voxels[voxel + 1] = -wanted
            stack[top] = place + 1
            top += 1
        if x > 0 and voxels[voxel - 1] == wanted:
            voxels[voxel - 1] = -wanted
            stack[top] = place - 1
            top += 1
        if y + 1 < height and voxels[voxel + width] == wanted:
            voxels[voxel + width] = -wanted
            stack[top] = place + (1 << _Y)
            top += 1
        if y > 0 and voxels[voxel - width] == wanted:
            voxels[voxel - width] = -wanted
            stack[top] = place - (1 << _Y)
            top += 1
        if z + 1 < depth and not flat and voxels[voxel + plane] == wanted:
            voxels[voxel + plane] = -wanted
            stack[top] = place + (1 << _Z)
            top += 1
        if z > 0 and not flat and voxels[voxel - plane] == wanted:
            voxels[voxel - plane] = -wanted
            stack[top] = place - (1 << _Z)
            top += 1
    return top


@kernel
def _doubled(stack: NDArray[Any]) -> NDArray[Any]:
    larger = np.empty(2 * stack.size, stack.dtype)
    for place in range(stack.size):
        larger[place] = stack[place]
    return larger


@kernel
def settle(ids: NDArray[Any]) -> int:
    """Make reached ids positive and the others 0, and return how many are 0."""
    lost = 0
    for z in range(ids.shape[0]):
        for y in range(ids.shape[1]):
            row = ids[z, y]
            for x in range(row.size):
                lost += row[x] > 0
                row[x] = max(-row[x], 0)
    return lost


@kernel
def choose(ids: NDArray[Any], gradient: NDArray[Any], lost: NDArray[Any], flat: bool, chosen: NDArray[Any]) -> None:
    """For each lost voxel the id of the neighbour of most similar gradient, the lowest of equal ones, 0 for none."""
    depth, height, width = ids.shape
    for i in range(lost.size):
        line, x = divmod(lost[i], width)
        z, y = divmod(line, height)
        here = np.int64(gradient[z, y, x])
        best = np.int64(1) << 62
        for dz, dy, dx in ((0, 0, -1), (0, 0, 1), (0, -1, 0), (0, 1, 0), (-1, 0, 0), (1, 0, 0)):
            p, q, r = z + dz, y + dy, x + dx
            if 0 <= p < depth and 0 <= q < height and 0 <= r < width and ids[p, q, r] > 0 and not (flat and dz):
                merit = (abs(np.int64(gradient[p, q, r]) - here) << 32) + ids[p, q, r]
                best = min(best, merit)
        chosen[i] = 0 if best == np.int64(1) << 62 else best & 0xFFFFFFFF
