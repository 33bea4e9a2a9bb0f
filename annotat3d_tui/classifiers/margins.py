"""Rows -> margins and probabilities of a linear classifier; each row's sums go one way, whatever rows are beside it."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel

LARGEST = np.finfo(np.float32).max


def margins(rows: NDArray[Any], weights: NDArray[np.float64], offsets: NDArray[np.float64]) -> NDArray[np.float64]:
    """Margins (n, k) of rows (n, F) that hold no NaN; infinity counts as the largest float32."""
    found = np.empty((len(rows), len(weights)))
    _margins(np.clip(rows, -LARGEST, LARGEST), weights, offsets, found)
    return found


def probabilities(
    rows: NDArray[np.float32], weights: NDArray[np.float64], offsets: NDArray[np.float64], sharpness: float
) -> NDArray[np.float64]:
    """Softmax (n, k) of the margins of rows (n, F) times `sharpness`; NaN for a row that holds NaN."""
    unknown = np.logical_or.reduce(np.isnan(rows), axis=1)
    found = margins(np.where(unknown[:, np.newaxis], np.float32(0.0), rows), weights, offsets)
    softmax(found, sharpness)
    found[unknown] = np.nan
    return found


@kernel
def _margins(
    rows: NDArray[Any], weights: NDArray[np.float64], offsets: NDArray[np.float64], found: NDArray[np.float64]
) -> None:
    for row in range(rows.shape[0]):
        for label in range(weights.shape[0]):
            total = offsets[label]
            for column in range(rows.shape[1]):
                total += weights[label, column] * rows[row, column]
            found[row, label] = total


@kernel
def softmax(values: NDArray[np.float64], sharpness: float) -> None:
    """Replace each row of values (n, k) by the softmax of `sharpness` times it."""
    for row in range(values.shape[0]):
        highest = values[row, 0]
        for label in range(values.shape[1]):
            highest = max(highest, values[row, label])
        total = 0.0
        for label in range(values.shape[1]):
            values[row, label] = math.exp(sharpness * (values[row, label] - highest))
            total += values[row, label]
        for label in range(values.shape[1]):
            values[row, label] /= total
