"""The other two planes beside the slice, where the terminal is wide."""

from pathlib import Path

import numpy as np
import pytest
from textual import events

from annotat3d_tui.render.planes import point_of
from annotat3d_tui.tui.screens.segment import SegmentScreen
from annotat3d_tui.tui.widgets.side_view import SideView
from tests.tui.acting import Pilot, command, opened, seen, toasts, until
from tests.tui.viewing import pixels_of


def sides(screen: SegmentScreen) -> list[SideView]:
    return list(screen.query(SideView))


async def settled(pilot: Pilot[int], screen: SegmentScreen) -> None:
    """Return when each picture beside the slice is of what is to be seen now."""
    await pilot.pause()
    await until(pilot, lambda: not any(one._making or one._again or one._due for one in sides(screen)))


def expected(screen: SegmentScreen, side: SideView) -> np.ndarray:
    """The picture of a slice view that shows the plane of a side view, but for its lines and its cursor."""
    return side._picture_now()()


async def test_three_planes_are_seen_through_one_cursor(files: Path) -> None:
    async with opened(files, (200, 60)) as (pilot, screen):
        await settled(pilot, screen)
        view, (first, second) = screen.view, sides(screen)
        assert [view.plane, first.plane, second.plane] == ["xy", "xz", "yz"]
        for word in ("XZ y 13", "YZ x 15"):
            assert word in seen(pilot)
        for cursor in ((3, 20, 5), (9, 1, 28)):
            view.cursor = cursor
            await settled(pilot, screen)
            for side in (first, second):
                assert side._made is not None
                assert np.array_equal(side._made, expected(screen, side))
                h, v = point_of(cursor, side.plane)
                lines = pixels_of(side.viewport, {(h, v)})
                assert lines.any()
        assert "XZ y 1" in seen(pilot)
        await pilot.press("t")
        await settled(pilot, screen)
        assert [view.plane, first.plane, second.plane] == ["xz", "yz", "xy"]
        assert "XY z 9" in seen(pilot)


async def test_they_show_marks_colours_and_contrast_of_the_slice(files: Path) -> None:
    async with opened(files, (200, 60)) as (pilot, screen):
        side = sides(screen)[0]
        await command(pilot, "brush 2 r=4 ball xy z=7 15,13")
        screen.view.cursor = (7, 13, 15)
        await settled(pilot, screen)
        plain = side._made
        assert plain is not None
        await pilot.press("k")
        await settled(pilot, screen)
        assert side._made is not None
        assert not np.array_equal(side._made, plain)
        without = side._made
        await command(pilot, "invert colours")
        await settled(pilot, screen)
        assert side._made is not None
        assert not np.array_equal(side._made, without)


async def test_a_click_moves_the_cursor_a_double_click_the_plane_the_wheel_the_slice(files: Path) -> None:
    async with opened(files, (200, 60)) as (pilot, screen):
        view, side = screen.view, sides(screen)[0]
        await settled(pilot, screen)
        place = (side.size.width // 2, side.size.height // 2)
        x, z = side.viewport.nearest_voxel(place[0], 2 * place[1])
        await pilot.click(side, place)
        await settled(pilot, screen)
        assert view.cursor == (z, 13, x)
        side.on_mouse_scroll_down(events.MouseScrollDown(side, 1, 1, 0, 0, 0, shift=False, meta=False, ctrl=False))
        assert view.cursor == (z, 14, x)
        await pilot.click(side, place, times=2)
        await settled(pilot, screen)
        assert view.plane == "xz"
        assert screen.focused is view


@pytest.mark.parametrize(("size", "there"), [((179, 50), False), ((180, 50), True)])
async def test_they_are_there_from_180_columns_until_they_are_switched_off(
    files: Path, size: tuple[int, int], there: bool
) -> None:
    async with opened(files, size) as (pilot, screen):
        assert [bool(side.size) for side in sides(screen)] == [there] * 2
        width = screen.view.size.width
        await pilot.press("T")
        await pilot.pause()
        assert not any(side.size for side in sides(screen))
        assert (screen.view.size.width > width) == there
    async with opened(files, size) as (pilot, screen):
        assert not any(side.size for side in sides(screen))


async def test_where_there_is_no_room_for_three_planes_it_is_said(files: Path) -> None:
    async with opened(files, (120, 40)) as (pilot, screen):
        assert toasts(pilot) == []
        for wanted, words in ((False, "One plane is shown"), (True, "side by side on 180 columns and more; this")):
            await pilot.press("T")
            await until(pilot, lambda words=words: any(words in text for text in toasts(pilot)))
            assert screen.view.show_sides is wanted
        assert "terminal has 120" in seen(pilot)
