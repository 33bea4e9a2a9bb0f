"""Strokes written as text, a mask, or an annotation, into markers: a volume of the image's size, 0 unmarked, else the
label; or an annotation; or strokes as text.

An output that ends with .npz becomes an annotation file: it knows the strokes and the names of labels, and takes no
more room than the marks. One that ends with .txt becomes strokes as text, which give the same markers when they are
read back; what no words give exactly (floods, superpixels, masks) is written there as voxels.

A stroke a line, the same words as on the screen; x, y, z count voxels from 0:

  brush 2 r=5 xy z=40 10,12 30,40 55,41     a disk of radius 5 swept through three points (x,y) of slice z=40
  brush 1 r=2 xz y=7 depth=1 4,4 9,30       in a plane XZ, points (x,z), and one slice to each side
  brush 3 r=4 yz x=9 ball 5,6               points (y,z); a ball reaches into the neighbouring slices
  polygon 2 xy z=40 10,12 30,40 55,41       filled
  superpixel 2 xy z=40 10,12 30,14          the superpixels under a line, whole; needs --superpixels
  flood 2 xy z=40 tol=300 10,12             what is connected and as grey, ± 300; 3d in all slices; at most max=1000000
  threshold 2 xy z=40 from=100 to=200       grey values from 100 to 200; 3d in all slices; points: inside that polygon
  erase r=3 xy z=40 12,14 16,20             takes marks away; erase polygon, erase superpixel, erase flood do so, too
  voxels 2 z=40 y=12 10-14 17               voxels one by one: rows of a slice, from x to x

The annotation of --from (an annotation file, or a workspace as it is now) is taken first, then a mask (0 unmarked, else
the label), the strokes over them; --map makes labels of the mask's values, and --offset x y z places one that is
smaller than the image.
"""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from numpy.typing import NDArray

from annotat3d_tui.blocks import available_threads, count_text, size_text
from annotat3d_tui.cli.inputs import add_raw_flags, open_image, open_superpixels, opened, raw_properties
from annotat3d_tui.cli.kept_marks import annotation_in
from annotat3d_tui.cli.marking import SMALL
from annotat3d_tui.cli.output import add_output_flags, show
from annotat3d_tui.cli.outputs import check_outputs, write_bytes
from annotat3d_tui.content import same_voxels
from annotat3d_tui.errors import InvalidMarkers, InvalidParameter, ShapeMismatch
from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.annotation_file import Marks
from annotat3d_tui.labels.areas import Flood, Superpixel, Threshold
from annotat3d_tui.labels.drawing import Ground, draw, said_of
from annotat3d_tui.labels.masks import check_place, mapping_of, marked_voxels, placed
from annotat3d_tui.labels.planes import Shape
from annotat3d_tui.labels.stroke_lines import strokes_text
from annotat3d_tui.labels.strokes import AnyStroke, read_strokes
from annotat3d_tui.volume.files import describe, open_labels, save_labels
from annotat3d_tui.workspace import Workspace, open_workspace


class Frame(NamedTuple):
    """Size (Z, Y, X), voxel size (z, y, x) and its unit of what is marked."""

    shape: Shape
    voxel_size: tuple[float, float, float] = (1.0, 1.0, 1.0)
    unit: str = "voxel"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("image", nargs="?", metavar="IMAGE", help="the image that gives the size; --from knows it, too")
    parser.add_argument("--from", dest="source", metavar="FILE", help="an annotation (.annotation.npz) or a workspace")
    parser.add_argument("--strokes", metavar="TEXTFILE", help="strokes, one a line")
    parser.add_argument("--mask", metavar="FILE", help="a volume of whole numbers, 0 where nothing is marked")
    parser.add_argument("--map", metavar="V=L,…", help="labels of the values of the mask; 0 leaves a value out")
    parser.add_argument("--superpixels", metavar="SP", help="the superpixels that superpixel strokes paint")
    parser.add_argument(
        "-o", "--output", required=True, metavar="MASK", help="marker volume, X.annotation.npz or X.txt, to write"
    )
    add_raw_flags(parser, offset=False)
    parser.add_argument(
        "--offset", type=int, nargs="+", metavar="N",
        help="x y z of the mask's first voxel in the image (0 0 0); or one number, the bytes before a RAW image",
    )  # fmt: skip
    add_output_flags(parser)


def run(given: argparse.Namespace) -> int:
    """Draw the strokes and save the markers."""
    output = Path(given.output)
    place = _place(given)
    workspace = _of_workspace(given)
    given.raw = raw_properties(given, given.image) if given.image else workspace and workspace.raw
    given.image = given.image or (str(workspace.image) if workspace else None)
    suffix = output.suffix.lower()
    volumes, others = ([], [output]) if suffix in (".npz", ".txt") else ([output], [])
    inputs = [path for path in (given.image, given.source, given.strokes, given.mask, given.superpixels) if path]
    check_outputs(volumes, others, given.overwrite, inputs)
    annotation, frame = _begun(given)
    if given.mask:
        _take_mask(annotation, given, place)
    strokes = read_strokes(Path(given.strokes)) if given.strokes else {}
    if given.strokes and not strokes:
        raise InvalidMarkers(f"{given.strokes} must hold at least one stroke, received none: write one a line.")
    ground = _ground(given, strokes.values(), frame.shape)
    for line, stroke in strokes.items():
        with said_of(f"{Path(given.strokes).name} line {line}"):
            draw(annotation, stroke, ground)
    _save(annotation, output, frame, given.overwrite)
    _show(given, len(strokes), annotation)
    return 0


