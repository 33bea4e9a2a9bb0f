"""Borders of all filters: mirrored, d c b a | a b c d | d c b a, as in `scipy.ndimage` mode "reflect".

Repeated as often as a window larger than the volume needs.
"""

import numpy as np
from numpy.typing import NDArray


def reflected(first: int, last: int, length: int) -> NDArray[np.int64]:
    """Where voxels `first` to `last` of an axis of `length` voxels are found, reflected at its borders.

    >>> reflected(-3, 5, 2).tolist()
    [1, 1, 0, 0, 1, 1, 0, 0]
    """
    place = np.arange(first, last, dtype=np.int64) % (2 * length)
    return np.where(place < length, place, 2 * length - 1 - place)
