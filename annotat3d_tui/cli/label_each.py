"""Tools that do the same to each label of a volume, or to some of them: what each command adds is its parameters."""

import argparse
from typing import Any

from annotat3d_tui.cli.flags import add_parameter_flags, with_flags
from annotat3d_tui.cli.label_tool import add_tool_flags, check_room, finish, kept_of, numbers_of, opened
from annotat3d_tui.cli.output import progress_line
from annotat3d_tui.parameters import Parameters

WORK_BYTES = 12


def add_each_flags(parser: argparse.ArgumentParser, tool: Parameters, only: tuple[str, ...] = ()) -> None:
    """The flags of every tool, and its own, or those of `only`."""
    add_tool_flags(parser)
    parser.add_argument("--labels", metavar="A,B,…", help="labels that are worked on, such as 3,7 or 3-7 (all)")
    parser.add_argument("--background", type=int, default=0, metavar="ID", help="what is around objects (0)")
    add_parameter_flags(parser, {"": tool}, only)


def run_each(given: argparse.Namespace, tool: Parameters, **more: Any) -> int:
    """Do it, save and say what has changed. more: what else the tool is called with."""
    used: Any = with_flags(tool, given)
    label = opened(given)
    check_room(given, f"annotat3d {tool.kind}", label, WORK_BYTES)
    ids = None if given.labels is None else numbers_of(given.labels, "--labels")
    common = {"background": given.background, "kept": kept_of(given, label), **more}
    return finish(
        given,
        label,
        lambda volume: used(volume, ids, **common, progress=progress_line()),
        {"parameters": used.to_dict()},
    )
