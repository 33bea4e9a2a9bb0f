"""Strokes written as text into markers: a volume of the image's size, 0 unmarked, else the label; or an annotation.

An output that ends with .npz becomes an annotation file: it knows the strokes and the names of labels, and takes no
more room than the marks.

A stroke a line, the same words as on the screen; x, y, z count voxels from 0:

  brush 2 r=5 xy z=40 10,12 30,40 55,41     a disk of radius 5 swept through three points (x,y) of slice z=40
  brush 1 r=2 xz y=7 depth=1 4,4 9,30       in a plane XZ, points (x,z), and one slice to each side
  brush 3 r=4 yz x=9 ball 5,6               points (y,z); a ball reaches into the neighbouring slices
  erase r=3 xy z=40 12,14 16,20             takes marks away
"""

import argparse
from pathlib import Path

from annotat3d_tui.cli.inputs import add_raw_flags, raw_properties
from annotat3d_tui.cli.output import add_output_flags, show
from annotat3d_tui.cli.outputs import check_outputs, write_bytes
from annotat3d_tui.errors import InvalidMarkers
from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.annotation_file import Marks
from annotat3d_tui.labels.strokes import check_touches, read_strokes
from annotat3d_tui.volume.files import describe, save_labels


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("image", metavar="IMAGE", help="the image that gives the size")
    parser.add_argument("--strokes", required=True, metavar="TEXTFILE", help="strokes, one a line")
    parser.add_argument(
        "-o", "--output", required=True, metavar="MASK", help="marker volume, or X.annotation.npz, to write"
    )
    add_raw_flags(parser)
    add_output_flags(parser)


def run(given: argparse.Namespace) -> int:
    """Draw the strokes and save the markers."""
    output = Path(given.output)
    is_annotation = output.suffix.lower() == ".npz"
    volumes, others = ([], [output]) if is_annotation else ([output], [])
    check_outputs(volumes, others, given.overwrite, [given.image, given.strokes])
    image = describe(given.image, raw_properties(given, given.image))
    strokes = read_strokes(Path(given.strokes))
    annotation, _ = Annotation.open(image.shape)
    if not strokes:
        raise InvalidMarkers(f"{given.strokes} must hold at least one stroke, received none: write one a line.")
    for stroke in strokes:
        check_touches(stroke, image.shape)
        annotation.draw(stroke)
    if is_annotation:
        write_bytes(output, Marks.of(annotation).to_bytes(), given.overwrite)
    else:
        mask = annotation.markers.to_volume()
        save_labels(output, mask, voxel_size=image.voxel_size, unit=image.unit, overwrite=given.overwrite)
    _, labels, _ = annotation.markers.coordinates()
    voxels = {int(label): int((labels == label).sum()) for label in sorted(set(labels.tolist()))}
    facts = {"output": str(output), "strokes": len(strokes), "marked_voxels": voxels}
    lines = [
        f"{output}: {len(strokes)} stroke{'s' * (len(strokes) > 1)}",
        *(f"label {label}: {count} voxels" for label, count in voxels.items()),
    ]
    show(given.json, facts, lines)
    return 0
