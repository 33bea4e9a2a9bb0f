"""Starts jobs on this machine: a folder with the next number, and a supervisor that belongs to no screen."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from annotat3d_tui.errors import CannotWrite
from annotat3d_tui.jobs.folder import LOG, REQUEST, STATUS, write_json
from annotat3d_tui.jobs.job import HERE, Job, Request, jobs_home
from annotat3d_tui.processes import user_name

LAST = "last"
"""The file with the highest number so far: that of a removed job is not given again."""
TAKEN_OVER = 60.0
"""Seconds until a supervisor must have said something; importing is slow where files come over a network."""


def request_of(
    command: Sequence[str],
    title: str = "",
    folder: Path | None = None,
    devices: Sequence[str] = (),
    share: bool = False,
    where: dict[str, object] | None = None,
) -> Request:
    """A request by this user, on this machine, now; the title is made of the command when none is given."""
    return Request(
        title or " ".join([command[0], *(Path(word).name for word in command[1:2])]),
        tuple(command),
        str((folder or Path.cwd()).absolute()),
        tuple(devices),
        share,
        where or HERE,
        user_name(),
        socket.gethostname(),
        datetime.now().astimezone().isoformat(timespec="seconds"),
    )


def start(request: Request, home: Path | None = None) -> Job:
    """Start a job; it is its supervisor's when this returns or is interrupted. Raises CannotWrite: none is made."""
    job = make_folder(request, home)
    try:
        _supervise(job)
    except CannotWrite:
        shutil.rmtree(job.folder, ignore_errors=True)
        raise
    return job


def again(job: Job, home: Path | None = None) -> Job:
    """The same as a job asked for, as a new one on this machine; raises CannotWrite."""
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    return start(replace(job.request, user=user_name(), host=socket.gethostname(), submitted=now), home)


def make_folder(request: Request, home: Path | None = None) -> Job:
    """The folder of a new job, with what was asked; nothing is started. Raises CannotWrite."""
    home = home or jobs_home()
    try:
        home.mkdir(parents=True, exist_ok=True)
        folder = _next_folder(home)
        try:
            write_json(folder / REQUEST, request.to_dict())
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    except OSError as error:
        raise CannotWrite(
            f"{home} must be a folder for jobs that can be written ({error.strerror}): "
            "free space there, or name another one in ANNOTAT3D_JOBS."
        ) from None
    return Job(folder, request)


def _next_folder(home: Path) -> Path:
    number = max([_last(home), *(int(name) for name in os.listdir(home) if name.isdecimal())])
    while True:
        number += 1
        with contextlib.suppress(FileExistsError):
            (home / str(number)).mkdir()
            break
    (home / LAST).write_text(f"{number}\n")
    return home / str(number)


def _last(home: Path) -> int:
    try:
        return int((home / LAST).read_text())
    except (OSError, ValueError):
        return 0


def _supervise(job: Job) -> None:
    """Start the supervisor, and wait until it has said something; raises CannotWrite."""
    words = [sys.executable, "-m", "annotat3d_tui.jobs.supervisor", "--detach", str(job.folder)]
    try:
        with open(job.folder / LOG, "ab") as log:
            code = subprocess.run(
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                timeout=TAKEN_OVER,
                env=_findable(),
            ).returncode
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotWrite(f"The supervisor of job {job.number} cannot be started ({error}): try it again.") from None
    until = time.monotonic() + TAKEN_OVER
    while code == 0 and not (job.folder / STATUS).exists() and time.monotonic() < until:
        time.sleep(0.01)
    if not (job.folder / STATUS).exists():
        said = job.log.read_text(errors="replace").strip().splitlines()[-1:] or ["without a word"]
        raise CannotWrite(f"The supervisor of job {job.number} did not begin ({said[0]}): is {job.folder} writable?")


def _findable() -> dict[str, str]:
    """The environment, in which relative places to import from hold in any folder."""
    path = os.environ.get("PYTHONPATH")
    if not path:
        return dict(os.environ)
    return os.environ | {"PYTHONPATH": os.pathsep.join(os.path.abspath(one) for one in path.split(os.pathsep))}
