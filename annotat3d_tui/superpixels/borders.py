"""Superpixels -> where to draw their borders on a slice."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def borders(plane: NDArray[Any]) -> NDArray[np.bool_]:
    """True where the right or the lower neighbour has another id; `plane` is (rows, columns) of ids.

    >>> borders(np.array([[1, 1, 2], [3, 3, 2]])).astype(int).tolist()
    [[1, 1, 0], [0, 1, 0]]
    """
    found = np.zeros(plane.shape, np.bool_)
    np.not_equal(plane[:, 1:], plane[:, :-1], out=found[:, :-1])
    found[:-1] |= plane[1:] != plane[:-1]
    return found
