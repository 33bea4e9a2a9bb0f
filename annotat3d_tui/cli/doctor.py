"""What works on this machine (terminal, libraries, memory, GL, GPU, Slurm), and how to get the rest."""

import argparse

from annotat3d_tui import doctor
from annotat3d_tui.cli.output import add_output_flags, show


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_output_flags(parser, writes=False)


def run(given: argparse.Namespace) -> int:
    """Look and say."""
    checks = doctor.examine()
    show(given.json, doctor.facts(checks), doctor.report(checks))
    return 0
