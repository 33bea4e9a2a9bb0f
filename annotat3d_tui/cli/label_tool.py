"""What the tools that change a label volume have in common: a label volume in, another one out, what has changed."""

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import count_text
from annotat3d_tui.cli.flags import budget_of
from annotat3d_tui.cli.inputs import tell_warnings
from annotat3d_tui.cli.output import add_output_flags, show
from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.labels.boxes import Boxes
from annotat3d_tui.labels.corrections import Correction
from annotat3d_tui.memory import check_budget
from annotat3d_tui.volume.files import check_volume_output, open_labels, save_labels
from annotat3d_tui.volume.volume import Volume

MOST_NAMED = 12
REMEDY = "close other programs, allow more (--memory), or cut a part out (convert --crop) and put it back (paste)"
OWN_BYTES = 4
"""Bytes a voxel of the volume that is written, and of what is compared with it."""


def add_tool_flags(parser: argparse.ArgumentParser, output: str = "NEW") -> None:
    """LABEL, `-o`, `--keep` and the flags of every output."""
    parser.add_argument("label", metavar="LABEL", help="label volume: TIFF, RAW, .npy, HDF5 or Zarr")
    parser.add_argument("-o", "--output", required=True, metavar=output, help="label volume to write")
    parser.add_argument("--keep", metavar="A,B,…", help="labels that lose and gain no voxel, as if they were locked")
    parser.add_argument(
        "--memory", metavar="SIZE", help="memory that may be taken, such as 4GB (70 %% of what is free)"
    )
    add_output_flags(parser)


def opened(given: argparse.Namespace, inputs: Iterable[str | None] = ()) -> Volume:
    """The label volume, once it is sure that the output may be written."""
    keep = [given.label, *(path for path in inputs if path)]
    check_volume_output(Path(given.output), given.overwrite, keep)
    label = open_labels(Path(given.label))
    tell_warnings(given.label, label.warnings)
    return label


def check_room(given: argparse.Namespace, what: str, label: Volume, bytes_per_voxel: int) -> None:
    """Raises OverBudget, before any work, where the tool takes more memory than it may."""
    check_budget(what, label.data.size * (bytes_per_voxel + OWN_BYTES), budget_of(given), REMEDY)


def kept_of(given: argparse.Namespace, label: Volume, added: NDArray[Any] | None = None) -> tuple[int, ...]:
    """Labels that are not changed; raises InvalidParameter for one that neither the label volume nor `added` holds."""
    if given.keep is None:
        return ()
    kept, boxes = numbers_of(given.keep, "--keep"), Boxes.of(label.data)
    for one in kept:
        if one not in boxes and (added is None or not (added == one).any()):
            raise InvalidParameter(
                f"--keep must name labels that {given.label} holds, received {one}, which it does not: correct it."
            )
    return kept


def numbers_of(text: str, who: str) -> tuple[int, ...]:
    """Ids as a person lists them: `3,7,9` or `3-7,12`; raises InvalidParameter.

    >>> numbers_of("3-5,9", "--labels")
    (3, 4, 5, 9)
    """
    found: list[int] = []
    try:
        for word in text.split(","):
            first, _, last = word.strip().partition("-")
            found += range(int(first), int(last or first) + 1)
    except ValueError:
        found = [-1]
    if not found or min(found) < 0 or max(found) > np.iinfo(np.uint16).max:
        raise InvalidParameter(f"{who} must be label ids such as 3,7,9 or 3-7, received {text!r}: correct it.")
    return tuple(dict.fromkeys(found))


def finish(
    given: argparse.Namespace,
    label: Volume,
    make: Callable[[NDArray[Any]], Correction],
    facts: dict[str, Any] | None = None,
) -> int:
    """Correct the label volume, save it and say what has changed."""
    from annotat3d_tui.labels.correcting import corrected

    correction = make(label.data)
    new = corrected(label.data, correction)
    save_labels(
        Path(given.output), new, voxel_size=label.voxel_size, unit=label.unit, overwrite=given.overwrite
    )  # fmt: skip
    ids = np.unique(np.concatenate([correction.before, correction.after])).tolist()
    named = ", ".join(map(str, ids[:MOST_NAMED])) + (f" and {len(ids) - MOST_NAMED} more" * (len(ids) > MOST_NAMED))
    said = f"{count_text(correction.size, 'voxel')} changed" + (f", of the labels {named}" if ids else "")
    told = {"output": given.output, "words": correction.words, "changed_voxels": correction.size, "labels": ids}
    show(given.json, told | (facts or {}), [f"{given.output}: {correction.words}: {said}"])
    return 0
