"""Labels with smooth borders.

annotat3d smooth label.tif -o smooth.tif
"""

import argparse

from annotat3d_tui.cli.label_each import add_each_flags, run_each
from annotat3d_tui.labels.smoothing import Smooth


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_each_flags(parser, Smooth())


def run(given: argparse.Namespace) -> int:
    """Do it, save and say what has changed."""
    return run_each(given, Smooth())
