"""Jobs and networks whose curves are looked at together: who they are, what is last and best, and all as a table."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidFile, MissingFile
from annotat3d_tui.jobs.curves import Curves, Looked, Points, added, in_order, looked_at
from annotat3d_tui.jobs.job import Job, all_jobs
from annotat3d_tui.jobs.smoothing import smoothed
from annotat3d_tui.networks.history import number_in, read_history
from annotat3d_tui.networks.network import HISTORY, network_folder

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MOST_COMPARED = len(LETTERS)
COLUMNS = ("run", "title", "name", "iteration", "seconds", "value")


class OfNetwork:
    """The curves of a network, of its history, which is read again when it has grown."""

    def __init__(self, folder: Path) -> None:
        self._path, self._size = folder / HISTORY, -1
        self.looked: Looked = {}

    def read(self) -> bool:
        """Take what is new; whether there was something."""
        try:
            size = self._path.stat().st_size
        except OSError:
            return False
        if size == self._size:
            return False
        self._size, seconds = size, 0.0
        lines = []
        for row in read_history(self._path):
            seconds += max(number_in(row, "step_seconds", 0.0), 0.0)
            numbers = {name: number_in(row, name, np.nan) for name in row}
            lines.append(numbers | {"seconds": seconds})
        self.looked = looked_at(added({}, lines))
        return True


@dataclass(frozen=True)
class Run:
    """A job or a network that has measured something; name: by which people call it."""

    name: str
    title: str
    curves: Curves | OfNetwork
    job: Job | None = None

    @classmethod
    def of_job(cls, job: Job) -> "Run":
        """Of a job."""
        return cls(str(job.number), job.request.title, Curves(job.folder), job)

    @classmethod
    def of_network(cls, name: str | Path) -> "Run":
        """Of the folder of a network; raises MissingFile, InvalidFile where it has no history."""
        folder = network_folder(name)
        if not folder.is_dir():
            raise MissingFile(f"{folder} must be a network, but there is no such folder: give another name.")
        if not (folder / HISTORY).is_file():
            raise InvalidFile(f"{folder} must hold a {HISTORY}, and does not: it has not been trained so far.")
        return cls(folder.stem, "network", OfNetwork(folder))


def newest() -> Run:
    """Of the newest job; raises MissingFile where there is none."""
    for job in all_jobs()[:1]:
        return Run.of_job(job)
    raise MissingFile("There are no jobs: annotat3d jobs run starts one.")


def names_of(looks: Iterable[Looked]) -> list[str]:
    """The names of all curves that some have, those looked at first before the others."""
    return in_order({name for looked in looks for name in looked})


def are_over_iterations(all_points: Iterable[Points]) -> bool:
    """Whether all curves have iterations, so that they can be drawn over them."""
    found = list(all_points)
    return bool(found) and all(points.iterations is not None for points in found)


def best_of(name: str, values: NDArray[np.float64]) -> int:
    """Which of the numbers of a curve is the best: the lowest loss, the highest of all others.

    >>> best_of("loss", np.array([3.0, 1.0, 2.0])), best_of("dice", np.array([0.1, 0.7, 0.7]))
    (1, 1)
    """
    return int(np.argmin(values) if name.endswith("loss") else np.argmax(values))


def best_word(name: str) -> str:
    """What the best of its numbers is called.

    >>> best_word("validation_loss"), best_word("dice_2"), best_word("memory")
    ('best', 'best', 'most')
    """
    return "best" if name.endswith("loss") or name.startswith("dice") else "most"


def nearest(x: NDArray[np.float64], place: float) -> int:
    """The number of the point nearest to a place, the earlier of two.

    >>> nearest(np.array([1.0, 2.0, 4.0]), 3.0), nearest(np.array([1.0]), 9.0)
    (1, 0)
    """
    after = min(int(np.searchsorted(x, place)), len(x) - 1)
    before = max(after - 1, 0)
    return before if place - x[before] <= x[after] - place else after


def facts(run: Run, names: Sequence[str], strength: float = 0.0) -> dict[str, Any]:
    """Last and best of the curves of a run, as JSON has it."""
    curves = {}
    for name, points in run.curves.looked.items():
        if name not in names:
            continue
        values = smoothed(points.values, strength)
        curves[name] = {
            "points": len(values),
            "last": _at(points, values, len(values) - 1),
            "best": _at(points, values, best_of(name, values)),
        }
    return {"run": run.name, "title": run.title, "curves": curves}


def _at(points: Points, values: NDArray[np.float64], number: int) -> dict[str, float | None]:
    iteration = None if points.iterations is None else int(points.iterations[number])
    return {"value": float(values[number]), "iteration": iteration, "seconds": float(points.seconds[number])}


def table(runs: Iterable[Run], names: Sequence[str], strength: float = 0.0) -> str:
    """Curves of runs as CSV, a row for each point with COLUMNS, and `smoothed` where they are."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*COLUMNS, *(["smoothed"] if strength else [])])
    for run in runs:
        for name in names:
            if (points := run.curves.looked.get(name)) is not None:
                writer.writerows(_rows(run, name, points, strength))
    return text.getvalue()


def _rows(run: Run, name: str, points: Points, strength: float) -> list[list[str]]:
    iterations = [""] * len(points.values) if points.iterations is None else [f"{i:.0f}" for i in points.iterations]
    rows = [
        [run.name, run.title, name, iteration, f"{seconds:.2f}", f"{value:.8g}"]
        for iteration, seconds, value in zip(iterations, points.seconds, points.values, strict=True)
    ]
    if strength:
        rows = [[*row, f"{v:.8g}"] for row, v in zip(rows, smoothed(points.values, strength), strict=True)]
    return rows
