"""A visualization image: shown in the place of the image, in a look of its own, and used for nothing else."""

from pathlib import Path

import numpy as np
import pytest
import tifffile
from textual.widgets import Input

from annotat3d_tui.errors import ShapeMismatch
from annotat3d_tui.tui.opening import open_session
from annotat3d_tui.tui.screens.segment import SegmentScreen
from annotat3d_tui.tui.widgets.contrast_panel import ContrastPanel
from annotat3d_tui.tui.widgets.slice_picture import SlicePicture
from tests.tui.acting import Pilot, command, opened, seen, toasts, until


@pytest.fixture
def other(files: Path, phases: tuple[np.ndarray, ...]) -> Path:
    tifffile.imwrite(files / "smooth.tif", (phases[1] * 20).astype(np.uint8))
    tifffile.imwrite(files / "small.tif", np.zeros((5, 26, 30), np.uint8))
    return files / "smooth.tif"


async def give(pilot: Pilot[int], path: Path) -> None:
    """Answer where the file is."""
    await pilot.pause()
    pilot.app.screen.query_one(Input).value = str(path)
    await pilot.press("enter")
    await pilot.pause()


def picture(screen: SegmentScreen) -> np.ndarray:
    return SlicePicture.drawn(screen.view, screen.view.viewport, screen.view.palette())


async def test_it_is_shown_and_kept_with_a_look_of_its_own(files: Path, other: Path) -> None:
    async with opened(files, (120, 40)) as (pilot, screen):
        view, panel = screen.view, screen.query_one(ContrastPanel)
        await until(pilot, lambda: panel.histogram is not None)
        own, plain = panel.histogram, picture(screen)
        await pilot.press("o")
        await give(pilot, other)
        await until(pilot, lambda: view.show_alternative)
        assert panel.histogram != own
        assert panel.window == (20, 40)
        assert not np.array_equal(picture(screen), plain)
        await until(pilot, lambda: "visualization" in seen(pilot))
        await command(pilot, "contrast 10 50")
        await command(pilot, "invert colours")
        await pilot.press("o")
        await pilot.pause()
        assert (view.show_alternative, view.colormap, view.window) == (False, "Grays", None)
        assert np.array_equal(picture(screen), plain)
        assert panel.histogram == own
        await pilot.press("o")
        assert (view.show_alternative, view.colormap, view.window) == (True, "Grays inverted", (10, 50))
        assert int(screen.session.image.data[view.cursor]) > 1000
        assert screen.view.scene.image is screen.session.image.data
    async with opened(files, (120, 40)) as (pilot, screen):
        view, panel = screen.view, screen.query_one(ContrastPanel)
        assert (view.show_alternative, view.colormap, view.window) == (True, "Grays inverted", (10, 50))
        await until(pilot, lambda: panel.histogram is not None)
        assert panel.histogram.high == 40
        await pilot.press("f", "V")
        await pilot.pause()
        assert (view.show_alternative, view.alternative, view.colormap) == (False, None, "Grays")
    async with opened(files) as (pilot, screen):
        assert screen.session.alternative is None
        assert not toasts(pilot)


async def test_another_shape_is_refused_with_both(files: Path, other: Path) -> None:
    async with opened(files) as (pilot, screen):
        await pilot.press("f", "v")
        await give(pilot, files / "small.tif")
        await until(pilot, lambda: any("30×26×14" in toast and "30×26×5" in toast for toast in toasts(pilot)))
        assert screen.session.alternative is None
    with pytest.raises(ShapeMismatch, match="small.tif must have the image's size 30×26×14"):
        open_session(image=files / "image.tif", visualization=files / "small.tif")
    open_session(image=files / "image.tif", visualization=other).close()


async def test_one_that_has_gone_is_said_and_the_image_is_shown(files: Path, other: Path) -> None:
    open_session(image=files / "image.tif", visualization=other).close()
    other.unlink()
    async with opened(files) as (pilot, screen):
        assert any("smooth.tif" in toast for toast in toasts(pilot))
        assert not screen.view.show_alternative
