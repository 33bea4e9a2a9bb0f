"""A job as its folder tells: what was asked, how it goes, how it ended. Nothing here writes or starts anything."""

import json
import os
import shlex
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, Self, get_args

from annotat3d_tui.errors import InvalidFile, MissingFile
from annotat3d_tui.jobs.folder import (
    CANCEL,
    LOG,
    METRICS,
    PROGRESS,
    REQUEST,
    RESULT,
    STATUS,
    TASKS,
    known_fields,
    read_json,
)
from annotat3d_tui.places import data_home
from annotat3d_tui.processes import Process, boot_id

State = Literal["queued", "running", "done", "failed", "cancelled", "lost"]
STATES: tuple[State, ...] = get_args(State)
ENDED: tuple[State, ...] = ("done", "failed", "cancelled", "lost")
BEAT, PATIENCE = 5.0, 60.0
"""Seconds between two signs of life, and without one until a process of another machine counts as gone."""
STARTING = 30.0
"""Seconds that a supervisor may take until its first word."""
HERE: Mapping[str, Any] = {"kind": "here"}
SLURM_JOB, TASK = "slurm", "slurm task"
"""The other kinds of places: a job on a cluster, and a task of an array there."""


@dataclass(frozen=True)
class Request:
    """What was asked: `command` are the words after `annotat3d`, run in `folder`; `devices` are the UUIDs of GPUs, none
    is the CPU; `share`: does not wait until others have left them; `where`: {"kind": "here"}, or that of a cluster."""

    title: str
    command: tuple[str, ...]
    folder: str
    devices: tuple[str, ...] = ()
    share: bool = False
    where: Mapping[str, Any] = field(default_factory=lambda: HERE)
    user: str = ""
    host: str = ""
    submitted: str = ""

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """What `to_dict` gave; raises TypeError."""
        return cls(**known_fields(cls, content))

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self) | {"where": dict(self.where)}

    @property
    def command_line(self) -> str:
        """The command as a shell takes it."""
        return shlex.join(["annotat3d", *self.command])

    @property
    def kind(self) -> str:
        """Where it runs: `here`, SLURM_JOB or TASK."""
        return str(self.where.get("kind", "here"))


@dataclass(frozen=True)
class Status:
    """How a job is, why, in which process of which machine; times in seconds since 1970, `seconds` by a clock that does
    not jump; `attempt` counts from 1; `gpus`: the devices as people of that machine call them, such as `GPU 1,2`."""

    state: State
    reason: str = ""
    host: str = ""
    pid: int = 0
    began: str = ""
    boot: str = ""
    started: float | None = None
    ended: float | None = None
    seconds: float = 0.0
    exit_code: int | None = None
    signal: int | None = None
    attempt: int = 1
    devices: tuple[str, ...] = ()
    gpus: str = ""

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """What `asdict` gave; raises TypeError."""
        return cls(**known_fields(cls, content))

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will come."""
        return self.state in ENDED

    @property
    def supervisor(self) -> Process:
        """The process that sees to it."""
        return Process(self.host, self.pid, self.began, self.boot)


@dataclass(frozen=True)
class Progress:
    """The share done (0…1), the stage, and how long it may still take."""

    share: float
    stage: str = ""
    seconds_left: float | None = None


@dataclass(frozen=True)
class Job:
    """The folder of a job, read anew at each question."""

    folder: Path
    request: Request

    @property
    def number(self) -> int:
        """By which people call it."""
        return int(self.folder.name)

    @property
    def log(self) -> Path:
        """What the work has said."""
        return self.folder / LOG

    @cached_property
    def outputs(self) -> tuple[Path, ...]:
        """The file or folder after -o, as asked; whether it is there is another question."""
        words = self.request.command
        pairs = pairwise(words)
        return tuple(Path(self.request.folder) / after for word, after in pairs if word in ("-o", "--output"))

    @property
    def is_array(self) -> bool:
        """Whether it consists of tasks."""
        return bool(self.request.where.get("tasks"))

    @property
    def whole(self) -> Path:
        """The folder of the array that this is a task of; its own when it is none."""
        return self.folder.parents[1] if self.request.kind == TASK else self.folder

    def tasks(self) -> list["Job"]:
        """The tasks of an array, in their order."""
        numbers = range(int(self.request.where.get("tasks") or 0))
        return [job for number in numbers if (job := _read(self.folder / TASKS / str(number)))]

    def status(self) -> Status:
        """How it is now: a supervisor that is gone, or silent on another machine, makes it `lost`."""
        if self.request.kind != "here":
            from annotat3d_tui.jobs.slurm_state import slurm_status

            return slurm_status(self)
        said = self.said()
        if said is None:
            return _unsaid(self.folder)
        return said if said.has_ended else looked_up(said, self.folder)

    def said(self) -> Status | None:
        """What the supervisor last said, whatever has become of it; None when it has not said anything."""
        content = read_json(self.folder / STATUS)
        try:
            return None if content is None else Status.of(content)
        except TypeError:
            return None

    @property
    def is_being_cancelled(self) -> bool:
        """Whether somebody has asked to stop it."""
        return (self.folder / CANCEL).exists() or (self.whole / CANCEL).exists()

    def progress(self) -> Progress | None:
        """How far it is; None when it has not told. An array is as far as its tasks are on average."""
        if self.is_array:
            return _average(self.tasks())
        content = read_json(self.folder / PROGRESS)
        try:
            return None if content is None else Progress(**known_fields(Progress, content))
        except TypeError:
            return None

    def result(self) -> dict[str, Any] | None:
        """The facts of what it did; None before it is done."""
        return read_json(self.folder / RESULT)

    def metrics(self) -> list[dict[str, float]]:
        """All that was measured, in the order of time; `seconds` since its start. Damaged lines are passed over."""
        try:
            lines = (self.folder / METRICS).read_bytes().splitlines()
        except OSError:
            return []
        return [numbers for line in lines if (numbers := numbers_of(line))]


def jobs_home() -> Path:
    """The folder of the user's jobs: $ANNOTAT3D_JOBS, or `jobs` in the data folder."""
    return Path(os.environ.get("ANNOTAT3D_JOBS") or data_home() / "jobs").absolute()


