"""From a command to a job on a cluster: what to ask for, the script to look at, and off it goes."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from textual import on, work
from textual.message import Message
from textual.screen import Screen

from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.jobs import slurm
from annotat3d_tui.jobs.folder import SCRIPT
from annotat3d_tui.jobs.local import request_of
from annotat3d_tui.jobs.slurm_commands import Partition, partitions
from annotat3d_tui.jobs.slurm_options import SlurmOptions, keep_options, kept_options, options_for
from annotat3d_tui.tui.screens.dialogs import if_given
from annotat3d_tui.tui.screens.parameters import ParametersScreen
from annotat3d_tui.tui.screens.script import ScriptScreen

if TYPE_CHECKING:
    from annotat3d_tui.jobs.job import Job, Request

Returned = TypeVar("Returned")


class Found(Message):
    """The partitions of the cluster, for a command that is to be sent there."""

    def __init__(self, request: "Request", images: Sequence[str], found: Sequence[Partition]) -> None:
        super().__init__()
        self.request, self.images, self.found = request, images, found


class Prepared(Message):
    """The folder and the script of a job that was not sent yet."""

    def __init__(self, job: "Job", script: str) -> None:
        super().__init__()
        self.job, self.script = job, script


class Tried(Message):
    """A job was started or sent; problem: why it was not, or what was to follow it."""

    def __init__(self, job: "Job | None", problem: str = "") -> None:
        super().__init__()
        self.job, self.problem = job, problem


class Sending(Screen[Returned]):
    """A screen that sends jobs to a cluster; the end of it is the message `Tried`. Slurm is asked in threads."""

    _later: Sequence["Request"] = ()
    """What is to be sent with the job that is asked for, each to begin once the one before is done."""

    def send_to_cluster(
        self, words: Sequence[str], folder: Path, images: Sequence[str] = (), later: Sequence[Sequence[str]] = ()
    ) -> None:
        """Ask what the job may take, show its script, send it; `images` are those of an array, if it is one.

        later: words of other commands, each a job with the same script that begins once the one before is done.
        """
        self._later = [request_of(one, folder=folder) for one in later]
        self._find(request_of(words, folder=folder), images)

    @work(thread=True, exclusive=True, group="cluster")
    def _find(self, request: "Request", images: Sequence[str]) -> None:
        try:
            self.post_message(Found(request, images, partitions()))
        except Annotat3DError as error:
            self.post_message(Tried(None, str(error)))

    @on(Found)
    def _ask(self, event: Found) -> None:
        starts = {one.name: options_for(one) for one in event.found}
        form = ParametersScreen(
            kept_options(), starts, "Send to Slurm", cost=partial(_cost, event.found, len(event.images))
        )
        self.app.push_screen(form, if_given(partial(self._prepare, event.request, event.images)))

    @work(thread=True, exclusive=True, group="cluster")
    def _prepare(self, request: "Request", images: Sequence[str], options: SlurmOptions) -> None:
        try:
            keep_options(options)
            tasks = slurm.tasks_of(request, images) if options.array else []
            job = slurm.prepare(request, options, tasks)
            self.post_message(Prepared(job, (job.folder / SCRIPT).read_text()))
        except Annotat3DError as error:
            self.post_message(Tried(None, str(error)))

    @on(Prepared)
    def _show(self, event: Prepared) -> None:
        self.app.push_screen(
            ScriptScreen(event.script, f"Batch script of job {event.job.number}"), partial(self._decided, event.job)
        )

    def _decided(self, job: "Job", script: str | None) -> None:
        if script is None:
            slurm.discard(job)
        else:
            self._send(job, script)

    @work(thread=True, exclusive=True, group="cluster")
    def _send(self, job: "Job", script: str) -> None:
        try:
            (job.folder / SCRIPT).write_text(script)
            slurm.send(job)
        except (Annotat3DError, OSError) as error:
            slurm.discard(job)
            self.post_message(Tried(None, str(error)))
        else:
            self.post_message(Tried(job, self._send_later(job)))

    def _send_later(self, job: "Job") -> str:
        """Send what is to begin after a job; why that was refused, a sentence."""
        try:
            for request in self._later:
                job = slurm.following(job, request)
        except (Annotat3DError, OSError) as error:
            return f"What was to follow job {job.number} was not sent: {error}"
        return ""


def _cost(found: Sequence[Partition], images: int, options: SlurmOptions) -> str:
    """The partition that is asked for, and how many tasks there will be."""
    default = next((one for one in found if one.is_default), None)
    chosen = next((one for one in found if one.name == options.partition), None if options.partition else default)
    tasks = f" · {images} tasks" if options.array else ""
    return (str(chosen) if chosen else f"The cluster has no partition {options.partition}") + tasks
