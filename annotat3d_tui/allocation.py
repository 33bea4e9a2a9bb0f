"""Room for volumes: in memory that goes back to the machine at once, large ones in a nameless file that is mapped.

What lies in a mapped file is written to disk when memory is short, so that a volume may be larger than memory. What
lies in memory is mapped, too, since the heap keeps what is given back to it.
"""

import contextlib
import ctypes
import mmap
import os
import tempfile
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

SMALL, LARGE = 1 << 20, 1 << 28
"""Bytes from which on an array is mapped: without a file, and in one."""
HEAP = 1 << 26
"""Most bytes that the heap keeps of what it was given back."""
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""Of `malloc.h`."""


def empty(shape: int | tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """A contiguous array with whatever values; one of 256 MiB or more lies in a file that vanishes with it.

    The file is in ANNOTAT3D_SCRATCH if that is set, else in /var/tmp or where temporary files go. Its room is taken at
    once, so that a disk which fills up later does no harm; where there is none, the array is in memory.
    """
    kind = np.dtype(dtype)
    size = (shape if isinstance(shape, int) else prod(shape)) * kind.itemsize
    if size < SMALL:
        return np.empty(shape, kind)
    if not lies_in_file(size):
        return _in_memory(size, kind).reshape(shape)
    try:
        with tempfile.TemporaryFile(dir=scratch_folder()) as file:
            os.posix_fallocate(file.fileno(), 0, size)
            return np.frombuffer(mmap.mmap(file.fileno(), size), kind).reshape(shape)
    except OSError:
        return _in_memory(size, kind).reshape(shape)


def _in_memory(size: int, kind: np.dtype[Any]) -> NDArray[Any]:
    try:
        room = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    except OSError:
        return np.empty(size // kind.itemsize, kind)  # says how much was wanted where there is no memory
    with contextlib.suppress(OSError):  # a system without large pages
        room.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(room, kind)


def give_back() -> None:
    """Let the machine have what the heap keeps of arrays that are gone; the GNU C library can be told so."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def keep_heap() -> None:
    """Let the heap keep what is given back to it, up to 64 MiB, in a process that was told to keep next to nothing.

    Workers of Dask are (`MALLOC_TRIM_THRESHOLD_` of its nanny), and fill a buffer's pages anew each time it is taken:
    a third of the time of features. The bounds are those that the GNU C library comes to by itself (`mallopt(3)`).
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):
        library = ctypes.CDLL(None)
        library.mallopt(M_MMAP_THRESHOLD, HEAP // 2)
        library.mallopt(M_TRIM_THRESHOLD, HEAP)


def lies_in_file(size: int) -> bool:
    """Whether an array of so many bytes would lie in a file, if there is room."""
    return size >= LARGE


def scratch_room() -> int:
    """Bytes that are free where nameless files are made; 0 when nothing can be made there."""
    try:
        found = os.statvfs(scratch_folder())
    except OSError:
        return 0
    return found.f_bavail * found.f_frsize


def scratch_folder() -> str:
    """Where nameless files are made: on a disk if possible, since /tmp may be memory itself."""
    if given := os.environ.get("ANNOTAT3D_SCRATCH"):
        return given
    lasting = Path("/var/tmp")
    return str(lasting) if os.access(lasting, os.W_OK) else tempfile.gettempdir()
