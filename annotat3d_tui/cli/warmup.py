"""Compiles the kernels once and keeps them on disk, so that nothing waits for them later.

Where there are two processors, two processes compile. A first `segment` compiles what it needs in the same way.
"""

import argparse
import sys
import time

from annotat3d_tui.blocks import part
from annotat3d_tui.cli.output import progress_line
from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.volume.types import IMAGE_TYPES
from annotat3d_tui.workflow.compiling import EDITED, EDITED_AT, READY, told
from annotat3d_tui.workflow.preparing import STAGE, Wanted, measure_all, prepare, prepare_hand
from annotat3d_tui.workflow.preparing_editing import prepare_editing
from annotat3d_tui.workflow.presets import PRESETS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags; those that are not shown are for processes of the program itself."""
    parser.add_argument(
        "--types", metavar="A,B,…", default=",".join(IMAGE_TYPES), help="voxel types to compile for (%(default)s)"
    )
    parser.add_argument("--features-of", metavar="JSON", help=argparse.SUPPRESS)
    parser.add_argument("--first", metavar="JSON", help=argparse.SUPPRESS)


def run(given: argparse.Namespace) -> int:
    """Segment tiny volumes of every type with every preset, in 2D and 3D, make superpixels, and edit label volumes."""
    if given.features_of:
        measure_all(Wanted.from_json(given.features_of), told(_write))
        return 0
    begun = time.monotonic()
    types = given.types.split(",")
    if unknown := sorted(set(types) - set(IMAGE_TYPES)):
        raise InvalidParameter(f"--types must be of {', '.join(IMAGE_TYPES)}, received {unknown[0]!r}: correct it.")
    progress = progress_line()
    if given.first:
        progress = told(_write)
        prepare(Wanted.from_json(given.first), progress)
        _write(f"{READY}\n")
    prepare_hand(types, part(progress, 0.0, 0.05))  # what a person may do by hand from the first moment on
    prepare_editing(part(progress, 0.05, EDITED_AT))
    if given.first:
        _write(f"{EDITED}\n")
    prepare(Wanted(tuple(types), tuple(PRESETS.values())), part(progress, EDITED_AT, 1.0))
    progress(1.0, STAGE)
    if not given.first:
        print(f"kernels compiled in {time.monotonic() - begun:.1f} s")
    return 0


def _write(line: str) -> None:
    sys.stdout.write(line)
    sys.stdout.flush()
