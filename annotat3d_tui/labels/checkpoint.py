"""What a journal comes to at a place in it, in a file beside it, so that opening need not do every act again.

It is a cache: it counts only where the journal begins with just the bytes it was made from, and may be removed at any
time. The file is a line, `<crc32 of the rest> <json>`, and then columns of numbers end to end.
"""

import contextlib
import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.labels.acts import Act
from annotat3d_tui.labels.kept_acts import COLUMNS, KeptActs
from annotat3d_tui.labels.markers import KEPT, Markers
from annotat3d_tui.labels.table import LabelTable

VERSION = 2
SUFFIX = ".checkpoint"
_DAMAGED = (OSError, ValueError, KeyError, TypeError, IndexError)


@dataclass(frozen=True)
class Checkpoint:
    """An annotation after `records` records of its journal.

    hidden: ids of labels; strokes: ids given so far; changes: how often marks had changed.
    """

    records: int
    markers: Markers
    table: LabelTable
    hidden: frozenset[int]
    strokes: int
    changes: int
    done: list[Act]
    undone: list[Act]


def place_of(journal: Path) -> Path:
    """Where the checkpoint of a journal is."""
    return journal.with_suffix(SUFFIX)


def save(checkpoint: Checkpoint, journal: Path) -> None:
    """Keep what a journal comes to as a whole; where that cannot be, opening takes longer, and nothing is lost."""
    with contextlib.suppress(OSError):
        content = journal.read_bytes()
        acts = KeptActs.of([*checkpoint.done, *checkpoint.undone])
        arrays = {**acts.columns, **checkpoint.markers.kept()}
        about = {
            "version": VERSION,
            "shape": list(checkpoint.markers.shape),
            "journal": [len(content), zlib.crc32(content)],
            "records": checkpoint.records,
            "hidden": sorted(checkpoint.hidden),
            "strokes": checkpoint.strokes,
            "changes": checkpoint.changes,
            "done": len(checkpoint.done),
            "relabels": list(acts.relabels.items()),
            "sizes": {name: len(array) for name, array in arrays.items()},
            **checkpoint.table.to_dict(),
        }
        columns = [np.ascontiguousarray(array).tobytes() for array in arrays.values()]
        rest = b"".join([json.dumps(about).encode(), b"\n", *columns])
        aside = place_of(journal).with_suffix(f"{SUFFIX}.part")
        aside.write_bytes(b"%08x %s" % (zlib.crc32(rest), rest))
        os.replace(aside, place_of(journal))


def load(journal: Path, shape: tuple[int, ...]) -> tuple[Checkpoint | None, int]:
    """What was kept of a journal of an image of this shape (Z, Y, X), and for how many of its bytes it stands.

    None and 0 where there is nothing, or not of this journal as it is now.
    """
    try:
        content = place_of(journal).read_bytes()
        if content[:9] != b"%08x " % zlib.crc32(memoryview(content)[9:]):
            return None, 0
        end = content.index(b"\n")
        about = json.loads(content[9:end])
        length, crc = about["journal"]
        with journal.open("rb") as file:
            same = zlib.crc32(file.read(length)) == crc and file.tell() == length
        if about["version"] != VERSION or about["shape"] != list(shape) or not same:
            return None, 0
        arrays = _arrays(content, end + 1, about["sizes"])
        acts = KeptActs(arrays, dict(about["relabels"]))
        count, done = len(arrays["edits"]), about["done"]
        found = Checkpoint(
            about["records"],
            Markers.of_kept(shape, arrays),
            LabelTable.from_dict(about),
            frozenset(about["hidden"]),
            about["strokes"],
            about["changes"],
            acts.acts(0, done),
            acts.acts(done, count),
        )
    except _DAMAGED:
        return None, 0
    return found, length


def _arrays(content: bytes, at: int, sizes: Mapping[str, int]) -> dict[str, NDArray[Any]]:
    """The columns, as views of the content."""
    arrays = {}
    for name, size in sizes.items():
        dtype = np.dtype({**COLUMNS, **KEPT}[name])
        arrays[name] = np.frombuffer(content, dtype, size, at)
        at += size * dtype.itemsize
    return arrays
