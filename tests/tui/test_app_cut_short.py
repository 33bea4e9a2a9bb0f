"""An image that is cut short while it is shown: what cannot be read has no grey value, and line 1 says so."""

import os
import sys
from pathlib import Path

import numpy as np
import tifffile

from annotat3d_tui.tui.app import Annotat3DApp
from annotat3d_tui.tui.opening import open_session
from annotat3d_tui.tui.segment_text import CUT_SHORT
from annotat3d_tui.tui.warmup import Warmup
from annotat3d_tui.tui.widgets.position_line import PositionLine
from annotat3d_tui.tui.widgets.title_line import TitleLine
from tests.tui.acting import until


async def test_what_cannot_be_read_has_no_grey_value(tmp_path: Path) -> None:
    voxels = np.full((8, 64, 64), 7, np.uint16)
    tifffile.imwrite(tmp_path / "image.tif", voxels)
    session = open_session(image=tmp_path / "image.tif")
    app = Annotat3DApp(session, lambda *_: Warmup((sys.executable, "-c", "")))
    async with app.run_test(size=(100, 28)) as pilot:
        view, line = app.screen.view, app.screen.query_one(PositionLine)
        view.cursor = (6, 3, 5)
        await until(pilot, lambda: line.position.grey == "7")
        os.truncate(tmp_path / "image.tif", voxels.nbytes // 2)
        await until(pilot, lambda: line.position.grey == "?")  # where the cursor rests
        await until(pilot, lambda: app.screen.query_one(TitleLine).opened[0].text == CUT_SHORT)
        view.cursor = (7, 3, 5)
        await until(pilot, lambda: line.position.voxel == (7, 3, 5))
        assert line.position.grey == "?"
        view.cursor = (1, 3, 5)
        await until(pilot, lambda: line.position.voxel == (1, 3, 5))
        assert line.position.grey == "7"
