"""A label volume as new markers correct it: label editing, or 'segmentation resuming'.

Markers compete with the labels that are there, which are held by seeds on a grid: a marker takes what is near it, as
grey as it is, and not beyond the border of the labels, as far as the parameters allow. Without markers nothing changes.
Only what is around the markers is computed: beside the volumes that takes up to 8 bytes a voxel.

Markers of label 3 make label 3 of what they reach, a new one or one that is there. 0 is unmarked in a marker volume: to
make background of what a marker reaches, mark it with a label that is not in use, and say so with --eraser.
"""

import argparse
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.cli.flags import add_parameter_flags, with_flags
from annotat3d_tui.cli.inputs import add_raw_flags, open_image, raw_properties
from annotat3d_tui.cli.label_tool import add_tool_flags, check_room, finish, kept_of, opened
from annotat3d_tui.cli.marking import add_marker_flags, markers_of
from annotat3d_tui.cli.output import progress_line
from annotat3d_tui.errors import InvalidMarkers, ShapeMismatch
from annotat3d_tui.labels.corrections import Correction
from annotat3d_tui.labels.resume import Resume

WORK_BYTES = 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--image", required=True, metavar="IMAGE", help="the image of the labels")
    add_marker_flags(parser, required=True)
    parser.add_argument("--eraser", type=int, metavar="ID", help="the label of markers that make 0 of what they reach")
    add_parameter_flags(parser, {"": Resume()})
    add_tool_flags(parser)
    add_raw_flags(parser)


def run(given: argparse.Namespace) -> int:
    """Resume, save and say what has changed."""
    parameters = with_flags(Resume(), given)
    label = opened(given, [given.image, given.markers])
    image, voxels = open_image(given.image, raw_properties(given, given.image))
    if voxels.shape != label.data.shape:
        raise ShapeMismatch(
            f"{given.image} must have the size of {given.label}, {label.size}, received {image.size}: "
            "give the image of the labels."
        )
    marked = markers_of(given, image)
    if not len(marked.labels):
        raise InvalidMarkers(f"{given.markers} must mark at least one voxel, received none: mark some.")
    if given.eraser is not None and not (marked.labels == given.eraser).any():
        raise InvalidMarkers(f"--eraser must be a label of the markers, received {given.eraser}: give the one used.")
    kept = kept_of(given, label, marked.labels)
    check_room(given, "Label editing", label, WORK_BYTES)

    def make(ids: NDArray[Any]) -> Correction:
        where = np.ravel_multi_index(tuple(marked.coordinates.T), voxels.shape).astype(np.int64)
        labels = marked.labels.astype(np.int64)
        labels[labels == given.eraser] = 0
        return parameters(ids, voxels, where, labels, kept=kept, progress=progress_line())

    return finish(given, label, make, {"parameters": parameters.to_dict(), "marked_voxels": len(marked.labels)})
