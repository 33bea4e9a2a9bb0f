"""Superpixels of an image: regions that keep to its edges, ids 1…n, as a 32-bit volume.

waterpixels3d   grown in 3D
waterpixels     grown in each slice alone
auto            3D where the image is as sharp in z as in its slices, else slice by slice
"""

import argparse
from pathlib import Path

from annotat3d_tui.cli.flags import add_parameter_flags, add_work_flags, budget_of, threads_of, with_flags
from annotat3d_tui.cli.inputs import add_raw_flags, open_image, raw_properties
from annotat3d_tui.cli.output import add_output_flags, progress_line, show
from annotat3d_tui.memory import check_budget
from annotat3d_tui.volume.files import check_volume_output, save_labels
from annotat3d_tui.workflow.forecast import memory_needed
from annotat3d_tui.workflow.presets import PRESETS
from annotat3d_tui.workflow.superpixels import make_superpixels


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("image", metavar="IMAGE", help="TIFF, RAW or .npy")
    parser.add_argument("-o", "--output", required=True, metavar="SP", help="superpixel volume to write")
    add_parameter_flags(parser, {"manual": PRESETS["manual"]}, only=("superpixels",))
    add_work_flags(parser)
    add_raw_flags(parser)
    add_output_flags(parser)


def run(given: argparse.Namespace) -> int:
    """Make and save the superpixels."""
    output = Path(given.output)
    check_volume_output(output, given.overwrite, [given.image])
    parameters = with_flags(PRESETS["manual"], given)
    image, voxels = open_image(given.image, raw_properties(given, given.image))
    check_budget("Making superpixels", memory_needed(voxels, parameters), budget_of(given))
    parameters = parameters.resolved(voxels)
    ids = make_superpixels(voxels, parameters, threads=threads_of(given), progress=progress_line())
    save_labels(output, ids, voxel_size=image.voxel_size, unit=image.unit, overwrite=given.overwrite)
    count = int(ids.max())
    method = parameters.superpixels
    facts = {"output": str(output), "superpixels": count, "parameters": method.to_dict()}
    show(given.json, facts, [f"{output}: {count} superpixels, {parameters.superpixels_text()}"])
    return 0
