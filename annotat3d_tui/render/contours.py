"""Labels as contours, which leave what they hold to be seen."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def contour_of(ids: NDArray[Any], thick: int = 1) -> NDArray[Any]:
    """The ids (rows, columns) within `thick` pixels of another id along a row or a column, 0 elsewhere.

    >>> contour_of(np.array([[2, 2, 2, 0]] * 3)).tolist()
    [[0, 0, 2, 0], [0, 0, 2, 0], [0, 0, 2, 0]]
    """
    edge = np.zeros(ids.shape, np.bool_)
    for along, marked in ((ids, edge), (ids.T, edge.T)):
        for step in range(1, min(thick, len(along) - 1) + 1):
            differs = along[step:] != along[:-step]
            marked[step:] |= differs
            marked[:-step] |= differs
    return np.where(edge, ids, 0)