def all_jobs(home: Path | None = None) -> list[Job]:
    """The jobs in a folder, the newest first; those whose request cannot be read are left out."""
    home = home or jobs_home()
    try:
        numbers = sorted((int(name) for name in os.listdir(home) if name.isdecimal()), reverse=True)
    except OSError:
        return []
    return [job for number in numbers if (job := _read(home / str(number)))]


def job_of(number: int, home: Path | None = None) -> Job:
    """A job by its number; raises MissingFile, InvalidFile."""
    folder = (home or jobs_home()) / str(number)
    job = _read(folder)
    if job:
        return job
    if folder.is_dir():
        raise InvalidFile(f"{folder / REQUEST} must say what was asked of job {number}, and cannot be read: remove it.")
    raise MissingFile(f"There is no job {number} in {folder.parent}: annotat3d jobs lists them.")


def _read(folder: Path) -> Job | None:
    content = read_json(folder / REQUEST)
    try:
        return None if content is None else Job(folder, Request.of(content))
    except (TypeError, ValueError):
        return None


def _unsaid(folder: Path) -> Status:
    """The status of a job whose supervisor has not said anything."""
    if age_of(folder / REQUEST) < STARTING:
        return Status("queued", "its supervisor starts")
    return Status("lost", f"its supervisor has never said anything: {folder / LOG} may tell why")


def _average(tasks: list["Job"]) -> Progress | None:
    shares = [1.0 if (said := task.said()) and said.has_ended else _share(task) for task in tasks]
    return Progress(sum(shares) / len(shares)) if any(shares) else None


def _share(task: "Job") -> float:
    progress = task.progress()
    return progress.share if progress else 0.0


def looked_up(said: Status, folder: Path) -> Status:
    """What a supervisor last said, unless it is gone or silent: then the job is lost."""
    if said.supervisor.is_here:
        if said.supervisor.runs_here:
            return said
        if said.boot != boot_id():
            return replace(said, state="lost", reason=f"{said.host} was started again meanwhile")
        return replace(said, state="lost", reason=f"its supervisor (process {said.pid}) is gone without a word")
    silent = age_of(folder / STATUS)
    if silent < PATIENCE:
        return said
    return replace(said, state="lost", reason=f"{said.host} has given no sign of life for {silent:.0f} s")


def age_of(path: Path) -> float:
    """Seconds since a file was written, by the clock of its file system where a file can be made there."""
    try:
        written = path.stat().st_mtime
    except OSError:
        return 0.0
    try:
        with tempfile.TemporaryFile(dir=path.parent.parent) as file:
            return os.fstat(file.fileno()).st_mtime - written
    except OSError:
        return time.time() - written


def numbers_of(line: bytes) -> dict[str, float]:
    """A line of the metrics; nothing for one that is damaged."""
    try:
        content = json.loads(line)
        return {str(name): float(number) for name, number in content.items()}
    except (ValueError, AttributeError, TypeError):
        return {}
