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
from annotat3d_tui.labels.boxes import as_ids


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
        part = as_ids(label)
        numbers = empty(part.shape, np.int32)
        parents = _join(part, numbers, flat)
        ids, sizes = _settle(part, numbers, parents)
        return cls(numbers, ids, sizes)


@kernel
def _join(part: NDArray[Any], numbers: NDArray[np.int32], flat: bool) -> NDArray[np.int32]:
    """Write a first number for each voxel, and return which of them are one: each points to a lower one, or itself."""
    parents, count = np.zeros(1 << 12, np.int32), 1
    for z in range(part.shape[0]):
        for y in range(part.shape[1]):
            row, target = part[z, y], numbers[z, y]
            for x in range(row.size):
                own = row[x]
                if own == 0:
                    target[x] = 0
                    continue
                number = np.int32(0)
                if x > 0 and row[x - 1] == own:
                    number = target[x - 1]
                if y > 0 and part[z, y - 1, x] == own:
                    number = _one(parents, number, numbers[z, y - 1, x])
                if not flat and z > 0 and part[z - 1, y, x] == own:
                    number = _one(parents, number, numbers[z - 1, y, x])
                if number == 0:
                    if count == parents.size:
                        parents = np.append(parents, np.zeros_like(parents))
                    number = np.int32(count)
                    parents[count] = number
                    count += 1
                target[x] = number
    return parents[:count]


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
            for x in range(row.size):
                number = finals[target[x]]
                target[x] = number
                ids[number] = row[x]
                sizes[number] += 1
    return ids, sizes
