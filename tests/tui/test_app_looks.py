"""Colours and contrast on the segmentation screen: chosen with the image in sight, kept by the workspace."""

import json
from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from annotat3d_tui.render.colormaps import COLORMAPS
from annotat3d_tui.tui.screens.colour_maps import ColourMaps
from annotat3d_tui.tui.widgets.contrast_panel import ContrastPanel
from tests.tui.acting import command, opened, seen, toasts, until
from tests.tui.viewing import shown


async def test_a_colour_map_is_seen_while_it_is_looked_at_and_kept_when_it_is_chosen(files: Path) -> None:
    async with opened(files, (120, 40)) as (pilot, screen):
        grey = shown(screen.view)
        await pilot.press("W", "down", "down")
        assert isinstance(pilot.app.screen, ColourMaps)
        assert all(name in seen(pilot) for name in COLORMAPS)
        assert screen.view.colormap == "Fire"
        await pilot.press("escape")
        assert screen.view.colormap == "Grays"
        await pilot.press("W", "down", "down", "i", "enter")
        await pilot.pause()
        assert screen.view.colormap == "Fire inverted"
        assert screen.view.palette().colormap == "Fire inverted"
        assert not np.array_equal(shown(screen.view), grey)
        kept = screen.session.workspace.looks
    assert json.loads(kept.read_text())["image"]["colormap"] == "Fire inverted"
    async with opened(files, (80, 24)) as (pilot, screen):
        assert screen.view.colormap == "Fire inverted"
        await command(pilot, "invert colours")
        assert screen.view.colormap == "Fire"
        await pilot.press("W")
        await pilot.pause()
        options = pilot.app.screen.query_one(OptionList)
        assert options.get_option_at_index(options.highlighted or 0).id == "Fire"


async def test_contrast_is_chosen_by_percentiles_typed_dragged_reset_and_kept(files: Path) -> None:
    async with opened(files, (120, 40)) as (pilot, screen):
        view, panel = screen.view, screen.query_one(ContrastPanel)
        await until(pilot, lambda: panel.histogram is not None)
        assert panel.histogram is not None
        await pilot.press("percent_sign")
        assert view.window == panel.histogram.window_of((0, 100))
        await pilot.press("w", "p", "p")
        await pilot.pause()
        assert view.window == panel.histogram.window_of((1, 99))
        assert "1–99 %" in seen(pilot)
        await pilot.press("t")
        pilot.app.screen.query_one(Input).value = "9000 5000"
        await pilot.press("enter")
        await pilot.pause()
        assert "two rising grey values" in seen(pilot)
        pilot.app.screen.query_one(Input).value = "5000 9000"
        await pilot.press("enter")
        await pilot.pause()
        assert panel.window == view.window == (5000, 9000)
        await drag_contrast(pilot, 3, 9)
        low, high = panel.window
        span = panel.histogram.high - panel.histogram.low
        assert high == 9000
        assert low == pytest.approx(panel.histogram.low + span * 9.5 / panel.content_size.width)
        await pilot.press("r", "escape")
        assert view.window is None
        await command(pilot, "contrast 10% 90%")
        assert view.window == panel.histogram.window_of((10, 90))
        kept = view.window
        await command(pilot, "contrast 9 1")
        assert view.window == kept
    async with opened(files, (120, 40)) as (pilot, screen):
        assert screen.view.window == kept
        await pilot.press("r")
        await pilot.pause()
    async with opened(files) as (pilot, screen):
        assert screen.view.window is None


async def drag_contrast(pilot: Pilot[int], begin: int, end: int) -> None:
    """Take hold of the histogram at one column and let go at another, far below it."""
    panel = pilot.app.screen.query_one(ContrastPanel)
    await pilot.mouse_down(panel, (begin, 1))
    await pilot.hover(panel, (begin + 1, 1))
    await pilot.hover(panel, (end, 4))
    await pilot.mouse_up(panel, (end, 4))
    await pilot.hover(panel, (begin, 1))
    await pilot.pause()


async def test_the_colours_of_grey_values_are_seen_under_the_histogram(files: Path) -> None:
    async with opened(files, (80, 24)) as (pilot, screen):
        panel = screen.query_one(ContrastPanel)
        await until(pilot, lambda: panel.histogram is not None)
        assert panel.size.height == 2
        await command(pilot, "invert colours")
        await until(pilot, lambda: panel.size.height == 3)
        assert panel.colours[0] == (255, 255, 255)
        assert screen.query_one("#panel").max_scroll_y == 0


async def test_a_damaged_file_of_looks_is_said_and_left_alone(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        kept = screen.session.workspace.looks
    kept.write_text('{"image": {"colormap": "jet"}}')
    async with opened(files) as (pilot, screen):
        assert any("looked at cannot be read" in toast for toast in toasts(pilot))
        assert screen.view.colormap == "Grays"
    assert "jet" in kept.read_text()
