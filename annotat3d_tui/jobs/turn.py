"""Who waits for whom on one machine: two jobs do not share a GPU, nor the processors, unless that was asked for."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.jobs.gpus import Reading, missing, taken
from annotat3d_tui.jobs.job import Job, all_jobs

CPU = ("cpu",)
"""What a job without devices takes: it uses all processors."""


def why_wait(job: Job, reading: Reading) -> str:
    """Why a job of this machine may not begin yet: another job has its devices, or somebody else; "" when it may.

    Raises InvalidParameter when its devices are not there, and waiting for them is in vain.
    """
    devices = job.request.devices
    if devices and reading.is_silent:
        return "waits: the driver of the GPUs does not answer"
    if why := missing(devices, reading):
        raise InvalidParameter(why)
    if job.request.share:
        return ""
    if other := ahead_of(job):
        what = "the GPU" if devices else "the processors"
        return f"waits for job {other.number} ({other.request.title}), which has {what}"
    why = taken(devices, reading)
    return f"waits: {why}" if why else ""


def ahead_of(job: Job) -> Job | None:
    """The job of this machine that `job` must wait for: it has, or asked earlier for, one of the same devices."""
    mine = set(job.request.devices or CPU)
    for other in reversed(all_jobs(job.folder.parent)):
        if other.number == job.number or other.request.kind != "here" or mine.isdisjoint(other.request.devices or CPU):
            continue
        status = other.status()
        if not status.supervisor.is_here:
            continue
        if status.state == "running" or (status.state == "queued" and other.number < job.number):
            return other
    return None


@contextmanager
def one_decides() -> Iterator[None]:
    """One supervisor of this user on this machine at a time looks whether it may begin, and says that it has."""
    folder = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    path = folder / f"annotat3d-turn-{os.getuid()}"
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError:  # no such folder: two that begin in the same instant may share
        yield
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)
