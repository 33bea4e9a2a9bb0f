"""Touching objects of a label, separated by watershed of the distance to their border; each but one gets a new id.

annotat3d separate label.tif --labels 2 -o cells.tif
"""

import argparse

from annotat3d_tui.cli.label_each import add_each_flags, run_each
from annotat3d_tui.labels.splitting import Separate


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_each_flags(parser, Separate())


def run(given: argparse.Namespace) -> int:
    """Do it, save and say what has changed."""
    return run_each(given, Separate())
