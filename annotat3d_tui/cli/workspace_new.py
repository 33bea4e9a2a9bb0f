"""A new workspace, in a new or empty folder: about an image, or without one for networks alone.

A workspace without an image keeps datasets, networks and results; the first image that is opened in it, by
annotat3d open IMAGE --workspace DIR, is then its image.
"""

import argparse
from pathlib import Path

from annotat3d_tui.cli.inputs import add_raw_flags, raw_properties
from annotat3d_tui.cli.output import add_output_flags, show
from annotat3d_tui.volume.files import describe
from annotat3d_tui.volume.place import IMAGES
from annotat3d_tui.workspace import create, create_bare


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("folder", metavar="DIR", help="a new or empty folder; people call them NAME.annotat3d")
    parser.add_argument("--image", metavar="IMAGE", help=f"what it is about: {IMAGES}")
    add_raw_flags(parser)
    add_output_flags(parser, writes=False)


def run(given: argparse.Namespace) -> int:
    """Make the folder."""
    folder = Path(given.folder)
    if given.image:
        raw = raw_properties(given, given.image)
        describe(given.image, raw)
        create(folder, Path(given.image), raw)
    else:
        create_bare(folder)
    facts = {"workspace": str(folder.resolve()), "image": str(Path(given.image).resolve()) if given.image else None}
    line = f"{folder}: a workspace about {given.image}" if given.image else f"{folder}: a workspace without an image"
    show(given.json, facts, [line])
    return 0
