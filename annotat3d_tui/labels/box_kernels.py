"""Kernels: the box of each id, what has changed in a box, and putting that there, by runs."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel
from annotat3d_tui.labels.words import ONE, different, ends_of_runs, lowest, runs, unlike


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
    flags = no_flags(before.shape)
    different(before, after, flags)
    return _runs(flags, before, after, corner, shape)


def flagged_runs(
    flags: NDArray[np.uint64], ids: NDArray[np.uint16], corner: tuple[int, int, int], shape: tuple[int, ...]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint16]]:
    """Start, length and id of each run where a box of ids (Z, Y, X) has flags (Z, Y, words), which are used up.

    As `changed_runs`.
    """
    nothing = np.empty((0, 0, 0), np.uint16)
    nothing.flags.writeable = False
    starts, lengths, found, _ = _runs(flags, ids, nothing, corner, shape)
    return starts, lengths, found


def no_flags(shape: tuple[int, ...]) -> NDArray[np.uint64]:
    """Words (Z, Y, words) of 64 flags for the rows of a part (Z, Y, X), none of them set."""
    return np.zeros((*shape[:2], (shape[2] + 63) // 64), np.uint64)


def _runs(
    flags: NDArray[np.uint64],
    ids: NDArray[np.uint16],
    others: NDArray[np.uint16],
    corner: tuple[int, int, int],
    shape: tuple[int, ...],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint16], NDArray[np.uint16]]:
    """Start, length, id and other id of each run where there are flags."""
    begins = np.zeros_like(flags)
    most = ends_of_runs(flags, ids, others, begins)
    starts, lengths = np.empty(most, np.int64), np.empty(most, np.int64)
    found, other_found = np.empty(most, np.uint16), np.empty(most if others.size else 0, np.uint16)
    sides = (int(shape[1]), int(shape[2]))
    count = runs(begins, flags, ids, others, corner, sides, starts, lengths, found, other_found)
    return starts[:count], lengths[:count], found[:count], other_found[:count]


@kernel
def renamed(ids: NDArray[np.uint16], names: NDArray[np.uint16], out: NDArray[np.uint16]) -> None:
    """Write the name (65536,) of each id (Z, Y, X)."""
    source, target = ids.reshape(-1), out.reshape(-1)
    for at in range(source.size):
        target[at] = names[source[at]]


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
