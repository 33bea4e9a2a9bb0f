"""A label volume in which one label is divided: among markers in it, or along a plane. Each part but one gets a new id.

annotat3d split cells.tif 4 --markers seeds.tif -o split.tif
annotat3d split cells.tif 4 --plane 20 30 15 --normal 1 0 0 -o split.tif

Touching objects of which nothing is marked are divided by annotat3d separate.
"""

import argparse
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.cli.label_tool import add_tool_flags, check_room, finish, kept_of, opened
from annotat3d_tui.cli.marking import add_marker_flags, markers_of
from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.labels.corrections import Correction

OF_PLANE, OF_SEEDS = 8, 16
"""Bytes a voxel, at most, that a division takes: where the label fills the volume."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_tool_flags(parser)
    parser.add_argument("id", type=int, metavar="ID", help="the label that is divided")
    add_marker_flags(parser, required=False)
    parser.add_argument("--plane", nargs=3, type=float, metavar=("X", "Y", "Z"), help="a voxel of the plane")
    parser.add_argument(
        "--normal", nargs=3, type=float, metavar=("X", "Y", "Z"), default=(0.0, 0.0, 1.0),
        help="the plane's direction; what lies there gets the new id (0 0 1)",
    )  # fmt: skip


def run(given: argparse.Namespace) -> int:
    """Split, save and say what has changed."""
    from annotat3d_tui.labels.splitting import split_by_plane, split_by_seeds

    if (given.markers is None) == (given.plane is None):
        raise InvalidParameter("split needs --markers or --plane, one of them: say where the label is divided.")
    label = opened(given, [given.markers])
    check_room(given, "Splitting", label, OF_PLANE if given.markers is None else OF_SEEDS)
    kept = kept_of(given, label)
    if given.plane is not None:
        x, y, z = given.plane
        across, down, deep = given.normal
        return finish(
            given, label, lambda ids: split_by_plane(ids, given.id, (z, y, x), (deep, down, across), kept=kept)
        )
    marked = markers_of(given, label, given.label)

    def make(ids: NDArray[Any]) -> Correction:
        where = np.ravel_multi_index(tuple(marked.coordinates.T), ids.shape).astype(np.int64)
        inside = ids.reshape(-1)[where] == given.id
        return split_by_seeds(ids, given.id, where[inside], marked.labels[inside], kept=kept)

    return finish(given, label, make)
