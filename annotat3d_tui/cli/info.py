"""Shape, type, voxel size, value range and layout of a file, and what opening it costs."""

import argparse

from annotat3d_tui.cli.inputs import add_raw_flags, raw_properties
from annotat3d_tui.cli.output import add_output_flags, show
from annotat3d_tui.volume.files import describe, file_range
from annotat3d_tui.volume.place import IMAGES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("file", metavar="FILE", help=IMAGES)
    add_raw_flags(parser)
    add_output_flags(parser, writes=False)


def run(given: argparse.Namespace) -> int:
    """Print the facts."""
    raw = raw_properties(given, given.file)
    description = describe(given.file, raw)
    low, high, not_finite = file_range(given.file, raw)
    facts = description.to_dict() | {"range": [low, high], "not_finite": not_finite}
    lines = [
        *description.lines(),
        f"range         {low:.9g} … {high:.9g}" if isinstance(low, float) else f"range         {low} … {high}",
    ]
    if not_finite:
        lines.append(f"not finite    {not_finite} voxels (NaN or infinite), counted as extremes")
    show(given.json, facts, lines)
    return 0
