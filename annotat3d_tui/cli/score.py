"""Accuracy, Dice and IoU per label, and their means, of a label volume against the truth.

Voxels whose truth is 0 are not compared, nor those that --ignore marks (give the markers to leave them out).
"""

import argparse
from pathlib import Path

from annotat3d_tui.cli.inputs import open_labels_of
from annotat3d_tui.cli.output import add_output_flags, show
from annotat3d_tui.volume.files import open_labels


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("label", metavar="LABEL", help="label volume to judge")
    parser.add_argument("truth", metavar="TRUTH", help="label volume that is right; 0 = not known")
    parser.add_argument("--ignore", metavar="MASK", help="voxels to leave out: those above 0")
    add_output_flags(parser, writes=False)


def run(given: argparse.Namespace) -> int:
    """Compare and print."""
    from annotat3d_tui.labels.compare import compare

    label = open_labels(Path(given.label))
    truth = open_labels_of(given.truth, label, "truth")
    ignore = open_labels_of(given.ignore, label, "mask") if given.ignore else None
    agreement = compare(label.data, truth, ignore=ignore)
    show(given.json, agreement.to_dict(), agreement.lines())
    return 0
