"""A label volume without small pieces: they become what is around them.

annotat3d islands label.tif --smallest 200 -o clean.tif
"""

import argparse

from annotat3d_tui.cli.label_each import add_each_flags, run_each
from annotat3d_tui.labels.islands import Islands


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_each_flags(parser, Islands())


def run(given: argparse.Namespace) -> int:
    """Do it, save and say what has changed."""
    return run_each(given, Islands())
