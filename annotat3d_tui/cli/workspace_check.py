"""Whether a workspace is whole: manifest, image there and unchanged, journals, label and superpixels of the size of the
image, classifier, datasets, networks, results. Each problem is one sentence; exit code 1 when there is one.

Nothing is written.
"""

import argparse
from pathlib import Path

from annotat3d_tui.cli.output import add_output_flags, progress_line, show
from annotat3d_tui.inventory.checking import problems_of
from annotat3d_tui.places import resolved


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("folder", metavar="DIR", help="a workspace folder")
    add_output_flags(parser, writes=False)


def run(given: argparse.Namespace) -> int:
    """Look at everything; 1 when something is wrong."""
    folder = Path(given.folder)
    found = problems_of(folder, progress_line(stays=False))
    facts = {
        "workspace": str(resolved(folder)),
        "problems": [{"kind": one.kind, "path": str(one.path), "problem": one.sentence} for one in found],
    }
    lines = [f"✗ {one.kind}: {one.sentence}" for one in found]
    show(given.json, facts, lines or [f"✓ {folder} is whole."])
    return 1 if found else 0
