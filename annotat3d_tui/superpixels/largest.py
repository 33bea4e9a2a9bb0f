"""Kernels: keep the largest connected piece of each superpixel, number what is kept.

A superpixel is looked at in a copy of its box that tells its own voxels (1) from others (0). That fits the processor's
first cache, and nobody else reads it: so a voxel that is reached becomes 0 whether it was 1 or not, without a branch.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel

_AT_ONCE = np.uint64(32)  # voxels that are copied together


@kernel
def keep_largest(
    ids: NDArray[Any],
    boxes: NDArray[Any],
    places: NDArray[Any],
    totals: NDArray[Any],
    layer: int,
    sizes: NDArray[Any],
) -> None:
    """Set to 0 what does not belong to the largest piece of each superpixel of one layer of cells, write its size.

    boxes: (cells along z, y, x, 6), first z, y, x and last + 1 of what may belong to the id of each cell
    totals: in how many voxels it is
    places: where to look first; of equal pieces the one of that place is kept, or the first in raster order
    """
    _, height, width = ids.shape
    voxels = ids.reshape(-1)
    _, rows, columns = totals.shape
    queue = np.empty(totals[layer].max() + 1, np.uint32)
    mask = np.empty(0, np.uint8)
    for j in range(rows):
        for k in range(columns):
            total, box = totals[layer, j, k], boxes[layer, j, k]
            if total == 0:
                continue
            own = np.int32((layer * rows + j) * columns + k + 1)
            begin, end = _across(box[2], box[5], width)
            wide = end - begin + 1
            plane = (box[4] - box[1] + 1) * wide
            size = (box[3] - box[0] + 2) * plane
            if mask.size < size + _AT_ONCE:
                mask = np.empty(8 * (size // 4 + 8), np.uint8)
            _copy(ids, own, box, begin, end, mask)
            place = places[layer, j, k]
            best_first, best_size, found, at = 0, 0, 0, plane
            if voxels[place] == own:
                z, y, x = place // width // height, place // width % height, place % width
                start = (z - box[0] + 1) * plane + (y - box[1]) * wide + x - begin
                best_size = found = _flood(mask, start, wide, plane, queue, 0)
            while found < total:
                at = _next(mask, at)
                reached = _flood(mask, at, wide, plane, queue, found)
                if reached - found > best_size:
                    best_first, best_size = found, reached - found
                found = reached
            corner = box[0], box[1], begin
            _erase(ids, queue[:best_first], corner, wide, plane)
            _erase(ids, queue[best_first + best_size : total], corner, wide, plane)
            sizes[layer, j, k] = best_size


@kernel
def _across(begin: Any, end: Any, width: Any) -> tuple[Any, Any]:
    """The columns `begin` to `end` - 1 and so many beside them that they are copied in whole steps, if there are."""
    wide = min(-(-(end - begin) // 32) * 32, width)
    begin = min(begin, width - wide)
    return begin, begin + wide


@kernel
def _copy(ids: NDArray[Any], own: Any, box: NDArray[Any], begin: Any, end: Any, mask: NDArray[Any]) -> None:
    """Write 1 where a box of `ids` is `own`, else 0, with a column, a row and planes of 0 between and around."""
    _, height, width = ids.shape
    voxels = ids.reshape(-1)
    across = np.uint64(end - begin)
    wide = np.uint64(end - begin + 1)
    plane = np.uint64(box[4] - box[1] + 1) * wide
    mask[:plane] = 0
    at = plane
    for z in range(box[0], box[3]):
        start = np.uint64((np.int64(z) * height + box[1]) * width + begin)
        for _ in range(box[1], box[4]):
            for x in range(across):
                mask[at + x] = voxels[start + x] == own
            mask[at + across] = 0
            at += wide
            start += np.uint64(width)
        mask[at : at + wide] = 0
        at += wide
    mask[at : at + plane + _AT_ONCE] = 0


@kernel
def _next(mask: NDArray[Any], at: Any) -> Any:
    """The first place from `at` on that is not 0: there is one."""
    eights = mask.view(np.uint64)
    step = np.uint64(at) // np.uint64(8)
    while eights[step] == 0:
        step += np.uint64(1)
    place = np.int64(step * np.uint64(8))
    while mask[place] == 0:
        place += 1
    return place


@kernel
def _flood(mask: NDArray[Any], start: Any, wide: Any, plane: Any, queue: NDArray[Any], found: Any) -> Any:
    """Append the places of the 6-connected piece around `start` to the `found` ones in the queue: return how many are.

    The piece becomes 0. The queue needs room for one place more.
    """
    mask[start] = 0
    queue[found] = start
    reached = found + 1
    while found < reached:
        here = np.int64(queue[found])
        found += 1
        reached = _reach(mask, here + 1, queue, reached)
        reached = _reach(mask, here - 1, queue, reached)
        reached = _reach(mask, here + wide, queue, reached)
        reached = _reach(mask, here - wide, queue, reached)
        reached = _reach(mask, here + plane, queue, reached)
        reached = _reach(mask, here - plane, queue, reached)
    return reached


@kernel
def _reach(mask: NDArray[Any], place: Any, queue: NDArray[Any], reached: Any) -> Any:
    own = mask[np.uint64(place)]
    mask[np.uint64(place)] = 0
    queue[np.uint64(reached)] = place
    return reached + own


@kernel
def _erase(ids: NDArray[Any], queue: NDArray[Any], corner: tuple[Any, Any, Any], wide: Any, plane: Any) -> None:
    """Set to 0 the places in the queue, of a box whose first voxel is `corner`."""
    for place in queue:
        line, x = divmod(np.int64(place) - plane, wide)
        z, y = divmod(line, plane // wide)
        ids[corner[0] + z, corner[1] + y, corner[2] + x] = 0


@kernel
def renumber(ids: NDArray[Any], numbers: NDArray[Any]) -> int:
    """Replace each id by its number; return how many are 0."""
    lost = 0
    for z in range(ids.shape[0]):
        for y in range(ids.shape[1]):
            row = ids[z, y]
            for x in range(row.size):
                row[x] = numbers[np.uint32(row[x])]
                lost += row[x] == 0
    return lost
