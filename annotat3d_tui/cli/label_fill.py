"""Labels with their holes filled, each by itself; in slices with --dimensions 2.

annotat3d fill cells.tif -o filled.tif
"""

import argparse

from annotat3d_tui.cli.label_each import add_each_flags, run_each
from annotat3d_tui.labels.morphology import Morphology


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_each_flags(parser, Morphology("fill"), only=("dimensions",))


def run(given: argparse.Namespace) -> int:
    """Do it, save and say what has changed."""
    return run_each(given, Morphology("fill"))
