"""Superpixels, floods and polygons drawn in the slice view, by keys and by mouse."""

from dataclasses import replace

import numpy as np
import pytest

from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.areas import Superpixel
from annotat3d_tui.labels.drawing import Ground, draw
from annotat3d_tui.labels.planes import PLANES
from annotat3d_tui.labels.strokes import parse_stroke
from annotat3d_tui.render.halfblocks import packed
from annotat3d_tui.tui.widgets.brush import TOOLS, Brush
from annotat3d_tui.tui.widgets.slice_view import SliceView
from tests.tui.viewing import SHAPE, drag, marked, ramp, shown, viewing


@pytest.fixture(autouse=True)
def color_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 16 million colours, whatever runs the tests."""
    monkeypatch.setattr(SliceView, "color_system", "truecolor")


def cubes(side: int = 5) -> np.ndarray:
    """Superpixels of a regular grid."""
    z, y, x = np.indices(SHAPE) // side
    return (z * 100 + y * 10 + x + 1).astype(np.int32)


def given(stroke: str) -> set[tuple[int, ...]]:
    """What a line of text marks on cubes and ramp."""
    annotation, _ = Annotation.open(SHAPE)
    draw(annotation, parse_stroke(stroke), Ground(SHAPE, ramp(), cubes()))
    return marked(annotation)


async def test_b_goes_through_all_tools() -> None:
    async with viewing() as (app, pilot):
        seen = []
        for _ in TOOLS:
            seen.append(app.view.brush.tool)
            await pilot.press("b")
        assert tuple(seen) == TOOLS
        assert app.view.brush.tool == "disk"


@pytest.mark.parametrize("plane", PLANES)
async def test_the_pen_takes_every_superpixel_it_passes_as_one_act(plane: str) -> None:
    brush = Brush(2, tool="superpixel")
    async with viewing(brush=brush, plane=plane, superpixels=cubes(), cursor=(4, 6, 6)) as (app, pilot):
        view = app.view
        await pilot.press("space")
        for _ in range(12):
            view.action_move(1, 1)
            live = view.scene.marks(plane, view.index).copy()
            assert np.array_equal(live, app.annotation.markers.plane(plane, view.index))
        await pilot.press("space")
        assert len(app.strokes) == 1
        assert app.strokes[0].startswith(f"superpixel 2 {plane} ")
        assert marked(app.annotation) == given(app.strokes[0])
        app.annotation.undo()
        assert not marked(app.annotation)


async def test_superpixels_are_erased_and_locked_labels_stay() -> None:
    async with viewing(superpixels=cubes(), cursor=(4, 6, 6), brush=Brush(2, tool="superpixel")) as (app, pilot):
        app.annotation.draw(parse_stroke("brush 1 r=0 xy z=4 5,5"))
        app.annotation.set_locked(1, True)
        await pilot.press("space", "space", "e", "space", "space")
        assert marked(app.annotation) == {(4, 5, 5)}
        assert app.strokes[-1] == "erase superpixel xy z=4 6,6"


async def test_a_drag_over_superpixels_leaves_no_gap() -> None:
    async with viewing(superpixels=cubes(2), brush=Brush(2, tool="superpixel")) as (app, pilot):
        await drag(app, pilot, [(20, 8), (38, 14)])
        (words,) = app.strokes
        stroke = parse_stroke(words)
        assert isinstance(stroke, Superpixel)
        assert marked(app.annotation) == {
            tuple(voxel) for voxel in np.argwhere(np.isin(cubes(2), stroke.ids_in(cubes(2)))).tolist()
        }


async def test_without_superpixels_it_says_which_key_makes_them() -> None:
    async with viewing(brush=Brush(2, tool="superpixel")) as (app, _):
        assert "⇧S" in app.view.why_not("pen", ())
        assert "⇧S" in app.view.why_not("line", ())


async def test_a_flood_is_asked_for_with_its_tolerance() -> None:
    async with viewing(brush=Brush(2), cursor=(4, 5, 6)) as (app, pilot):
        await pilot.press("b", "b", "b")
        step = app.view._tolerance_step
        assert app.view.brush.tolerance == 5 * step
        await pilot.press("equals_sign", "minus", "minus", "space", "alt+equals_sign", "e", "enter")
        await pilot.pause()
        flat, solid = map(str, app.areas)
        assert flat == f"flood 2 xy z=4 tol={4 * step:g} 6,5"
        assert solid == f"erase flood xy z=4 3d tol={4 * step:g} 6,5"


async def test_the_tolerance_is_kept_and_never_below_zero() -> None:
    brush = Brush(2, tool="flood", tolerance=3.0)
    assert brush.softer(-5).tolerance == 0
    async with viewing(brush=brush) as (app, pilot):
        await pilot.press("b", "b", "b", "b", "b")
        assert app.view.brush == brush
        app.view.brush = brush.softer(-5)
        await pilot.press("b", "b", "b", "b", "b")
        assert app.view.brush.tolerance == app.view.tolerance == 0


@pytest.mark.parametrize("plane", PLANES)
async def test_a_polygon_is_seen_while_it_is_open_and_filled_by_enter(plane: str) -> None:
    async with viewing(brush=Brush(2, tool="polygon"), plane=plane, cursor=(2, 2, 2), zoom=1.0) as (app, pilot):
        view = app.view
        await pilot.press("space", "right", "right", "right", "right", "space", "down", "down", "down")
        assert view.corners is not None
        colour = packed(np.rint(0.8 * np.array(view._colour())).astype(np.uint8))
        bright = shown(view) & 0xFFFFFF
        assert (abs((bright >> 16) - (colour >> 16)) < 60).any()
        first = view.corners.points
        await pilot.press("enter")
        assert view.corners is None
        await pilot.pause()
        (polygon,) = app.areas
        assert polygon.points == (*first, view.point)
        assert str(polygon).startswith(f"polygon 2 {plane} ")


async def test_corners_are_taken_back_and_the_polygon_is_dropped() -> None:
    async with viewing(brush=Brush(2, tool="polygon"), cursor=(4, 5, 6)) as (app, pilot):
        view = app.view
        assert view.why_not("uncorner", ()) == "no polygon is open"
        await pilot.press("space", "right", "space", "right", "space", "backspace")
        assert view.corners is not None
        assert view.corners.points == ((6, 5), (7, 5))
        await pilot.press("backspace", "backspace")
        assert view.corners is None
        await pilot.press("space")
        assert view.drop_corners()
        assert not view.drop_corners()
        assert not marked(app.annotation)


async def test_an_open_polygon_waits_in_its_slice() -> None:
    async with viewing(brush=Brush(2, tool="polygon"), cursor=(4, 5, 6)) as (app, pilot):
        await pilot.press("space", "right_square_bracket")
        assert "xy 4" in app.view.why_not("pen", ())
        await pilot.press("left_square_bracket")
        assert not app.view.why_not("pen", ())


async def test_a_polygon_is_drawn_freehand_while_the_button_is_down() -> None:
    async with viewing(brush=Brush(2, tool="polygon"), zoom=2.0) as (app, pilot):
        view, way = app.view, ((20, 6), (30, 6), (30, 12), (22, 12))
        await pilot.mouse_down(view, way[0])
        for place in way[1:]:
            await pilot.hover(view, place)
        assert view.corners is not None
        assert len(view.corners.points) == len(way)
        await pilot.mouse_up(view, way[-1])
        await pilot.pause()
        (polygon,) = app.areas
        assert len(polygon.points) == len(way)
        assert view.corners is None


async def test_a_hand_that_trembles_sets_one_corner() -> None:
    async with viewing(brush=Brush(2, tool="polygon"), zoom=2.0) as (app, pilot):
        view = app.view
        await pilot.mouse_down(view, (20, 6))
        await pilot.hover(view, (24, 6))
        await pilot.mouse_up(view, (24, 6))
        await pilot.pause()
        assert view.corners is not None
        assert len(view.corners.points) == 1
        assert app.areas == []


async def test_clicks_set_corners_and_one_on_the_first_fills() -> None:
    async with viewing(brush=Brush(2, tool="polygon"), zoom=2.0) as (app, pilot):
        view = app.view
        for place in ((20, 6), (30, 6), (30, 12), (20, 6)):
            await pilot.mouse_down(view, place)
            await pilot.mouse_up(view, place)
        await pilot.pause()
        (polygon,) = app.areas
        assert len(polygon.points) == 4
        assert polygon.points[0] == polygon.points[-1]
        assert view.corners is None


async def test_extend_takes_the_label_under_the_first_corner() -> None:
    async with viewing(brush=replace(Brush(2, tool="polygon"), extend=True), cursor=(4, 5, 6)) as (app, pilot):
        app.annotation.draw(parse_stroke("brush 7 r=0 xy z=4 6,5"))
        app.view.refresh_marks()
        await pilot.press("space")
        assert app.view._area_brush.label == 7
