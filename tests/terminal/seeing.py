"""What is to be seen in pixels, drawn by the same program without a terminal."""

import os
import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import numpy as np
import tifffile
from numpy.typing import NDArray

from annotat3d_tui.render.halfblocks import packed, unpacked
from annotat3d_tui.tui.widgets.sharp import LEVELS, SharpPixels
from annotat3d_tui.tui.widgets.side_view import SideView
from annotat3d_tui.tui.widgets.slice_view import SliceView
from tests.tui.acting import opened

Size = tuple[int, int]
Picture = tuple[NDArray[np.uint8], Size]
TRUE_COLOURS = {"COLORTERM": "truecolor", "TERM": "xterm-256color"}


def make_noise(folder: Path) -> Path:
    """An image of which no two slices look alike."""
    path = folder / "image.tif"
    noise = np.random.default_rng(0).integers(0, 255, (5, 180, 260)).astype(np.uint8)
    tifffile.imwrite(path, noise, photometric="minisblack")
    return path


async def expected(folder: Path, mode: str, size: Size, cell: Size, *keys: str) -> Picture:
    """The picture (rows, columns, 3) that is to be seen after these keys, and the cell (column, row) of its corner.

    folder: in which image.tif is; nothing is written there, nor to the settings. mode: kitty, sixel or half-blocks;
    size: columns and rows of the terminal; cell: width and height of one in pixels, (1, 2) for half-blocks.
    """
    return (await all_expected(folder, mode, size, cell, *keys))[0]


async def all_expected(folder: Path, mode: str, size: Size, cell: Size, *keys: str) -> list[Picture]:
    """The same of the slice and, where there is room, of the two planes beside it."""
    with TemporaryDirectory() as scratch, patch.dict(os.environ, XDG_CONFIG_HOME=scratch):
        own = Path(shutil.copy(folder / "image.tif", scratch)).parent
        async with opened(own, size) as (pilot, screen):
            await pilot.press(*keys)
            await pilot.pause()
            views = [screen.view, *(side for side in screen.query(SideView) if side.size)]
            return [_drawn(view, mode, cell) for view in views]


def _drawn(view: SharpPixels, mode: str, cell: Size) -> Picture:
    palette = replace(view.palette(), number_of=None)
    palette = replace(palette, levels=LEVELS.get(mode, palette.levels))
    viewport = replace(view.viewport, cell=cell)
    codes = view.drawn(viewport, palette) if isinstance(view, SliceView) else view.still(viewport, palette)()
    codes = np.where(codes < 0, packed(np.array(view.background_colors[1].rgb)), codes)
    rgb = np.stack(unpacked(codes), axis=2).astype(np.uint8)  # type: ignore[arg-type]
    return rgb, (view.region.x, view.region.y)
