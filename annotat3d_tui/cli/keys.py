"""Every key of the screen: id, keys, what it does; a keymap gives other keys to an id.

A keymap is a TOML file, keymap.toml in your config folder or the file of --keymap, with lines such as

  base = "vim"
  "segment.apply" = "ctrl+a"
  "marks.undo" = ["u", "ctrl+z"]
  "segment.copy" = []
"""

import argparse

from annotat3d_tui.cli.output import add_output_flags, show
from annotat3d_tui.cli.screen_flags import KEYMAP_HELP


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--keymap", metavar="NAME|FILE", help=KEYMAP_HELP)
    add_output_flags(parser, writes=False)


def run(given: argparse.Namespace) -> int:
    """List them."""
    from annotat3d_tui.tui.actions import keys_text
    from annotat3d_tui.tui.keymaps import keymap_of
    from annotat3d_tui.tui.registry import bindings, keys_of
    from annotat3d_tui.tui.settings import read_settings

    keymap = keymap_of(read_settings().keymap if given.keymap is None else given.keymap)
    known = bindings()
    keys = {id: keys_of(binding, keymap.keys) for id, binding in known.items()}
    facts = [{"id": id, "keys": keys[id], "title": one.description, "help": one.tooltip} for id, one in known.items()]
    width, across = max(map(len, known)), max(len(keys_text(",".join(one))) for one in keys.values())
    lines = [
        f"{id:<{width}}  {keys_text(','.join(keys[id])):<{across}}  {one.description}: {one.tooltip}"
        for id, one in known.items()
    ]
    show(given.json, {"keymap": keymap.name, "problems": keymap.problems, "keys": facts}, [*lines, *keymap.problems])
    return 0
