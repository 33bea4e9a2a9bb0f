"""Shape, type, voxel size, value range and layout of a file, and what opening it costs.

Of a large file only planes all over it are looked at, which is said; --exact reads all of it for the range. What the
workspace at its usual place has converted already is said, too, and counted.
"""

import argparse
from pathlib import Path
from typing import Any

from annotat3d_tui.cli.inputs import add_raw_flags, raw_properties
from annotat3d_tui.cli.output import add_output_flags, show
from annotat3d_tui.jobs.text import duration_text
from annotat3d_tui.volume.converted import Conversions
from annotat3d_tui.volume.files import describe, file_range, sample_of
from annotat3d_tui.volume.place import IMAGES
from annotat3d_tui.volume.sampling import Sample
from annotat3d_tui.workspace import volumes_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("file", metavar="FILE", help=IMAGES)
    parser.add_argument(
        "--exact", action="store_true", help="read every voxel for the range, however large the file is"
    )
    add_raw_flags(parser)
    add_output_flags(parser, writes=False)


def run(given: argparse.Namespace) -> int:
    """Print the facts."""
    raw = raw_properties(given, given.file)
    folder = volumes_of(Path(given.file))
    description = describe(given.file, raw, Conversions(folder, may_write=False) if folder else None)
    sample = sample_of(given.file, raw)
    if given.exact and not (sample and sample.is_exact):
        sample = Sample(file_range(given.file, raw), 1.0, sample.seconds if sample else None)
    whole = sample.seconds if sample and description.disk_bytes else None
    seconds = None if whole is None else whole * (1 - description.converted)
    lines = [*description.lines(), *_range_lines(sample)]
    if seconds:
        opening = next(number for number, line in enumerate(lines) if line.startswith("opening"))
        lines[opening] += f", and about {duration_text(max(seconds, 1))} once"
    show(given.json, description.to_dict() | {"conversion_seconds": seconds} | _range_facts(sample), lines)
    return 0


def _range_lines(sample: Sample | None) -> list[str]:
    if sample is None:
        return ["range         not looked at: a plane takes reading all of the file (--exact reads it)"]
    low, high, not_finite = sample.values
    of = "" if sample.is_exact else f", of {100 * sample.share:.2g} % of the planes (--exact reads all)"
    values = f"{low:.9g} … {high:.9g}" if isinstance(low, float) else f"{low} … {high}"
    lines = [f"range         {values}{of}"]
    if not_finite:
        lines.append(f"not finite    {not_finite} voxels (NaN or infinite){of}, counted as extremes")
    return lines


def _range_facts(sample: Sample | None) -> dict[str, Any]:
    if sample is None:
        return {"range": None, "not_finite": None, "looked_at": 0.0}
    low, high, not_finite = sample.values
    return {"range": [low, high], "not_finite": not_finite, "looked_at": sample.share}
