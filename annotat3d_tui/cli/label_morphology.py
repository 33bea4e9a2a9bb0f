"""Labels grown, shrunk, opened, closed or filled, each by itself: none takes a voxel from another one.

annotat3d morphology cells.tif --operation close --radius 2 -o closed.tif
"""

import argparse

from annotat3d_tui.cli.label_each import add_each_flags, run_each
from annotat3d_tui.labels.morphology import Morphology


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_each_flags(parser, Morphology())


def run(given: argparse.Namespace) -> int:
    """Do it, save and say what has changed."""
    return run_each(given, Morphology())
