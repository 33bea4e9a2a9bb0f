"""Jobs on a cluster: the folder is made here, Slurm starts the same supervisor on it, and ends it.

The machine that asks may be another than the one that works: they share the folder, and Slurm's commands are used,
nothing else. An array is one job with a folder for each task, tasks/0, tasks/1, …, which are jobs themselves.
"""

import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from annotat3d_tui.errors import CannotWrite, InvalidParameter
from annotat3d_tui.jobs import slurm_commands as commands
from annotat3d_tui.jobs.cancelling import PATIENCE, ask_to_stop
from annotat3d_tui.jobs.folder import REQUEST, SCRIPT, SLURM, STATUS, TASKS, write_json
from annotat3d_tui.jobs.job import SLURM_JOB, TASK, Job, Request, Status
from annotat3d_tui.jobs.local import make_folder
from annotat3d_tui.jobs.slurm_options import SlurmOptions, script_for_another, script_text
from annotat3d_tui.jobs.slurm_state import ask_anew, slurm_id
from annotat3d_tui.jobs.spreading import check_spread
from annotat3d_tui.processes import user_name

_POLL = 0.25


def prepare(request: Request, options: SlurmOptions, tasks: Sequence[Request] = (), home: Path | None = None) -> Job:
    """The folder of a job with its script, to be looked at and changed; nothing is sent.

    Raises CannotWrite, and InvalidParameter where several nodes are asked for what runs on one.
    """
    check_spread(request.command, options.nodes)
    where = {"kind": SLURM_JOB, "options": options.to_dict(), "tasks": len(tasks)}
    job = make_folder(replace(request, where=where), home)
    try:
        for number, task in enumerate(tasks):
            folder = job.folder / TASKS / str(number)
            folder.mkdir(parents=True)
            write_json(folder / REQUEST, replace(task, where={"kind": TASK}).to_dict(), durable=False)
        job.log.touch()
        (job.folder / SCRIPT).write_text(script_text(options, job.folder, len(tasks)))
    except OSError as error:
        discard(job)
        raise CannotWrite(f"{job.folder} could not be written ({error.strerror}): free space there.") from None
    return job


def discard(job: Job) -> None:
    """Take back what was prepared and not sent."""
    shutil.rmtree(job.folder, ignore_errors=True)


def send(job: Job, after: str = "") -> str:
    """Send the script of a prepared job, as it is now; returns Slurm's id. Raises SlurmError, CannotWrite.

    after: Slurm's id of a job that must be done first.
    """
    if slurm_id(job):
        raise InvalidParameter(f"Job {job.number} must not have been sent before, it is {slurm_id(job)}: resubmit it.")
    if job.is_array:
        _make_output_folder(job)
    id = commands.submit(job.folder / SCRIPT, Path(job.request.folder), after)
    ask_anew()
    try:
        write_json(job.folder / SLURM, {"id": id})
    except OSError as error:
        commands.end(id)
        raise CannotWrite(f"{job.folder} could not be written ({error.strerror}): free space there.") from None
    return id


def _make_output_folder(job: Job) -> None:
    """A task has a single image, whose output would be a file where there is no folder."""
    for folder in job.outputs:
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise CannotWrite(
                f"{folder} must be a folder for several images ({error.strerror}): give another."
            ) from None


def submit(request: Request, options: SlurmOptions, tasks: Sequence[Request] = (), home: Path | None = None) -> Job:
    """Prepare and send; where Slurm refuses, no job is made. Raises SlurmError, CannotWrite."""
    job = prepare(request, options, tasks, home)
    try:
        send(job)
    except BaseException:
        discard(job)
        raise
    return job


def again(job: Job, home: Path | None = None) -> Job:
    """The same again, with the script as it was sent then."""
    return _like(job, job.request, [task.request for task in job.tasks()], home)


def following(job: Job, request: Request, home: Path | None = None) -> Job:
    """Send another job, with the script of one that was sent; it begins once that one is done. Raises as `send`."""
    return _like(job, request, (), home, slurm_id(job))


def _like(job: Job, request: Request, tasks: Sequence[Request], home: Path | None, after: str = "") -> Job:
    """Prepare and send, with the script of a job as it was sent."""
    options = SlurmOptions.from_dict(dict(job.request.where.get("options", {})))
    anew = prepare(request, options, tasks, home)
    try:
        path = anew.folder / SCRIPT
        path.write_text(script_for_another((job.folder / SCRIPT).read_text(), path.read_text()))
        send(anew, after)
    except BaseException:
        discard(anew)
        raise
    return anew


def cancel(job: Job, patience: float = PATIENCE) -> Status:
    """End a job or an array: what waits at once, what runs politely, then by Slurm. Raises SlurmError, CannotWrite."""
    status = job.status()
    if status.has_ended and status.state != "lost":
        return status
    by = ask_to_stop(job)
    id = slurm_id(job)
    if not id:
        return _said_ended(job, by)
    until = time.monotonic() + patience
    if status.state != "queued":
        while not job.status().has_ended and time.monotonic() < until and not _only_waits(job):
            time.sleep(_POLL)
    if not job.status().has_ended:
        commands.end(id)
        ask_anew()
        while not job.status().has_ended and time.monotonic() < until + patience:
            time.sleep(_POLL)
    return _said_ended(job, by)


def _only_waits(job: Job) -> bool:
    """Whether no task of an array runs, and some still wait."""
    states = {task.status().state for task in job.tasks()}
    return "queued" in states and "running" not in states


def _said_ended(job: Job, by: str) -> Status:
    """Write that it was cancelled where no supervisor has said so."""
    for one in job.tasks() or [job]:
        said = one.said()
        if said and said.has_ended:
            continue
        status = replace(one.status(), state="cancelled", reason=f"cancelled by {by}", ended=time.time())
        try:
            write_json(one.folder / STATUS, asdict(status))
        except OSError as error:
            raise CannotWrite(
                f"{one.folder} does not take that job {job.number} was cancelled ({error.strerror}): free space there."
            ) from None
    return job.status()


def tasks_of(request: Request, images: Sequence[str]) -> list[Request]:
    """A task for each image of a command: the command with this image alone. Raises InvalidParameter for one image."""
    if len(images) < 2:
        raise InvalidParameter(f"An array must be of several images, received {len(images)}: leave --array out.")
    tasks = []
    for image in images:
        words = [word for word in request.command if word not in images or word == image]
        tasks.append(replace(request, title=Path(image).name, command=tuple(words), user=user_name()))
    return tasks
