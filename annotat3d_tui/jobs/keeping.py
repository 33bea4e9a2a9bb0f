"""How long folders of ended jobs are kept: each job that ends removes old ones, never what they have made."""

import contextlib
import shutil
import time
from pathlib import Path

from annotat3d_tui.errors import CannotWrite, InvalidParameter
from annotat3d_tui.jobs.job import Job, all_jobs

KEPT, DAYS = 100, 30.0
"""The latest so many ended jobs stay whatever their age, and the others so many days."""
_DAY = 86400.0


def remove(job: Job) -> None:
    """Remove the folder of a job that has ended; raises InvalidParameter while it runs, CannotWrite."""
    status = job.status()
    if not status.has_ended:
        raise InvalidParameter(
            f"Job {job.number} must have ended to be removed, it is {status.state}: cancel it first."
        )
    try:
        shutil.rmtree(job.folder)
    except OSError as error:
        raise CannotWrite(f"{job.folder} cannot be removed ({error.strerror}): who owns it may.") from None


def clear(home: Path | None = None, days: float = DAYS, kept: int = KEPT) -> list[int]:
    """Remove ended jobs older than `days`, but for the latest `kept`; returns their numbers, the newest first.

    One that may not be removed stays.
    """
    now, removed, ended = time.time(), [], 0
    for job in all_jobs(home):
        status = job.status()
        if not status.has_ended:
            continue
        ended += 1
        if ended > kept and now - (status.ended or job.folder.stat().st_mtime) > days * _DAY:
            with contextlib.suppress(CannotWrite):
                remove(job)
                removed.append(job.number)
    return removed
