"""Kernel: widen the box of each id by its runs in a plane."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel


@kernel
def widen(plane: NDArray[Any], z: int, table: NDArray[np.int32]) -> None:
    """Take the ids of plane `z` (Y, X) into the boxes (65536, 6): first z, y, x, last + 1."""
    for y in range(plane.shape[0]):
        row = plane[y]
        begin = 0
        while begin < row.size:
            id = row[begin]
            end = begin + 1
            while end < row.size and row[end] == id:
                end += 1
            box = table[id]
            box[0] = min(box[0], z)
            box[1] = min(box[1], y)
            box[2] = min(box[2], begin)
            box[3] = max(box[3], z + 1)
            box[4] = max(box[4], y + 1)
            box[5] = max(box[5], end)
            begin = end
