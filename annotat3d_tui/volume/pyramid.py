"""A copy of a volume of half the resolution, or less, that fits memory: what is shown while the disk is read."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_BYTES = 1 << 28
SMALL_BYTES = 1 << 26
"""A volume below this is read at once from any disk."""


def is_on_disk(volume: NDArray[Any]) -> bool:
    """Whether voxels are read from a file when they are asked for, and it is large."""
    base: Any = volume
    while base is not None and not isinstance(base, np.memmap):
        base = getattr(base, "base", None)
    return base is not None and volume.nbytes > SMALL_BYTES


def coarse_copy(
    volume: NDArray[Any], most_bytes: int = MOST_BYTES, stopped: Callable[[], bool] = lambda: False
) -> NDArray[Any] | None:
    """Means of blocks of planes of a volume (Z, Y, X), in its type, of 2, 4, 8, … voxels a side; only every so many
    planes are read. None when it was stopped before it was whole.

    >>> coarse_copy(np.arange(32.0).reshape(2, 4, 4))
    array([[[ 2.5,  4.5],
            [10.5, 12.5]]])
    """
    side = 2
    while volume.nbytes / side**3 > most_bytes:
        side *= 2
    steps = [side if length >= side else 1 for length in volume.shape]
    depth, rows, columns = (length // step for length, step in zip(volume.shape, steps, strict=True))
    copy = np.empty((depth, rows, columns), volume.dtype)
    for number in range(depth):
        if stopped():
            return None
        plane = volume[number * steps[0]]
        total = np.zeros((rows, columns), np.float64)
        for down in range(steps[1]):
            for across in range(steps[2]):
                total += plane[down :: steps[1], across :: steps[2]][:rows, :columns]
        copy[number] = total / (steps[1] * steps[2])
    return copy
