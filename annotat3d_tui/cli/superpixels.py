"""Superpixels of an image: regions that keep to its edges, ids 1…n, as a 32-bit volume.

waterpixels3d   grown in 3D from seeds on a grid, over the gradient
waterpixels     the same in each slice alone
slic            clusters of voxels near in place and grey value, in 3D
auto            waterpixels in 3D where the image is as sharp in z as in its slices, else slice by slice

Superpixels of another program are made fit with --repair: empty voxels join a neighbour, pieces of one id get ids of
their own, holes in the numbering are closed.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import count_text
from annotat3d_tui.cli.flags import add_parameter_flags, add_work_flags, budget_of, parse_planes, threads_of, with_flags
from annotat3d_tui.cli.inputs import add_raw_flags, open_image, open_labels_of, raw_properties
from annotat3d_tui.cli.output import add_output_flags, progress_line, show
from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.memory import check_budget
from annotat3d_tui.volume.files import check_volume_output, save_labels
from annotat3d_tui.volume.place import IMAGES
from annotat3d_tui.volume.volume import Volume
from annotat3d_tui.workflow.forecast import memory_needed
from annotat3d_tui.workflow.preparing import prepare_superpixels
from annotat3d_tui.workflow.presets import PRESETS
from annotat3d_tui.workflow.settings import AutomaticWaterpixels, Pixels

MAKING = ("method", "spacing", "compactness", "preview")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("image", metavar="IMAGE", help=IMAGES)
    parser.add_argument("-o", "--output", required=True, metavar="SP", help="superpixel volume to write")
    parser.add_argument("--repair", metavar="FILE", help="make the superpixels of this file fit, instead of new ones")
    parser.add_argument("--preview", metavar="Z0:Z1", help="only those of the slices Z0 to Z1-1; 0 elsewhere")
    add_parameter_flags(parser, {"manual": PRESETS["manual"]}, only=("superpixels",))
    add_work_flags(parser)
    add_raw_flags(parser)
    add_output_flags(parser)


def run(given: argparse.Namespace) -> int:
    """Make, preview or repair superpixels, and save them."""
    output = Path(given.output)
    check_volume_output(output, given.overwrite, [path for path in (given.image, given.repair) if path])
    for flag in MAKING:
        if given.repair and getattr(given, flag) is not None:
            raise InvalidParameter(f"--repair and --{flag} exclude each other, received both: leave one out.")
    if given.method == Pixels.kind:
        raise InvalidParameter(
            f"--method must be one that makes superpixels, received {given.method}: choose another; "
            "segment --pixels needs none."
        )
    image, voxels = open_image(given.image, raw_properties(given, given.image))
    ids, facts, said = _repaired(given, image) if given.repair else _made(given, voxels)
    save_labels(output, ids, voxel_size=image.voxel_size, unit=image.unit, overwrite=given.overwrite)
    count = int(ids.max())
    lines = [f"{output}: {count_text(count, 'superpixel')}{'. ' if given.repair else ', '}{said}"]
    show(given.json, {"output": str(output), "superpixels": count} | facts, lines)
    return 0


def _made(given: argparse.Namespace, voxels: NDArray[Any]) -> tuple[NDArray[np.int32], dict[str, Any], str]:
    """New superpixels, facts about them, and what to say."""
    from annotat3d_tui.workflow.superpixels import make_superpixels, preview_superpixels

    parameters = with_flags(PRESETS["manual"], given)
    check_budget("Making superpixels", memory_needed(voxels, parameters), budget_of(given))
    parameters = parameters.resolved(voxels)
    assert not isinstance(parameters.superpixels, AutomaticWaterpixels | Pixels)
    prepare_superpixels(voxels.dtype, parameters.superpixels, progress_line(stays=False))
    common: dict[str, Any] = {"threads": threads_of(given), "progress": progress_line()}
    facts, said = {"parameters": parameters.superpixels.to_dict()}, parameters.superpixels_text()
    if not given.preview:
        return make_superpixels(voxels, parameters, **common), facts, said
    planes = parse_planes(given.preview, len(voxels))
    ids = np.zeros(voxels.shape, np.int32)
    ids[planes] = preview_superpixels(voxels, parameters, planes, **common)
    return ids, facts | {"planes": [planes.start, planes.stop]}, f"{said}, in slices {given.preview}"


def _repaired(given: argparse.Namespace, image: Volume) -> tuple[NDArray[np.int32], dict[str, Any], str]:
    """Superpixels of a file made fit, facts about them, and what to say."""
    from annotat3d_tui.superpixels.foreign import check_is_no_image
    from annotat3d_tui.superpixels.repair import repair

    foreign = open_labels_of(given.repair, image, "superpixels")
    ids, report = repair(foreign, image.data.shape, threads=threads_of(given), progress=progress_line())
    before = int(foreign.max()) - report.holes_closed
    check_is_no_image(foreign, before, int(ids.max()), given.repair, image.data)
    return ids, {"repaired": given.repair, **report._asdict()}, report.sentence
