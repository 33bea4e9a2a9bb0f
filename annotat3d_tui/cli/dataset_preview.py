"""A sample before and after changes: above as it was, below changed; on the left the image, on the right its label too.

annotat3d dataset preview beads.h5 --transform elastic -o elastic.png
"""

import argparse
import os
import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.cli.flags import add_parameter_flags, with_flags
from annotat3d_tui.cli.output import add_output_flags, progress_line, show
from annotat3d_tui.cli.pictures import in_cells
from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.networks.augmentation import Augmentation
from annotat3d_tui.networks.previewing import CHANGES, DatasetSpecimens, alone
from annotat3d_tui.render.percentiles import contrast_window, grey_sample
from annotat3d_tui.render.picture import save_png, slice_picture

SIDE, WIDEST, GAP = 512, 120, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("dataset", metavar="D.h5", help="a dataset, also one of Annotat3D")
    parser.add_argument("--image", type=int, default=0, metavar="I", help="which image, from 0 (0)")
    parser.add_argument("--sample", type=int, default=0, metavar="J", help="which sample of it, from 0 (0)")
    parser.add_argument("--transform", choices=CHANGES, nargs="+", help="only these changes (all)")
    parser.add_argument("-o", "--output", metavar="P.png", help="picture to write (drawn in the terminal)")
    ranges = tuple(one.name for one in Augmentation.parameters() if one.name not in (*CHANGES, "chance"))
    add_parameter_flags(parser, {"": Augmentation()}, ranges)
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="another one, other changes (0)")
    add_output_flags(parser)


def run(given: argparse.Namespace) -> int:
    """Change the sample, and show it."""
    specimens = DatasetSpecimens(Path(given.dataset), progress_line())
    dataset = specimens.dataset
    _check("--image", given.image, dataset.images)
    _check("--sample", given.sample, dataset.samples)
    _check("--seed", given.seed, 2**31)
    wanted = tuple(given.transform or CHANGES)
    augmentation = with_flags(alone(Augmentation(), wanted), given)
    side = SIDE if given.output else (min(shutil.get_terminal_size().columns, WIDEST) - GAP) // 2
    rgb = _picture(specimens, given.image * dataset.samples + given.sample, augmentation, given.seed, side)
    facts = {"output": given.output, "transforms": list(wanted), "parameters": augmentation.to_dict()}
    if given.output:
        save_png(given.output, rgb, given.overwrite)
    drawn = given.output or given.json or "NO_COLOR" in os.environ
    lines = [] if drawn else [in_cells(rgb)]
    where = f"{given.output}: sample" if given.output else "sample"
    show(given.json, facts, [*lines, f"{where} {given.sample} of image {given.image}: {', '.join(wanted)}"])
    return 0


def _check(flag: str, value: int, count: int) -> None:
    if not 0 <= value < count:
        raise InvalidParameter(f"{flag} must be 0 to {count - 1}, received {value}: correct it.")


def _picture(
    specimens: DatasetSpecimens, number: int, augmentation: Augmentation, seed: int, side: int
) -> NDArray[np.uint8]:
    """The middle slice before and after, (rows, columns, 3), in the grey window of the sample as it was."""
    before, after = specimens.of(number), specimens.changed(number, augmentation, seed)
    window = contrast_window(grey_sample(before.image))
    rows = []
    for one in (before, after):
        halves = [
            slice_picture(one.image, label, size=(side, side), window=window, bar=False) for label in (None, one.ids)
        ]
        rows.append(np.hstack([halves[0], np.zeros((len(halves[0]), GAP, 3), np.uint8), halves[1]]))
    return np.vstack([rows[0], np.zeros((GAP, *rows[0].shape[1:]), np.uint8), rows[1]])
