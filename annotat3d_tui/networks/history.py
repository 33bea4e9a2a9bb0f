"""What a training has measured, a row a step, in a file that any program reads."""

import csv
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

STEP = ("iteration", "loss", "rate", "step_seconds")
VALIDATION = ("validation_loss", "dice")


def columns_of(classes: Sequence[int]) -> list[str]:
    """Of each step: its number from 1, loss, rate, seconds it took; of validations: loss, Dice, that of each class."""
    return [*STEP, *VALIDATION, *(f"dice_{label}" for label in classes)]


class History:
    """Appends to a file; rows after `iteration`, of a training that was killed and has come back there, are dropped."""

    def __init__(self, path: Path, classes: Sequence[int], iteration: int) -> None:
        kept = [row for row in read_history(path) if int(row["iteration"]) <= iteration]
        aside = path.with_name(f".{path.name}.part")
        self._file: TextIO = open(aside, "w", newline="")  # noqa: SIM115  (closed by close)
        self._writer = csv.DictWriter(self._file, columns_of(classes), lineterminator="\n")
        self._writer.writeheader()
        self._writer.writerows(kept)
        self._file.flush()
        os.replace(aside, path)

    def add(self, row: Mapping[str, float]) -> None:
        """One more step; it is in the file when this returns."""
        self._writer.writerow({name: f"{value:.6g}" for name, value in row.items()})
        self._file.flush()

    def close(self) -> None:
        """No more steps."""
        self._file.close()


def read_history(path: Path) -> list[dict[str, str]]:
    """The rows of a history, the last one only if it is whole; none when there is no such file."""
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError):
        return []
    whole = text[: text.rfind("\n") + 1].splitlines()
    rows = csv.DictReader(whole)
    return [row for row in rows if (row.get("iteration") or "").isdecimal() and None not in row.values()]


def number_in(row: Mapping[str, str], name: str, otherwise: float) -> float:
    """A finite number of a row, which may come from another program.

    >>> number_in({"loss": "0.5"}, "loss", 0.0), number_in({"loss": "?"}, "loss", 0.0), number_in({}, "loss", 0.0)
    (0.5, 0.0, 0.0)
    """
    try:
        value = float(row.get(name) or otherwise)
    except ValueError:
        return otherwise
    return value if math.isfinite(value) else otherwise
