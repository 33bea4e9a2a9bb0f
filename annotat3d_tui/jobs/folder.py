"""JSON files of a job's folder, replaced whole: a reader sees the old or the new."""

import json
import math
import os
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

REQUEST, STATUS, PROGRESS, METRICS = "request.json", "status.json", "progress.json", "metrics.jsonl"
LOG, RESULT, FAILURE, CANCEL = "log.txt", "result.json", "failure.json", "cancel.json"
SLURM, SCRIPT, TASKS = "slurm.json", "script.sh", "tasks"
TOKEN, ATTEMPT = "ANNOTAT3D_JOB", "ANNOTAT3D_ATTEMPT"
"""The variables by which the work, and all that it starts, knows its job (the folder), and which attempt it is."""


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in a file; None when it is not there or is damaged."""
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def write_json(path: Path, content: dict[str, Any], durable: bool = True) -> None:
    """Write a file beside its place and rename it; raises OSError.

    durable: it is on the disk when this returns, also if the power fails.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(aside, "w") as file:
            file.write(json.dumps(content, ensure_ascii=False) + "\n")
            file.flush()
            if durable:
                os.fsync(file.fileno())
        os.replace(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


LARGEST = 1e11
"""Of a number in a file: as seconds since 1970 it is a date that has a name."""


def known_fields(kind: type, content: Mapping[str, Any]) -> dict[str, Any]:
    """What a file says of the fields of a dataclass, what these do not know left out.

    Raises TypeError for a value that a field cannot have, since files may be damaged or of another version.
    """
    hints = _hints(kind)
    known = {name: content[name] for name in hints if name in content}
    wrong = [name for name, value in known.items() if not _agrees(value, hints[name])]
    if wrong:
        raise TypeError(f"{', '.join(wrong)} of {kind.__name__}")
    return {name: tuple(value) if isinstance(value, list) else value for name, value in known.items()}


@cache
def _hints(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {one.name: hints[one.name] for one in fields(kind)}


def _agrees(value: object, hint: Any) -> bool:
    """Whether a value of JSON is of a type."""
    origin = get_origin(hint)
    if origin is UnionType:
        return any(_agrees(value, one) for one in get_args(hint))
    if origin is Literal:
        return value in get_args(hint)
    if origin is tuple:
        return isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)
    if hint in (int, float):
        return type(value) in (int, hint) and math.isfinite(value) and abs(value) < LARGEST  # type: ignore[arg-type]
    return value is None if hint is NoneType else isinstance(value, origin or hint)
