"""Marks that touch are joined: the kernel of `groups`, apart so that reading scores does without a compiler."""

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel


@kernel
def join_neighbours(
    keys: NDArray[np.int64], labels: NDArray[np.int64], offsets: NDArray[np.int64], first: NDArray[np.intp]
) -> None:
    """Set first[i] to the lowest index of the marks that mark i is connected to; keys ascend."""
    for offset in offsets:
        other = 0
        for mark in range(keys.size):
            while other < keys.size and keys[other] < keys[mark] + offset:
                other += 1
            if other < keys.size and keys[other] == keys[mark] + offset and labels[other] == labels[mark]:
                one, two = _root(first, mark), _root(first, other)
                first[max(one, two)] = min(one, two)
    for mark in range(keys.size):
        first[mark] = _root(first, mark)


@kernel
def _root(first: NDArray[np.intp], mark: int) -> int:
    while first[mark] != mark:
        first[mark] = first[first[mark]]  # halves the path for the next one
        mark = first[mark]
    return mark