def _of_workspace(given: argparse.Namespace) -> Workspace | None:
    """The workspace of --from, if it is one."""
    return open_workspace(Path(given.source)) if given.source and Path(given.source).is_dir() else None


def _begun(given: argparse.Namespace) -> tuple[Annotation, Frame]:
    """The annotation of --from, else an empty one, and what is known of the image; raises ShapeMismatch."""
    kept = annotation_in(Path(given.source)) if given.source else None
    if given.image is None:
        if kept is None:
            raise InvalidParameter("mark needs the image that is marked, received none: give it, or --from.")
        return kept, Frame(kept.shape)
    about = describe(given.image, given.raw)
    if kept is not None and kept.shape != about.shape:
        raise ShapeMismatch(
            f"{given.source} must be of an image of {size_text(about.shape)} voxels, received one of "
            f"{size_text(kept.shape)}: give the annotation of this image."
        )
    return kept or Annotation.open(about.shape)[0], Frame(about.shape, about.voxel_size, about.unit)


def _ground(given: argparse.Namespace, strokes: Iterable[AnyStroke], shape: Shape) -> Ground:
    """The image's voxels where strokes ask for grey values, superpixels where they are painted."""
    image = superpixels = None
    if given.image and any(isinstance(stroke, Flood | Threshold) for stroke in strokes):
        _, image = open_image(given.image, given.raw)
    if given.superpixels and any(isinstance(stroke, Superpixel) for stroke in strokes):
        superpixels = open_superpixels(given.superpixels, shape, available_threads())
    return Ground(shape, image, superpixels)


def _save(annotation: Annotation, output: Path, frame: Frame, overwrite: bool) -> None:
    """Write an annotation, strokes as text, or a marker volume, as the suffix says."""
    suffix = output.suffix.lower()
    if suffix == ".npz":
        write_bytes(output, Marks.of(annotation).to_bytes(), overwrite)
    elif suffix == ".txt":
        write_bytes(output, strokes_text(annotation.shape, annotation.done), overwrite)
    else:
        mask = annotation.markers.to_volume()
        save_labels(output, mask, voxel_size=frame.voxel_size, unit=frame.unit, overwrite=overwrite)


def _place(given: argparse.Namespace) -> tuple[int, int, int]:
    """Where the mask lies (z, y, x); one number of --offset is left to the RAW image. Raises InvalidParameter."""
    if not (given.strokes or given.mask or given.source):
        raise InvalidParameter("mark needs what is to be marked, received nothing: give --strokes, --mask or --from.")
    numbers = given.offset or []
    given.offset = numbers[0] if len(numbers) == 1 else None
    if len(numbers) not in (0, 1, 3):
        raise InvalidParameter(
            f"--offset must be x y z of the mask, or the bytes before a RAW image, received {len(numbers)} numbers: "
            "give three, or one."
        )
    given.offset_said = len(numbers) == 3
    place = (numbers[2], numbers[1], numbers[0]) if given.offset_said else (0, 0, 0)
    if not given.mask and (given.map or given.offset_said):
        raise InvalidParameter("--map and --offset x y z are of a mask, received no --mask: give it, or leave out.")
    return place


def _take_mask(annotation: Annotation, given: argparse.Namespace, place: tuple[int, int, int]) -> None:
    mask = open_labels(Path(given.mask)).data
    if given.offset_said:
        check_place(mask.shape, annotation.shape, place, given.mask)
    elif mask.shape != annotation.shape:
        raise ShapeMismatch(
            f"{given.mask} must have the image's size {size_text(annotation.shape)}, received {size_text(mask.shape)}: "
            "give the mask of this image, or the place of its first voxel with --offset x y z."
        )
    elif given.image and not given.map:
        _check_is_no_image(mask, given)
    mapping = mapping_of(given.map) if given.map else None
    where, labels = marked_voxels(mask, mask.shape, mapping, given.mask)
    annotation.import_marks(placed(where, mask.shape, annotation.shape, place), labels, given.mask)


def _check_is_no_image(mask: NDArray[Any], given: argparse.Namespace) -> None:
    image = opened(given.image, given.raw).data
    if mask.size > SMALL and same_voxels(mask, image):
        raise InvalidMarkers(f"{given.mask} must be 0 where nothing is marked, received the image itself: give a mask.")


def _show(given: argparse.Namespace, strokes: int, annotation: Annotation) -> None:
    voxels = {label: count.voxels for label, count in annotation.markers.counts().items()}
    facts = {"output": given.output, "strokes": strokes, "marked_voxels": voxels}
    said = [count_text(strokes, "stroke")] if strokes else []
    said += [f"the mask {given.mask}"] if given.mask else []
    said += [f"the annotation of {given.source}"] if given.source else []
    lines = [f"{given.output}: {' and '.join(said)}", *(f"label {label}: {n} voxels" for label, n in voxels.items())]
    show(given.json, facts, lines)
