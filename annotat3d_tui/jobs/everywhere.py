"""What is done with a job wherever it runs: on this machine, on another that sees its folder, on a cluster."""

from pathlib import Path

from annotat3d_tui.jobs import cancelling, local, slurm
from annotat3d_tui.jobs.job import Job, Status

PATIENCE = cancelling.PATIENCE


def cancel(job: Job, patience: float = PATIENCE) -> Status:
    """Stop a job and return how it is then. One that has ended stays as it is; one that is lost leaves no process.

    Raises CannotWrite when the folder does not take the wish and the supervisor cannot be told, SlurmError.
    """
    return cancelling.cancel(job, patience) if job.request.kind == "here" else slurm.cancel(job, patience)


def again(job: Job, home: Path | None = None) -> Job:
    """The same as a job asked for, as a new one, where that was; raises CannotWrite, SlurmError."""
    return local.again(job, home) if job.request.kind == "here" else slurm.again(job, home)
