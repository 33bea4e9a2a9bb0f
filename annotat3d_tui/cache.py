"""What was computed once is kept in a folder, under a name that says from what it was made."""

import os
import platform
import tempfile
import time
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.mapped.files import guarded, lost

MOST_BYTES = 8 * 10**9
SPARED = 2 * 10**9
"""Bytes of the disk that are always left to others."""
PART = ".part"
ABANDONED = 24 * 3600
"""Seconds after which nobody is still writing a file."""


class Cache(Protocol):
    """Arrays by key; what is put in may be forgotten at any time."""

    def get(self, key: str) -> NDArray[Any] | None:
        """The array that was put in under `key`, read-only, or None."""
        ...

    def put(self, key: str, array: NDArray[Any]) -> None:
        """Keep an array, if there is room."""
        ...


class NoCache:
    """Keeps nothing."""

    def get(self, key: str) -> NDArray[Any] | None:
        """None."""
        return None

    def put(self, key: str, array: NDArray[Any]) -> None:
        """Nothing happens."""


class FolderCache:
    """A folder with one `.npy` file an array, which is mapped when it is asked for.

    A folder that cannot be written, a full disk or a damaged file cost time, never the program. When the files are
    more than `most` bytes, those that were used longest ago go. What a process that is gone was writing goes when
    the cache is opened.
    """

    def __init__(self, folder: Path, most: int = MOST_BYTES) -> None:
        self._folder, self._most = folder, most
        self._remove_abandoned()

    def get(self, key: str) -> NDArray[Any] | None:
        """The array that was put in under `key`, mapped read-only from its file, or None."""
        path = self._path(key)
        try:
            array: NDArray[Any] = guarded(np.load(path, mmap_mode="r", allow_pickle=False), path)
        except (OSError, ValueError, EOFError):
            return None
        try:
            os.utime(path)  # used just now
        except OSError:
            return array
        return array

    def put(self, key: str, array: NDArray[Any]) -> None:
        """Keep an array under `key`: whole, or not at all; none where an image is lost that it may be made from."""
        if array.nbytes > self._most or lost():
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._make_room(array.nbytes)
            if array.nbytes + SPARED > _free_bytes(self._folder):
                return
            self._write(key, array)
        except OSError:
            return  # computed again next time

    def _write(self, key: str, array: NDArray[Any]) -> None:
        handle, name = tempfile.mkstemp(dir=self._folder, prefix=f"{_writer(os.getpid())}.", suffix=PART)
        try:
            with os.fdopen(handle, "wb") as file:
                np.save(file, array, allow_pickle=False)
            os.replace(name, self._path(key))
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def _remove_abandoned(self) -> None:
        for path in self._folder.glob(f"*{PART}"):
            try:
                if _abandoned(path):
                    path.unlink()
            except OSError:
                continue  # another has removed it, or it may not be removed

    def _make_room(self, wanted: int) -> None:
        files = sorted(self._folder.glob("*.npy"), key=lambda path: path.stat().st_mtime)
        total = wanted + sum(path.stat().st_size for path in files)
        for path in files:
            if total <= self._most:
                break
            total -= path.stat().st_size
            path.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.npy"


def _writer(process: int) -> str:
    return f"{platform.node()}.{process}"


def _abandoned(path: Path) -> bool:
    """Whether the process that was writing a file is gone; of another machine's only the age is known."""
    writer = path.name.rsplit(".", 2)[0]
    process = writer.rpartition(".")[2]
    if process.isdecimal() and writer == _writer(int(process)):
        try:
            os.kill(int(process), 0)
        except ProcessLookupError:
            return True
        except (PermissionError, OverflowError):
            return False
    return time.time() - path.stat().st_mtime > ABANDONED


def _free_bytes(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
