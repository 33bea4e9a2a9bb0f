"""Kernels on words: flags of 64 voxels of a row, the first one lowest. A row is so many words as its voxels need."""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel

ALL, ONE = np.uint64(0xFFFFFFFFFFFFFFFF), np.uint64(1)
_64 = np.uint64(64)


def _lowest(typing: Any, word: Any) -> Any:
    """The number of the lowest bit that is 1 in a word, which must not be 0."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.cttz(values[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), generate


def _ones(typing: Any, word: Any) -> Any:
    """How many bits of a word are 1."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.ctpop(values[0])

    return types.int64(types.uint64), generate


lowest: Any = intrinsic(_lowest)
ones: Any = intrinsic(_ones)
"""Both are one instruction of the processor."""


@kernel
def equal(row: NDArray[np.uint16], first: int, last: int, id: Any, words: NDArray[np.uint64]) -> None:
    """Write a flag for each voxel of a row from `first` to before `last`, 1 where it has the id, and 1 beyond them."""
    for word in range(words.size):
        own, at = np.uint64(0), first + 64 * word
        begin = np.uint64(at)
        if at + 64 <= row.size:
            for x in range(_64):  # unsigned, and of a fixed number, so that many are compared at once
                own |= np.uint64(row[begin + x] == id) << x
        else:
            for x in range(np.uint64(last - at)):
                own |= np.uint64(row[begin + x] == id) << x
        words[word] = own if last - at >= 64 else own | (ALL << np.uint64(last - at))


@kernel
def unlike_other(row: NDArray[Any], other: NDArray[Any], at: int) -> Any:
    """A word with 1 where a voxel of a row, from `at` on, has another id than that of another row; 0 beyond the end."""
    own, begin = np.uint64(0), np.uint64(at)
    if at + 64 <= row.size:
        for x in range(_64):
            own |= np.uint64(row[begin + x] != other[begin + x]) << x
        return own
    for x in range(np.uint64(row.size - at)):
        own |= np.uint64(row[begin + x] != other[begin + x]) << x
    return own


@kernel
def different(before: NDArray[np.uint16], after: NDArray[np.uint16], flags: NDArray[np.uint64]) -> None:
    """Write a flag (Z, Y, words) for each voxel, 1 where an id (Z, Y, X) has become another one."""
    for z in range(before.shape[0]):
        for y in range(before.shape[1]):
            for word in range(flags.shape[2]):
                flags[z, y, word] = unlike_other(before[z, y], after[z, y], 64 * word)


@kernel
def write(row: NDArray[np.uint16], at: int, flags: Any, id: Any) -> None:
    """Write an id where 64 voxels of a row, from `at` on, have a flag."""
    begin = np.uint64(at)
    if at + 64 <= row.size:
        for x in range(_64):
            row[begin + x] = id if (flags >> x) & ONE else row[begin + x]
        return
    while flags:
        row[at + lowest(flags)] = id
        flags &= flags - ONE


@kernel
def unlike(row: NDArray[Any], at: int) -> Any:
    """A word with 1 where a voxel of a row, from `at` on, is followed by one of another id, or is the last one."""
    own, begin = np.uint64(0), np.uint64(at)
    if at + 64 < row.size:
        for x in range(_64):
            own |= np.uint64(row[begin + x] != row[begin + x + ONE]) << x
        return own
    left = np.uint64(row.size - 1 - at)
    for x in range(left):
        own |= np.uint64(row[begin + x] != row[begin + x + ONE]) << x
    return own | (ONE << left)


@kernel
def until(count: int) -> Any:
    """A word with 1 for the first `count` of 64 voxels, or for all where there are more."""
    return ALL if count >= 64 else ~(ALL << np.uint64(count))


@kernel
def ends_of_runs(
    flags: NDArray[np.uint64], ids: NDArray[np.uint16], others: NDArray[np.uint16], starts: NDArray[np.uint64]
) -> int:
    """Flag where runs of one id start, leave of the flags those where one ends, and return how many there are.

    flags, starts: (Z, Y, words), `starts` empty, no flag beyond the end of a row. ids: (Z, Y, X). others: as ids, where
    runs have one id, too, or empty.
    """
    count = 0
    for z in range(ids.shape[0]):
        for y in range(ids.shape[1]):
            row, own_row, start_row = ids[z, y], flags[z, y], starts[z, y]
            before = every = np.uint64(0)
            for word in range(own_row.size):
                every |= own_row[word]
            for word in range(own_row.size if every else 0):
                own = own_row[word]
                after = own_row[word + 1] << np.uint64(63) if word + 1 < own_row.size else np.uint64(0)
                goes_on = own & ((own >> ONE) | after) & ~unlike(row, 64 * word)
                if others.size:
                    goes_on &= ~unlike(others[z, y], 64 * word)
                begins = own & ~((goes_on << ONE) | before)
                start_row[word], own_row[word] = begins, own & ~goes_on
                before = goes_on >> np.uint64(63)
                count += ones(begins)
    return count


@kernel
def runs(
    begins: NDArray[np.uint64],
    ends: NDArray[np.uint64],
    ids: NDArray[np.uint16],
    others: NDArray[np.uint16],
    corner: tuple[int, int, int],
    sides: tuple[int, int],
    starts: NDArray[np.int64],
    lengths: NDArray[np.int64],
    found: NDArray[np.uint16],
    other_found: NDArray[np.uint16],
) -> int:
    """Write the runs of one id that begin and end where there are flags, and return how many there are.

    begins, ends: (Z, Y, words). ids, others: as of `ends_of_runs`, at a corner of a volume with planes of so many rows
    and columns; starts are flat places there, rising. Two runs are one where a row goes on in the next row of the
    volume.
    """
    begun = ended = 0
    for z in range(ids.shape[0]):
        for y in range(ids.shape[1]):
            base = ((z + corner[0]) * sides[0] + y + corner[1]) * sides[1] + corner[2]
            row, begin_row, end_row = ids[z, y], begins[z, y], ends[z, y]
            goes_on = begin_row[0] & ONE and begun and starts[begun - 1] + lengths[begun - 1] == base
            if others.size and goes_on:
                goes_on = other_found[begun - 1] == others[z, y, 0]
            if goes_on and found[begun - 1] == row[0]:
                begin_row[0] ^= ONE
                ended -= 1
            for word in range(begin_row.size):
                left, at = begin_row[word], np.uint64(64 * word)
                while left:
                    x = at + np.uint64(lowest(left))
                    starts[begun], found[begun] = base + np.int64(x), row[x]
                    if others.size:
                        other_found[begun] = others[z, y, x]
                    left &= left - ONE
                    begun += 1
                left = end_row[word]
                while left:
                    lengths[ended] = base + 64 * word + lowest(left) + 1 - starts[ended]
                    left &= left - ONE
                    ended += 1
    return begun
