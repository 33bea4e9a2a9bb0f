"""Rows -> scores and probabilities of boosted trees."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.classifiers.boosting import Steps
from annotat3d_tui.classifiers.margins import softmax
from annotat3d_tui.compiled import kernel


def probabilities(rows: NDArray[Any], steps: Steps) -> NDArray[np.float64]:
    """Softmax (n, k) of the scores of rows (n, F); NaN for a row that holds NaN."""
    unknown = np.logical_or.reduce(np.isnan(rows), axis=1)
    scores = np.zeros((len(rows), max(2, len(steps.start))))
    found = scores[:, 1:] if len(steps.start) == 1 else scores
    found += steps.start
    columns = np.ascontiguousarray(np.nan_to_num(rows.T, posinf=np.inf, neginf=-np.inf), np.float32)
    _walk(columns, steps.roots, steps.feature, steps.threshold, steps.children, steps.value, found)
    softmax(scores, 1.0)
    scores[unknown] = np.nan
    return scores


@kernel
def _walk(
    columns: NDArray[np.float32],
    roots: NDArray[np.uint32],
    feature: NDArray[np.int32],
    threshold: NDArray[np.float32],
    children: NDArray[np.uint32],
    value: NDArray[np.float64],
    scores: NDArray[np.float64],
) -> None:
    """Add to scores (n, s) the leaf to which each tree sends each row of columns (F, n)."""
    of = np.uint64(scores.shape[1])
    for tree in range(np.uint64(roots.size)):
        root, score = np.uint64(roots[tree]), np.uint64(tree) % of
        for row in range(np.uint64(columns.shape[1])):
            node = root
            while feature[node] >= 0:
                above = np.uint64(columns[np.uint64(feature[node]), row] > threshold[node])
                node = np.uint64(children[node, above])
            scores[row, score] += value[node]
