"""The line under a look at a change: its keys are seen however many words it has."""

from pathlib import Path

import pytest

from annotat3d_tui.labels.morphology import Morphology
from annotat3d_tui.tui.region import parse_region
from annotat3d_tui.tui.screens.mask import MaskLook
from annotat3d_tui.tui.widgets.look_line import look_text
from tests.tui.acting import opened, seen, until
from tests.tui.test_app_correct import load

KEYS, MORE = "Enter take it · Esc give it up", "[ ] slice · t plane"


@pytest.mark.parametrize("by", ["", "erode 3 --radius 2", "morphology --radius 3 in x 40-69 y 20-59 z 45-54"])
def test_the_keys_stand_in_a_line_of_any_length(by: str) -> None:
    for width in range(len(KEYS), 140):
        words, keys = look_text(by, "2877 voxels of 3 labels", KEYS, MORE, width)
        assert keys in (KEYS, f"{KEYS} · {MORE}")
        assert words.endswith("2877 voxels of 3 labels")
        if width >= 80:
            assert len(words) + 2 + len(keys) <= width


@pytest.mark.parametrize("size", [(40, 20), (80, 24), (120, 40)])
async def test_a_preview_in_a_region_says_how_to_answer_it(files: Path, size: tuple[int, int]) -> None:
    async with opened(files, size=size) as (pilot, screen):
        label = await load(pilot, screen, files, edit=False)
        screen.view.work_region = parse_region("10:29 2:19 1:11", label.shape)
        tool = "morphology_all"
        screen._last_used[tool] = Morphology("dilate", radius=3)
        await pilot.press("F", "O")
        await until(pilot, lambda: pilot.app.screen is not screen)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, MaskLook))
        await until(pilot, lambda: KEYS in seen(pilot))
        line = seen(pilot).splitlines()[-1]
        if size[0] >= 80:
            assert "voxels of 2 labels" in line
        if size[0] == 120:
            assert "--radius 3 in x 10-28" in line
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
