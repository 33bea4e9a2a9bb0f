"""Curves made smooth: a mean of what was measured so far, in which what is old counts ever less."""

import numpy as np
from numpy.typing import NDArray

STRENGTHS = (0.0, 0.6, 0.9, 0.97)
"""How much of the mean before is kept at each point: none, and ever more."""


def smoothed(values: NDArray[np.float64], strength: float) -> NDArray[np.float64]:
    """The exponential mean (n,) of numbers (n,). strength: 0 … below 1, 0 leaves them as they are.

    The beginning is not drawn to 0: as in Adam, Kingma and Ba 2015, https://arxiv.org/abs/1412.6980, the mean is
    divided by the sum of its weights.

    >>> smoothed(np.array([1.0, 1.0, 4.0]), 0.5).round(3).tolist()
    [1.0, 1.0, 2.714]
    """
    if strength <= 0:
        return values
    mean, weight, found = 0.0, 0.0, []
    for value in values.tolist():
        mean, weight = strength * mean + (1 - strength) * value, strength * weight + 1 - strength
        found.append(mean / weight)
    return np.array(found, np.float64)
