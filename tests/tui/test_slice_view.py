"""The slice view shows what is there, in every plane, at every zoom, and what is under the cursor."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from textual.events import MouseScrollDown, MouseScrollUp
from textual.geometry import Region

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.labels.planes import PLANES
from annotat3d_tui.render.halfblocks import packed
from annotat3d_tui.render.planes import voxel_of
from annotat3d_tui.tui.widgets.brush import Brush
from annotat3d_tui.tui.widgets.slice_view import SliceView
from tests.tui.viewing import SHAPE, THIN, away, drag, is_label, ramp, scroll, shown, viewing


@pytest.fixture(autouse=True)
def color_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 16 million colours, whatever runs the tests."""
    monkeypatch.setattr(SliceView, "color_system", "truecolor")


@pytest.mark.parametrize("plane", PLANES)
async def test_grey_values_are_those_of_the_voxels(plane: str) -> None:
    steps = np.random.default_rng(0).integers(0, 26, SHAPE)
    async with viewing((steps * 200 + 100).astype(np.uint16), plane=plane, zoom=1.0, window=(0, 5200)) as (app, _):
        view = app.view
        picture, viewport, greys = shown(view), view.viewport, packed(view.palette().greys)
        for (row, column), code in np.ndenumerate(picture):
            point = viewport.voxel_at(column, row)
            expected = -1 if point is None else greys[steps[voxel_of(point, view.index, plane)]]
            assert code == expected or near_cursor(view, column, row)


def near_cursor(view: SliceView, column: int, row: int, reach: int = 6) -> bool:
    here = view.viewport.cell_of(view.point)
    return abs(here[0] - column) <= reach and abs(here[1] - row) <= reach


async def test_arrows_move_by_one_and_by_ten_and_stop_at_the_border() -> None:
    async with viewing(cursor=(4, 5, 6)) as (app, pilot):
        await pilot.press("right", "down", "down")
        assert app.view.cursor == (4, 7, 7)
        await pilot.press("shift+right", "shift+up")
        assert app.view.cursor == (4, 0, 17)
        await pilot.press("shift+right", "shift+right", "right")
        assert app.view.cursor == (4, 0, 29)
        app.view.cursor = (-3, 500, 5)
        assert app.view.cursor == (0, 19, 5)


async def test_slices_and_planes() -> None:
    async with viewing(cursor=(4, 5, 6)) as (app, pilot):
        view = app.view
        for keys, index in (
            (["right_square_bracket"], 5),
            (["left_square_bracket", "pageup"], 3),
            (["right_curly_bracket"], 8),
            (["home"], 0),
            (["end", "pagedown"], 8),
        ):
            await pilot.press(*keys)
            assert (view.index, view.slices) == (index, 9)
        await pilot.press("t")
        assert (view.plane, view.index, view.slices, view.cursor) == ("xz", 5, 20, (8, 5, 6))
        await pilot.press("t", "end")
        assert (view.plane, view.cursor) == ("yz", (8, 5, 29))
        await pilot.press("t")
        assert view.plane == "yz", "the clipping plane is for the screen to show"
        with pytest.raises(InvalidParameter, match="xy, xz, yz"):
            view.plane = "zz"


async def test_the_wheel_changes_the_slice_and_with_ctrl_the_zoom() -> None:
    async with viewing(ramp((30, 20, 25)), cursor=(15, 5, 6)) as (app, pilot):
        view = app.view
        await scroll(app, pilot, MouseScrollDown, (30, 10))
        assert view.index == 16
        await scroll(app, pilot, MouseScrollUp, (30, 10), shift=True)
        assert view.index == 6
        before = view.viewport.voxel_at(40, 20)
        await scroll(app, pilot, MouseScrollUp, (40, 10), ctrl=True)
        assert view.zoom > 0
        assert view.viewport.voxel_at(40, 20) == before
        await scroll(app, pilot, MouseScrollDown, (40, 10), ctrl=True)
        assert view.zoom == 0


async def test_the_middle_button_pans() -> None:
    async with viewing(ramp((3, 200, 300)), zoom=1.0) as (app, pilot):
        before = app.view.viewport
        await drag(app, pilot, [(30, 10), (20, 8), (10, 5)], button=2)
        after = app.view.viewport
        assert (after.across.offset, after.down.offset) == (before.across.offset + 20, before.down.offset + 10)
        assert app.strokes == []


