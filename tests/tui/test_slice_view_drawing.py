"""Drawing in the slice view, by keys and by mouse: what is seen under the pen is what is marked, at once."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from textual.events import MouseMove

from annotat3d_tui.errors import CannotWrite
from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.planes import PLANES
from annotat3d_tui.labels.strokes import parse_stroke
from annotat3d_tui.tui.widgets.brush import Brush
from annotat3d_tui.tui.widgets.slice_view import SliceView
from tests.tui.viewing import SHAPE, THIN, away, drag, is_label, marked, pixels_of, ramp, shown, viewing


@pytest.fixture(autouse=True)
def color_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 16 million colours, whatever runs the tests."""
    monkeypatch.setattr(SliceView, "color_system", "truecolor")


@pytest.mark.parametrize("plane", PLANES)
@pytest.mark.parametrize("zoom", [0.0, 1.5, 3.0])
async def test_the_voxel_under_the_cursor_is_drawn_and_shown(plane: str, zoom: float) -> None:
    async with viewing(plane=plane, zoom=zoom, voxel_size=(2.0, 1.0, 1.0)) as (app, pilot):
        view = app.view
        view.cursor = (2, 3, 4)
        view.action_centre()
        await pilot.press("space", "space")
        assert marked(app.annotation) == {(2, 3, 4)}
        point, viewport = view.point, view.viewport
        await away(app, pilot)
        assert np.array_equal(is_label(shown(view), 2), pixels_of(viewport, {point}))


async def test_slices_with_markers_are_found() -> None:
    async with viewing(cursor=(4, 5, 6)) as (app, pilot):
        for z in (1, 7):
            app.annotation.draw(parse_stroke(f"brush 1 r=0 xy z={z} 3,3"))
        for key, z in (("full_stop", 7), ("full_stop", 7), ("comma", 1), ("comma", 1)):
            await pilot.press(key)
            assert app.view.cursor == (z, 5, 6)


async def test_the_pen_draws_where_the_cursor_moves() -> None:
    async with viewing(cursor=(4, 5, 6)) as (app, pilot):
        await pilot.press("space")
        assert app.view.pen_down
        await pilot.press("right", "right", "right", "down")
        assert app.strokes == ["brush 2 r=0 xy z=4 6,5 9,5 9,6"]
        await pilot.press("left", "space")
        assert not app.view.pen_down
        assert app.strokes == ["brush 2 r=0 xy z=4 6,5 9,5 9,6 8,6"]
        assert marked(app.annotation) == {(4, 5, 6), (4, 5, 7), (4, 5, 8), (4, 5, 9), (4, 6, 9), (4, 6, 8)}


@pytest.mark.parametrize(
    ("brush", "plane"),
    [
        (Brush(2, 3), "xz"),
        (Brush(2, 3, depth=2), "yz"),
        (Brush(3, 4, tool="ball"), "xy"),
        (Brush(3, 4, depth=2, tool="ball"), "xz"),
        (Brush(1, 2, erase=True), "yz"),
    ],
)
async def test_what_is_seen_while_drawing_is_what_is_marked(brush: Brush, plane: str) -> None:
    async with viewing(brush=brush, plane=plane, cursor=(4, 5, 6)) as (app, pilot):
        view = app.view
        app.annotation.draw(parse_stroke("brush 1 r=7 ball xy z=4 12,9"))
        view.refresh_marks()
        view.action_pen()
        for right, down in ((1, 0), (1, 0), (0, 1), (10, 0), (3, 7), (-5, 2)):
            view.action_move(right, down)
        live = view.scene.marks(plane, view.index).copy()
        await pilot.press("space")
        assert np.array_equal(live, app.annotation.markers.plane(plane, view.index))
        assert np.array_equal(live, view.scene.marks(plane, view.index))


async def test_what_the_keys_draw_is_kept_at_once_as_one_stroke() -> None:
    async with viewing(brush=Brush(2, 1), cursor=(4, 5, 6)) as (app, _):
        view = app.view
        view.action_pen()
        for right, down in ((1, 0), (1, 0), (0, 1), (10, 0), (3, 7), (-5, 2), (0, 0)):
            view.action_move(right, down)
            assert len(app.strokes) == 1
            whole, _ = Annotation.open(SHAPE)
            whole.draw(parse_stroke(app.strokes[0]))
            assert marked(whole) == marked(app.annotation)
        view.action_pen()
        assert app.annotation.markers.counts()[2].strokes == 1
        app.annotation.undo()
        assert not marked(app.annotation)


async def test_a_drag_is_put_into_the_annotation_when_it_ends_or_the_pen_must_go_up() -> None:
    async with viewing(cursor=(4, 5, 6)) as (app, pilot):
        await pilot.mouse_down(app.view, (24, 8))
        await pilot.hover(app.view, (30, 9))
        assert app.strokes == []
        app.view.lift()
        assert len(app.strokes) == 1
        await pilot.mouse_up(app.view, (30, 9))
        assert len(app.strokes) == 1


async def test_what_cannot_be_kept_is_no_longer_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    async with viewing(cursor=(4, 5, 6)) as (app, pilot):
        await pilot.press("space", "right")
        before = app.annotation.markers.plane("xy", 4)

        def full(*given: Any, **named: Any) -> None:
            raise CannotWrite("the disk is full: make room.")

        with monkeypatch.context() as patched:
            patched.setattr(app.annotation, "draw", full)
            await pilot.press("right")
        assert not app.view.pen_down
        assert np.array_equal(app.view.scene.marks("xy", 4), before)
        assert [one.message for one in app._notifications] == ["the disk is full: make room."]
        await pilot.press("space")
        assert len(app.strokes) == 2


