"""What the system is told of a mapped file before it is read: which pieces are wanted, all of them at once."""

import contextlib
import mmap
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray


def wanted(array: NDArray[Any], pieces: Iterable[tuple[int, int]]) -> None:
    """Have the disk begin with pieces of a mapped array: first byte, from its first voxel on, and number of bytes.

    Without that they are read one after the other, each when it is touched, and with much of what lies beside it.
    """
    room = getattr(array, "_mmap", None)
    if room is None:
        return
    begin = _address(array) - _address(np.frombuffer(room, np.uint8, 1))
    with contextlib.suppress(OSError, ValueError, AttributeError):  # a system that takes no advice
        for start, length in pieces:
            first = (begin + start) // mmap.PAGESIZE * mmap.PAGESIZE
            room.madvise(mmap.MADV_WILLNEED, first, begin + start + length - first)


def _address(array: NDArray[Any]) -> int:
    return int(array.__array_interface__["data"][0])
