"""A label volume into which a part is put back that was cut out of it by convert --crop and corrected meanwhile.

annotat3d convert cells.tif part.tif --crop 10:40,:,50:90
annotat3d separate part.tif -o corrected.tif
annotat3d paste cells.tif corrected.tif --crop 10:40,:,50:90 --before part.tif -o new.tif

A label that is new in the part gets a free id where another object of LABEL has its id.
"""

import argparse
from pathlib import Path

from annotat3d_tui.blocks import size_text
from annotat3d_tui.cli.label_tool import add_tool_flags, check_room, finish, kept_of, opened
from annotat3d_tui.errors import ShapeMismatch
from annotat3d_tui.volume.convert import parse_crop
from annotat3d_tui.volume.files import open_labels


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_tool_flags(parser)
    parser.add_argument("part", metavar="PART", help="label volume of the part")
    parser.add_argument(
        "--crop", required=True, metavar="Z0:Z1,Y0:Y1,X0:X1", help="where it was cut out, as convert --crop was told"
    )
    parser.add_argument(
        "--before", metavar="PART", help="the part as it was cut out: only what was changed in it is put back"
    )


def run(given: argparse.Namespace) -> int:
    """Put it back, save and say what has changed."""
    from annotat3d_tui.labels.pasting import paste

    label = opened(given, [given.part, given.before])
    part = open_labels(Path(given.part)).data
    before = open_labels(Path(given.before)).data if given.before else None
    crop = parse_crop(given.crop, label.data.shape)
    size = tuple(side.stop - side.start for side in crop)
    if part.shape != size:
        raise ShapeMismatch(
            f"{given.part} must have the size of --crop, {size_text(size)}, received {size_text(part.shape)}: "
            "give the crop that it was cut out by."
        )
    kept = kept_of(given, label, part)
    check_room(given, "Putting back", label, 8)
    corner = (crop[0].start, crop[1].start, crop[2].start)
    return finish(given, label, lambda ids: paste(ids, part, corner, before=before, kept=kept))