@pytest.mark.parametrize("key", ["right_square_bracket", "t", "equals_sign", "e", "b"])
async def test_the_pen_is_lifted_when_the_slice_or_the_brush_changes(key: str) -> None:
    async with viewing(cursor=(4, 5, 6)) as (app, pilot):
        await pilot.press("space", "right", key)
        assert app.strokes == ["brush 2 r=0 xy z=4 6,5 7,5"]
        assert not app.view.pen_down


async def test_enter_draws_straight_lines_from_point_to_point() -> None:
    async with viewing(cursor=(4, 5, 6)) as (app, pilot):
        await pilot.press("enter", "shift+right", "down", "down", "enter", "shift+down", "enter")
        await pilot.press("right_square_bracket", "enter", "space", "enter", "space")
        lines = [stroke.split("xy ")[1] for stroke in app.strokes]
        assert lines == ["z=4 6,5", "z=4 6,5 16,7", "z=4 16,7 16,17", "z=5 16,17", "z=5 16,17"]


async def test_erasing_takes_marks_away() -> None:
    async with viewing(cursor=(4, 5, 6)) as (app, pilot):
        app.annotation.draw(parse_stroke("brush 2 r=2 xy z=4 7,5"))
        await pilot.press("e", "space", "right", "space")
        assert app.strokes[1] == "erase r=0 xy z=4 6,5 7,5"
        assert not {(4, 5, 6), (4, 5, 7)} & marked(app.annotation)
        await pilot.press("E")
        assert app.erased == [(4, 5, 7)]


async def test_the_brush_changes_within_its_ranges() -> None:
    async with viewing(brush=Brush(label=3, radius=1)) as (app, pilot):
        await pilot.press("minus", "minus", "alt+equals_sign", "not_equal_to", "en_dash", "b", "x")
        assert app.view.brush == Brush(3, radius=0, depth=1, tool="ball", extend=True)
        await pilot.press("equals_sign", "alt+minus", "alt+minus", "x", "e")
        assert app.view.brush == Brush(3, radius=1, depth=0, tool="ball", erase=True)


async def test_extend_paints_with_the_label_under_the_first_voxel() -> None:
    label = np.zeros(SHAPE, np.uint8)
    label[4, 5, 6] = 5
    async with viewing(brush=replace(THIN, extend=True), label_volume=label, cursor=(4, 5, 6)) as (app, pilot):
        await pilot.press("space", "right", "space")
        assert app.strokes[0].startswith("brush 5 ")
        await pilot.press("shift+down", "space", "space")
        assert app.strokes[1].startswith("brush 2 ")
        await pilot.press("shift+up", "left", "enter")
        assert app.strokes[2].startswith("brush 5 ")


@pytest.mark.parametrize(("plane", "zoom"), [("xy", 0.0), ("xz", 1.0), ("yz", 1.0), ("xy", 4.0), ("yz", 3.0)])
async def test_a_drag_is_the_line_through_its_points(plane: str, zoom: float) -> None:
    async with viewing(brush=Brush(2, 1), plane=plane, zoom=zoom) as (app, pilot):
        viewport = app.view.viewport
        cells = [(24, 8), (34, 11), (30, 9), (26, 10)]
        points = [viewport.voxel_at(column, 2 * row) for column, row in cells]
        assert None not in points
        await drag(app, pilot, cells)
        stroke = app.view.brush.stroke(plane, app.view.index, tuple(points))  # type: ignore[arg-type]
        voxels = np.unravel_index(stroke.voxels(SHAPE), SHAPE)
        assert marked(app.annotation) == set(zip(*(axis.tolist() for axis in voxels), strict=True))
        assert len(app.strokes) == 1
        assert app.view.point == points[-1]


async def test_a_drag_out_of_the_image_stays_inside_and_one_beside_it_draws_nothing() -> None:
    async with viewing(ramp((3, 20, 10)), zoom=1.0, brush=THIN) as (app, pilot):
        await drag(app, pilot, [(1, 1), (30, 10)])
        assert app.strokes == []
        await drag(app, pilot, [(28, 8), (59, 0)])
        assert app.view.point == (9, 0)
        assert len(app.strokes) == 1


async def test_right_erases_the_stroke_under_the_pointer() -> None:
    async with viewing(cursor=(4, 5, 6)) as (app, pilot):
        await pilot.press("space", "right", "space")
        place = app.view.viewport.cell_of((6, 5))
        await pilot.mouse_down(app.view, (place[0], place[1] // 2), button=3)
        await pilot.pause()
        assert app.erased[0][0] == 4
        assert marked(app.annotation) == set()


async def test_sub_cells_are_hit_where_the_terminal_reports_pixels() -> None:
    async with viewing(zoom=1.0) as (app, pilot):
        viewport = app.view.viewport
        arguments = {"delta_x": 0, "delta_y": 0, "button": 1, "shift": False, "meta": False, "ctrl": False}
        await pilot.mouse_down(app.view, (30, 10))
        app.screen._forward_event(MouseMove(app.view, x=30.4, y=10.6, **arguments))
        await pilot.mouse_up(app.view, (30, 10))
        await pilot.pause()
        first, second = viewport.voxel_at(30, 20), viewport.voxel_at(30, 21)
        assert "z=4 {},{} {},{} ".format(*first, *second) in app.strokes[0]  # type: ignore[misc]


async def test_marks_drawn_by_others_and_a_live_stroke_are_both_shown() -> None:
    async with viewing(cursor=(4, 5, 6)) as (app, pilot):
        await pilot.press("space", "right")
        app.annotation.draw(parse_stroke("brush 1 r=0 xy z=4 20,15"))
        app.view.refresh_marks()
        marks = app.view.scene.marks("xy", 4)
        assert (marks[5, 6], marks[5, 7], marks[15, 20]) == (2, 2, 1)
