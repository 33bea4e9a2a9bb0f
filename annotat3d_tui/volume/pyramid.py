"""A copy of a volume of half the resolution, or less, that fits memory: what is shown while the disk is read."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.mapped.advice import wanted

MOST_BYTES = 1 << 28
MOST_ROWS = 1 << 11
"""Of a first look."""
SMALL_BYTES = 1 << 26
"""A volume below this is read at once from any disk."""


def is_on_disk(volume: NDArray[Any]) -> bool:
    """Whether voxels are read from a file when they are asked for, and it is large."""
    base: Any = volume
    while base is not None and not isinstance(base, np.memmap):
        base = getattr(base, "base", None)
    return base is not None and volume.nbytes > SMALL_BYTES


def coarse_side(volume: NDArray[Any], most_bytes: int = MOST_BYTES) -> int:
    """How many voxels a side, 2, 4, 8, …, become one in a copy that takes no more memory."""
    side = 2
    while volume.nbytes / side**3 > most_bytes:
        side *= 2
    return side


def first_look(volume: NDArray[Any], most_rows: int = MOST_ROWS) -> NDArray[Any]:
    """A volume (Z, Y, X) in 8, 16, … times fewer voxels a side, of so many of its rows at most: there in an instant.

    A row is the mean of its voxels along x; those between are not read. In the type of the volume.

    >>> first_look(np.arange(512.0).reshape(8, 8, 8), most_rows=1)
    array([[[291.5]]])
    """
    depth, rows, columns = volume.shape
    step = 8
    while -(-depth // step) * -(-rows // step) > most_rows:
        step *= 2
    part = volume[min(step, depth) // 2 :: step, min(step, rows) // 2 :: step]
    length = columns * volume.itemsize
    wanted(part, [(z * part.strides[0] + y * part.strides[1], length) for z, y in np.ndindex(part.shape[:2])])
    across = min(step, columns)
    width = columns // across
    cells = part[:, :, : width * across].reshape(*part.shape[:2], width, across)
    return np.asarray(cells.mean(axis=3, dtype=np.float64)).astype(volume.dtype)


def coarse_copy(
    volume: NDArray[Any],
    most_bytes: int = MOST_BYTES,
    stopped: Callable[[], bool] = lambda: False,
    side: int | None = None,
) -> NDArray[Any] | None:
    """Means of blocks of planes of a volume (Z, Y, X), in its type, of 2, 4, 8, … voxels a side; only every so many
    planes are read. side: how many, those of `coarse_side` where it is not said. None when it was stopped before it
    was whole.

    >>> coarse_copy(np.arange(32.0).reshape(2, 4, 4))
    array([[[ 2.5,  4.5],
            [10.5, 12.5]]])
    """
    side = side or coarse_side(volume, most_bytes)
    steps = [side if length >= side else 1 for length in volume.shape]
    depth, rows, columns = (length // step for length, step in zip(volume.shape, steps, strict=True))
    sums: np.dtype[Any] = np.dtype(np.float64)
    if volume.dtype.kind in "biu" and volume.itemsize <= 2:  # where no sum is larger, 32 bits take half the time
        sums = np.dtype(np.int32 if steps[1] * steps[2] < 1 << 15 else np.int64)
    copy = np.empty((depth, rows, columns), volume.dtype)
    for number in range(depth):
        if stopped():
            return None
        wanted_soon(volume, 0, number * steps[0])
        plane = volume[number * steps[0], : rows * steps[1], : columns * steps[2]]
        tall = plane.reshape(rows, steps[1], columns * steps[2]).sum(axis=1, dtype=sums)
        total = sum((tall[:, one :: steps[2]] for one in range(1, steps[2])), start=tall[:, :: steps[2]])
        copy[number] = total / (steps[1] * steps[2]) if sums.kind == "f" else total // (steps[1] * steps[2])
    return copy


def wanted_soon(volume: NDArray[Any], axis: int, index: int) -> None:
    """Have the disk begin with all of a plane across an axis at once, where a volume is mapped and large.

    Without that a plane across y is read a row after the other, each with much of what lies beside it.
    """
    if axis == 2 or not is_on_disk(volume):  # across x all of the file is read anyhow
        return
    part = volume[index : index + 1] if axis == 0 else volume[:, index]
    wanted(part, [(number * part.strides[0], part[0].nbytes) for number in range(len(part))])
