"""The screen shows each voxel where the mapping says, and the pointer finds the voxel that is shown."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotat3d_tui.render.viewport import ZOOMS, Axis, Viewport, next_zoom

SIDE = st.integers(1, 200)
CENTRE = st.none() | st.tuples(st.floats(-50, 250), st.floats(-50, 250))
VIEWPORTS = st.builds(
    Viewport,
    shape=st.tuples(SIDE, SIDE),
    cells=st.tuples(st.integers(1, 60), st.integers(1, 30)),
    zoom=st.sampled_from((0.0, *ZOOMS)),
    centre=CENTRE,
    spacing=st.tuples(st.sampled_from((1.0, 2.236, 7.0)), st.just(1.0)),
)
CELLS = st.sampled_from([(8, 17), (9, 18), (7, 15), (10, 20), (1, 2)])
SHARP = st.builds(lambda viewport, cell: replace(viewport, cell=cell), VIEWPORTS, CELLS)


def axes(viewport: Viewport) -> tuple[Axis, Axis]:
    return viewport.down, viewport.across


@settings(deadline=None)
@given(SHARP)
def test_a_pixel_is_among_those_of_the_voxel_it_shows(viewport: Viewport) -> None:
    for axis in axes(viewport):
        for pixel in range(axis.screen):
            voxel = axis.voxel_at(pixel)
            if voxel is None:
                continue
            first, last = axis.pixels_of(voxel)
            assert 0 <= voxel < axis.voxels
            assert first <= pixel <= last


@settings(deadline=None)
@given(VIEWPORTS)
def test_a_voxel_is_among_those_of_the_pixels_that_show_it(viewport: Viewport) -> None:
    for axis in axes(viewport):
        for voxel in range(axis.voxels):
            first, last = axis.pixels_of(voxel)
            for pixel in {max(first, 0), min(last, axis.screen - 1), (first + last) // 2}:
                if first <= pixel <= last and 0 <= pixel < axis.screen:
                    at = pixel - axis.inside.start
                    assert axis.first[at] <= voxel < axis.stop[at]
                    if axis.pixels >= axis.voxels:
                        assert axis.voxel_at(pixel) == voxel


@settings(deadline=None)
@given(VIEWPORTS)
def test_pixels_cover_the_plane_once_and_without_gaps(viewport: Viewport) -> None:
    for axis in axes(viewport):
        assert len(axis.first) > 0
        if axis.pixels <= axis.voxels:
            assert np.array_equal(axis.first[1:], axis.stop[:-1])
        else:
            assert np.isin(np.diff(axis.first), (0, 1)).all()
        if axis.pixels <= axis.screen:
            assert (axis.first[0], axis.stop[-1]) == (0, axis.voxels)


@settings(deadline=None)
@given(VIEWPORTS, st.data())
def test_what_is_pointed_at_is_drawn_there(viewport: Viewport, data: st.DataObject) -> None:
    rows, columns = viewport.screen
    pixel = data.draw(st.tuples(st.integers(0, columns - 1), st.integers(0, rows - 1)))
    point = viewport.voxel_at(*pixel)
    if point is None:
        point = viewport.nearest_voxel(*pixel)
    else:
        assert viewport.nearest_voxel(*pixel) == point
    cell = viewport.cell_of(point)
    again = viewport.voxel_at(*cell)
    assert viewport.shows(point)
    assert again is not None
    # seen from afar several voxels share a pixel, which is the same one again; from near a voxel has several pixels
    assert viewport.cell_of(again) == cell
    for axis, place, found in zip(axes(viewport)[::-1], point, again, strict=True):
        assert found == place or axis.pixels < axis.voxels


@settings(deadline=None)
@given(VIEWPORTS, st.data())
def test_the_view_follows_the_cursor_and_then_stands_still(viewport: Viewport, data: st.DataObject) -> None:
    rows, columns = viewport.shape
    point = data.draw(st.tuples(st.integers(0, columns - 1), st.integers(0, rows - 1)))
    moved = viewport.showing(point)
    assert moved.shows(point)
    assert moved.showing(point) == moved


@settings(deadline=None)
@given(VIEWPORTS, st.integers(-200, 200), st.integers(-200, 200))
def test_panning_stops_at_the_border(viewport: Viewport, right: int, down: int) -> None:
    moved = viewport.panned(right, down)
    for before, after, way in zip(axes(viewport), axes(moved), (down, right), strict=True):
        assert after.pixels == before.pixels
        expected = min(max(before.offset + way, 0), before.pixels - before.screen)
        assert after.offset == (before.offset if before.pixels <= before.screen else expected)


def test_whole_pixels_are_voxels_at_zoom_1() -> None:
    viewport = Viewport((100, 200), (40, 15), zoom=1.0, centre=(100.0, 50.0))
    assert [viewport.voxel_at(column, 0) for column in (0, 39)] == [(80, 35), (119, 35)]
    assert viewport.voxel_at(0, 29) == (80, 64)
    assert viewport.cell_of((80, 35)) == (0, 0)


def test_a_pixel_is_square_where_voxels_are_not() -> None:
    viewport = Viewport((20, 60), (80, 40), spacing=(4.0, 1.0))
    assert viewport.down.pixels / viewport.across.pixels == pytest.approx(20 * 4 / 60, rel=0.05)
    assert max(viewport.down.pixels / 80, viewport.across.pixels / 80) == 1.0


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (7, 11)])
@pytest.mark.parametrize("cells", [(1, 1), (80, 24), (200, 60)])
def test_the_whole_plane_fits(shape: tuple[int, int], cells: tuple[int, int]) -> None:
    viewport = Viewport(shape, cells)
    assert viewport.shows((0, 0))
    assert viewport.shows((shape[1] - 1, shape[0] - 1))


@given(st.integers(0, 59), st.integers(0, 59), st.sampled_from((1, 2, 5)))
def test_zooming_keeps_what_is_under_the_pointer(column: int, half: int, steps: int) -> None:
    viewport = Viewport((600, 900), (60, 30), zoom=0.5, centre=(450.0, 300.0))
    before, after = viewport, viewport.zoomed(steps, (column, half))
    point = before.voxel_at(column, half)
    assert point is not None
    first, last = after.across.pixels_of(point[0])
    top, bottom = after.down.pixels_of(point[1])
    assert first - 1 <= column <= last + 1
    assert top - 1 <= half <= bottom + 1


def test_zooming_out_ends_with_the_whole_plane() -> None:
    viewport = Viewport((50, 50), (40, 40)).zoomed(1, (0, 0))
    assert viewport.zoom > 0
    assert viewport.zoomed(-1, (20, 20)) == Viewport((50, 50), (40, 40))


def test_zooms_stop_at_the_ends() -> None:
    assert next_zoom(ZOOMS[-1], 1) == ZOOMS[-1]
    assert next_zoom(ZOOMS[0], -3) == ZOOMS[0]
    assert next_zoom(100.0, 1) == 100.0


@settings(deadline=None)
@given(SHARP)
def test_a_sharp_view_has_the_same_voxels_in_the_same_cells(sharp: Viewport) -> None:
    coarse = replace(sharp, cell=(1, 2))
    for fine, half, times, parts in zip(axes(sharp), axes(coarse), sharp.cell[::-1], (2, 1), strict=True):
        assert fine.screen == half.screen * times // parts
        for pixel in range(fine.screen):
            begin, end = pixel * parts // times, ((pixel + 1) * parts - 1) // times
            if not fine.inside.start <= pixel < fine.inside.stop:
                assert half.voxel_at(begin) is None or half.voxel_at(end) is None or begin != end
                continue
            at = pixel - fine.inside.start
            assert half.first[begin - half.inside.start] <= fine.first[at]
            assert fine.stop[at] <= -(-(half.offset + end + 1) * half.voxels // half.pixels)


@settings(deadline=None)
@given(SHARP)
def test_the_cursor_is_in_the_same_cell_however_fine_the_pixels_are(sharp: Viewport) -> None:
    coarse = replace(sharp, cell=(1, 2))
    for fine, half, times, parts in zip(axes(sharp), axes(coarse), sharp.cell[::-1], (2, 1), strict=True):
        for voxel in range(half.voxels):
            first, last = half.pixels_of(voxel)
            if first >= 0 and last < half.screen:
                assert first - 1 <= fine.pixel_of(voxel) * parts // times <= last + 1
