"""Strokes written as text, or a mask, into markers: a volume of the image's size, 0 unmarked, else the label; or an
annotation.

An output that ends with .npz becomes an annotation file: it knows the strokes and the names of labels, and takes no
more room than the marks.

A stroke a line, the same words as on the screen; x, y, z count voxels from 0:

  brush 2 r=5 xy z=40 10,12 30,40 55,41     a disk of radius 5 swept through three points (x,y) of slice z=40
  brush 1 r=2 xz y=7 depth=1 4,4 9,30       in a plane XZ, points (x,z), and one slice to each side
  brush 3 r=4 yz x=9 ball 5,6               points (y,z); a ball reaches into the neighbouring slices
  erase r=3 xy z=40 12,14 16,20             takes marks away

A mask (0 unmarked, else the label) is taken first, the strokes over it; --map makes labels of its values, and
--offset x y z places one that is smaller than the image.
"""

import argparse
from pathlib import Path

from annotat3d_tui.blocks import size_text
from annotat3d_tui.cli.inputs import add_raw_flags, raw_properties
from annotat3d_tui.cli.output import add_output_flags, show
from annotat3d_tui.cli.outputs import check_outputs, write_bytes
from annotat3d_tui.errors import InvalidMarkers, InvalidParameter, ShapeMismatch
from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.annotation_file import Marks
from annotat3d_tui.labels.masks import check_place, mapping_of, marked_voxels, placed
from annotat3d_tui.labels.strokes import check_touches, read_strokes
from annotat3d_tui.volume.files import describe, open_labels, save_labels


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("image", metavar="IMAGE", help="the image that gives the size")
    parser.add_argument("--strokes", metavar="TEXTFILE", help="strokes, one a line")
    parser.add_argument("--mask", metavar="FILE", help="a volume of whole numbers, 0 where nothing is marked")
    parser.add_argument("--map", metavar="V=L,…", help="labels of the values of the mask; 0 leaves a value out")
    parser.add_argument(
        "-o", "--output", required=True, metavar="MASK", help="marker volume, or X.annotation.npz, to write"
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
    is_annotation = output.suffix.lower() == ".npz"
    volumes, others = ([], [output]) if is_annotation else ([output], [])
    inputs = [path for path in (given.image, given.strokes, given.mask) if path]
    check_outputs(volumes, others, given.overwrite, inputs)
    image = describe(given.image, raw_properties(given, given.image))
    annotation, _ = Annotation.open(image.shape)
    if given.mask:
        _take_mask(annotation, given, place)
    strokes = read_strokes(Path(given.strokes)) if given.strokes else []
    if given.strokes and not strokes:
        raise InvalidMarkers(f"{given.strokes} must hold at least one stroke, received none: write one a line.")
    for stroke in strokes:
        check_touches(stroke, image.shape)
        annotation.draw(stroke)
    if is_annotation:
        write_bytes(output, Marks.of(annotation).to_bytes(), given.overwrite)
    else:
        mask = annotation.markers.to_volume()
        save_labels(output, mask, voxel_size=image.voxel_size, unit=image.unit, overwrite=given.overwrite)
    _show(given, len(strokes), annotation)
    return 0


def _place(given: argparse.Namespace) -> tuple[int, int, int]:
    """Where the mask lies (z, y, x); one number of --offset is left to the RAW image. Raises InvalidParameter."""
    if not (given.strokes or given.mask):
        raise InvalidParameter("mark needs what is to be marked, received neither: give --strokes or --mask.")
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
    mapping = mapping_of(given.map) if given.map else None
    where, labels = marked_voxels(mask, mask.shape, mapping, given.mask)
    annotation.import_marks(placed(where, mask.shape, annotation.shape, place), labels, given.mask)


def _show(given: argparse.Namespace, strokes: int, annotation: Annotation) -> None:
    voxels = {label: count.voxels for label, count in annotation.markers.counts().items()}
    facts = {"output": given.output, "strokes": strokes, "marked_voxels": voxels}
    said = [f"{strokes} stroke{'s' * (strokes > 1)}"] if strokes else []
    said += [f"the mask {given.mask}"] if given.mask else []
    lines = [f"{given.output}: {' and '.join(said)}", *(f"label {label}: {n} voxels" for label, n in voxels.items())]
    show(given.json, facts, lines)
