"""Sorting networks as data: the least comparisons that bring values of wanted ranks to their places.

A network is an int64 array (n, 3) of steps (a, b, kind): the lesser of values a and b goes to a, the greater to b. Of
some steps only one is needed after: BOTH, LESS or MORE.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel
from annotat3d_tui.features.lines import Array

BOTH, LESS, MORE = 0, 1, 2

Pairs = list[tuple[int, int]]


def sorting(places: list[int]) -> Pairs:
    """Pairs that sort the values at `places`: Batcher's merge exchange (Knuth, TAOCP 3, algorithm 5.2.2M).

    >>> sorting([0, 1, 2])
    [(0, 2), (0, 1), (1, 2)]
    """
    count = len(places)
    top = 1 << max(0, (count - 1).bit_length() - 1)
    found: Pairs = []
    p = top if count > 1 else 0
    while p > 0:
        q, r, d = top, 0, p
        while True:
            found += [(places[i], places[i + d]) for i in range(count - d) if i & p == r]
            if q == p:
                break
            d, q, r = q - p, q // 2, p
        p //= 2
    return found


def needed(pairs: Pairs, wanted: Iterable[int]) -> NDArray[np.int64]:
    """The network of those `pairs` that the values at places `wanted` depend on.

    >>> needed(sorting([0, 1, 2]), [1]).tolist()
    [[0, 2, 0], [0, 1, 2], [1, 2, 1]]
    """
    used = set(wanted)
    kept = []
    for a, b in reversed(pairs):
        if a in used or b in used:
            kept.append((a, b, BOTH if a in used and b in used else LESS if a in used else MORE))
            used |= {a, b}
    return np.array(kept[::-1], np.int64).reshape(-1, 3)


@kernel
def run(network: Array, rows: Array) -> None:
    """Apply a network to the rows of `rows` (places, lanes), in every lane."""
    for k in range(network.shape[0]):
        a, b, kind = network[k, 0], network[k, 1], network[k, 2]
        if kind == BOTH:
            for i in range(rows.shape[1]):
                one, other = rows[a, i], rows[b, i]
                rows[a, i] = min(one, other)
                rows[b, i] = max(one, other)
        elif kind == LESS:
            for i in range(rows.shape[1]):
                rows[a, i] = min(rows[a, i], rows[b, i])
        else:
            for i in range(rows.shape[1]):
                rows[b, i] = max(rows[a, i], rows[b, i])
