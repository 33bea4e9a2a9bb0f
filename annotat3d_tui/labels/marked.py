"""Marked voxels as strokes: those of one label that touch, and lie on one label of the volume.

>>> found = strokes(np.array([0, 1, 7, 9]), np.array([2, 2, 2, 5]), np.zeros(4, np.uint16), (1, 2, 6))
>>> found.numbers.tolist(), found.labels.tolist()
([0, 0, 0, 1], [2, 5])
"""

from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.labels.boxes import Box


class Strokes(NamedTuple):
    """numbers: (m,) the stroke of each voxel, from 0 in the order of their first voxels.

    labels, homes: (n,) of each stroke, its label and the one it lies on. boxes: (n,) around them.
    """

    numbers: NDArray[np.int64]
    labels: NDArray[np.int64]
    homes: NDArray[np.int64]
    boxes: list[Box]


def strokes(where: NDArray[np.int64], labels: NDArray[Any], homes: NDArray[Any], shape: tuple[int, ...]) -> Strokes:
    """Those of voxels `where` (m,) (flat, rising) with labels (m,), on `homes` (m,), in a volume of `shape`."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(where)
    zyx = np.stack(np.unravel_index(where, shape), axis=1)
    sources, targets = [], []
    for step in product((-1, 0, 1), repeat=3):
        if step <= (0, 0, 0):  # each pair once
            continue
        beside = zyx + step
        inside = np.flatnonzero(((beside >= 0) & (beside < shape)).all(1))
        wanted = np.ravel_multi_index(tuple(beside[inside].T), shape)
        at = np.minimum(np.searchsorted(where, wanted), count - 1)
        same = (where[at] == wanted) & (labels[at] == labels[inside]) & (homes[at] == homes[inside])
        sources.append(inside[same])
        targets.append(at[same])
    pairs = np.concatenate(sources), np.concatenate(targets)
    graph = coo_array((np.ones(len(pairs[0]), np.bool_), pairs), shape=(count, count))
    numbers = connected_components(graph, directed=False)[1].astype(np.int64)
    firsts = np.unique(numbers, return_index=True)[1]
    order = np.empty(len(firsts), np.int64)
    order[np.argsort(firsts)] = np.arange(len(firsts))
    numbers, firsts = order[numbers], np.sort(firsts)
    return Strokes(numbers, labels[firsts].astype(np.int64), homes[firsts].astype(np.int64), _boxes(zyx, numbers))


def _boxes(zyx: NDArray[np.int64], numbers: NDArray[np.int64]) -> list[Box]:
    count = int(numbers.max()) + 1
    first, last = np.full((count, 3), np.iinfo(np.int64).max), np.zeros((count, 3), np.int64)
    np.minimum.at(first, numbers, zyx)
    np.maximum.at(last, numbers, zyx)
    rows = np.concatenate([first, last + 1], axis=1).tolist()
    return [(slice(r[0], r[3]), slice(r[1], r[4]), slice(r[2], r[5])) for r in rows]
