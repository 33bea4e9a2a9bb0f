"""Kernels of morphology on words of 64 voxels: what labels lose and gain, all those of a plane before the next plane.

Each label is packed into words, in its box; these are shrunk (see `shrinking`), or turned, shrunk and turned back; and
what is other than before is flagged in the volume.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel
from annotat3d_tui.labels.shrinking import shrink, turn
from annotat3d_tui.labels.words import ALL, ONE, equal, lowest, until, write

ERODE, OPEN, DILATE, CLOSE = range(4)


@kernel
def lose(
    source: NDArray[np.uint16],
    ids: NDArray[np.int64],
    boxes: NDArray[np.int64],
    operation: int,
    rows: NDArray[np.int64],
    lost: NDArray[np.uint64],
) -> None:
    """Flag what labels of a part of a volume lose when they are eroded or opened.

    source: (Z, Y, X). ids: (n,). boxes: (n, 6) around each and its reach, first z, y, x and last + 1. rows: (m, 3) as
    of `structure`, shortest first. lost: (Z, Y, words).
    """
    apart = rows[:, 1].max()
    begins = _begins(boxes, apart)
    before, after = _changed(source, ids, boxes, operation, rows, begins)
    visits, top = _visits(boxes, source.shape[0]), np.uint64(63)
    for visit in range(len(visits)):
        z, i = visits[visit]
        box = boxes[i]
        at, words = _row(box, begins[i], apart, z), (box[5] - box[2] + 63) // 64
        first, shift, last = box[2] >> 6, np.uint64(box[2] & 63), until(box[5] - box[2] - 64 * (words - 1))
        for y in range(box[1], box[4]):
            rest = np.uint64(0)
            for word in range(words):
                gone = before[at] & ~after[at]
                gone &= last if word + 1 == words else ALL
                at += 1
                lost[z, y, first + word] |= (gone << shift) | rest
                rest = (gone >> ONE) >> (top - shift)
            if rest:
                lost[z, y, first + words] |= rest


@kernel
def gain(
    source: NDArray[np.uint16],
    ids: NDArray[np.int64],
    boxes: NDArray[np.int64],
    operation: int,
    rows: NDArray[np.int64],
    free: NDArray[np.uint64],
    nearest: NDArray[np.int64],
    gained: NDArray[np.uint64],
    new: NDArray[np.uint16],
) -> None:
    """Flag what labels gain of the background when they are dilated or closed, and write there which one gains it.

    As `lose`. free: (Z, Y, words) flags of the background. nearest: (k, 4) steps z, y, x and their squares, rising, by
    which dilated labels that meet are told apart; where it is empty the lowest label gains what several would. gained:
    (Z, Y, words), and new: (Z, Y, X), which is read only where that is set, or empty where there is one label.
    """
    apart = rows[:, 1].max()
    begins = _begins(boxes, apart)
    before, after = _changed(source, ids, boxes, operation, rows, begins)
    flat, steps = source.reshape(-1), _flat(nearest, source.shape)
    visits, top = _visits(boxes, source.shape[0]), np.uint64(63)
    for visit in range(len(visits)):
        z, i = visits[visit]
        box, id = boxes[i], np.uint16(ids[i])
        at, words = _row(box, begins[i], apart, z), (box[5] - box[2] + 63) // 64
        first, shift, last = box[2] >> 6, np.uint64(box[2] & 63), until(box[5] - box[2] - 64 * (words - 1))
        for y in range(box[1], box[4]):
            rest = np.uint64(0)
            for word in range(words + 1):
                own = before[at + word] & after[at + word] if word < words else np.uint64(0)
                own &= last if word + 1 == words else ALL
                more = (own << shift) | rest
                rest = (own >> ONE) >> (top - shift)
                if more == 0:
                    continue
                column = first + word
                more &= free[z, y, column]
                both = more & gained[z, y, column]
                more ^= both
                gained[z, y, column] |= more
                if new.size == 0:
                    continue
                row = new[z, y]
                write(row, 64 * column, more, id)
                while both:
                    x = 64 * column + lowest(both)
                    lower, higher = min(row[x], id), max(row[x], id)
                    row[x] = lower
                    if len(nearest):
                        row[x] = _nearer(flat, source.shape, (z, y, x), lower, higher, nearest, steps)
                    both &= both - ONE
            at += words


@kernel
def background_flags(source: NDArray[np.uint16], background: int, free: NDArray[np.uint64]) -> None:
    """Write a flag (Z, Y, words) for each id (Z, Y, X), 1 where it is the background, 0 beyond the end of each row."""
    width = source.shape[2]
    last = (width - 1) >> 6
    for z in range(source.shape[0]):
        for y in range(source.shape[1]):
            equal(source[z, y], 0, width, np.uint16(background), free[z, y])
            free[z, y, last] &= until(width - 64 * last)


@kernel
def _visits(boxes: NDArray[np.int64], depth: int) -> NDArray[np.int64]:
    """(k, 2) planes and numbers of boxes that lie in them, plane by plane: so what is read stays near the processor."""
    firsts = np.zeros(depth + 1, np.int64)
    for i in range(len(boxes)):
        for z in range(boxes[i, 0], boxes[i, 3]):
            firsts[z + 1] += 1
    firsts = np.cumsum(firsts)
    visits = np.empty((firsts[depth], 2), np.int64)
    for i in range(len(boxes)):
        for z in range(boxes[i, 0], boxes[i, 3]):
            visits[firsts[z], 0], visits[firsts[z], 1] = z, i
            firsts[z] += 1
    return visits


@kernel
def _begins(boxes: NDArray[np.int64], apart: int) -> NDArray[np.int64]:
    """(n + 1,) where the words of each box begin when they stand one behind the other, and where the last ones end."""
    begins = np.zeros(len(boxes) + 1, np.int64)
    for i in range(len(boxes)):
        begins[i + 1] = _row(boxes[i], begins[i], apart, boxes[i, 3])
    return begins


@kernel
def _row(box: NDArray[np.int64], begin: int, apart: int, z: int) -> Any:
    """Where the first row of plane z of a box begins; `apart` rows are between two planes."""
    return begin + (z - box[0]) * (box[4] - box[1] + apart) * ((box[5] - box[2] + 63) // 64)


@kernel
def _changed(
    source: NDArray[np.uint16],
    ids: NDArray[np.int64],
    boxes: NDArray[np.int64],
    operation: int,
    rows: NDArray[np.int64],
    begins: NDArray[np.int64],
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The words of each box before and after an operation, as `lose`; before one that grows, what is not the label."""
    apart = rows[:, 1].max()
    every = np.empty((2, begins[-1]), np.uint64)
    other = np.empty(np.diff(begins).max(), np.uint64)
    _pack(source, ids, boxes, apart, begins, every[0])
    for i in range(len(boxes)):
        box, size = boxes[i], begins[i + 1] - begins[i]
        shape, step = (box[3] - box[0], box[4] - box[1], box[5] - box[2]), box[4] - box[1] + apart
        words = (shape[2] + 63) // 64
        before, after = every[0, begins[i] : begins[i + 1]], every[1, begins[i] : begins[i + 1]]
        if operation in (DILATE, CLOSE):
            turn(before, shape, step)
        if operation in (ERODE, DILATE):
            shrink(before, after, step, words, rows)
        else:
            shrink(before, other[:size], step, words, rows)
            turn(other[:size], shape, step)
            shrink(other[:size], after, step, words, rows)
        if operation in (DILATE, OPEN):
            turn(after, shape, step)
    return every[0], every[1]