async def test_zoom_and_pan_keys() -> None:
    async with viewing(ramp((3, 200, 300)), cursor=(1, 100, 150)) as (app, pilot):
        view = app.view
        fit = view.viewport.scale
        await pilot.press("plus", "plus")
        assert view.viewport.scale > fit
        assert view.viewport.shows((150, 100))
        await pilot.press("ctrl+left", "ctrl+up")
        moved = view.centre
        await pilot.press("c")
        assert view.centre == (150.5, 100.5) != moved
        await pilot.press("underscore", "0")
        assert view.viewport.scale == fit


async def test_the_view_follows_the_cursor() -> None:
    async with viewing(ramp((3, 200, 300)), zoom=2.0, cursor=(1, 0, 0)) as (app, _):
        for _ in range(9):
            app.view.action_move(10, 10)
            assert app.view.viewport.shows(app.view.point)
        assert app.view.viewport.across.offset > 0


async def test_changing_the_slice_leaves_the_view_where_it_is() -> None:
    async with viewing(ramp((9, 200, 300)), zoom=2.0, cursor=(1, 0, 0)) as (app, pilot):
        await pilot.press("ctrl+right", "ctrl+right", "ctrl+down", "right_square_bracket")
        assert not app.view.viewport.shows(app.view.point)
        await pilot.press("right")
        assert app.view.viewport.shows(app.view.point)


async def test_overlays_are_shown_and_hidden() -> None:
    label = np.full(SHAPE, 2, np.uint8)
    superpixels = (np.indices(SHAPE).sum(axis=0) // 6 + 1).astype(np.int32)
    async with viewing(label_volume=label, superpixels=superpixels, cursor=(4, 5, 6)) as (app, pilot):
        await pilot.press("space", "space")
        seen = []
        for keys in ([], ["l"], ["s"], ["k"], ["l", "s", "k"]):
            await pilot.press(*keys)
            await away(app, pilot)
            seen.append(shown(app.view))
        assert all((one != other).any() for one, other in pairwise(seen))
        assert is_label(seen[0], 2).any()
        assert not is_label(seen[3], 2).any()
        assert np.array_equal(seen[0], seen[4])


async def test_hidden_labels_follow_the_table() -> None:
    async with viewing(label_volume=np.full(SHAPE, 2, np.uint8)) as (app, pilot):
        await away(app, pilot)
        with_label = shown(app.view)
        app.annotation.set_visible(2, False)
        app.view.refresh_marks()
        await pilot.pause()
        assert (shown(app.view) != with_label).any()


async def test_contrast_is_set_and_reset() -> None:
    async with viewing() as (app, pilot):
        automatic = shown(app.view)
        app.view.window = (0.0, 1.0)
        await away(app, pilot)
        assert (shown(app.view)[:, 16:20] == 0xFFFFFF).mean() > 0.9
        await pilot.press("r")
        await away(app, pilot)
        assert app.view.window is None
        assert (shown(app.view) == automatic).mean() > 0.9


async def test_what_has_changed_is_told() -> None:
    async with viewing(cursor=(4, 5, 6)) as (app, pilot):
        for keys, word in ((["right"], "moved"), (["space"], "brush"), (["l"], "view"), (["equals_sign"], "brush")):
            app.said.clear()
            await pilot.press(*keys)
            await pilot.pause()
            assert word in app.said


async def test_a_smaller_and_a_larger_window() -> None:
    async with viewing(cursor=(4, 5, 6)) as (app, pilot):
        await pilot.press("space", "space")
        for size in ((20, 6), (100, 30), (1, 1), (60, 20)):
            await pilot.resize_terminal(*size)
            await away(app, pilot)
            assert shown(app.view).shape == (2 * size[1], size[0])
        assert is_label(shown(app.view), 2).any()


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 20, 30), (200, 2, 2), (2, 1, 500)])
async def test_strange_sizes(shape: tuple[int, int, int]) -> None:
    async with viewing(np.ones(shape, np.float32), voxel_size=(0.0, float("nan"), 1.0)) as (app, pilot):
        for _ in PLANES:
            app.view.action_pen()
            app.view.action_move(3, 0)
            app.view.action_move(0, 1)
            app.view.action_slice(1)
            app.view.action_zoom(3)
            await pilot.pause()
            app.view.action_plane()
            app.view.action_slice_end(1)
            app.view.action_fit()
        await away(app, pilot)
        assert (shown(app.view) >= 0).any()
        assert app.strokes


