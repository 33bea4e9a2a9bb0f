"""The networks in a folder, and how far each has been trained."""

import argparse
from pathlib import Path
from typing import Any

from annotat3d_tui.cli.output import add_output_flags, show
from annotat3d_tui.errors import MissingFile
from annotat3d_tui.networks.listing import Listed, network_facts, networks_in, state_text

NONE = "There is no network in {folder}: annotat3d network train makes one."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("folder", nargs="?", default=".", metavar="FOLDER", help="where to look (here)")
    add_output_flags(parser, writes=False)


def run(given: argparse.Namespace) -> int:
    """A line for each network."""
    folder = Path(given.folder)
    if not folder.is_dir():
        raise MissingFile(f"{folder} must be a folder with networks, but there is none: give another.")
    found = networks_in(folder)
    show(given.json, {"networks": list(map(_facts, found))}, list(map(_line, found)) or [NONE.format(folder=folder)])
    return 0


def _line(one: Listed) -> str:
    if one.network is None:
        return f"{one.name}  {one.problem}"
    classes = f"{len(one.network.classes)} classes"
    return f"{one.name}  {one.network.architecture}  {classes}  {state_text(one.network, one.state)}"


def _facts(one: Listed) -> dict[str, Any]:
    if one.network is None:
        return {"network": str(one.folder), "error": one.problem}
    return network_facts(one.network, one.state)
