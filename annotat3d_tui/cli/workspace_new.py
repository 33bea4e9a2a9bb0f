"""A new workspace, in a new or empty folder: about an image, or without one for networks alone.

A workspace without an image keeps datasets, networks and results; the first image that is opened in it, by
annotat3d open IMAGE --workspace DIR, is then its image.
"""

import argparse
from pathlib import Path

from annotat3d_tui.cli.inputs import add_raw_flags, raw_properties
from annotat3d_tui.cli.output import add_output_flags, show
from annotat3d_tui.places import resolved
from annotat3d_tui.volume.files import describe
from annotat3d_tui.volume.place import IMAGES
from annotat3d_tui.volume.raw import RawProperties
from annotat3d_tui.workspace import (
    MANIFEST,
    LearningFolders,
    Workspace,
    create,
    create_bare,
    is_bare,
    open_workspace,
    workspace_of,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("folder", metavar="DIR", help="a new or empty folder; people call them NAME.annotat3d")
    parser.add_argument("--image", metavar="IMAGE", help=f"what it is about: {IMAGES}")
    parser.add_argument("--exist-ok", action="store_true", help="leave as it is what is there already, if it is this")
    add_raw_flags(parser)
    add_output_flags(parser, writes=False)


def run(given: argparse.Namespace) -> int:
    """Make the folder."""
    folder = Path(given.folder)
    if given.image:
        raw = raw_properties(given, given.image)
        describe(given.image, raw)
        (make_or_keep if given.exist_ok else create)(folder, Path(given.image), raw)
    elif not (given.exist_ok and (folder / MANIFEST).is_file()):
        create_bare(folder)
    for part in LearningFolders(folder).parts:
        part.mkdir(exist_ok=True)  # so that commands can write there
    image = None if is_bare(folder) else open_workspace(folder).image
    line = f"{folder}: a workspace about {given.image or image}" if image else f"{folder}: a workspace without an image"
    show(given.json, {"workspace": str(resolved(folder)), "image": str(image) if image else None}, [line])
    return 0


def make_or_keep(folder: Path, image: Path, raw: RawProperties | None) -> Workspace:
    """A new workspace about an image, or the one that is there; raises InvalidFile when that is about another."""
    return workspace_of(image, raw, folder)
