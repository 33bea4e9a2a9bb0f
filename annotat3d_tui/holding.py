"""Who has a folder: one process at a time, which says in `who.json` who it is, and is noticed when it is gone.

The lock is `flock` on the file `lock`, which the system lets go when its process ends, however that ends. Where files
cannot be locked, as on some file systems of clusters, and where a lock is not seen from other machines, `who.json`
decides: a process of this machine is looked up; one of another gives a sign of life every BEAT seconds.
"""

import errno
import fcntl
import json
import os
import tempfile
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Self, TextIO

from annotat3d_tui.errors import CannotWrite, WorkspaceInUse
from annotat3d_tui.processes import Process, user_name

LOCK, WHO = "lock", "who.json"
BEAT, PATIENCE = 20.0, 90.0
"""Seconds between two signs of life, and without one until a process of another machine counts as gone."""
_CANNOT_LOCK = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)


@dataclass(frozen=True)
class Holder(Process):
    """A process that has a folder: its user, and since when it has the folder."""

    user: str
    since: str

    @classmethod
    def this(cls) -> Self:
        """This process, from now on."""
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        return cls(**asdict(Process.of(os.getpid())), user=user_name(), since=now)

    def __str__(self) -> str:
        since = self.since[:16].replace("T", " ")
        return f"{self.user} on {self.host} (process {self.pid}, since {since})"


class Hold:
    """A folder that is ours until `close`, or until this process ends; `messages` are for the person."""

    def __init__(self, folder: Path, lock: TextIO, messages: list[str]) -> None:
        self.messages = messages
        self._who, self._lock, self._me = folder / WHO, lock, Holder.this()
        self._ended = threading.Event()
        _write(self._who, self._me)
        threading.Thread(target=self._beat, name="sign of life", daemon=True).start()

    def close(self) -> None:
        """Let others have it. Closing again does nothing."""
        if self._ended.is_set():
            return
        self._ended.set()
        with suppress(OSError):
            if holder_of(self._who.parent) == self._me:
                self._who.unlink()
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _beat(self) -> None:
        while not self._ended.wait(BEAT):
            with suppress(OSError):  # the next sign may succeed
                os.utime(self._who)


def hold(folder: Path) -> Hold:
    """Keep others from writing to a folder; raises WorkspaceInUse with who has it, CannotWrite."""
    try:
        lock = open(folder / LOCK, "a+")  # noqa: SIM115  (closed by the hold, to release it)
    except OSError as error:
        raise _cannot_write(folder, error) from None
    try:
        messages = _take(folder, lock)
        return Hold(folder, lock, messages)
    except BaseException as error:
        lock.close()
        if isinstance(error, OSError) and not isinstance(error, CannotWrite):
            raise _cannot_write(folder, error) from None
        raise


def holder_of(folder: Path) -> Holder | None:
    """Who said last to have a folder; None when nobody did, or it cannot be read."""
    try:
        said: dict[str, Any] = json.loads((folder / WHO).read_text())
        texts = {field.name: str(said[field.name]) for field in fields(Holder) if field.name != "pid"}
        return Holder(pid=int(said["pid"]), **texts)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def can_be_locked(folder: Path) -> bool:
    """Whether files can be made and locked in a folder."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _take(folder: Path, lock: TextIO) -> list[str]:
    """Take the lock, and say what was found of the last holder."""
    locked = True
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise _in_use(folder, holder_of(folder), lock) from None
    except OSError as error:
        if error.errno not in _CANNOT_LOCK:
            raise
        locked = False
    messages = []
    before = holder_of(folder)
    if before is not None:
        there = before.runs_here if before.is_here else _silence(folder, lock) < PATIENCE
        if there and not (locked and before.is_here):
            raise _in_use(folder, before, lock)
        messages.append(f"{before} has not closed this workspace and is gone: all that was marked is there.")
    if not locked:
        messages.append(f"Files in {folder} cannot be locked: only {WHO} there keeps two screens from writing at once.")
    return messages


def _in_use(folder: Path, holder: Holder | None, lock: TextIO) -> WorkspaceInUse:
    silent = holder is not None and not holder.is_here and _silence(folder, lock) >= PATIENCE
    sign = ", which has given no sign of life for a while: its file server lets it go in time" if silent else ""
    return WorkspaceInUse(
        f"{folder} may be open once, and {holder or 'another process'} has it{sign}: "
        "open it read-only (--read-only), or close that one first."
    )


def _silence(folder: Path, lock: TextIO) -> float:
    """Seconds since the last sign of life, both told by the clock of the file system."""
    try:
        os.utime(folder / LOCK)
        return os.fstat(lock.fileno()).st_mtime - (folder / WHO).stat().st_mtime
    except OSError:
        return 0.0


def _write(path: Path, holder: Holder) -> None:
    """Write it beside its place and rename it."""
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".who-", suffix=".json")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(json.dumps(asdict(holder), ensure_ascii=False, indent=2) + "\n")
        os.chmod(aside, 0o644)
        os.replace(aside, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(aside)
        raise


def _cannot_write(folder: Path, error: OSError) -> CannotWrite:
    return CannotWrite(f"{folder} must be a folder that can be written: {error.strerror}; choose another.")
