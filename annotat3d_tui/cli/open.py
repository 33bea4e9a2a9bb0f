"""The screen on an image.

A workspace folder keeps the markers, superpixels, label and parameters; without --workspace it is
IMAGE.annotat3d beside the image, or in your data folder where that cannot be written.
"""

import argparse
import gc
import sys
from pathlib import Path

from annotat3d_tui.cli.converting import conversion_line
from annotat3d_tui.cli.inputs import add_raw_flags, raw_properties
from annotat3d_tui.cli.screen_flags import add_screen_flags, screen_flags
from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.volume.place import IMAGES
from annotat3d_tui.volume.raw import RawProperties

VISUALIZATION = "an image of the same size to be shown in the place of IMAGE; nothing is computed from it"
READ_ONLY = "only look at the workspace, also while another screen has it; nothing is written"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("image", metavar="IMAGE", help=IMAGES)
    parser.add_argument("--workspace", metavar="DIR", help="the folder that keeps everything")
    parser.add_argument("--visualization", metavar="FILE", help=VISUALIZATION)
    parser.add_argument("--read-only", action="store_true", help=READ_ONLY)
    add_screen_flags(parser)
    add_raw_flags(parser)


def run(given: argparse.Namespace) -> int:
    """Open the screen on the image."""
    raw = raw_properties(given, given.image)
    flags = screen_flags(given)
    return open_screen(given.workspace, given.image, raw, given.read_only, visualization=given.visualization, **flags)


def open_screen(
    workspace: str | None = None,
    image: str | None = None,
    raw: RawProperties | None = None,
    read_only: bool = False,
    graphics: str | None = None,
    keymap: str | None = None,
    mouse: bool | None = None,
    visualization: str | None = None,
) -> int:
    """The screen on a workspace, on an image, or (neither given) on the picker; returns the exit code."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Annotat3DError(
            "The screen needs a terminal on stdin and stderr, received a file or a pipe: "
            "run annotat3d in a terminal (ssh -t HOST annotat3d), or use a command of annotat3d --help."
        )
    gc.disable()  # until something is shown: of what is loaded nothing goes away
    from annotat3d_tui.cli.job_commands import ShellCommands
    from annotat3d_tui.tui.app import run_app

    folder, file, other = (Path(path) if path else None for path in (workspace, image, visualization))
    with conversion_line(file) as progress:
        return run_app(folder, file, raw, read_only, graphics, keymap, mouse, other, ShellCommands(), progress)
