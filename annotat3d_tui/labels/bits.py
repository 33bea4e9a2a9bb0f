"""Kernels of morphology on masks of 64 voxels a word: a row that shrinks by a voxel is a shift and an AND.

A ball of radius 3 is 29 rows of voxels, of four half-lengths; a mask shrunk along x by each of these in turn is laid
over itself, shifted by whole rows. So a voxel costs half a word's AND, whatever it holds. Bits beyond the end of a row
are 1, and what lies outside of a box takes no part: an object goes on there as it is.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel

ALL, ONE, EIGHT = np.uint64(0xFFFFFFFFFFFFFFFF), np.uint64(1), np.uint64(0xFF)
_GATHER = np.uint64(0x0102040810204080)
ERODE, OPEN, DILATE, CLOSE = range(4)


@kernel
def change(
    source: NDArray[np.uint16],
    new: NDArray[np.uint16],
    ids: NDArray[np.int64],
    boxes: NDArray[np.int64],
    operation: int,
    rows: NDArray[np.int64],
    background: int,
    chosen: NDArray[np.bool_],
    nearest: NDArray[np.int64],
) -> None:
    """Do an operation to labels of a part of a volume, one after the other: from `source` into its copy `new`.

    source, new: (Z, Y, X). ids: (n,), rising; boxes: (n, 6) around each and its reach, first z, y, x and last + 1.
    rows: (m, 3) as of `structure`, shortest first. chosen: (65536,) the labels that grow. nearest: (k, 4) steps z, y, x
    and their squares, rising, by which dilated labels that meet are told apart; empty for other operations.
    """
    most = 0
    for i in range(len(ids)):
        box = boxes[i]
        most = max(most, (box[3] - box[0]) * (box[4] - box[1]) * ((box[5] - box[2] + 63) // 64))
    own, other, scratch = np.empty(most, np.uint64), np.empty(most, np.uint64), np.empty(most, np.uint64)
    for i in range(len(ids)):
        box, id = boxes[i], np.uint16(ids[i])
        shape = (box[3] - box[0], box[4] - box[1], box[5] - box[2])
        size = shape[0] * shape[1] * ((shape[2] + 63) // 64)
        before, after, room = own[:size], other[:size], scratch[:size]
        _pack(source, box, id, before)
        room[:] = before
        grows = operation in (DILATE, CLOSE)
        if grows:
            _turn(room, shape)
        _shrink(room, after, shape, rows)
        if operation in (OPEN, CLOSE):
            _turn(after, shape)
            _shrink(after, room, shape, rows)
            after, room = room, after
        if operation in (OPEN, DILATE):
            _turn(after, shape)
        if grows:
            _grow(source, new, box, id, before, after, np.uint16(background), chosen, nearest)
        else:
            _lose(new, box, before, after, np.uint16(background))


@kernel
def _pack(source: NDArray[np.uint16], box: NDArray[np.int64], id: Any, bits: NDArray[np.uint64]) -> None:
    """Write a bit for each voxel of a box, 1 where it has the id, and 1 beyond the end of each row."""
    width = box[5] - box[2]
    words = (width + 63) // 64
    same = np.ones(64 * words, np.uint8)
    eights = same.view(np.uint64)
    at = 0
    for z in range(box[0], box[3]):
        for y in range(box[1], box[4]):
            _compare(source[z, y, box[2] : box[5]], id, same)
            for word in range(words):
                own = np.uint64(0)
                for part in range(8):
                    byte = (eights[8 * word + part] * _GATHER) >> np.uint64(56)
                    own |= byte << np.uint64(8 * part)
                bits[at] = own
                at += 1


@kernel
def _compare(row: NDArray[np.uint16], id: Any, same: NDArray[np.uint8]) -> None:
    """Write 1 where a row has the id, else 0."""
    for x in range(row.size):
        same[x] = row[x] == id


@kernel
def _turn(bits: NDArray[np.uint64], shape: tuple[int, int, int]) -> None:
    """0 for 1 and 1 for 0, but beyond the ends of rows."""
    words = (shape[2] + 63) // 64
    for at in range(bits.size):
        bits[at] ^= ALL
    if shape[2] % 64:
        beyond = ALL << np.uint64(shape[2] % 64)
        for row in range(shape[0] * shape[1]):
            bits[row * words + words - 1] |= beyond


@kernel
def _shrink(
    bits: NDArray[np.uint64], out: NDArray[np.uint64], shape: tuple[int, int, int], rows: NDArray[np.int64]
) -> None:
    """Write 1 where the whole neighbourhood is 1, as far as it lies in the box; `bits` is used up."""
    depth, height, width = shape
    words = (width + 63) // 64
    plane = height * words
    out[:] = ALL
    across = 0
    for i in range(len(rows)):
        while across < rows[i, 2]:
            _narrow(bits, words)
            across += 1
        deep, down = rows[i, 0], rows[i, 1]
        first, last = max(-down, 0), height - max(down, 0)
        length = max(last - first, 0) * words
        for z in range(max(-deep, 0), depth - max(deep, 0)):
            target, source = z * plane + first * words, (z + deep) * plane + (first + down) * words
            for at in range(length):
                out[target + at] &= bits[source + at]


@kernel
def _narrow(bits: NDArray[np.uint64], words: int) -> None:
    """Take a voxel from both ends of each run of rows that are so many words long."""
    one, top = ONE, np.uint64(63)
    if words == 1:
        for at in range(bits.size):
            own = bits[at]
            bits[at] = own & ((own << one) | one) & ((own >> one) | (one << top))
        return
    for row in range(bits.size // words):
        begin = row * words
        before = one
        for at in range(begin, begin + words):
            own = bits[at]
            behind = bits[at + 1] & one if at + 1 < begin + words else one
            bits[at] = own & ((own << one) | before) & ((own >> one) | (behind << top))
            before = own >> top


@kernel
def _lose(
    new: NDArray[np.uint16],
    box: NDArray[np.int64],
    before: NDArray[np.uint64],
    after: NDArray[np.uint64],
    background: Any,
) -> None:
    """Give to the background what was in a label and is no longer."""
    width = box[5] - box[2]
    at = 0
    for z in range(box[0], box[3]):
        for y in range(box[1], box[4]):
            for start in range(0, width, 64):
                gone = before[at] & ~after[at]
                at += 1
                x = box[2] + start
                while gone and x < box[5]:
                    if gone & EIGHT == 0:
                        gone >>= np.uint64(8)
                        x += 8
                        continue
                    if gone & ONE:
                        new[z, y, x] = background
                    gone >>= ONE
                    x += 1


@kernel
def _grow(
    source: NDArray[np.uint16],
    new: NDArray[np.uint16],
    box: NDArray[np.int64],
    id: Any,
    before: NDArray[np.uint64],
    after: NDArray[np.uint64],
    background: Any,
    chosen: NDArray[np.bool_],
    nearest: NDArray[np.int64],
) -> None:
    """Give to a label what it gains of the background; of two that gain it the nearer, or lower, one."""
    width = box[5] - box[2]
    at = 0
    for z in range(box[0], box[3]):
        for y in range(box[1], box[4]):
            for start in range(0, width, 64):
                gained = after[at] & ~before[at]
                at += 1
                x = box[2] + start
                while gained and x < box[5]:
                    if gained & EIGHT == 0:
                        gained >>= np.uint64(8)
                        x += 8
                        continue
                    if gained & ONE and source[z, y, x] == background:
                        if new[z, y, x] == background:
                            new[z, y, x] = id
                        elif len(nearest):
                            new[z, y, x] = _nearest(source, z, y, x, chosen, nearest)
                    gained >>= ONE
                    x += 1


@kernel
def _nearest(
    source: NDArray[np.uint16], z: int, y: int, x: int, chosen: NDArray[np.bool_], nearest: NDArray[np.int64]
) -> Any:
    """The chosen label that is nearest to a voxel, of equally near ones the lowest; there must be one."""
    best: Any = 1 << 16
    square: Any = 1 << 30
    for i in range(len(nearest)):
        if nearest[i, 3] > square:
            break
        p, q, r = z + nearest[i, 0], y + nearest[i, 1], x + nearest[i, 2]
        if 0 <= p < source.shape[0] and 0 <= q < source.shape[1] and 0 <= r < source.shape[2]:
            found = source[p, q, r]
            if chosen[found]:
                best, square = min(best, np.int64(found)), nearest[i, 3]
    return best
