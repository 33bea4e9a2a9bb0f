"""Every file is written beside its target and renamed: a full disk or a kill leaves the old one."""

import contextlib
import ctypes
import errno
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from annotat3d_tui.errors import Annotat3DError, CannotWrite, OutputExists
from annotat3d_tui.memory import bytes_text

_FULL = (errno.ENOSPC, errno.EDQUOT)
_READABLE_START_OF_NAME = 40


def check_output(path: Path | str, overwrite: bool, keep: Iterable[Path | str] = ()) -> None:
    """Refuse an output before any work begins: OutputExists, or CannotWrite when its folder cannot take it.

    keep: files, such as the inputs, that it must not replace even when `overwrite` is given.
    """
    target = Path(path)
    for other in keep:
        if os.path.exists(other) and os.path.exists(target) and os.path.samefile(target, other):
            raise CannotWrite(f"{target} is in use here and must not be replaced: give another name.")
    try:
        os.lstat(target)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        raise CannotWrite(_reason(target, error)) from error
    if target.is_dir():
        raise CannotWrite(f"{target} must be a file to write, received a folder: give a file name in it.")
    if target.exists() and not overwrite:
        raise OutputExists(f"{target} exists: give --overwrite to replace it, or another name.")
    folder = _real(target).parent
    if not folder.is_dir():
        raise CannotWrite(f"{target} cannot be written, there is no folder {folder}: create it or give another.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CannotWrite(_no_permission(target, folder))


def check_output_folder(path: Path | str, overwrite: bool, keep: Iterable[Path | str], is_ours: bool) -> None:
    """As `check_output`, of a folder to write; one that is there is replaced only where it is ours, or empty."""
    target = Path(path)
    if target.is_dir():
        inside = [Path(os.path.realpath(other)) for other in keep]
        if any(_real(target) in (other, *other.parents) for other in inside):
            raise CannotWrite(f"{target} is in use here and must not be replaced: give another name.")
        if not is_ours and any(target.iterdir()):
            raise CannotWrite(f"{target} must be a new folder, received one with other files in it: give another name.")
        if not overwrite:
            raise OutputExists(f"{target} exists: give --overwrite to replace it, or another name.")
        return
    if os.path.lexists(target):
        raise CannotWrite(f"{target} must be a folder to write, received a file: give another name.")
    check_output(target, overwrite, keep)


@contextlib.contextmanager
def folder_written_aside(path: Path | str) -> Iterator[Path]:
    """An empty folder beside `path` to fill; when the block ends well it takes the place of what is at `path`.

    It reaches the disk before. When the block raises, it is removed and what was at `path` stays. Raises CannotWrite.
    """
    target = _real(Path(path))
    name = f".{target.name[:_READABLE_START_OF_NAME]}.{secrets.token_hex(4)}"
    aside, old = target.with_name(f"{name}.part"), target.with_name(f"{name}.old")
    try:
        aside.mkdir()
        try:
            yield aside
            _flush_disk(aside)
            if target.is_dir():
                os.replace(target, old)
            os.replace(aside, target)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
            if old.exists() and not target.exists():
                os.replace(old, target)
            shutil.rmtree(old, ignore_errors=True)
    except Annotat3DError:
        raise
    except OSError as error:
        raise CannotWrite(_reason(Path(path), error)) from error


def check_free_space(path: Path | str, need: int) -> None:
    """Raises CannotWrite when the disk of `path` has less than `need` bytes free."""
    target = Path(path)
    free = shutil.disk_usage(_real(target).parent).free
    if need > free:
        raise CannotWrite(_disk_full(target, f"needs {bytes_text(need)}"))


@contextlib.contextmanager
def written_aside(path: Path | str, overwrite: bool) -> Iterator[Path]:
    """An empty file beside `path` to fill; when the block ends well it gets the name `path`.

    It has a hidden name of its own and reaches the disk before it is renamed. When the block
    raises, it is removed and what was at `path` stays. Raises OutputExists, or CannotWrite for a
    full disk, a missing folder or one that may not be written.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with written_aside(folder / "note.txt", overwrite=False) as aside:
    ...     _ = aside.write_text("kept")
    >>> [file.name for file in folder.iterdir()]
    ['note.txt']
    """
    asked = Path(path)
    check_output(asked, overwrite)
    target = _real(asked)
    aside = target.with_name(f".{target.name[:_READABLE_START_OF_NAME]}.{secrets.token_hex(4)}.part")
    try:
        os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        try:
            yield aside
            _settle(aside, target)
            check_output(asked, overwrite)
            os.replace(aside, target)
        finally:
            aside.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # some file systems cannot flush a folder, and the file is whole
            _flush(target.parent)
    except Annotat3DError:
        raise
    except OSError as error:
        raise CannotWrite(_reason(asked, error)) from error


def started_from(path: Path, aside: Path) -> None:
    """Begin a file that is written aside with what is in `path`, where that is there, to add to it."""
    if path.exists():
        shutil.copyfile(path, aside)


def _real(target: Path) -> Path:
    """Where the bytes go: a link stays a link, and its target is replaced."""
    return Path(os.path.realpath(target))


def _settle(aside: Path, target: Path) -> None:
    if target.exists():
        shutil.copymode(target, aside)
    _flush(aside)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _flush_disk(folder: Path) -> None:
    """Have all that lies in a folder reach the disk, at once instead of file by file where the system can."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        ctypes.CDLL(None).syncfs(handle)
    except AttributeError:
        os.sync()
    finally:
        os.close(handle)


def _reason(target: Path, error: OSError) -> str:
    folder = _real(target).parent
    if error.errno in _FULL:
        return _disk_full(target, "ran out of space")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return _no_permission(target, folder)
    if error.errno == errno.EFBIG:
        return f"{target} cannot be written, it would be larger than a file may be here: raise ulimit -f or split it."
    if error.errno is None:  # NumPy's tofile counts the bytes that were not taken, and gives no reason
        return _disk_full(target, "could not be written whole")
    return f"{target} cannot be written ({error.strerror}): give another place."


def _disk_full(target: Path, what: str) -> str:
    folder = _real(target).parent
    free = bytes_text(shutil.disk_usage(folder).free)
    return f"{target} {what} and {folder} has {free} free: free space there or write to another disk."


def _no_permission(target: Path, folder: Path) -> str:
    return f"{target} cannot be written, the folder {folder} may not be written by you: give another folder."
