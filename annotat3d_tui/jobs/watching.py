"""All jobs, looked at again and again: only the folders that may have changed since are read."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from annotat3d_tui.errors import InvalidFile, MissingFile
from annotat3d_tui.jobs.job import Job, Progress, Status, job_of, jobs_home


@dataclass(frozen=True)
class Seen:
    """A job as it was when it was looked at; `cancelling`: it runs, and somebody has asked to stop it."""

    job: Job
    status: Status
    progress: Progress | None
    cancelling: bool

    @classmethod
    def of(cls, job: Job) -> "Seen":
        """A job as it is now."""
        status = job.status()
        return cls(job, status, job.progress(), not status.has_ended and job.is_being_cancelled)

    @property
    def number(self) -> int:
        """By which people call it."""
        return self.job.number

    @property
    def state(self) -> str:
        """Its state in a word."""
        return "cancelling" if self.cancelling else self.status.state


FINAL = ("done", "failed", "cancelled")
LOST_EVERY = 30.0
"""Seconds after which a job that is lost is looked for again, though nothing in its folder has changed."""


class Watch:
    """The jobs of a folder, each read again only when it may be another one than at the last look."""

    def __init__(self, home: Path | None = None) -> None:
        self.home = home or jobs_home()
        self._known: dict[int, tuple[int, Seen]] = {}
        self._lost_due = 0.0
        self._settled: tuple[str, ...] = FINAL

    def look(self) -> tuple[Seen, ...]:
        """The jobs, the newest first; those whose request cannot be read are left out."""
        try:
            numbers = sorted((int(name) for name in os.listdir(self.home) if name.isdecimal()), reverse=True)
        except OSError:
            numbers = []
        look_for_lost = time.monotonic() >= self._lost_due
        if look_for_lost:
            self._lost_due = time.monotonic() + LOST_EVERY
        self._settled = FINAL if look_for_lost else (*FINAL, "lost")
        known = {number: now for number in numbers if (now := self._now(number))}
        self._known = known
        return tuple(seen for _, seen in known.values())

    def _now(self, number: int) -> tuple[int, Seen] | None:
        """When the folder of a job was changed, and the job. Every file in it is replaced, which changes the folder."""
        before = self._known.get(number)
        try:
            changed = os.stat(self.home / str(number)).st_mtime_ns
        except OSError:
            return None
        if before and before[0] == changed and before[1].status.state in self._settled:
            return before
        try:
            seen = Seen.of(before[1].job if before else job_of(number, self.home))
        except (MissingFile, InvalidFile):
            return None
        return changed, before[1] if before and before[1] == seen else seen
