"""Real jobs for tests: real supervisors and processes, whose work may be odd."""

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from annotat3d_tui.jobs.job import Job, Status
from annotat3d_tui.jobs.local import request_of, start

ODD = str(Path(__file__).parent / "odd")
BOUND = 60.0


class Jobs:
    """Starts jobs in a home of their own, and ends all of them at the end."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home, self._environment = home, monkeypatch
        self.started: list[Job] = []
        monkeypatch.setenv("ANNOTAT3D_JOBS", str(home))

    def work(self, code: str, share: bool = True, devices: tuple[str, ...] = (), clock: bool = False) -> Job:
        """A job whose work is this Python code."""
        with self._environment.context() as then:
            then.setenv("PYTHONPATH", ODD)
            then.setenv("ODD_WORK", code)
            if clock:
                then.setenv("ODD_CLOCK", "1")
            return self.command("warmup", share=share, devices=devices)

    def command(self, *words: str, share: bool = True, devices: tuple[str, ...] = ()) -> Job:
        """A job that runs a command."""
        job = start(request_of(words, folder=self.home.parent, share=share, devices=devices))
        self.started.append(job)
        return job

    def end_all(self) -> None:
        """End what still runs."""
        for job in self.started:
            for process in processes_of(job):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()


def processes_of(job: Job) -> list[psutil.Process]:
    """The supervisor of a job and all that belongs to it, as they are now."""
    found = []
    for process in psutil.process_iter():
        try:
            words = process.cmdline()
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            supervises = "annotat3d_tui.jobs.supervisor" in words and words[-1] == str(job.folder)
            if supervises or process.environ().get("ANNOTAT3D_JOB") == str(job.folder):
                found.append(process)
        except psutil.Error:
            continue
    return found


def until(true: Callable[[], object], what: str = "it", bound: float = BOUND) -> None:
    """Wait until something is true; fails after a while."""
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < bound, f"{what} was waited for in vain"
        time.sleep(0.02)


def ended(job: Job) -> Status:
    """How a job has ended, once it has, and its supervisor is gone."""
    until(lambda: job.status().has_ended, f"the end of job {job.number}")
    until(lambda: not job.status().supervisor.runs_here, "the end of the supervisor")
    return job.status()


def said(job: Job, text: str) -> None:
    """Wait until the log holds a text."""
    until(lambda: job.log.exists() and text in job.log.read_text(errors="replace"), f"{text!r} in the log")


def is_root() -> bool:
    """Whether we may mount file systems."""
    return os.geteuid() == 0
