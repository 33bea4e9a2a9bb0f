"""Flags of every command that opens the screen."""

import argparse
from typing import Any

from annotat3d_tui.tui.terminal.probe import GRAPHICS, GRAPHICS_HELP

KEYMAP_HELP = (
    "default, vim, or a file of ids and keys (keymap.toml in your config folder, where it is); "
    "annotat3d keys lists the ids"
)
MOUSE_HELP = "let the screen have the mouse, or leave it to the terminal, which then selects text"


def add_graphics_flag(parser: argparse.ArgumentParser) -> None:
    """How pictures are drawn."""
    parser.add_argument("--graphics", choices=GRAPHICS, help=GRAPHICS_HELP)


def add_screen_flags(parser: argparse.ArgumentParser) -> None:
    """How the screen draws, which keys it has, and whether it has the mouse."""
    add_graphics_flag(parser)
    parser.add_argument("--keymap", metavar="NAME|FILE", help=KEYMAP_HELP)
    parser.add_argument("--mouse", action=argparse.BooleanOptionalAction, help=MOUSE_HELP)


def screen_flags(given: argparse.Namespace) -> dict[str, Any]:
    """What the flags say, as `open_screen` takes it."""
    return {"graphics": given.graphics, "keymap": given.keymap, "mouse": given.mouse}
