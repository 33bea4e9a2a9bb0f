"""Masks on the segmentation screen: values become labels, a part is placed, and nothing is taken unseen."""

from pathlib import Path

import numpy as np
import tifffile
from textual.pilot import Pilot
from textual.widgets import Input, Select

from annotat3d_tui.tui.screens.mask import MaskForm, MaskLook
from annotat3d_tui.tui.screens.segment import SegmentScreen
from tests.tui.acting import opened, seen, toasts, until
from tests.tui.test_app_files import from_menu


async def form_for(pilot: Pilot[int], path: Path, mapping: str = "", place: str = "") -> MaskForm:
    """The form on a mask, filled in."""
    await from_menu(pilot, "M", path)
    await until(pilot, lambda: isinstance(pilot.app.screen, MaskForm))
    form = pilot.app.screen
    assert isinstance(form, MaskForm)
    form.query_one("#mapping", Input).value = mapping
    if place:
        form.query_one("#place", Input).value = place
    await pilot.pause()
    return form


def small(files: Path) -> np.ndarray:
    """A mask of a part of the image, saved as small.npy."""
    mask = np.zeros((3, 4, 5), np.uint8)
    mask[1], mask[2, 2] = 255, 7
    np.save(files / "small.npy", mask)
    return mask


async def test_values_become_labels_and_the_part_lies_where_it_was_placed(files: Path) -> None:
    mask = small(files)
    async with opened(files) as (pilot, screen):
        annotation = screen.session.annotation
        annotation.rename(2, "Grain")
        await form_for(pilot, files / "small.npy", "255=Grain, 7=0", "10 12 8")
        assert "255           20 voxels → 2 Grain" in seen(pilot)
        assert "7            5 voxels → left out" in seen(pilot)
        assert "20 voxels are taken." in seen(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, MaskLook))
        assert "small.npy: 20 voxels of 1 labels" in seen(pilot)
        assert "Enter take it" in seen(pilot)
        assert screen.view.cursor[0] == 9
        shown = screen.view.label_volume
        assert shown is not None
        assert shown[9, 13, 11] == 2
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: screen.view.cursor[0] == 10)
        assert len(annotation.markers) == 0
        await pilot.press("enter")
        await until(pilot, lambda: len(annotation.markers) == 20)
        expected = np.zeros(annotation.shape, np.uint8)
        expected[8:11, 12:16, 10:15] = 2 * (mask == 255)
        np.testing.assert_array_equal(annotation.markers.to_volume(), expected)
        assert screen.view.label_volume is None
        await pilot.press("u")
        assert (len(annotation.markers), annotation.history()) == (0, ["rename label 2 to Grain"])


async def test_esc_gives_the_mask_up_and_everything_is_as_before(files: Path) -> None:
    small(files)
    async with opened(files) as (pilot, screen):
        before = screen.view.cursor
        await form_for(pilot, files / "small.npy")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, MaskLook))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert (screen.view.label_volume, screen.view.cursor, screen.session.annotation.acts()) == (None, before, 0)


async def test_what_cannot_be_is_said_where_it_is_typed(files: Path) -> None:
    small(files)
    async with opened(files) as (pilot, screen):
        form = await form_for(pilot, files / "small.npy", "255=Nobody")
        assert "each label one that is" in seen(pilot)
        form.query_one("#mapping", Input).value = "255=0, 7=0"
        await until(pilot, lambda: "No voxel is taken" in seen(pilot))
        form.query_one("#mapping", Input).value = ""
        form.query_one("#place", Input).value = "26 0 0"
        await until(pilot, lambda: "must lie inside the image" in seen(pilot))
        await pilot.press("enter")
        await pilot.pause()
        assert pilot.app.screen is form
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)


async def test_a_mask_is_taken_as_label(files: Path) -> None:
    mask = np.zeros((14, 26, 30), np.uint16)
    mask[4:6] = 300
    tifffile.imwrite(files / "objects.tif", mask)
    async with opened(files) as (pilot, screen):
        form = await form_for(pilot, files / "objects.tif", "300=5")
        assert not form.query_one("#placing").display
        form.query_one(Select).value = "label volume"
        form.query_one("#mapping", Input).focus()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, MaskLook))
        assert screen.session.label is None
        await pilot.press("enter")
        await until(pilot, lambda: screen.session.label is not None and 5 in screen.session.annotation.table)
        np.testing.assert_array_equal(screen.session.label, 5 * (mask > 0))
        assert len(screen.session.annotation.markers) == 0
        assert isinstance(pilot.app.screen, SegmentScreen)
        assert toasts(pilot) == []
