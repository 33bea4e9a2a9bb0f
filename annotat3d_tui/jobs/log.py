"""The log of a job: written whatever happens to the disk, read from its end while it grows."""

import os
from pathlib import Path

PIECE = 1 << 16


class LogWriter:
    """Appends bytes to a file. What a full disk does not take is left out, and the log says how much, once it can."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = -1
        self._lost = 0

    def write(self, text: bytes) -> None:
        """Append what fits; never raises OSError."""
        if self._lost:
            note = f"\n[annotat3d: the disk did not take {self._lost} bytes of this log]\n".encode()
            if self._append(note) < len(note):
                self._lost += len(text)
                return
            self._lost = 0
        self._lost += len(text) - self._append(text)

    def close(self) -> None:
        """Let go of the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _append(self, text: bytes) -> int:
        done = 0
        try:
            if self._file < 0:
                self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            while done < len(text):
                done += os.write(self._file, text[done:])
        except OSError:
            return done
        return done


class Tail:
    """Reads what was added to a file since the last time; begins at a line, `last` bytes before the end."""

    def __init__(self, path: Path, last: int | None = None) -> None:
        self._path, self._last = path, last
        self.at: int | None = None
        """Where the next read begins; None before the first."""

    def read(self, most: int | None = None) -> bytes:
        """What is new, at most so many bytes; nothing while the file is not there. A shortened file is begun anew."""
        try:
            with open(self._path, "rb", buffering=0) as file:
                size = os.fstat(file.fileno()).st_size
                if self.at is None:
                    self.at = self._start(file.fileno(), size)
                if size < self.at:
                    self.at = 0
                text = os.pread(file.fileno(), min(size - self.at, most if most is not None else size), self.at)
        except OSError:
            return b""
        self.at += len(text)
        return text

    def _start(self, file: int, size: int) -> int:
        if self._last is None or size <= self._last:
            return 0
        begin = size - self._last
        head = os.pread(file, self._last, begin)
        return begin + head.find(b"\n") + 1
