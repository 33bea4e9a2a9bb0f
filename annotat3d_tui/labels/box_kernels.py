"""Kernels: the box of each id, what has changed in a box, and putting that there, by runs."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel
from annotat3d_tui.labels.words import ONE, ends_of_runs, lowest, runs, unlike


@kernel
def widen(planes: NDArray[np.uint16], start: int, table: NDArray[np.int32]) -> None:
    """Take the ids of planes (Z, Y, X) from `start` on into the boxes (65536, 6): first z, y, x, last + 1."""
    for z in range(start, start + planes.shape[0]):
        for y in range(planes.shape[1]):
            row = planes[z - start, y]
            begin = 0
            for word in range((row.size + 63) // 64):
                ends = unlike(row, 64 * word)
                while ends:
                    end = 64 * word + lowest(ends) + 1
                    ends &= ends - ONE
                    id = row[begin]
                    within_x = table[id, 2] <= begin and table[id, 5] >= end
                    if not (within_x and table[id, 4] > y and table[id, 3] > z and table[id, 1] <= y):
                        box = table[id]
                        box[0], box[1], box[2] = min(box[0], z), min(box[1], y), min(box[2], begin)
                        box[3], box[4], box[5] = max(box[3], z + 1), max(box[4], y + 1), max(box[5], end)
                    begin = end


def changed_runs(
    before: NDArray[np.uint16], after: NDArray[np.uint16], corner: tuple[int, int, int], shape: tuple[int, ...]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint16], NDArray[np.uint16]]:
    """Where the ids of a box (Z, Y, X) have become others: start, length, id before and after of each run.

    corner: of the box, in a volume of `shape`; starts are flat places there, rising.
    """
    most = _count_runs(before, after)
    starts, lengths = np.empty(most, np.int64), np.empty(most, np.int64)
    were, become = np.empty(most, np.uint16), np.empty(most, np.uint16)
    count = _find_runs(before, after, corner, (int(shape[1]), int(shape[2])), starts, lengths, were, become)
    return starts[:count], lengths[:count], were[:count], become[:count]


def flagged_runs(
    flags: NDArray[np.uint64], ids: NDArray[np.uint16], corner: tuple[int, int, int], shape: tuple[int, ...]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint16]]:
    """Start, length and id of each run where a box of ids (Z, Y, X) has flags (Z, Y, words), which are used up.

    As `changed_runs`.
    """
    begins = np.zeros_like(flags)
    most = ends_of_runs(flags, ids, begins)
    starts, lengths, found = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.uint16)
    count = runs(begins, flags, ids, corner, (int(shape[1]), int(shape[2])), starts, lengths, found)
    return starts[:count], lengths[:count], found[:count]


@kernel
def _count_runs(before: NDArray[np.uint16], after: NDArray[np.uint16]) -> int:
    """How many runs there are, each row by itself."""
    count = 0
    for z in range(before.shape[0]):
        for y in range(before.shape[1]):
            old, new = before[z, y], after[z, y]
            found: Any = np.int64(old[0] != new[0])
            for x in range(1, old.size):
                found += (old[x] != new[x]) & ((old[x] != old[x - 1]) | (new[x] != new[x - 1]))
            count += found
    return count


@kernel
def _find_runs(
    before: NDArray[np.uint16],
    after: NDArray[np.uint16],
    corner: tuple[int, int, int],
    sides: tuple[int, int],
    starts: NDArray[np.int64],
    lengths: NDArray[np.int64],
    were: NDArray[np.uint16],
    become: NDArray[np.uint16],
) -> int:
    """Fill in the runs, joined where a row goes on in the next, and return how many; `sides` are of a plane (Y, X)."""
    count = 0
    for z in range(before.shape[0]):
        for y in range(before.shape[1]):
            old, new = before[z, y], after[z, y]
            different = np.uint16(0)
            for x in range(old.size):
                different |= old[x] ^ new[x]
            if different == 0:
                continue
            whole = old.size // 4 * 4
            fours, other_fours = old[:whole].view(np.uint64), new[:whole].view(np.uint64)
            base = ((z + corner[0]) * sides[0] + y + corner[1]) * sides[1] + corner[2]
            x = 0
            while x < old.size:
                if x % 4 == 0 and x < whole and fours[x // 4] == other_fours[x // 4]:
                    x += 4
                    continue
                was, now = old[x], new[x]
                if was == now:
                    x += 1
                    continue
                end = x + 1
                while end < old.size and old[end] == was and new[end] == now:
                    end += 1
                last = count - 1
                follows = count > 0 and starts[last] + lengths[last] == base + x
                if follows and were[last] == was and become[last] == now:
                    lengths[last] += end - x
                else:
                    starts[count], lengths[count], were[count], become[count] = base + x, end - x, was, now
                    count += 1
                x = end
    return count


@kernel
def put_runs(
    flat: NDArray[Any], starts: NDArray[np.int64], lengths: NDArray[np.int64], ids: NDArray[np.uint16]
) -> None:
    """Write the id of each run into a flat volume."""
    for run in range(starts.size):
        for at in range(starts[run], starts[run] + lengths[run]):
            flat[at] = ids[run]


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
