"""An append-only file of acts that survives kill -9: one act a line, `<crc32 of the rest> <json>`, readable with less.

An act has left the process when `append` returns: it outlives the process, not yet a power cut. `sync` and
`close` wait until the disk has it, so a screen calls `sync` when the hand rests.

A last line that was cut short is cut off when the file is opened. A line that is damaged otherwise ends what can be
trusted: it and all after it are moved into a file beside the journal. Either is said.
"""

import json
import os
import zlib
from pathlib import Path
from typing import Any, Self

from annotat3d_tui.blocks import size_text
from annotat3d_tui.errors import CannotWrite, InvalidFile, ShapeMismatch

KIND = "annotat3d annotation journal"
VERSION = 1


class Journal:
    """An open journal; `append` adds an act."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor
        self._unsynced = False

    @classmethod
    def open(
        cls, path: Path, shape: tuple[int, ...], known: int = 0, kind: str = KIND
    ) -> tuple[Self, list[dict[str, Any]], list[str]]:
        """The journal, the acts it holds, and sentences about what had to be cut off; made when it is not there.

        shape: of the volume (Z, Y, X). known: bytes at its beginning, whole lines, that need not be read. kind: what
        its first line calls it.
        Raises CannotWrite, ShapeMismatch when the journal is of another volume, and
        InvalidFile when it is of a later version.
        """
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise _cannot_write(path, error) from None
        journal = cls(path, descriptor)
        header = {"journal": kind, "version": VERSION, "shape": list(shape)}
        try:
            first, acts, messages = journal._recover(_line(header), known)
            if first:
                _check_header(path, first, shape, kind)
            else:
                journal.append(header)
        except OSError as error:
            os.close(descriptor)
            raise error if isinstance(error, CannotWrite) else _cannot_write(path, error) from None
        except BaseException:
            os.close(descriptor)
            raise
        return journal, acts, messages

    def append(self, act: dict[str, Any]) -> None:
        """Add an act (plain JSON); raises CannotWrite, the journal then being as before."""
        rest = _line(act)
        self._unsynced = True
        try:
            status = os.fstat(self._descriptor)
            if status.st_nlink == 0:
                raise CannotWrite(f"{self.path} must stay where it is, but it was removed: save the markers elsewhere.")
            try:
                while rest:
                    rest = rest[os.write(self._descriptor, rest) :]
            except BaseException:
                os.ftruncate(self._descriptor, status.st_size)
                raise
        except OSError as error:
            raise error if isinstance(error, CannotWrite) else _cannot_write(self.path, error) from None

    def sync(self) -> None:
        """Wait until the disk has all acts; raises CannotWrite."""
        if not self._unsynced:
            return
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            raise _cannot_write(self.path, error) from None
        self._unsynced = False

    def close(self) -> None:
        """Sync and close; further acts cannot be added. Closing again does nothing."""
        if self._descriptor < 0:
            return
        try:
            self.sync()
        finally:
            os.close(self._descriptor)
            self._descriptor = -1

    def _recover(self, header: bytes, known: int) -> tuple[dict[str, Any] | None, list[dict[str, Any]], list[str]]:
        """The first line, the acts after what is known that can be trusted; the file is left holding just these."""
        content = self.path.read_bytes()
        first, acts, good = _read(content, known)
        rest = content[good:]
        if not rest:
            return first, acts, []
        messages = []
        unfinished = b"\n" not in rest and (good > 0 or header.startswith(rest))
        if unfinished and (act := _act(rest)) is not None:  # only the end of the line is missing
            if first is None:
                first = act
            else:
                acts.append(act)
            os.write(self._descriptor, b"\n")
        else:
            if unfinished:
                messages = [f"The last line of {self.path.name} was cut short: it is left out, all before it is kept."]
            else:
                aside = self._move_aside(rest)
                messages = [
                    f"{self.path.name} is damaged from line {_lines(content, good)} on: what stands before is kept, "
                    f"the rest was moved to {aside.name}."
                ]
            os.ftruncate(self._descriptor, good)
        return first, acts, messages

    def _move_aside(self, damaged: bytes) -> Path:
        for number in range(1, 1000):
            aside = self.path.with_name(f"{self.path.name}.damaged-{number}")
            try:
                with aside.open("xb") as file:
                    file.write(damaged)
                    os.fsync(file.fileno())
                return aside
            except FileExistsError:
                continue
            except OSError as error:
                raise _cannot_write(aside, error) from None
        raise CannotWrite(f"{self.path} has a thousand damaged copies beside it: move them away.")


def read_journal(
    path: Path, shape: tuple[int, ...], known: int = 0, kind: str = KIND
) -> tuple[list[dict[str, Any]], list[str]]:
    """The acts of a journal, and sentences about what was left out; nothing is written.

    A last line that has no end yet is being written by another process, and is not seen. Raises InvalidFile when it
    cannot be read, and as `Journal.open`.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return [], []
    except OSError as error:
        raise InvalidFile(f"{path} must be a journal that can be read ({error.strerror}): ask its owner.") from None
    first, acts, good = _read(content, known)
    if first:
        _check_header(path, first, shape, kind)
    damaged = b"\n" in content[good:]
    messages = [f"{path.name} is damaged from line {_lines(content, good)} on: only what stands before is shown."]
    return acts, messages * damaged


def _line(act: dict[str, Any]) -> bytes:
    text = json.dumps(act, ensure_ascii=False, separators=(", ", ": ")).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _lines(content: bytes, good: int) -> int:
    """The number from 1 of the line that begins there."""
    return content.count(b"\n", 0, good) + 1


def _read(content: bytes, known: int = 0) -> tuple[dict[str, Any] | None, list[dict[str, Any]], int]:
    """The first line, the acts after it of the whole lines that are undamaged, and where these end.

    known: so many bytes are whole lines whose acts are known. The first line is None where it is damaged.
    """
    end = content.find(b"\n")
    first = _act(content[:end]) if end >= 0 else None
    if first is None:
        return None, [], 0
    acts: list[dict[str, Any]] = []
    good = max(known, end + 1)
    while (end := content.find(b"\n", good)) >= 0:
        act = _act(content[good:end])
        if act is None:
            break
        acts.append(act)
        good = end + 1
    return first, acts, good


def _act(line: bytes) -> dict[str, Any] | None:
    """The act of a line without its end; None when it is damaged."""
    if line[8:9] != b" " or line[:8] != b"%08x" % zlib.crc32(line[9:]):
        return None
    try:
        act = json.loads(line[9:])
    except ValueError:
        return None
    return act if isinstance(act, dict) else None


def _check_header(path: Path, header: dict[str, Any], shape: tuple[int, ...], kind: str) -> None:
    if header.get("journal") != kind:
        raise InvalidFile(f"{path} must be an {kind}, received another file: give another name.")
    if header.get("version") != VERSION:
        raise InvalidFile(
            f"{path} must be of version {VERSION}, received version {header.get('version')}: "
            "open it with the program that wrote it, or a newer one."
        )
    if header.get("shape") != list(shape):
        raise ShapeMismatch(
            f"{path} must be of an image of {size_text(shape)}, received one of {size_text(header.get('shape', ()))}: "
            "open it with the image that was marked."
        )


def _cannot_write(path: Path, error: OSError) -> CannotWrite:
    return CannotWrite(
        f"{path} must take what is done, but writing it failed ({error.strerror}): "
        "make room or choose a folder you may write to; nothing was changed."
    )
