"""`--names 1=Pore,2=Grain`: what labels are called in legends and files."""

import argparse

from annotat3d_tui.errors import InvalidParameter


def add_names_flag(parser: argparse.ArgumentParser, what: str) -> None:
    """Declare the flag."""
    parser.add_argument("--names", metavar="1=NAME,…", help=f"{what} (label ids)")


def names_of(given: argparse.Namespace) -> dict[int, str]:
    """The names by label id; raises InvalidParameter."""
    known: dict[int, str] = {}
    for word in given.names.split(",") if given.names else []:
        label, _, name = word.partition("=")
        if not (label.strip().isdecimal() and name.strip()):
            raise InvalidParameter(f"--names must be such as 1=Pore,2=Grain, received {word}: correct it.")
        known[int(label)] = name.strip()
    return known
