"""A volume into another format (by the suffix of OUT), another voxel type, or a part of it."""

import argparse
import sys
from pathlib import Path

from annotat3d_tui.cli.inputs import add_raw_flags, raw_properties, tell_warnings
from annotat3d_tui.cli.output import add_output_flags, show
from annotat3d_tui.volume.convert import convert_file, parse_crop
from annotat3d_tui.volume.files import check_volume_output, describe, file_range
from annotat3d_tui.volume.place import IMAGES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("input", metavar="IN", help=IMAGES)
    parser.add_argument(
        "output", metavar="OUT", help="the same formats, chosen by suffix; FILE.h5:/PATH adds to a file"
    )
    parser.add_argument("--dtype", metavar="TYPE", help="voxel type of OUT (that of IN)")
    parser.add_argument("--rescale", action="store_true", help="map the range of IN to the whole range of --dtype")
    parser.add_argument("--compress", action="store_true", help="deflate TIFF or HDF5 (smaller, but no longer mapped)")
    parser.add_argument("--crop", metavar="Z0:Z1,Y0:Y1,X0:X1", help="the part to keep; an empty side means the border")
    add_raw_flags(parser, "--input-dtype")
    add_output_flags(parser)


def run(given: argparse.Namespace) -> int:
    """Convert and say what was written."""
    output = Path(given.output)
    check_volume_output(output, given.overwrite, [given.input])
    raw = raw_properties(given, given.input)
    source = describe(given.input, raw)
    tell_warnings(given.input, source.warnings)
    crop = parse_crop(":,:,:" if given.crop is None else given.crop, source.shape)
    convert_file(
        given.input,
        output,
        dtype=given.dtype,
        crop=crop,
        rescale=given.rescale,
        raw=raw,
        overwrite=given.overwrite,
        compress=given.compress,
    )
    if source.dtype.startswith("float") and (bad := file_range(given.input, raw).not_finite):
        print(f"annotat3d: {given.input} has {bad} voxels that are NaN or infinite.", file=sys.stderr)
    description = describe(output)
    show(given.json, description.to_dict(), description.lines())
    return 0
