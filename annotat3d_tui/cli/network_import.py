"""A network from a file that was exported. Nothing in the file is run: of it, only numbers and words are read."""

import argparse
from pathlib import Path

from annotat3d_tui.cli.output import add_output_flags, show
from annotat3d_tui.networks.listing import classes_text, network_facts, state_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("file", metavar="FILE", help="a file NAME.network.zip that was exported")
    parser.add_argument("name", metavar="NAME", nargs="?", help="what the network is to be called (as its file)")
    add_output_flags(parser, writes=False)


def run(given: argparse.Namespace) -> int:
    """Make the folder of the network."""
    from annotat3d_tui.networks.export import import_network

    file = Path(given.file)
    network = import_network(file, given.name or file.name.removesuffix(".zip"))
    line = f"{network.folder}: {network.architecture}, {classes_text(network)}"
    show(given.json, network_facts(network, state_of(network.folder)), [line])
    return 0
