"""A file that HDF5 writes to without ever hearing of a full disk: its library crashes after a write that failed."""

import os
from pathlib import Path


class SteadyFile:
    """What a Python file object is to h5py; the first error is kept, and what comes after it is written nowhere."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDWR)
        self._place = 0
        self._error: OSError | None = None

    def check(self) -> None:
        """Raises the OSError with which a write has failed, if one has."""
        if self._error:
            raise self._error

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place."""
        self._place = offset + {os.SEEK_CUR: self._place, os.SEEK_END: os.fstat(self._handle).st_size}.get(whence, 0)
        return self._place

    def tell(self) -> int:
        """Where it is."""
        return self._place

    def read(self, size: int) -> bytes:
        """The bytes from here, at most `size`."""
        content = os.pread(self._handle, size, self._place)
        self._place += len(content)
        return content

    def readinto(self, buffer: memoryview) -> int:
        """Fill a buffer from here; returns how many bytes there were."""
        count = os.preadv(self._handle, [buffer], self._place)
        self._place += count
        return count

    def write(self, content: memoryview) -> int:
        """Write here, or nowhere once a write has failed."""
        rest = memoryview(content)
        try:
            while len(rest) and not self._error:
                count = os.pwrite(self._handle, rest, self._place)
                self._place, rest = self._place + count, rest[count:]
        except OSError as error:
            self._error = error
        self._place += len(rest)
        return len(content)

    def truncate(self, size: int) -> int:
        """Cut it off, or lengthen it."""
        try:
            os.ftruncate(self._handle, size)
        except OSError as error:
            self._error = self._error or error
        return size

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Give the file back."""
        os.close(self._handle)
