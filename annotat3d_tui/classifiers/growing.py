"""Grow trees on bootstrap samples and keep them as plain arrays: scikit-learn's, or those with random thresholds.

The bootstrap is drawn here: so it is known which samples each tree has not seen, a person can cancel, and the trees
do not depend on how a version of scikit-learn draws.
"""

import math
import warnings
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, in_threads, quiet
from annotat3d_tui.classifiers.codes import coarse
from annotat3d_tui.classifiers.random_splits import Grown, grow_extra_tree
from annotat3d_tui.classifiers.trees import Trees

FEWEST_DRAWS = 256


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
    least 256 or as many as there are; with `balance` a class counts the same however many samples it has; at a node
    the share `tried` of the columns is tried, sqrt(F) of them for 0; a leaf has at least `leaf` samples. In each column
    all trees together have at most 255 thresholds. The importance is the mean decrease in Gini impurity (Breiman 2001).
    """
    samples = np.ascontiguousarray(samples, np.float32)
    count = np.bincount(classes)
    weights = len(classes) / (len(count) * count[classes]) if balance else np.ones(len(classes))
    draws = max(round(share * len(classes)), min(len(classes), FEWEST_DRAWS))
    grow_tree = _extra_tree if random_thresholds else _decision_tree
    matrix = np.ascontiguousarray(samples.T) if random_thresholds else samples
    width = samples.shape[1]
    columns_tried = max(1, round(tried * width) if tried else math.isqrt(width))
    seen = np.zeros((trees, len(classes)), np.bool_)
    grown: list[Any] = [None] * trees
    importances = np.zeros((trees, samples.shape[1]))

    def grow_one(tree: int) -> None:
        random = np.random.default_rng((seed, tree))
        counts = np.bincount(random.integers(len(classes), size=draws), minlength=len(classes))
        own_seed = int(random.integers(2**31))
        seen[tree] = counts > 0
        grown[tree], importances[tree] = grow_tree(matrix, classes, counts * weights, columns_tried, leaf, own_seed)

    with warnings.catch_warnings():  # which is not for threads: it is done for all of them
        warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
        in_threads(grow_one, range(trees), threads, progress, "train")
    total = importances.sum()
    fine = as_arrays(grown)
    few = replace(fine, threshold=coarse(fine.feature, fine.threshold))
    return few, seen, importances.sum(axis=0) / (total if total > 0 else 1.0)


def _extra_tree(
    columns: NDArray[np.float32],
    classes: NDArray[np.intp],
    weights: NDArray[np.float64],
    tried: int,
    leaf: int,
    seed: int,
) -> tuple[Grown, NDArray[np.float64]]:
    """A tree with random thresholds, from columns (F, m), and its importances."""
    tree = grow_extra_tree(columns, classes, weights, tried=tried, leaf=leaf, seed=seed)
    return tree, tree.importances


def _decision_tree(
    samples: NDArray[np.float32],
    classes: NDArray[np.intp],
    weights: NDArray[np.float64],
    tried: int,
    leaf: int,
    seed: int,
) -> tuple[Any, NDArray[np.float64]]:
    """A tree with the best thresholds, from samples (m, F), and its importances."""
    from sklearn.tree import DecisionTreeClassifier  # takes seconds to import

    fitted = DecisionTreeClassifier(max_features=tried, min_samples_leaf=leaf, random_state=seed)
    fitted.fit(samples, classes, sample_weight=weights, check_input=False)
    return fitted.tree_, fitted.feature_importances_


def as_arrays(grown: list[Any]) -> Trees:
    """The arrays of fitted scikit-learn trees (`tree_`), which decide alike for every float32 row."""
    count = grown[0].value.shape[2]
    roots = np.cumsum([0] + [tree.node_count for tree in grown])
    shared, values = count, [np.eye(count)]
    children = []
    for root, tree in zip(roots, grown, strict=False):
        leaf = tree.children_left < 0
        value = tree.value[:, 0] / tree.value[:, 0].sum(axis=1, keepdims=True)
        mixed = leaf & (value.max(axis=1) < 1.0)
        row = value.argmax(axis=1)
        row[mixed] = shared + np.arange(mixed.sum())
        shared += int(mixed.sum())
        values.append(value[mixed])
        children.append(np.stack([np.where(leaf, row, tree.children_left + root), tree.children_right + root], axis=1))
    return Trees(
        roots=roots[:-1].astype(np.uint32),
        feature=np.concatenate([np.where(tree.children_left < 0, -1, tree.feature) for tree in grown]).astype(np.int32),
        threshold=round_down(np.concatenate([tree.threshold for tree in grown])),
        children=np.where(np.concatenate(children) < 0, 0, np.concatenate(children)).astype(np.uint32),
        values=np.concatenate(values).astype(np.float32),
    )


def round_down(thresholds: NDArray[np.float64]) -> NDArray[np.float32]:
    """The largest float32 that is at most each threshold: for a float32 x, x <= t stays true or false.

    >>> float(round_down(np.array([0.1]))[0]) < 0.1 < float(np.float32(0.1))
    True
    """
    near = thresholds.astype(np.float32)
    return np.where(near > thresholds, np.nextafter(near, np.float32(-np.inf)), near).astype(np.float32)
