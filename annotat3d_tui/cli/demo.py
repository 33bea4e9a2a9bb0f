"""The main job on the embedded volume: markers, superpixels, features, forest, label volume, scores against the truth.

The result is kept in a workspace that the screen opens.
"""

import argparse
import os
import shlex
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import available_threads
from annotat3d_tui.cli.open import open_screen
from annotat3d_tui.cli.output import add_output_flags, progress_line, show
from annotat3d_tui.cli.pictures import in_cells
from annotat3d_tui.cli.screen_flags import add_screen_flags, screen_flags
from annotat3d_tui.demo import LABEL_NAMES, demo_files
from annotat3d_tui.labels.colours import colour_of
from annotat3d_tui.render.picture import slice_picture
from annotat3d_tui.tui.terminal.graphics import USUAL_CELL, in_pixels
from annotat3d_tui.tui.terminal.probe import HALF_BLOCKS, Graphics, graphics_for
from annotat3d_tui.volume.files import open_labels
from annotat3d_tui.workflow.preparing import prepare_for

if TYPE_CHECKING:
    from annotat3d_tui.session import Session

WIDEST = 120
GAP = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--workspace", metavar="DIR", help="where the result is kept (demo in your data folder)")
    parser.add_argument("--open", action="store_true", help="open the demo on the screen, computing nothing")
    add_screen_flags(parser)
    add_output_flags(parser, writes=False)


def run(given: argparse.Namespace) -> int:
    """Compute and show, or open the screen."""
    from annotat3d_tui.tui.opening import open_demo

    session = open_demo(Path(given.workspace) if given.workspace else None)
    try:
        if not given.open:
            _segment_and_show(session, given.json, given.graphics)
    finally:
        session.close()
    return open_screen(workspace=str(session.workspace.folder), **screen_flags(given)) if given.open else 0


def _segment_and_show(session: "Session", as_json: bool, graphics: str | None) -> None:
    from annotat3d_tui.labels.compare import compare
    from annotat3d_tui.workflow.segmentation import segment

    image = session.image.data
    prepare_for(image.dtype, session.settled(session.parameters), progress_line(stays=False))
    begun = time.monotonic()
    result = segment(
        image,
        *session.marked(),
        session.parameters,
        cache=session.cache,
        threads=available_threads(),
        progress=progress_line(),
    )
    seconds = time.monotonic() - begun
    session.keep_result(result, seconds)
    files = demo_files()
    agreement = compare(result.label, open_labels(files.truth).data, ignore=open_labels(files.scribbles).data)
    program = "annotat3d" if shutil.which("annotat3d") else sys.argv[0]
    command = shlex.join([program, str(session.workspace.folder)])
    facts = {
        "workspace": str(session.workspace.folder),
        "seconds": seconds,
        "parameters": result.parameters.to_dict(),
        "score": agreement.to_dict(),
        "open": command,
    }
    plain = as_json or "NO_COLOR" in os.environ
    lines = [] if plain else [_picture(image, result.label, graphics_for(graphics, writes=1)), _legend()]
    used = result.parameters
    lines += [
        f"{session.image.size} voxels, {len(session.marked()[0])} of them marked; "
        f"{result.superpixel_count} superpixels, {len(result.model.columns)} features in "
        f"{used.features.dimensions}D, {used.classifier.kind}",
        "",
        "against the truth, away from the markers:",
        *agreement.lines(LABEL_NAMES),
        "",
        f"time {seconds:.1f} s on {available_threads()} processors",
        f"to open it on the screen: {command}",
    ]
    show(as_json, facts, lines)


def _picture(image: NDArray[np.generic], label: NDArray[np.generic], graphics: Graphics) -> str:
    """The middle slice, and beside it the same under its label, as cells of the terminal or as pixels."""
    finer = 1 if graphics.mode == HALF_BLOCKS else (graphics.cell or USUAL_CELL)[0]
    widest = min(graphics.largest or (WIDEST * finer,) * 2) // finer
    cells = (min(shutil.get_terminal_size().columns, WIDEST, widest) - GAP) // 2
    size = cells * finer, cells * finer
    halves = [slice_picture(image, shown, size=size, bar=finer > 1) for shown in (None, label)]
    gap = np.zeros((halves[0].shape[0], GAP * finer, 3), np.uint8)
    whole = np.hstack([halves[0], gap, halves[1]])
    return in_cells(whole) if finer == 1 else in_pixels(whole, graphics)


def _legend() -> str:
    entries = [f"{in_cells(np.full((2, 2, 3), colour_of(k), np.uint8)).rstrip()} {name}"
               for k, name in LABEL_NAMES.items()]  # fmt: skip
    return "   ".join(entries) + "\n"
