"""Stops a job of this machine, or tells that of another one: politely, then firmly, and nothing of it is left."""

import contextlib
import os
import signal
import socket
import time
from dataclasses import asdict, replace
from pathlib import Path

from annotat3d_tui.errors import CannotWrite
from annotat3d_tui.jobs import child
from annotat3d_tui.jobs.folder import CANCEL, STATUS, write_json
from annotat3d_tui.jobs.job import Job, Status
from annotat3d_tui.processes import user_name

PATIENCE = child.GRACE + 5.0
"""Seconds that a supervisor has until its job has ended."""
_POLL = 0.05


def cancel(job: Job, patience: float = PATIENCE) -> Status:
    """Stop a job and return how it is then; see `everywhere.cancel`.

    A supervisor of another machine reads the wish in the folder: its job is still running when this returns.
    """
    status = job.status()
    if status.has_ended and status.state != "lost":
        return status
    asked = ask_to_stop(job)
    if status.state == "lost":
        return _swept(job, status, asked)
    if not status.supervisor.is_here:
        return status
    with contextlib.suppress(ProcessLookupError):
        _signal(job, status)
    until = time.monotonic() + patience
    while status.supervisor.runs_here and time.monotonic() < until:
        time.sleep(_POLL)
    now = job.status()
    if now.has_ended and now.state != "lost":
        return now
    if status.supervisor.runs_here:  # halted, or in a call of the system that does not return
        os.kill(status.pid, signal.SIGKILL)
    return _swept(job, now, asked)


def ask_to_stop(job: Job) -> str:
    """Put the wish in the folder; returns who asks. Raises CannotWrite."""
    by = f"{user_name()} on {socket.gethostname()}"
    try:
        write_json(job.folder / CANCEL, {"by": by})
    except OSError as error:
        if not job.status().supervisor.runs_here:
            raise CannotWrite(
                f"Job {job.number} cannot be cancelled, {job.folder} may not be written ({error.strerror}): "
                f"ask {job.request.user} or free space."
            ) from None
    return by


def sweep(folder: Path) -> int:
    """End every process of this machine that was left behind by a job; returns how many there were."""
    left = child.left_behind(str(folder))
    if left:
        child.stop(lambda: child.left_behind(str(folder)), lambda: None)
    return len(left)


def _signal(job: Job, status: Status) -> None:
    if not status.supervisor.runs_here:
        return
    try:
        os.kill(status.pid, signal.SIGTERM)
    except PermissionError:
        raise CannotWrite(
            f"Job {job.number} cannot be cancelled, it is {job.request.user}'s: ask them to cancel it."
        ) from None


def _swept(job: Job, status: Status, by: str) -> Status:
    """The status after its processes were ended by us, since its supervisor did not."""
    left = sweep(job.folder)
    how = f"{left} of its processes had to be ended" if left else "no process of it was left"
    ended = replace(status, state="cancelled", reason=f"cancelled by {by}; {how}", ended=status.ended or time.time())
    with contextlib.suppress(OSError):
        write_json(job.folder / STATUS, asdict(ended))
    return ended
