"""Grow scikit-learn's boosted trees and keep them as plain arrays."""

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from annotat3d_tui.blocks import Progress, quiet
from annotat3d_tui.classifiers.boosting import Steps
from annotat3d_tui.classifiers.growing import round_down
from annotat3d_tui.classifiers.model import smallest_leaf_for

AT_A_TIME = 25
"""Most iterations between two reports of progress."""
TREES_AT_A_TIME = 500
"""Most trees, but at least one iteration: two seconds or so."""
MOST_CUTS = 254


def grow(
    samples: NDArray[np.float32],
    classes: NDArray[np.intp],
    *,
    iterations: int,
    rate: float,
    leaves: int,
    smallest_leaf: int,
    column_share: float,
    balance: bool,
    seed: int,
    progress: Progress = quiet,
) -> tuple[Steps, NDArray[np.float64]]:
    """Trees for samples (m, F) finite and classes (m,) from 0, and the importance of each column (F,), of sum 1 or 0.

    The columns are cut into at most 255 steps here, each holding as many samples: scikit-learn takes seconds for it
    when samples have weights. One thread alone, since the order of OpenMP's sums is not fixed.
    """
    count = np.bincount(classes)
    weights = len(classes) / (len(count) * count[classes]) if balance else None
    booster = HistGradientBoostingClassifier(
        learning_rate=rate, max_leaf_nodes=leaves, min_samples_leaf=smallest_leaf_for(smallest_leaf, count),
        max_features=column_share, early_stopping=False, random_state=seed, warm_start=True,
    )  # fmt: skip
    cuts = [cuts_of(column) for column in samples.T]
    codes = np.stack([np.searchsorted(ours, column) for ours, column in zip(cuts, samples.T, strict=True)], axis=1)
    progress(0.0, "train")
    with threadpool_limits(limits=1), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
        at_a_time = max(1, min(AT_A_TIME, TREES_AT_A_TIME // len(count)))
        for done in [*range(at_a_time, iterations, at_a_time), iterations]:
            booster.set_params(max_iter=done).fit(codes, classes, sample_weight=weights)
            progress(done / iterations, "train")
    grown = [one.nodes for iteration in booster._predictors for one in iteration]
    gains = np.zeros(samples.shape[1])
    for nodes in grown:
        inner = nodes[nodes["is_leaf"] == 0]
        np.add.at(gains, inner["feature_idx"], np.maximum(inner["gain"], 0.0))
    total = gains.sum()
    return as_arrays(grown, cuts, booster._baseline_prediction.ravel()), gains / (total if total > 0 else 1.0)


def cuts_of(column: NDArray[np.float32]) -> NDArray[np.float32]:
    """At most 254 ascending values (c,) between those of a column (m,): between all of them, or at even ranks.

    The code of a value is how many cuts are below it; each cut is itself rounded down, so that it parts float32 values.

    >>> cuts_of(np.array([5, 1, 3, 3], np.float32)).tolist()
    [2.0, 4.0]
    """
    values = np.unique(column).astype(np.float64)
    if len(values) > MOST_CUTS + 1:
        shares = np.linspace(0.0, 1.0, MOST_CUTS + 2)[1:-1]
        return np.unique(round_down(np.quantile(column.astype(np.float64), shares, method="averaged_inverted_cdf")))
    return np.unique(round_down((values[:-1] + values[1:]) / 2))


def as_arrays(grown: list[NDArray[Any]], cuts: list[NDArray[np.float32]], start: NDArray[Any]) -> Steps:
    """The arrays of scikit-learn's predictor nodes that were grown on codes, with the cuts that they ask for."""
    roots = np.cumsum([0] + [len(nodes) for nodes in grown])
    nodes = np.concatenate(grown)
    leaf = nodes["is_leaf"] == 1
    offset = np.repeat(roots[:-1], np.diff(roots))
    children = np.stack([nodes["left"] + offset, nodes["right"] + offset], axis=1)
    threshold = np.zeros(len(nodes), np.float32)
    for column, ours in enumerate(cuts):  # a code at or below c, or c + 1/2, is of a value at or below cut c
        asking = ~leaf & (nodes["feature_idx"] == column)
        threshold[asking] = ours[nodes["num_threshold"][asking].astype(np.intp)]
    return Steps(
        roots=roots[:-1].astype(np.uint32),
        feature=np.where(leaf, -1, nodes["feature_idx"]).astype(np.int32),
        threshold=threshold,
        children=np.where(leaf[:, np.newaxis], 0, children).astype(np.uint32),
        value=np.where(leaf, nodes["value"], 0.0),
        start=start.astype(np.float64),
    )
