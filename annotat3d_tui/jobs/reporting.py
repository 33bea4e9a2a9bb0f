"""How work that runs as a job tells its folder of progress, numbers, result and failure; elsewhere nobody listens.

A disk that is full or a folder that may not be written stops no work: what cannot be told is not told.
"""

import contextlib
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from annotat3d_tui.blocks import seconds_left
from annotat3d_tui.jobs.folder import ATTEMPT, FAILURE, METRICS, PROGRESS, RESULT, TOKEN, write_json

BETWEEN = 0.5
"""Seconds between two words on the progress."""


def job_folder() -> Path | None:
    """The folder of the job that this process works for; None outside of one."""
    folder = os.environ.get(TOKEN)
    return Path(folder) if folder else None


def goes_on() -> bool:
    """Whether this is a later attempt of a job that was ended by something else: what is done need not be done again.

    Each command says itself what that means.
    """
    return job_folder() is not None and int(os.environ.get(ATTEMPT) or 1) > 1


class Reporter:
    """Tells of a computation that begins now; `foretold_from` is the share of the job that was done before."""

    def __init__(self, folder: Path, foretold_from: float = 0.0) -> None:
        self._folder, self._from = folder, foretold_from
        self._begun = time.monotonic()
        self._told, self._stage = 0.0, ""

    def progress(self, share: float, stage: str) -> None:
        """The share done (0…1) and the stage; the same stage is told of twice a second at most, and at its end."""
        now = time.monotonic()
        if share < 1.0 and stage == self._stage and now - self._told < BETWEEN:
            return
        self._told, self._stage = now, stage
        mine = (share - self._from) / (1.0 - self._from) if self._from < 1.0 else 1.0
        left = seconds_left(mine, now - self._begun)
        content = {"share": round(share, 4), "stage": stage, "seconds_left": None if left is None else round(left, 1)}
        with contextlib.suppress(OSError):
            write_json(self._folder / PROGRESS, content, durable=False)

    def numbers(self, values: Mapping[str, float]) -> None:
        """A line of what was measured, such as loss and Dice of an iteration."""
        line = {"seconds": round(time.monotonic() - self._begun, 2), **values}
        with contextlib.suppress(OSError), open(self._folder / METRICS, "a") as file:
            file.write(json.dumps(line) + "\n")


def report_result(facts: Mapping[str, Any]) -> None:
    """The facts of what was done."""
    _report(RESULT, dict(facts))


def report_failure(sentence: str) -> None:
    """The sentence of the error with which the work ends."""
    _report(FAILURE, {"sentence": sentence})


def _report(name: str, content: dict[str, Any]) -> None:
    if folder := job_folder():
        with contextlib.suppress(OSError):
            write_json(folder / name, content)