@kernel
def _pack(
    source: NDArray[np.uint16],
    ids: NDArray[np.int64],
    boxes: NDArray[np.int64],
    apart: int,
    begins: NDArray[np.int64],
    bits: NDArray[np.uint64],
) -> None:
    """Write a bit for each voxel of a box, 1 where it has the id, and 1 beyond the end of each row and plane."""
    visits = _visits(boxes, source.shape[0])
    for visit in range(len(visits)):
        z, i = visits[visit]
        box = boxes[i]
        at, words = _row(box, begins[i], apart, z), (box[5] - box[2] + 63) // 64
        for y in range(box[1], box[4]):
            equal(source[z, y], box[2], box[5], np.uint16(ids[i]), bits[at : at + words])
            at += words
        bits[at : at + apart * words] = ALL


@kernel
def _flat(nearest: NDArray[np.int64], shape: tuple[int, int, int]) -> NDArray[np.int64]:
    """Steps (k, 4) as such of places in a flat volume."""
    steps = np.empty(len(nearest), np.int64)
    for i in range(len(nearest)):
        steps[i] = (nearest[i, 0] * shape[1] + nearest[i, 1]) * shape[2] + nearest[i, 2]
    return steps


@kernel
def _nearer(
    flat: NDArray[np.uint16],
    shape: tuple[int, int, int],
    place: tuple[int, int, int],
    lower: Any,
    higher: Any,
    nearest: NDArray[np.int64],
    steps: NDArray[np.int64],
) -> Any:
    """Which of two labels is nearer to a place z, y, x of a volume, the lower one where they are equally near."""
    z, y, x = place
    reach = nearest[-1, 3]
    inner = (
        reach <= min(z, shape[0] - 1 - z) ** 2
        and reach <= min(y, shape[1] - 1 - y) ** 2
        and reach <= min(x, shape[2] - 1 - x) ** 2
    )
    at, square = (z * shape[1] + y) * shape[2] + x, np.int64(1) << 40
    for i in range(len(nearest)):
        if nearest[i, 3] > square:
            return higher
        if not inner:
            p, q, r = z + nearest[i, 0], y + nearest[i, 1], x + nearest[i, 2]
            if not (0 <= p < shape[0] and 0 <= q < shape[1] and 0 <= r < shape[2]):
                continue
        found = flat[at + steps[i]]
        if found == lower:
            return lower
        if found == higher:
            square = nearest[i, 3]
    return higher
