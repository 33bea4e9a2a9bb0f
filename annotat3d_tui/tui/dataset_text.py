"""A dataset in a line of a table, in as many columns as there is room for, and in a few lines beneath it."""

from dataclasses import dataclass
from pathlib import Path

from textual.content import Content

from annotat3d_tui.blocks import count_text, size_text
from annotat3d_tui.jobs.text import SIGNS, duration_text, share_text, when_text
from annotat3d_tui.jobs.watching import Seen
from annotat3d_tui.memory import bytes_text
from annotat3d_tui.networks.dataset import Dataset
from annotat3d_tui.networks.dataset_listing import ListedDataset, classes_text
from annotat3d_tui.tui.job_text import MUTED, STYLES, plain, progress_bar
from annotat3d_tui.tui.widgets.lines import two_sided
from annotat3d_tui.tui.widgets.volume_list import shortened

UNKNOWN = "?"
"""Classes of a file that another program made: it must be read whole to know them."""
COLUMNS = (
    ("samples", 11, 48),
    ("patch", 13, 56),
    ("classes", 9, 66),
    ("type", 9, 92),
    ("size", 10, 72),
    ("made", 8, 80),
)
"""Name, cells, and from which width on there is room for it."""
LEFT, BAR = 6, 16


@dataclass(frozen=True)
class Making:
    """A job that writes a dataset."""

    seen: Seen
    target: Path


def dataset_target(seen: Seen) -> Path | None:
    """The dataset that a job writes; None where it writes none."""
    words, job = seen.job.request.command, seen.job
    if words[:1] != ("dataset",) or words[1:2] not in (("create",), ("augment",)):
        return None
    return job.outputs[0] if job.outputs else None


def head_line(width: int) -> Content:
    """The names of the columns."""
    cells = "".join(f"{name:>{room}}" for name, room, least in COLUMNS if width >= least)
    return two_sided(Content.styled("   name", MUTED), Content.styled(cells, MUTED), width)


def dataset_line(one: ListedDataset, width: int) -> Content:
    """A dataset in a line; of what is none why."""
    if one.problem:
        said = Content.styled(plain(one.problem), STYLES["failed"])
        left = Content.assemble((" ✗ ", STYLES["failed"]), plain(one.name), "  ")
        return Content.assemble(left, said).truncate(width, ellipsis=True)
    values = {
        "samples": f"{one.images} × {one.samples}",
        "patch": size_text(one.patch),
        "classes": str(len(one.dataset.classes)) if one.dataset else UNKNOWN,
        "type": one.dtype,
        "size": bytes_text(one.bytes),
        "made": when_text(one.changed or None),
    }
    cells = "".join(f"{values[name]:>{room}}" for name, room, least in COLUMNS if width >= least)
    return two_sided(Content(f"   {plain(one.name)}"), Content(cells), width)


def making_line(one: Making, width: int) -> Content:
    """A dataset that is being written: how far it is."""
    status, progress = one.seen.status, one.seen.progress
    style = STYLES[one.seen.state]
    share = progress.share if progress else 0.0
    stage = plain(status.reason or (progress.stage if progress else ""))
    left = f"{duration_text(progress.seconds_left)} left" if progress and progress.seconds_left is not None else ""
    told = " ".join(filter(None, (share_text(progress), left, stage)))
    shown = progress_bar(share, BAR) + "  " if width >= 72 else ""
    right = Content.assemble((shown, "$text-accent"), told)
    name = Content.assemble((f" {SIGNS[status.state]} ", style), plain(one.target.name))
    most = max(width - name.cell_length - 2, 8)
    return two_sided(name, right.truncate(most, ellipsis=True) if right.cell_length > most else right, width)


def dataset_details(one: ListedDataset, width: int) -> str:
    """Where it lies, what it is made of and how."""
    if one.problem:
        return plain(one.problem)
    where = shortened(one.path, width)
    if one.dataset is None:
        return f"{where}\nof another program: its samples tell its classes"
    data = one.dataset
    parts = [
        f"{len(data.training)} for training, {len(data.validation)} for validation",
        f"classes {classes_text(data)}" + (f" ({data.unlabelled} is ignored)" if data.unlabelled is not None else ""),
        "with weights" if one.has_weight else "",
        *_made(data),
    ]
    return f"{where}\n" + " · ".join(plain(part) for part in parts if part)


def making_details(one: Making) -> str:
    """The command that writes it."""
    request = one.seen.job.request
    return f"job {one.seen.number}: {plain(request.command_line)}"


def _made(data: Dataset) -> list[str]:
    """Strategy, changes and files of a dataset of this program."""
    names = [Path(str(files.get("image", {}).get("path", ""))).name for files in data.sources]
    known = [name for name in names if name]
    few = ", ".join(known[:3]) + (f" and {len(known) - 3} more" if len(known) > 3 else "")
    recipe = data.parameters
    return [
        f"{recipe['strategy']}, seed {recipe['seed']}" if "strategy" in recipe and "seed" in recipe else "",
        "changed at random" if "augmentation" in recipe else "",
        f"from {few}" if few else f"from {count_text(data.images, 'image')}",
    ]
