"""The clipping plane on the screen: begins as the slice, turns, moves, is locked, is found again as it was left."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from textual.widgets import Input

from annotat3d_tui.labels.colours import colour_of
from annotat3d_tui.labels.strokes import parse_stroke
from annotat3d_tui.render.halfblocks import packed
from annotat3d_tui.render.palette import TRUECOLOR
from annotat3d_tui.tui.screens.oblique import ObliqueScreen
from annotat3d_tui.tui.widgets.command_line import CommandInput
from annotat3d_tui.tui.widgets.oblique_picture import ObliquePicture
from tests.tui.acting import Pilot, opened, seen, toasts, until


async def give(pilot: Pilot[int], key: str, text: str) -> None:
    await pilot.press(key)
    await pilot.pause()
    pilot.app.screen.query_one(Input).value = text
    await pilot.press("enter")
    await pilot.pause()


async def type_line(pilot: Pilot[int], text: str) -> None:
    await pilot.press("colon")
    pilot.app.screen.query_one(CommandInput).value = text
    await pilot.press("enter")


def plane(pilot: Pilot[int]) -> ObliqueScreen:
    screen = pilot.app.screen
    assert isinstance(screen, ObliqueScreen)
    return screen


async def test_it_begins_as_the_slice_with_its_label(files: Path) -> None:
    async with opened(files, (120, 40)) as (pilot, screen):
        view = screen.view
        view.label_volume = (screen.session.image.data > 7000).astype(np.uint8) * 2
        view.cursor = (6, 12, 9)
        await pilot.press("z", "Q")
        await pilot.pause()
        picture = plane(pilot).query_one(ObliquePicture)
        found = picture.drawn((61, 81), TRUECOLOR)
        rows, columns = screen.session.image.data.shape[1:]
        top, left = 30 - 12, 40 - 9
        inside = found[top : top + rows, left : left + columns]
        assert (found >= 0).sum() == (inside >= 0).sum() == rows * columns
        grey = screen.session.image.data[6].astype(float)
        assert (inside[grey == grey.max()] != inside[grey == grey.min()][0]).all()
        view.show_label = False
        plain = picture.drawn((61, 81), TRUECOLOR)[top : top + rows, left : left + columns]
        assert np.array_equal(plain != inside, (screen.session.image.data[6] > 7000))


async def test_it_turns_moves_is_locked_and_is_found_again(files: Path) -> None:
    async with opened(files, (120, 40)) as (pilot, screen):
        screen.view.cursor = (6, 12, 9)
        await pilot.press("Q", "right_square_bracket", "right")
        await pilot.pause()
        assert plane(pilot).clipping.plane.position == pytest.approx((7, 12, 9))
        assert plane(pilot).clipping.plane.normal != (1, 0, 0)
        await give(pilot, "n", "0 1 0")
        assert plane(pilot).clipping.plane.normal == (0, 1, 0)
        await give(pilot, "p", "3 4 5")
        assert "position x y z 3 4 5 · normal 0 1 0" in seen(pilot)
        await pilot.press("y", "left")
        await pilot.pause()
        assert plane(pilot).clipping.plane.normal == (0, 1, 0)
        assert any("locked" in toast for toast in toasts(pilot))
        await pilot.press("plus", "escape")
        await pilot.pause()
        assert screen.view.cursor == (6, 12, 9)
        await pilot.press("Q")
        await pilot.pause()
        assert plane(pilot).clipping.locked
        assert plane(pilot).clipping.plane.position == (5, 4, 3)
        await pilot.press("y", "enter")
        await pilot.pause()
        assert screen.view.cursor == (5, 4, 3)


async def test_what_is_no_vector_is_said_where_it_is_typed(files: Path) -> None:
    async with opened(files) as (pilot, _):
        await pilot.press("Q")
        await give(pilot, "n", "0 0 0")
        assert "must have a length" in seen(pilot)
        pilot.app.screen.query_one(Input).value = "1 2"
        await pilot.press("enter")
        await pilot.pause()
        assert "three numbers x y z" in seen(pilot)


async def test_it_shows_markers_borders_and_outlines_as_the_slice_does(files: Path) -> None:
    async with opened(files, (120, 40)) as (pilot, screen):
        view, shape = screen.view, screen.session.image.data.shape
        _, rows, columns = shape
        ids = np.arange(shape[0] * shape[1] * shape[2]).reshape(shape) % columns // 4 + 1
        view.label_volume, view.superpixels = (ids % 2).astype(np.uint8), ids.astype(np.int32)
        screen.draw(parse_stroke("brush 2 r=1 xy z=6 5,6 11,6"))
        view.cursor, view.show_bar = (6, 12, 9), False
        await pilot.press("z", "Q")
        await pilot.pause()
        picture = plane(pilot).query_one(ObliquePicture)
        top, left = 30 - 12, 40 - 9
        for switch in ("superpixels", "markers", "contour"):
            before = inner(picture, top, left, rows, columns)
            setattr(view, f"show_{switch}", not getattr(view, f"show_{switch}"))
            after = inner(picture, top, left, rows, columns)
            assert (before != after).any(), switch
        view.show_markers = True
        marked = screen.session.annotation.markers.plane("xy", 6) > 0
        colour = packed(np.array(colour_of(2), np.uint8))
        assert np.array_equal(inner(picture, top, left, rows, columns) == colour, marked)
        far = replace(plane(pilot).clipping, zoom=0.3)
        plane(pilot)._show(far)
        assert (picture.drawn((61, 81), TRUECOLOR) == colour).any()


def inner(picture: ObliquePicture, top: int, left: int, rows: int, columns: int) -> np.ndarray:
    return picture.drawn((61, 81), TRUECOLOR)[top : top + rows, left : left + columns]


async def test_t_comes_to_it_after_the_three_planes_and_goes_on_to_the_first(files: Path) -> None:
    async with opened(files, (120, 40)) as (pilot, screen):
        await pilot.press("t", "t")
        assert screen.view.plane == "yz"
        await pilot.press("t")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ObliqueScreen)
        await pilot.press("t")
        await pilot.pause()
        assert pilot.app.screen is screen
        assert screen.view.plane == "xy"


async def test_it_is_kept_with_the_looks_and_typed_as_a_command(files: Path) -> None:
    async with opened(files, (120, 40)) as (pilot, screen):
        await type_line(pilot, "clip 3 4 5 normal 0 1 0")
        await until(pilot, lambda: isinstance(pilot.app.screen, ObliqueScreen))
        assert plane(pilot).clipping.plane.position == (5, 4, 3)
        assert plane(pilot).clipping.plane.normal == (0, 1, 0)
        await pilot.press("y", "escape")
        await pilot.pause()
        screen.view.label_opacity, screen.view.show_markers = 0.25, False
        await pilot.pause()
    async with opened(files, (120, 40)) as (pilot, screen):
        assert (screen.view.label_opacity, screen.view.show_markers) == (0.25, False)
        await pilot.press("Q")
        await pilot.pause()
        assert plane(pilot).clipping.locked
        assert plane(pilot).clipping.plane.position == (5, 4, 3)
        assert plane(pilot).clipping.plane.normal == (0, 1, 0)


@pytest.mark.parametrize(
    ("text", "said"),
    [("clip 1 2", "three numbers"), ("clip normal", "clip normal 0 0 1"), ("clip normal 0 0 0", "length")],
)
async def test_a_plane_that_cannot_be_is_a_sentence(files: Path, text: str, said: str) -> None:
    async with opened(files, (120, 40)) as (pilot, screen):
        await type_line(pilot, text)
        await until(pilot, lambda: said in seen(pilot))
        assert pilot.app.screen is screen
