"""Labels filled in between the slices in which they are annotated, by their shapes.

annotat3d interpolate every-tenth.tif -o all.tif
"""

import argparse

from annotat3d_tui.cli.label_each import add_each_flags, run_each
from annotat3d_tui.labels.interpolation import Interpolate


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_each_flags(parser, Interpolate())


def run(given: argparse.Namespace) -> int:
    """Do it, save and say what has changed."""
    return run_each(given, Interpolate())