async def test_values_that_are_no_numbers_are_shown() -> None:
    image = ramp().astype(np.float32)
    image[4, :10] = np.nan
    image[:, 12] = np.inf
    async with viewing(image) as (app, pilot):
        await away(app, pilot)
        assert len(np.unique(shown(app.view))) > 3


async def test_no_theme_touches_voxels() -> None:
    seen = []
    async with viewing(np.arange(400, dtype=np.uint16).reshape(1, 20, 20)) as (app, pilot):
        for theme in ("textual-dark", "textual-light", "nord"):
            app.theme = theme
            await pilot.pause()
            seen.append(shown(app.view))
            seen[-1][15:26, 25:36] = 0  # the cursor is seen on any background
    assert (seen[0] == -1).any()
    assert np.array_equal(seen[0], seen[1])
    assert np.array_equal(seen[1], seen[2])


async def test_sixteen_colours_are_enough_to_tell_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SliceView, "color_system", "standard")
    async with viewing(cursor=(4, 5, 6)) as (app, pilot):
        before = shown(app.view)
        await pilot.press("space", "right", "space")
        await away(app, pilot)
        assert len(np.unique(before)) >= 3
        assert (shown(app.view) != before).any()


async def test_256_colours_are_sent_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SliceView, "color_system", "256")
    label = np.full(SHAPE, 2, np.uint8)
    async with viewing(label_volume=label, cursor=(4, 5, 6)) as (app, pilot):
        await pilot.press("space", "right", "right", "space", "e")
        colours = {
            color
            for strip in app.view.render_lines(app.view.size.region)
            for _, style, _ in strip
            for color in (style.color, style.bgcolor)
            if color is not None and tuple(color.get_truecolor()) != app.view.background_colors[1].rgb
        }
        assert {color.triplet for color in colours} == {None}
        assert 214 in {color.number for color in colours}


async def test_blind_terminals_show_something(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with viewing() as (app, pilot):
        await away(app, pilot)
        assert len(np.unique(shown(app.view))) > 3


async def test_only_the_cells_that_changed_are_drawn_again() -> None:
    async with viewing(brush=Brush(2, 1), cursor=(4, 10, 15), zoom=1.0) as (app, pilot):
        view = app.view
        await pilot.press("space")
        await pilot.pause()
        before = shown(view)
        told: list[Region] = []
        refresh = view.refresh
        view.refresh = lambda *regions, **others: (told.extend(regions), refresh(*regions, **others))[1]  # type: ignore
        await pilot.press("right")
        await pilot.pause()
        changed = before != shown(view)
        cells = changed[0::2] | changed[1::2]
        covered = np.zeros_like(cells)
        for region in told:
            covered[region.y : region.bottom, region.x : region.right] = True
        assert cells.any()
        assert (covered | ~cells).all()
        assert covered.sum() < 40


@pytest.mark.parametrize("value", [0, 128, 255])
async def test_the_cursor_is_seen_on_any_grey_and_on_its_own_paint(value: int) -> None:
    image = np.full((1, 40, 40), value, np.uint8)
    async with viewing(image, window=(0, 256), zoom=1.0, brush=Brush(2, 3)) as (app, pilot):
        for key, painted in (("m", False), ("e", False), ("space", False), ("e", False), ("space", True)):
            await pilot.press(key)
            await pilot.pause()
            beneath = 162 if painted else value
            picture = shown(app.view)
            column, row = app.view.viewport.cell_of(app.view.point)
            around = picture[row - 8 : row + 9, column - 8 : column + 9]
            assert np.isin(around, 0 if beneath > 128 else 0xFFFFFF).sum() >= 5
            assert picture[row, column] in (0, 0xFFFFFF)


@pytest.mark.parametrize("plane", PLANES)
@pytest.mark.parametrize("finer", [1, 2, 8])
async def test_a_marked_voxel_is_where_it_should_be_on_a_screen_of_finer_pixels(plane: str, finer: int) -> None:
    async with viewing(plane=plane, zoom=2.0, cursor=(4, 5, 6)) as (app, pilot):
        await pilot.press("space", "space")
        await away(app, pilot)
        view, coarse = app.view, app.view.viewport
        columns, rows = coarse.cells
        fine = replace(coarse, cells=(columns * finer, rows * finer), zoom=coarse.zoom * finer)
        seen = is_label(view.drawn(fine, view.palette()), THIN.label)
        expected = np.kron(is_label(view.pixels(view.palette()), THIN.label), np.ones((finer, finer), bool))
        assert expected.sum() == (2 * finer) ** 2
        assert np.array_equal(seen, expected)
