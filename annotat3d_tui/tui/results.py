"""The label volumes that a job makes of many images, with what became of each."""

from dataclasses import dataclass
from pathlib import Path

from annotat3d_tui.jobs.job import Job
from annotat3d_tui.networks.outcome import Outcome, label_path, outcome_of
from annotat3d_tui.tui.job_commands import JobCommands

MAKE_LABELS = ("segment", "classify", "infer")
"""Commands that make label volumes of images."""


@dataclass(frozen=True)
class Row:
    """An image of a job, and what became of it; None while it waits, which `waits` says in words."""

    image: str
    outcome: Outcome | None = None
    waits: str = ""


def makes_labels(job: Job) -> bool:
    """Whether a job makes label volumes."""
    words = job.request.command
    return len(words) > 1 and words[0] in MAKE_LABELS


def results_of(job: Job, commands: JobCommands) -> list[Outcome]:
    """What a job has made so far, in the order of its images; reads files, and knows the images from its command."""
    if not makes_labels(job) or not job.outputs:
        return []
    words, output, folder = job.request.command, job.outputs[0], Path(job.request.folder)
    images = [words[1]] if words[0] == "segment" else list(commands.images(words))
    is_label = words[0] == "segment" or (len(images) == 1 and output.is_file())
    found = (_result(folder / image, output if is_label else label_path(output, image)) for image in images)
    return [one for one in found if one]


def rows_of(job: Job, commands: JobCommands, since: float | None, has_ended: bool) -> list[Row]:
    """Every image of an inference, also those that wait; since: when the job began, in seconds since 1970.

    What is older was there before, and is replaced or skipped.
    """
    words, folder = job.request.command, Path(job.request.folder)
    rows = []
    for image in commands.images(words):
        outcome = _result(folder / image, label_path(job.outputs[0], image))
        is_old = outcome is not None and (since is None or outcome.at < since)
        if outcome is not None and not (is_old and "--overwrite" in words and not has_ended):
            rows.append(Row(str(folder / image), outcome))
        else:
            rows.append(Row(str(folder / image), None, "not done" if has_ended else "waits"))
    return rows


def _result(image: Path, label: Path) -> Outcome | None:
    outcome = outcome_of(label)
    if outcome and (outcome.error or outcome.has_label):
        return outcome
    return Outcome(str(image), "", str(label), at=label.stat().st_mtime) if label.is_file() else None
