"""Grow trees on bootstrap samples and keep them as plain arrays: scikit-learn's, or those with random thresholds.

The bootstrap is drawn here: so it is known which samples each tree has not seen, a person can cancel, and the trees
do not depend on how a version of scikit-learn draws.
"""

import math
import warnings
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, in_threads, quiet
from annotat3d_tui.classifiers.codes import coarse
from annotat3d_tui.classifiers.model import smallest_leaf_for
from annotat3d_tui.classifiers.random_splits import Grown, grow_extra_trees
from annotat3d_tui.classifiers.trees import Trees

FEWEST_DRAWS = 256
TREES_AT_ONCE, DRAWS_AT_ONCE = 8, 1 << 16
"""What a thread grows at most before it looks up: many small trees hold the interpreter lock no longer than one."""
WIDE = 20


def grow(
    samples: NDArray[np.float32],
    classes: NDArray[np.intp],
    *,
    trees: int,
    random_thresholds: bool,
    share: float,
    balance: bool,
    seed: int,
    leaf: int = 1,
    tried: float = 0.0,
    threads: int = 1,
    progress: Progress = quiet,
) -> tuple[Trees, NDArray[np.bool_], NDArray[np.float64]]:
    """Trees, which samples each has seen (t, m), and the importance of each column (F,), of sum 1 or 0.

    samples: (m, F) finite; classes: (m,) from 0. Each tree draws with replacement `share` of the samples, but at
    least 256 or as many as there are, and one of each class that it would not see; with `balance` a class counts the
    same however many samples it has; at a node the share `tried` of the columns is tried, sqrt(F) of them for 0; a leaf
    has at least `leaf` samples, fewer where a class has not twice as many. In each column all trees together have at
    most 255 thresholds. The importance is the mean decrease in Gini impurity (Breiman 2001).
    """
    samples = np.ascontiguousarray(samples, np.float32)
    count = np.bincount(classes)
    weights = len(classes) / (len(count) * count[classes]) if balance else np.ones(len(classes))
    draws = max(round(share * len(classes)), min(len(classes), FEWEST_DRAWS))
    grow_trees = grow_extra_trees if random_thresholds else _decision_trees
    powers = np.zeros(samples.shape[1], np.int32) if random_thresholds else _powers(samples)
    matrix = np.ascontiguousarray(samples.T) if random_thresholds else np.ldexp(samples, powers)
    leaf = smallest_leaf_for(leaf, count)
    width = samples.shape[1]
    columns_tried = max(1, round(tried * width) if tried else math.isqrt(width))
    seen = np.zeros((trees, len(classes)), np.bool_)
    grown: list[Grown] = [None] * trees  # type: ignore[list-item]
    importances = np.zeros((trees, samples.shape[1]))

    def grow_some(some: range) -> None:
        counts, seeds = np.zeros((len(some), len(classes)), np.int64), np.zeros(len(some), np.uint64)
        for row, tree in enumerate(some):
            random = np.random.default_rng((seed, tree))
            counts[row] = np.bincount(random.integers(len(classes), size=draws), minlength=len(classes))
            seeds[row] = random.integers(2**31)
            for absent in np.flatnonzero(np.bincount(classes, counts[row]) == 0):
                counts[row, random.choice(np.flatnonzero(classes == absent))] = 1
        here = slice(some.start, some.stop)
        seen[here] = counts > 0
        grown[here] = grow_trees(matrix, classes, counts * weights, tried=columns_tried, leaf=leaf, seeds=seeds)
        importances[here] = [tree.importances for tree in grown[here]]

    at_once = max(1, min(TREES_AT_ONCE, DRAWS_AT_ONCE // draws))
    tasks = [range(first, min(first + at_once, trees)) for first in range(0, trees, at_once)]
    with nullcontext() if random_thresholds else warnings.catch_warnings():  # not for threads: done for all of them
        if not random_thresholds:
            warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
        in_threads(grow_some, tasks, threads, progress, "train", [len(task) for task in tasks])
    total = importances.sum()
    fine = as_arrays(grown)
    threshold = np.ldexp(fine.threshold, -powers[np.maximum(fine.feature, 0)])
    few = replace(fine, threshold=coarse(fine.feature, threshold))
    return few, seen, importances.sum(axis=0) / (total if total > 0 else 1.0)


def _powers(samples: NDArray[np.float32]) -> NDArray[np.int32]:
    """The power of two (F,) by which each column of samples (m, F) is multiplied, 0 for a range of 1 and more.

    It makes the range of a column about a million: scikit-learn takes values that differ by less than 1e-7 as equal.
    """
    width = samples.max(axis=0) - samples.min(axis=0)
    return np.where((width > 0) & (width < 1), WIDE - np.frexp(width)[1], 0).astype(np.int32)


def _decision_trees(
    samples: NDArray[np.float32],
    classes: NDArray[np.intp],
    weights: NDArray[np.float64],
    *,
    tried: int,
    leaf: int,
    seeds: NDArray[np.uint64],
) -> list[Grown]:
    """Trees with the best thresholds, from samples (m, F), one for each row of weights (t, m)."""
    from sklearn.tree import DecisionTreeClassifier  # takes seconds to import

    grown = []
    for own, seed in zip(weights, seeds, strict=True):
        fitted = DecisionTreeClassifier(max_features=tried, min_samples_leaf=leaf, random_state=int(seed))
        fitted.fit(samples, classes, sample_weight=own, check_input=False)
        tree, importances = fitted.tree_, fitted.feature_importances_
        grown.append(
            Grown(tree.feature, tree.threshold, tree.children_left, tree.children_right, tree.value, importances)
        )
    return grown


def as_arrays(grown: Sequence[Any]) -> Trees:
    """The arrays of grown trees (or fitted scikit-learn ones, `tree_`), which decide alike for every float32 row."""
    value = np.concatenate([tree.value[:, 0] for tree in grown])
    left, right = (
        np.concatenate(one) for one in zip(*((t.children_left, t.children_right) for t in grown), strict=True)
    )
    sizes = [tree.node_count for tree in grown]
    roots = np.cumsum([0, *sizes])[:-1]
    leaf = left < 0
    value = value / value.sum(axis=1, keepdims=True)
    row = value.argmax(axis=1)
    mixed = leaf & (value.max(axis=1) < 1.0)
    row[mixed] = value.shape[1] + np.arange(mixed.sum())
    offset = np.repeat(roots, sizes)
    children = np.stack([np.where(leaf, row, left + offset), np.where(leaf, 0, right + offset)], axis=1)
    return Trees(
        roots=roots.astype(np.uint32),
        feature=np.where(leaf, -1, np.concatenate([tree.feature for tree in grown])).astype(np.int32),
        threshold=round_down(np.concatenate([tree.threshold for tree in grown])),
        children=children.astype(np.uint32),
        values=np.concatenate([np.eye(value.shape[1]), value[mixed]]).astype(np.float32),
    )


def round_down(thresholds: NDArray[np.float64]) -> NDArray[np.float32]:
    """The largest float32 that is at most each threshold: for a float32 x, x <= t stays true or false.

    >>> float(round_down(np.array([0.1]))[0]) < 0.1 < float(np.float32(0.1))
    True
    """
    near = thresholds.astype(np.float32)
    return np.where(near > thresholds, np.nextafter(near, np.float32(-np.inf)), near).astype(np.float32)
