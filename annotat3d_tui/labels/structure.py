"""The neighbourhood of morphology, as rows along x.

>>> rows("ball", 1, 3).tolist()
[[-1, 0, 0], [0, -1, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]]
"""

from math import isqrt

import numpy as np
from numpy.typing import NDArray

SHAPES = ("ball", "box")
LARGEST = 64


def rows(shape: str, radius: int, dimensions: int) -> NDArray[np.int64]:
    """(n, 3) steps in z and y of each row of a ball or box, and how far it goes to both sides in x.

    A ball holds what is at most `radius` voxels from its middle; in 2 dimensions it is a disk in the slice.
    """
    deep = radius if dimensions == 3 else 0
    found = []
    for z in range(-deep, deep + 1):
        for y in range(-radius, radius + 1):
            left = radius * radius - z * z - y * y
            if shape == "box":
                found.append((z, y, radius))
            elif left >= 0:
                found.append((z, y, isqrt(left)))
    return np.array(found, np.int64)
