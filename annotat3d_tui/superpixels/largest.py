"""Kernels: fill a connected piece, keep the largest piece of each superpixel, number what is kept."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel

_Y, _Z = 21, 42
_MASK = (1 << _Y) - 1  # a place on the stack is z, y and x in one number


@kernel
def fill_piece(ids: NDArray[Any], place: Any, wanted: Any, mark: Any, stack: NDArray[Any]) -> tuple[NDArray[Any], Any]:
    """Write `mark` over the 6-connected piece of the id `wanted` around `place`, of the raveled `ids`.

    Returns the stack, which may have grown, and how many voxels the piece has.
    """
    depth, height, width = ids.shape
    plane = height * width
    voxels = ids.reshape(-1)
    voxels[place] = mark
    stack[0] = (place // plane) << _Z | (place // width % height) << _Y | (place % width)
    top, size = 1, 1
    while top:
        if top + 6 > stack.size:
            larger = np.empty(2 * stack.size, np.int64)
            larger[:top] = stack[:top]
            stack = larger
        top -= 1
        here = stack[top]
        z, y, x = here >> _Z, (here >> _Y) & _MASK, here & _MASK
        voxel = z * plane + y * width + x
        if x + 1 < width and voxels[voxel + 1] == wanted:
            voxels[voxel + 1] = mark
            stack[top] = here + 1
            top += 1
            size += 1
        if x > 0 and voxels[voxel - 1] == wanted:
            voxels[voxel - 1] = mark
            stack[top] = here - 1
            top += 1
            size += 1
        if y + 1 < height and voxels[voxel + width] == wanted:
            voxels[voxel + width] = mark
            stack[top] = here + (1 << _Y)
            top += 1
            size += 1
        if y > 0 and voxels[voxel - width] == wanted:
            voxels[voxel - width] = mark
            stack[top] = here - (1 << _Y)
            top += 1
            size += 1
        if z + 1 < depth and voxels[voxel + plane] == wanted:
            voxels[voxel + plane] = mark
            stack[top] = here + (1 << _Z)
            top += 1
            size += 1
        if z > 0 and voxels[voxel - plane] == wanted:
            voxels[voxel - plane] = mark
            stack[top] = here - (1 << _Z)
            top += 1
            size += 1
    return stack, size


@kernel
def keep_largest(
    ids: NDArray[Any],
    edges: tuple[Any, Any, Any],
    places: NDArray[Any],
    totals: NDArray[Any],
    layer: int,
    sizes: NDArray[Any],
) -> None:
    """Negate the largest piece of each superpixel of one layer of cells, and write its size.

    The id of cell (i, j, k) lies in the cells around it only; `totals` says in how many voxels, `places` where to look
    first. Of equal pieces the one of that place is kept, or the first in raster order. Losing pieces stay or become 0.
    """
    in_z, in_y, in_x = edges
    _, height, width = ids.shape
    stack = np.empty(4096, np.int64)
    voxels = ids.reshape(-1)
    _, rows, columns = totals.shape
    for j in range(rows):
        for k in range(columns):
            own = np.int32((layer * rows + j) * columns + k + 1)
            left = totals[layer, j, k]
            best_place, best_size = np.int64(0), np.int64(0)
            place = places[layer, j, k]
            if left and voxels[place] == own:
                stack, best_size = fill_piece(ids, place, own, -own, stack)
                best_place = place
                left -= best_size
            for z in range(in_z[max(layer - 1, 0)], in_z[min(layer + 2, in_z.size - 1)]):
                for y in range(in_y[max(j - 1, 0)], in_y[min(j + 2, rows)]):
                    if left <= best_size:
                        break
                    for x in range(in_x[max(k - 1, 0)], in_x[min(k + 2, columns)]):
                        place = (z * height + y) * width + x
                        if voxels[place] != own:
                            continue
                        stack, size = fill_piece(ids, place, own, -own, stack)
                        left -= size
                        loser = place
                        if size > best_size:
                            loser = best_place
                            best_place = place
                        if best_size:
                            stack, _ = fill_piece(ids, loser, -own, 0, stack)
                        best_size = max(best_size, size)
            sizes[layer, j, k] = best_size


@kernel
def renumber(ids: NDArray[Any], numbers: NDArray[Any]) -> int:
    """Replace each kept (negative) id by its number and all others by 0; return how many are 0."""
    lost = 0
    for z in range(ids.shape[0]):
        for y in range(ids.shape[1]):
            row = ids[z, y]
            for x in range(row.size):
                row[x] = numbers[max(-row[x], 0)]
                lost += row[x] == 0
    return lost
