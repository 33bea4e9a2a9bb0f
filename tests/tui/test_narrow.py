"""Narrow terminals: below 70 columns the panel lies over the slice; what has no room says what size it needs."""

from pathlib import Path

import pytest

from annotat3d_tui.tui.screens.parameters import ParametersScreen
from tests.tui.acting import opened, seen, until

PANEL = ("Labels", "Brush", "Show")


@pytest.mark.parametrize("size", [(69, 20), (60, 20), (50, 16), (40, 12)])
async def test_the_panel_lies_over_the_slice_and_goes_again(files: Path, size: tuple[int, int]) -> None:
    async with opened(files, size) as (pilot, screen):
        width = screen.view.size.width
        assert width == size[0], "the slice has all columns"
        assert not any(word in seen(pilot) for word in PANEL)
        await pilot.press("backslash")
        await pilot.pause()
        lines = seen(pilot).splitlines()
        assert all(any(word in line for line in lines) for word in PANEL)
        assert screen.view.size.width == width, "it lies over it"
        assert all(len(line) == size[0] for line in lines)
        await pilot.press("backslash")
        await pilot.pause()
        assert not any(word in seen(pilot) for word in PANEL)


async def test_what_one_works_with_is_said_on_40_columns(files: Path) -> None:
    async with opened(files, (40, 12)) as (pilot, screen):
        screen.view.cursor = (13, 25, 29)
        await pilot.pause()
        lines = seen(pilot).splitlines()
        grey = screen.session.image.data[13, 25, 29]
        assert lines[2].strip() == f"XY z 13/13 · x 29 y 25 z 13 = {grey}"
        assert "needs" not in lines[1]
        assert all(word in lines[-1] for word in ("Space pen", "F1 help"))


@pytest.mark.parametrize("size", [(39, 20), (60, 11), (20, 6)])
async def test_a_terminal_that_is_too_small_is_told(files: Path, size: tuple[int, int]) -> None:
    async with opened(files, size) as (pilot, _):
        assert "needs 40×12" in seen(pilot).splitlines()[1]
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "needs 40×12" not in seen(pilot))


async def test_the_form_says_what_it_needs(files: Path) -> None:
    async with opened(files, (50, 20)) as (pilot, _):
        await pilot.press("C")
        await until(pilot, lambda: isinstance(pilot.app.screen, ParametersScreen))
        await until(pilot, lambda: "needs 60×18" in seen(pilot))
        await pilot.resize_terminal(60, 18)
        await until(pilot, lambda: "needs" not in seen(pilot) and "from 2 to 64" in seen(pilot))
