"""Room for volumes: small ones in memory, large ones in a nameless file that is mapped.

What lies in a mapped file is written to disk when memory is short, so that a volume may be larger than memory.
"""

import mmap
import os
import tempfile
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

LARGE = 1 << 28
"""Bytes from which on a volume is mapped."""


def empty(shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """A contiguous array with whatever values; one of 256 MiB or more lies in a file that vanishes with it.

    The file is in ANNOTAT3D_SCRATCH if that is set, else in /var/tmp or where temporary files go. Its room is taken at
    once, so that a disk which fills up later does no harm; where there is none, the array is in memory.
    """
    kind = np.dtype(dtype)
    size = prod(shape) * kind.itemsize
    if size < LARGE:
        return np.empty(shape, kind)
    try:
        with tempfile.TemporaryFile(dir=scratch_folder()) as file:
            os.posix_fallocate(file.fileno(), 0, size)
            return np.frombuffer(mmap.mmap(file.fileno(), size), kind).reshape(shape)
    except OSError:
        return np.empty(shape, kind)


def scratch_folder() -> str:
    """Where nameless files are made: on a disk if possible, since /tmp may be memory itself."""
    if given := os.environ.get("ANNOTAT3D_SCRATCH"):
        return given
    lasting = Path("/var/tmp")
    return str(lasting) if os.access(lasting, os.W_OK) else tempfile.gettempdir()
