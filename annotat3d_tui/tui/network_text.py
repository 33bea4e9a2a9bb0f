"""A network in a line of a table, in as many columns as there is room for, and in a few lines beneath it."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from textual.content import Content

from annotat3d_tui.jobs.text import SIGNS, duration_text, when_text
from annotat3d_tui.jobs.watching import Seen
from annotat3d_tui.networks.listing import Listed, classes_text
from annotat3d_tui.networks.network import network_folder
from annotat3d_tui.tui.job_text import MUTED, STYLES, plain
from annotat3d_tui.tui.widgets.lines import two_sided
from annotat3d_tui.tui.widgets.volume_list import shortened

WORDS = ("train", "finetune", "resume")
"""Of `annotat3d network`, those that train."""
COLUMNS = (
    ("made of", 10, 56),
    ("classes", 9, 92),
    ("iteration", 15, 46),
    ("best Dice", 11, 64),
    ("state", 13, 0),
    ("when", 8, 78),
)
"""Name, cells, and from which width on there is room for it."""
STATES = {"running": "training", "done": "done", "failed": "failed", "stopped": "stopped", "damaged": "damaged"}
SIGN = {"running": "▶", "queued": "·", "cancelling": "▶", "done": "✓", "failed": "✗", "damaged": "✗", "stopped": "■"}
STYLE = STYLES | {"damaged": STYLES["failed"], "stopped": STYLES["cancelled"]}


@dataclass(frozen=True)
class NetworkRow:
    """A network as it was found, and the latest job that trains or has trained it."""

    listed: Listed
    seen: Seen | None = None

    @property
    def name(self) -> str:
        """What people call it."""
        return self.listed.name

    @property
    def is_training(self) -> bool:
        """Whether a job is at it, or will be."""
        return self.seen is not None and not self.seen.status.has_ended

    @property
    def state(self) -> str:
        """How it is: `running`, `queued`, `cancelling`, `damaged`, `not begun`, `done`, `imported`, `failed` …"""
        if self.is_training and self.seen is not None:
            return self.seen.state
        if self.listed.problem:
            return "damaged"
        if self.listed.state is None:
            return "not begun"
        ended = self.listed.state.ended
        if not ended:
            return "failed" if self.seen is not None and self.seen.status.state == "failed" else "stopped"
        return ended if ended in ("done", "imported") else "ended early"

    @property
    def iteration(self) -> int:
        """How many steps were done, also those that are not kept yet."""
        kept = self.listed.state.iteration if self.listed.state else 0
        if not self.is_training or self.listed.network is None or self.seen is None or self.seen.progress is None:
            return kept
        return max(kept, round(self.seen.progress.share * self.listed.network.training.iterations))


def network_target(seen: Seen) -> Path | None:
    """The folder of the network that a job trains; None where it trains none."""
    words, folder = seen.job.request.command, seen.job.request.folder
    if words[:1] != ("network",) or words[1:2] not in tuple((one,) for one in WORDS):
        return None
    if len(words) < 3 or words[2].startswith("-"):
        return None
    return Path(os.path.abspath(Path(folder) / network_folder(words[2])))


def trainings(jobs: Iterable[Seen]) -> dict[Path, Seen]:
    """Of each network the latest job that trains it; the jobs are given the newest first."""
    found: dict[Path, Seen] = {}
    for seen in jobs:
        if (target := network_target(seen)) is not None:
            found.setdefault(target, seen)
    return found


def rows_of(networks: Sequence[Listed], jobs: Iterable[Seen], folder: Path) -> list[NetworkRow]:
    """The networks of a folder, and those that jobs have still to begin there."""
    known = trainings(jobs)
    rows = [NetworkRow(one, known.get(Path(os.path.abspath(one.folder)))) for one in networks]
    there = {os.path.abspath(one.folder) for one in networks}
    coming = (
        NetworkRow(Listed(target), seen)
        for target, seen in known.items()
        if not seen.status.has_ended and target.parent == folder and str(target) not in there
    )
    return sorted([*rows, *coming], key=lambda row: row.name)


def head_line(width: int) -> Content:
    """The names of the columns."""
    cells = "".join(f"{name:>{room}}" for name, room, least in COLUMNS if width >= least)
    return two_sided(Content.styled("   name", MUTED), Content.styled(cells, MUTED), width)


def network_line(row: NetworkRow, width: int) -> Content:
    """A network in a line; of what is none why."""
    sign, style = SIGN.get(row.state, " "), STYLE.get(row.state, MUTED)
    name = Content.assemble((f" {sign} ", style), plain(row.name))
    if row.state == "damaged":
        said = Content.styled(plain(row.listed.problem), style)
        return Content.assemble(name, "  ", said).truncate(width, ellipsis=True)
    values = _values(row)
    cells = (
        Content.styled(f"{values[column]:>{room}}", style if column == "state" else "")
        for column, room, least in COLUMNS
        if width >= least
    )
    return two_sided(name, Content("").join(cells), width)


def network_details(row: NetworkRow, width: int) -> str:
    """Where it lies, what it tells apart, what it has learned from, and what its job says."""
    network, seen = row.listed.network, row.seen
    lines = [shortened(row.listed.folder, width)]
    if row.listed.problem:
        return plain(row.listed.problem)
    if network is not None:
        origin = f"from {Path(network.origin).stem}" if network.origin else ""
        learned = f"learned from {Path(network.dataset.get('path', 'a dataset')).name}"
        lines.append(" · ".join(plain(part) for part in (classes_text(network), learned, origin) if part))
    if seen is not None:
        left = seen.progress.seconds_left if seen.progress and row.is_training else None
        told = [seen.status.reason, f"{duration_text(left)} left" if left is not None else ""]
        said = ": ".join(part for part in (seen.state, *told) if part)
        lines.append(plain(f"{SIGNS[seen.status.state]} job {seen.number}, {said}"))
    return "\n".join(lines)


def why_not(row: NetworkRow, action: str) -> str:
    """Why a network cannot be looked at, resumed, exported or deleted now; "" when it can.

    `{networks.cancel}` stands for a key.
    """
    network, state = row.listed.network, row.listed.state
    if row.is_training and row.seen is not None and action in ("resume", "remove_network", "train"):
        return f"job {row.seen.number} trains {row.name}: {{networks.cancel}} stops it"
    if action in ("info", "resume", "export", "finetune") and network is None:
        return row.listed.problem or f"{row.name} has not begun yet"
    if action in ("export", "finetune") and not row.listed.has_weights:
        return f"{row.name} has no weights yet: they are kept with the first validation"
    if action == "resume" and network is not None:
        return _why_not_resume(row.name, state.ended if state else "", bool(network.dataset.get("path")))
    return ""


def _why_not_resume(name: str, ended: str, knows_dataset: bool) -> str:
    if ended == "imported":
        return f"{name} was imported, without the state by which it could go on: finetune another from it"
    if ended:
        whole = "has done all its iterations" if ended == "done" else f"has ended: {ended}"
        return f"{name} {whole}: finetune another from it"
    return "" if knows_dataset else f"{name} does not say on what it was trained: finetune another from it"


def _values(row: NetworkRow) -> dict[str, str]:
    network, state = row.listed.network, row.listed.state
    begun = when_text(row.listed.changed or None)
    best = f"{state.best_dice:.3f}" if state and state.best_dice >= 0 else "–"
    return {
        "made of": network.architecture if network else "",
        "classes": str(len(network.classes)) if network else "",
        "iteration": f"{row.iteration}/{network.training.iterations}" if network else "",
        "best Dice": best if network else "",
        "state": STATES.get(row.state, row.state),
        "when": begun if network else "",
    }
