"""Trees with random thresholds (extra trees: Geurts, Ernst, Wehenkel 2006, Machine Learning 63, 3), grown by a kernel.

An interactive session grows hundreds of small trees for every stroke. scikit-learn's ones are the same kind, but each
costs half a millisecond under the interpreter lock before it begins, which is most of its time.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel

LEAF = -1


class Grown(NamedTuple):
    """One tree, as scikit-learn has them: parents before children, which are LEAF in a leaf.

    feature: (n,). threshold: (n,) float64, a row goes left when its value is at most this. value: (n, 1, k) weights of
    the classes. importances: (F,) decrease in Gini impurity, of sum 1 or 0.
    """

    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    children_left: NDArray[np.int32]
    children_right: NDArray[np.int32]
    value: NDArray[np.float64]
    importances: NDArray[np.float64]

    @property
    def node_count(self) -> int:
        """How many nodes there are."""
        return len(self.feature)


def grow_extra_trees(
    columns: NDArray[np.float32],
    classes: NDArray[np.intp],
    weights: NDArray[np.float64],
    *,
    tried: int,
    leaf: int,
    seeds: NDArray[np.uint64],
) -> list[Grown]:
    """A tree for each row of weights (t, m) and of `seeds` (t,), on the samples whose weight is positive.

    columns: (F, m) finite, contiguous. classes: (m,) from 0. At a node columns are taken at random until `tried` of
    them differ among its samples; each is cut between its least and greatest value, anywhere with the same chance; the
    cut that leaves least Gini impurity counts, among those with `leaf` samples on both sides. A node without such a
    cut, or with one class, is a leaf.
    """
    count, trees = int(classes.max()) + 1, len(weights)
    most = 2 * int(np.count_nonzero(weights > 0, axis=1).max()) - 1
    feature, children = np.full((trees, most), LEAF, np.int32), np.full((trees, 2, most), LEAF, np.int32)
    threshold, value = np.full((trees, most), -2.0), np.zeros((trees, most, count))
    importances, nodes = np.zeros((trees, len(columns))), np.zeros(trees, np.int64)
    _grow_all(columns, classes, weights, tried, leaf, seeds, feature, threshold, children, value, importances, nodes)
    importances /= np.maximum(importances.sum(axis=1, keepdims=True), np.finfo(np.float64).tiny)
    return [
        Grown(
            feature[t, :n],
            threshold[t, :n],
            children[t, 0, :n],
            children[t, 1, :n],
            value[t, :n, np.newaxis],
            importances[t],
        )
        for t, n in enumerate(nodes)
    ]


@kernel
def _grow_all(
    columns: NDArray[Any],
    classes: NDArray[Any],
    weights: NDArray[Any],
    tried: int,
    leaf: int,
    seeds: NDArray[Any],
    feature: NDArray[Any],
    threshold: NDArray[Any],
    children: NDArray[Any],
    value: NDArray[Any],
    importances: NDArray[Any],
    nodes: NDArray[Any],
) -> None:
    drawn = np.empty(classes.size, np.int32)
    for tree in range(seeds.size):
        own, count = weights[tree], 0
        for sample in range(classes.size):
            if own[sample] > 0:
                drawn[count] = sample
                count += 1
        nodes[tree] = _grow(
            columns, classes, own, drawn[:count], tried, leaf, seeds[tree], feature[tree], threshold[tree],
            children[tree], value[tree], importances[tree],
        )  # fmt: skip


@kernel
def _grow(
    columns: NDArray[Any],
    classes: NDArray[Any],
    weights: NDArray[Any],
    drawn: NDArray[Any],
    tried: int,
    leaf: int,
    seed: np.uint64,
    feature: NDArray[Any],
    threshold: NDArray[Any],
    children: NDArray[Any],
    value: NDArray[Any],
    importances: NDArray[Any],
) -> int:
    """Grow on the samples `drawn`, which are put in the order of the leaves; return the number of nodes."""
    state = np.full(1, seed, np.uint64)
    order = np.arange(columns.shape[0])
    left = np.zeros(value.shape[1])
    pending = np.empty((drawn.size + 1, 3), np.int64)
    pending[0, 0], pending[0, 1], pending[0, 2] = 0, 0, drawn.size
    top, nodes = 1, 1
    while top > 0:
        top -= 1
        node, first, last = pending[top, 0], pending[top, 1], pending[top, 2]
        here = value[node]
        for place in range(first, last):
            here[classes[drawn[place]]] += weights[drawn[place]]
        present = 0
        for weight in here:
            present += weight != 0
        if last - first < 2 * leaf or present < 2:
            continue
        some = drawn[first:last]
        column, cut, gain = _best_cut(columns, classes, weights, some, here, tried, leaf, order, left, state)
        if column < 0:
            continue
        feature[node], threshold[node] = column, cut
        importances[column] += gain
        middle = first + _part(columns[column], some, cut)
        children[0, node], children[1, node] = nodes, nodes + 1
        pending[top, 0], pending[top, 1], pending[top, 2] = nodes + 1, middle, last
        pending[top + 1, 0], pending[top + 1, 1], pending[top + 1, 2] = nodes, first, middle
        top, nodes = top + 2, nodes + 2
    return nodes


@kernel
def _best_cut(
    columns: NDArray[Any],
    classes: NDArray[Any],
    weights: NDArray[Any],
    some: NDArray[Any],
    here: NDArray[Any],
    tried: int,
    leaf: int,
    order: NDArray[Any],
    left: NDArray[Any],
    state: NDArray[Any],
) -> tuple[int, float, float]:
    """Column, threshold and decrease of the impurity of the best of some random cuts; column -1 where there is none."""
    whole, pure = here.sum(), 0.0
    for one in here:
        pure += one * one
    best, best_column, best_cut = -1.0, -1, 0.0
    remaining, wanted = order.size, tried
    while remaining > 0 and wanted > 0:
        chosen = np.int64(_random(state) * remaining)
        remaining -= 1
        column = order[chosen]
        order[chosen], order[remaining] = order[remaining], column
        values = columns[column]
        low = high = values[some[0]]
        for sample in some:
            low, high = min(low, values[sample]), max(high, values[sample])
        if not high > low:
            continue
        wanted -= 1
        cut = np.float64(low) + _random(state) * (np.float64(high) - np.float64(low))
        if cut >= high:
            cut = np.float64(low)
        merit = _merit(values, classes, weights, some, here, whole, cut, leaf, left)
        if merit > best:
            best, best_column, best_cut = merit, column, cut
    return best_column, best_cut, max(best - pure / whole, 0.0)


@kernel
def _merit(
    values: NDArray[Any],
    classes: NDArray[Any],
    weights: NDArray[Any],
    some: NDArray[Any],
    here: NDArray[Any],
    whole: float,
    cut: float,
    leaf: int,
    left: NDArray[Any],
) -> float:
    """Sum over both sides of Σ (weight of a class)² / weight, which is highest where the impurity is lowest.

    -1 where a side has fewer than `leaf` samples.
    """
    left[:] = 0
    count = 0
    for sample in some:
        below = values[sample] <= cut  # a number, not a branch: which way it goes cannot be guessed
        left[classes[sample]] += weights[sample] * below
        count += below
    if count < leaf or some.size - count < leaf:
        return -1.0
    total, squares, others = 0.0, 0.0, 0.0
    for one in range(left.size):
        total += left[one]
        squares += left[one] * left[one]
        others += (here[one] - left[one]) * (here[one] - left[one])
    return squares / total + others / (whole - total)


@kernel
def _part(values: NDArray[Any], some: NDArray[Any], cut: float) -> int:
    """Put the samples at or below the cut first; return how many they are."""
    front = 0
    for place in range(some.size):
        sample = some[place]
        below = values[sample] <= cut
        some[place] = some[front]
        some[front] = sample
        front += below
    return front


@kernel
def _random(state: NDArray[Any]) -> float:
    """From 0 to below 1, by SplitMix64 (Steele et al. 2014)."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    mixed = state[0]
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return np.float64(mixed >> np.uint64(11)) * 2.0**-53
