"""Kernels: the box of each id, what has changed in a box, and putting it there: by runs."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel


@kernel
def widen(plane: NDArray[Any], z: int, table: NDArray[np.int32]) -> None:
    """Take the ids of plane `z` (Y, X) into the boxes (65536, 6): first z, y, x, last + 1."""
    for y in range(plane.shape[0]):
        row = plane[y]
        begin = 0
        while begin < row.size:
            id = row[begin]
            end = begin + 1
            while end < row.size and row[end] == id:
                end += 1
            box = table[id]
            box[0] = min(box[0], z)
            box[1] = min(box[1], y)
            box[2] = min(box[2], begin)
            box[3] = max(box[3], z + 1)
            box[4] = max(box[4], y + 1)
            box[5] = max(box[5], end)
            begin = end


@kernel
def changed_runs(
    before: NDArray[np.uint16], after: NDArray[np.uint16], corner: tuple[int, int, int], sides: tuple[int, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint16], NDArray[np.uint16]]:
    """Where the ids of a box (Z, Y, X) have become others: start, length, id before and after of each run.

    corner: of the box, in a volume whose planes have `sides` (Y, X); starts are flat places there, rising.
    """
    starts, lengths = np.empty(1024, np.int64), np.empty(1024, np.int64)
    were, become = np.empty(1024, np.uint16), np.empty(1024, np.uint16)
    count = 0
    for z in range(before.shape[0]):
        for y in range(before.shape[1]):
            old, new = before[z, y], after[z, y]
            different = False
            for x in range(old.size):
                different |= old[x] != new[x]
            if not different:
                continue
            base = ((z + corner[0]) * sides[0] + y + corner[1]) * sides[1] + corner[2]
            x = 0
            while x < old.size:
                if old[x] == new[x]:
                    x += 1
                    continue
                end = x + 1
                while end < old.size and old[end] == old[x] and new[end] == new[x]:
                    end += 1
                last = count - 1
                follows = count > 0 and starts[last] + lengths[last] == base + x
                if follows and were[last] == old[x] and become[last] == new[x]:
                    lengths[last] += end - x
                else:
                    if count == starts.size:
                        starts, lengths = np.append(starts, starts), np.append(lengths, lengths)
                        were, become = np.append(were, were), np.append(become, become)
                    starts[count], lengths[count], were[count], become[count] = base + x, end - x, old[x], new[x]
                    count += 1
                x = end
    return starts[:count].copy(), lengths[:count].copy(), were[:count].copy(), become[:count].copy()


@kernel
def put_runs(
    flat: NDArray[Any], starts: NDArray[np.int64], lengths: NDArray[np.int64], ids: NDArray[np.uint16]
) -> None:
    """Write the id of each run into a flat volume."""
    for run in range(starts.size):
        flat[starts[run] : starts[run] + lengths[run]] = ids[run]


@kernel
def has_runs(
    flat: NDArray[Any], starts: NDArray[np.int64], lengths: NDArray[np.int64], ids: NDArray[np.uint16]
) -> bool:
    """Whether a flat volume has the id of each run all along it."""
    for run in range(starts.size):
        for at in range(starts[run], starts[run] + lengths[run]):
            if flat[at] != ids[run]:
                return False
    return True
