"""Exact distances to where a mask is 0: along rows, then by envelopes of parabolas along columns and planes.

Source: P. Felzenszwalb, D. Huttenlocher, Distance transforms of sampled functions, Theory of Computing 8, 2012
(doi:10.4086/toc.2012.v008a019).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.allocation import empty
from annotat3d_tui.compiled import kernel

FAR = np.float32(1e12)
"""The square of the distance where there is nothing to be near to."""


def squares(
    mask: NDArray[Any], voxel_size: tuple[float, float, float] = (1.0, 1.0, 1.0), flat: bool = False
) -> NDArray[np.float32]:
    """The square of the distance of each voxel of a mask (Z, Y, X) to the nearest one that is 0, FAR where none is.

    voxel_size: along z, y, x. flat: each slice by itself.

    >>> squares(np.array([[[0, 1, 1, 1, 0]]])).tolist()
    [[[0.0, 1.0, 4.0, 1.0, 0.0]]]
    """
    found = empty(mask.shape, np.float32)
    z, y, x = (np.float32(side) for side in voxel_size)
    _along_rows(np.ascontiguousarray(mask != 0).view(np.uint8), x, found)
    if mask.shape[1] > 1:
        _along_columns(found, y)
    if mask.shape[0] > 1 and not flat:
        _along_columns(found.transpose(1, 0, 2), z)
    return found


@kernel
def _along_rows(mask: NDArray[np.uint8], side: Any, found: NDArray[np.float32]) -> None:
    for z in range(mask.shape[0]):
        for y in range(mask.shape[1]):
            row, target = mask[z, y], found[z, y]
            away = FAR
            for x in range(row.size):
                away = min(away + side, FAR) if row[x] else np.float32(0)
                target[x] = away
            away = FAR
            for x in range(row.size - 1, -1, -1):
                away = min(away + side, FAR) if row[x] else np.float32(0)
                nearer = min(target[x], away)
                target[x] = FAR if nearer >= np.float32(1e6) else nearer * nearer


@kernel
def _along_columns(found: NDArray[np.float32], side: Any) -> None:
    """Along the middle axis of (outer, n, inner): the lowest of the parabolas that stand in each place."""
    length = found.shape[1]
    column, places, bounds = np.empty(length, np.float64), np.empty(length, np.int64), np.empty(length + 1, np.float64)
    square = np.float64(side) * np.float64(side)
    for outer in range(found.shape[0]):
        for inner in range(found.shape[2]):
            last = -1
            for q in range(length):
                height = np.float64(found[outer, q, inner])
                column[q] = height
                if height >= FAR:
                    continue
                cross = -1e30
                while last >= 0:
                    p = places[last]
                    cross = (height - column[p] + square * (q * q - p * p)) / (2 * square * (q - p))
                    if cross > bounds[last]:
                        break
                    last -= 1
                last += 1
                places[last] = q
                bounds[last] = cross if last else -1e30
            if last < 0:
                continue
            at = 0
            for q in range(length):
                while at < last and bounds[at + 1] < q:
                    at += 1
                p = places[at]
                found[outer, q, inner] = square * (q - p) * (q - p) + column[p]
