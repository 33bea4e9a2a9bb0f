"""What works on this machine (terminal, libraries, memory, GL, GPU, Slurm), and how to get the rest."""

import argparse
from collections.abc import Iterator

from annotat3d_tui import doctor
from annotat3d_tui.cli.output import add_output_flags, show
from annotat3d_tui.doctor import Check
from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.tui.terminal.probe import HALF_BLOCKS, Terminal, probe


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_output_flags(parser, writes=False)


def run(given: argparse.Namespace) -> int:
    """Look and say."""
    checks = [*doctor.examine(), *_settings()]
    after = max(at for at, check in enumerate(checks) if check.name == "terminal") + 1
    checks.insert(after, pictures(probe()))
    show(given.json, doctor.facts(checks), doctor.report(checks))
    return 0


def pictures(terminal: Terminal) -> Check:
    """How pictures are drawn on a terminal, and why not better.

    >>> pictures(Terminal(why="in tmux, which keeps pictures in pixels from the terminal")).found
    'half-blocks: in tmux, which keeps pictures in pixels from the terminal'
    """
    sharp = terminal.best != HALF_BLOCKS
    cells = f", cells of {terminal.cell[0]}×{terminal.cell[1]} pixels" if terminal.cell else ""
    found = f"{terminal.best}: {terminal.why}{cells if sharp else ''}"
    if terminal.modes:
        remedy = f"--graphics {terminal.modes[0]} draws in pixels all the same"
    elif terminal.multiplexer:
        remedy = f"run annotat3d outside {terminal.multiplexer} to see every pixel"
    else:
        remedy = "half-blocks do; every pixel is seen in kitty, Ghostty, WezTerm, foot, Konsole, iTerm2, mlterm"
    return Check("pictures", sharp, found, remedy)


def _settings() -> Iterator[doctor.Check]:
    """Theme, keymap and mouse of the screen, with what is wrong in the files that set them."""
    from annotat3d_tui.tui.keymaps import keymap_of
    from annotat3d_tui.tui.settings import read_settings, settings_file

    settings = read_settings()
    found = f"theme {settings.theme}, mouse {'on' if settings.mouse else 'off (--mouse gives it to the screen)'}"
    yield doctor.Check("settings", not settings.problems, found, " ".join(settings.problems))
    try:
        keymap = keymap_of(settings.keymap)
        yield doctor.Check("keymap", not keymap.problems, keymap.name, " ".join(keymap.problems))
    except Annotat3DError as error:
        yield doctor.Check("keymap", False, settings.keymap, f"{error} It is set in {settings_file()}.")
