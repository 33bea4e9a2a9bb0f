"""A copy of a volume of half the resolution, or less, that fits memory: what is shown while the disk is read."""

import contextlib
import mmap
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


def coarse_side(volume: NDArray[Any], most_bytes: int = MOST_BYTES) -> int:
    """How many voxels a side, 2, 4, 8, …, become one in a copy that takes no more memory."""
    side = 2
    while volume.nbytes / side**3 > most_bytes:
        side *= 2
    return side


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
    room = getattr(volume, "_mmap", None)
    if room is None or axis == 2 or not is_on_disk(volume):  # across x all of the file is read anyhow
        return
    address = np.frombuffer(room, np.uint8, 1).__array_interface__["data"][0]
    part = volume[index : index + 1] if axis == 0 else volume[:, index]
    length = part[0].nbytes
    first = int(part.__array_interface__["data"][0]) - address
    with contextlib.suppress(OSError, ValueError, AttributeError):  # a system that takes no advice
        for number in range(len(part)):
            start = first + number * part.strides[0]
            begin = start // mmap.PAGESIZE * mmap.PAGESIZE
            room.madvise(mmap.MADV_WILLNEED, begin, start + length - begin)
