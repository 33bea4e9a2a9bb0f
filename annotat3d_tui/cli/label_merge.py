"""A label volume in which several labels are one, the first of the list.

annotat3d merge cells.tif 3,7,9 -o merged.tif
"""

import argparse

from annotat3d_tui.cli.label_tool import add_tool_flags, check_room, finish, kept_of, numbers_of, opened


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_tool_flags(parser)
    parser.add_argument("labels", metavar="A,B,…", help="labels that become the first one, such as 3,7,9 or 3-7")


def run(given: argparse.Namespace) -> int:
    """Merge, save and say what has changed."""
    from annotat3d_tui.labels.merging import merge

    ids, label = numbers_of(given.labels, "The list of labels"), opened(given)
    check_room(given, "Merging", label, 1)
    return finish(given, label, lambda volume: merge(volume, ids, kept=kept_of(given, label)))
