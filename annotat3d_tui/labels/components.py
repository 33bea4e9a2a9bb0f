"""Connected pieces of labels: voxels of one id that share sides.

>>> pieces = Pieces.of(np.array([[[4, 4, 0, 4]]], np.uint16))
>>> pieces.numbers.tolist(), pieces.ids.tolist(), pieces.sizes.tolist()
([[[1, 1, 0, 2]]], [0, 4, 4], [1, 2, 1])
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.allocation import empty
from annotat3d_tui.compiled import kernel
from annotat3d_tui.labels.boxes import plain_ids
from annotat3d_tui.labels.words import ALL, ONE, lowest, unlike


@dataclass(frozen=True, eq=False)
class Pieces:
    """numbers: (Z, Y, X) int32, from 1 in the order of their first voxels, 0 where the id is 0.

    ids, sizes: (n + 1,) of each number, its label and how many voxels it has; those of 0 are of what is 0.
    """

    numbers: NDArray[np.int32]
    ids: NDArray[np.int64]
    sizes: NDArray[np.int64]

    @classmethod
    def of(cls, label: NDArray[Any], flat: bool = False) -> Self:
        """Those of label ids (Z, Y, X); `flat`: each slice by itself."""
        part = plain_ids(label)
        numbers = empty(part.shape, np.int32)
        parents = _join(part, numbers, flat)
        ids, sizes = _settle(part, numbers, parents)
        return cls(numbers, ids, sizes)


@kernel
def _join(part: NDArray[Any], numbers: NDArray[np.int32], flat: bool) -> NDArray[np.int32]:
    """Write a first number for each run, and return which of them are one: each points to a lower one, or itself."""
    parents, count = np.zeros(1 << 12, np.int32), 1
    depth, height, width = part.shape
    ends = np.empty((2, height, (width + 63) // 64), np.uint64)  # of runs in the rows of this plane and the one before
    for z in range(depth):
        own, before = ends[z % 2], ends[(z + 1) % 2]
        for y in range(height):
            row, target, row_ends = part[z, y], numbers[z, y], own[y]
            begin = 0
            for word in range(row_ends.size):
                row_ends[word] = unlike(row, 64 * word)
            for word in range(row_ends.size):
                left = row_ends[word]
                while left:
                    end = 64 * word + lowest(left) + 1
                    left &= left - ONE
                    number, id = np.int32(0), row[begin]
                    if id != 0:
                        if y > 0:
                            number = _beside(
                                parents, number, id, begin, end, part[z, y - 1], numbers[z, y - 1], own[y - 1]
                            )
                        if z > 0 and not flat:
                            number = _beside(
                                parents, number, id, begin, end, part[z - 1, y], numbers[z - 1, y], before[y]
                            )
                        if number == 0:
                            if count == parents.size:
                                parents = np.append(parents, np.zeros_like(parents))
                            number = np.int32(count)
                            parents[count] = number
                            count += 1
                    target[begin:end] = number
                    begin = end
    return parents[:count]


@kernel
def _beside(
    parents: NDArray[np.int32],
    number: Any,
    id: Any,
    begin: int,
    end: int,
    row: NDArray[Any],
    numbers: NDArray[np.int32],
    ends: NDArray[np.uint64],
) -> Any:
    """The number of a run, 0 if it has none yet, when it is joined with the runs of its id in a row beside it."""
    x = begin
    while x < end:
        if row[x] == id:
            number = _one(parents, number, numbers[x])
        word = x >> 6
        left = ends[word] & (ALL << np.uint64(x & 63))
        while left == 0:
            word += 1
            left = ends[word]
        x = 64 * word + lowest(left) + 1
    return number


@kernel
def _one(parents: NDArray[np.int32], number: Any, other: Any) -> Any:
    """The lower root of two numbers, of which the first may be 0; they are one from now on."""
    if number == 0 or number == other:
        return other
    one, two = root_of(parents, number), root_of(parents, other)
    lower, higher = min(one, two), max(one, two)
    parents[higher] = lower
    return lower


@kernel
def root_of(parents: NDArray[np.int32], number: Any) -> Any:
    """The number that stands for all that a number is joined with; the way to it becomes shorter."""
    while parents[number] != number:
        parents[number] = parents[parents[number]]
        number = parents[number]
    return number


@kernel
def _settle(
    part: NDArray[Any], numbers: NDArray[np.int32], parents: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the roots in order, write them, and return id and size of each."""
    finals, count = np.zeros(parents.size, np.int32), 1
    for number in range(1, parents.size):
        root = root_of(parents, number)
        if root == number:
            finals[number] = count
            count += 1
        else:
            finals[number] = finals[root]
    ids, sizes = np.zeros(count, np.int64), np.zeros(count, np.int64)
    for z in range(part.shape[0]):
        for y in range(part.shape[1]):
            row, target = part[z, y], numbers[z, y]
            begin = 0
            for word in range((row.size + 63) // 64):
                left = unlike(row, 64 * word)
                while left:
                    end = 64 * word + lowest(left) + 1
                    left &= left - ONE
                    number = finals[target[begin]]
                    target[begin:end] = number
                    ids[number] = row[begin]
                    sizes[number] += end - begin
                    begin = end
    return ids, sizes
