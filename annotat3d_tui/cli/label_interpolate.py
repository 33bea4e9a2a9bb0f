"""Labels filled in between the slices in which they are annotated, by their shapes.

annotat3d interpolate every-tenth.tif -o all.tif
annotat3d interpolate cells.tif --labels 55 -o all.tif
annotat3d interpolate every-tenth.tif --slices 0,10,20,30 -o all.tif

The slices of a label are those that hold it; with --slices an object that is in one of them and not in the next ends
between the two.
"""

import argparse

from annotat3d_tui.cli.label_each import add_each_flags, run_each
from annotat3d_tui.cli.label_tool import numbers_of
from annotat3d_tui.labels.interpolation import Interpolate


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_each_flags(parser, Interpolate())
    parser.add_argument("--slices", metavar="A,B,…", help="annotated slices, such as 0,10,20 (of each label its own)")


def run(given: argparse.Namespace) -> int:
    """Do it, save and say what has changed."""
    slices = None if given.slices is None else numbers_of(given.slices, "--slices")
    return run_each(given, Interpolate(), slices=slices)
