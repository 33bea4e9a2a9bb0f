"""Markers from any of the files that can hold them."""

import argparse
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.archive import read
from annotat3d_tui.cli.inputs import open_labels_of
from annotat3d_tui.content import same_voxels
from annotat3d_tui.errors import InvalidMarkers, InvalidParameter
from annotat3d_tui.labels.annotat3d import AXES, open_annotat3d
from annotat3d_tui.labels.annotation_file import Marks, check_shape, open_marks
from annotat3d_tui.labels.masks import marks_of
from annotat3d_tui.volume.volume import Volume

PICKLES = (".pkl", ".pickle")
ARCHIVES = (".npz",)


class Marked(NamedTuple):
    """Marked voxels: coordinates (m, 3) z, y, x, labels (m,), and names of labels where the file has them."""

    coordinates: NDArray[np.int64]
    labels: NDArray[Any]
    names: dict[int, str]


MOST_MARKED, MOST_LABELS, SMALL = 0.5, 64, 1000
"""Share of the voxels, and labels, beyond which a marker volume is taken for an image; and voxels of a tiny one."""
NOTHING = Marked(np.zeros((0, 3), np.int64), np.zeros(0, np.uint16), {})


def add_marker_flags(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """`--markers` and `--marker-axes`."""
    parser.add_argument(
        "--markers", required=required, metavar="FILE",
        help="marker volume (0 unmarked, else the label), annotation (.annotation.npz), or Annotat3D's .pkl",
    )  # fmt: skip
    parser.add_argument(
        "--marker-axes", choices=AXES, help="order of the coordinates in a .pkl; Annotat3D writes z, y, x (zyx)"
    )


def markers_of(given: argparse.Namespace, image: Volume, known_as: str | None = None) -> Marked:
    """What --markers holds, which must be of the image, or the label volume `known_as`; nothing where not given."""
    if given.markers is None:
        return NOTHING
    suffix = Path(given.markers).suffix.lower()
    if given.marker_axes and suffix not in PICKLES:
        raise InvalidParameter(f"--marker-axes is for .pkl annotations, received {given.markers}: leave it out.")
    if suffix not in (*PICKLES, *ARCHIVES):
        volume = open_labels_of(given.markers, image, "markers", known_as)
        coordinates, labels = marks_of(volume, given.markers)
        _check_is_no_image(given.markers, volume, labels, image)
        return Marked(coordinates, labels, {})
    marks = _marks(given.markers, image, given.marker_axes or AXES[0])
    if not len(marks.labels):
        raise InvalidMarkers(f"{given.markers} must mark at least one voxel, received none: mark some.")
    used = set(np.unique(marks.labels).tolist())
    names = {label: name for label, name in marks.names.items() if label in used}
    return Marked(marks.coordinates.astype(np.int64), marks.labels, names)


def _check_is_no_image(path: str, volume: NDArray[Any], labels: NDArray[Any], image: Volume) -> None:
    """Raises InvalidMarkers for a marker volume that is an image, by mistake; says when nearly all is marked."""
    if len(labels) <= MOST_MARKED * volume.size or volume.size <= SMALL:
        return
    count, share = len(np.unique(labels)), 100 * len(labels) / volume.size
    same = same_voxels(volume, image.data)
    if count > MOST_LABELS or same:
        what = "the image itself" if same else f"{count} labels on {share:.0f} % of the voxels, as an image has"
        raise InvalidMarkers(f"{path} must mark a few voxels and leave the others 0, received {what}: give markers.")
    print(f"annotat3d: {path} marks {share:.0f} % of the voxels, strokes on a few slices are enough.", file=sys.stderr)


def _marks(path: str, image: Volume, axes: str) -> Marks:
    z, y, x = image.data.shape
    if Path(path).suffix.lower() in PICKLES:
        return open_annotat3d(path, (z, y, x), axes)
    marks = open_marks(read(path, "an annotation"), path)
    check_shape(marks, image.data.shape, path)
    return marks
