"""A table of the objects of a label volume: voxels, volume, surface, centroid, box, grey values, diameter, sphericity.

Volumes, surfaces and diameters are in the unit of LABEL, or of the image where LABEL knows none. Memory beside the
volumes: none, or 4 bytes a voxel with --pieces.
"""

import argparse
from pathlib import Path

from annotat3d_tui.blocks import count_text
from annotat3d_tui.cli.inputs import add_raw_flags, open_image, raw_properties
from annotat3d_tui.cli.output import add_output_flags, progress_line, show
from annotat3d_tui.cli.outputs import check_outputs, write_bytes
from annotat3d_tui.volume.files import open_labels


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("label", metavar="LABEL", help="label volume; 0 is no object")
    parser.add_argument("--image", metavar="IMAGE", help="image of the same size, for grey values")
    parser.add_argument("--pieces", action="store_true", help="each connected piece of a label by itself")
    parser.add_argument("-o", "--output", metavar="TABLE", help="write the table as CSV, instead of printing it")
    add_raw_flags(parser)
    add_output_flags(parser)


def run(given: argparse.Namespace) -> int:
    """Measure, and print or save the table."""
    from annotat3d_tui.labels.objects import as_dicts, measure, table_text

    inputs = [path for path in (given.label, given.image) if path]
    if given.output:
        check_outputs([], [Path(given.output)], given.overwrite, inputs)
    label = open_labels(Path(given.label))
    image, voxels = open_image(given.image, raw_properties(given, given.image)) if given.image else (label, None)
    known = label if label.unit != "voxel" else image
    objects = measure(
        label.data, voxels, voxel_size=known.voxel_size, pieces=given.pieces, progress=progress_line()
    )  # fmt: skip
    text = table_text(objects, known.unit)
    lines = text.splitlines()
    if given.output:
        write_bytes(Path(given.output), text.encode(), given.overwrite)
        lines = [f"{given.output}: {count_text(len(objects), 'object')}"]
    show(given.json, {"unit": known.unit, "output": given.output, "objects": as_dicts(objects)}, lines)
    return 0
