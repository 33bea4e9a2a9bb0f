"""Which marks belong together: strokes, planes, and the groups that a fair test keeps apart."""

from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray


def strokes_of(coordinates: NDArray[np.integer[Any]], labels: NDArray[Any]) -> NDArray[np.intp]:
    """The stroke of each mark, from 0: the 26-connected sets of marks of one label, by first voxel.

    coordinates: (m, 3) distinct voxels z, y, x; labels: (m,). Memory and time grow with the marks, not the volume.

    >>> strokes_of(np.array([(0, 0, 0), (0, 0, 5), (0, 1, 1)]), np.array([1, 1, 1]))
    array([0, 1, 0])
    """
    if len(coordinates) == 0:
        return np.zeros(0, np.intp)
    from annotat3d_tui.classifiers.connecting import join_neighbours

    near = coordinates.astype(np.int64) - coordinates.min(axis=0) + 1
    _, rows, columns = near.max(axis=0) + 2
    steps = np.array([rows * columns, columns, 1])
    keys = near @ steps
    order = np.argsort(keys, kind="stable")
    offsets = np.array([step @ steps for step in product((-1, 0, 1), repeat=3) if step > (0, 0, 0)])
    first = np.arange(len(order))
    join_neighbours(keys[order], labels[order].astype(np.int64), offsets, first)
    strokes = np.empty(len(order), np.intp)
    strokes[order] = np.unique(first, return_inverse=True)[1]
    return strokes


def groups_of(coordinates: NDArray[np.integer[Any]], labels: NDArray[Any]) -> tuple[NDArray[np.intp], str]:
    """The group of each mark, from 0, and what the groups are: "planes", or "strokes".

    They are the marked planes when each label is marked on two or more of them, else the strokes. Planes
    lie across the axis along which the marks take the fewest positions; neighbouring ones are one group, since a
    brush with depth marks them alike.
    """
    axis = int(np.argmin([len(np.unique(positions)) for positions in coordinates.T]))
    marked, inverse = np.unique(coordinates[:, axis], return_inverse=True)
    planes = np.concatenate([[0], np.cumsum(np.diff(marked) > 1)])[inverse]
    on_two = all(len(np.unique(planes[labels == label])) >= 2 for label in np.unique(labels))
    return (planes, "planes") if on_two else (strokes_of(coordinates, labels), "strokes")


def folds_of(groups: NDArray[np.intp], labels: NDArray[Any], folds: int) -> NDArray[np.intp]:
    """The fold of each sample, from 0 to at most `folds` - 1: groups stay whole, labels and sizes are spread evenly.

    The largest group goes first, each into the fold with the fewest samples of its labels, then the smallest one.
    """
    ids, group = np.unique(groups, return_inverse=True)
    classes, class_ = np.unique(labels, return_inverse=True)
    sizes = np.zeros((len(ids), len(classes)), np.intp)
    np.add.at(sizes, (group, class_), 1)
    filled = np.zeros((min(folds, len(ids)), len(classes)), np.intp)
    fold_of_group = np.empty(len(ids), np.intp)
    for one in np.argsort(-sizes.sum(axis=1), kind="stable"):
        overlap = filled @ (sizes[one] > 0)
        fold = int(np.lexsort((filled.sum(axis=1), overlap))[0])
        fold_of_group[one] = fold
        filled[fold] += sizes[one]
    return fold_of_group[group]
