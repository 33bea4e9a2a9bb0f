"""How well a label volume agrees with the truth: accuracy, Dice and IoU of each label, distance of its surfaces; how
both cut space into objects, whatever their ids: adapted Rand error, variation of information.

Voxels whose truth is 0 are not compared (unless --zero background), nor those that --ignore marks (give the markers to
leave them out). Distances are in the unit of TRUTH, or of LABEL where TRUTH knows none: for each label the mean between
both surfaces, and the 95 % Hausdorff distance.
"""

import argparse
from pathlib import Path

from annotat3d_tui.cli.inputs import open_labels_of
from annotat3d_tui.cli.output import add_output_flags, progress_line, show
from annotat3d_tui.volume.files import check_volume_output, open_labels, save_labels


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("label", metavar="LABEL", help="label volume to judge")
    parser.add_argument("truth", metavar="TRUTH", help="label volume that is right; 0 = not known")
    parser.add_argument("--ignore", metavar="MASK", help="voxels to leave out: those above 0")
    parser.add_argument(
        "--zero", choices=("unknown", "background"), default="unknown",
        help="what 0 of the truth is: not known and left out, or background that counts as a label (%(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--no-surfaces", action="store_true", help="leave out distances of surfaces, which take longest"
    )
    parser.add_argument(
        "--difference", metavar="OUT",
        help="write where they differ: 0 same or left out, 1 missing in LABEL, 2 too much, 3 another label",
    )  # fmt: skip
    add_output_flags(parser)


def run(given: argparse.Namespace) -> int:
    """Compare and print."""
    from annotat3d_tui.labels.comparison import compare_volumes

    if given.difference:
        inputs = [path for path in (given.label, given.truth, given.ignore) if path]
        check_volume_output(Path(given.difference), given.overwrite, inputs)
    label = open_labels(Path(given.label))
    truth = open_labels_of(given.truth, label, "truth", given.label)
    ignore = open_labels_of(given.ignore, label, "mask", given.label) if given.ignore else None
    right = open_labels(Path(given.truth))
    known = right if right.unit != "voxel" else label
    counts = given.zero == "background"
    comparison = compare_volumes(
        label.data, truth, ignore=ignore, zero_counts=counts, voxel_size=known.voxel_size, unit=known.unit,
        surfaces=not given.no_surfaces, progress=progress_line(),
    )  # fmt: skip
    facts, lines = comparison.to_dict(), comparison.lines()
    if given.difference:
        from annotat3d_tui.labels.difference import difference_volume

        found = difference_volume(label.data, truth, ignore=ignore, zero_counts=counts)
        save_labels(
            Path(given.difference), found, voxel_size=known.voxel_size, unit=known.unit, overwrite=given.overwrite
        )  # fmt: skip
        facts["difference"] = given.difference
        lines.append(f"{given.difference}: where they differ")
    show(given.json, facts, lines)
    return 0
