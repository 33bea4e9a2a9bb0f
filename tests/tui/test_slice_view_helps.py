"""What helps to see in a slice: contours, the crosshair, the scale bar, a pixel a voxel."""

from dataclasses import replace

import numpy as np

from annotat3d_tui.render.palette import TRUECOLOR
from annotat3d_tui.render.scale_bar import WHITE
from annotat3d_tui.tui.widgets.slice_picture import SlicePicture
from tests.tui.viewing import SHAPE, pixels_of, viewing


def label() -> np.ndarray:
    volume = np.zeros(SHAPE, np.uint8)
    volume[:, 5:15, 8:22] = 2
    return volume


async def test_outlined_labels_leave_their_inside_as_it_is() -> None:
    async with viewing(show_label=False) as (app, pilot):
        view = app.view
        view.label_volume = label()
        plain = SlicePicture.drawn(view, view.viewport, TRUECOLOR)
        await pilot.press("O", "l")
        outlined = SlicePicture.drawn(view, view.viewport, TRUECOLOR)
        inner = pixels_of(view.viewport, {(h, v) for h in range(10, 20) for v in range(7, 13)})
        edge = pixels_of(view.viewport, {(8, v) for v in range(5, 15)})
        assert np.array_equal(plain[inner], outlined[inner])
        left = [row[row].size and np.flatnonzero(row)[0] for row in edge if row.any()]
        rows = np.flatnonzero(edge.any(axis=1))
        assert (plain[rows, left] != outlined[rows, left]).all()
        await pilot.press("O")
        assert (
            SlicePicture.drawn(view, view.viewport, TRUECOLOR)[inner] != plain[inner]
        ).mean() > 0.8  # but the cursor


async def test_the_crosshair_runs_through_the_row_and_the_column_of_the_cursor_and_leaves_it_free() -> None:
    async with viewing(size=(120, 40), cursor=(4, 12, 21)) as (app, pilot):
        view = app.view
        for cell in ((1, 2), (6, 13)):
            viewport = replace(view.viewport, cell=cell)
            view.show_crosshair = False
            plain = SlicePicture.drawn(view, viewport, TRUECOLOR)
            await pilot.press("X")
            changed = SlicePicture.drawn(view, viewport, TRUECOLOR) != plain
            on_lines = np.zeros_like(changed)
            for points in ({(h, 12) for h in range(30)}, {(21, v) for v in range(20)}):
                on_lines |= pixels_of(viewport, points)
            assert not changed[~on_lines].any()
            assert changed.sum() > 0.7 * on_lines.sum()
            assert not changed[pixels_of(viewport, {(21, 12)})].any()


async def test_the_scale_bar_is_drawn_in_the_unit_of_the_image() -> None:
    async with viewing(size=(60, 20), voxel_size=(2.0, 0.5, 0.5), unit="µm") as (app, pilot):
        view = app.view
        assert view.scale_bar(view.viewport) is None
        await pilot.press("M")
        bar = view.scale_bar(view.viewport)
        assert bar is not None
        assert bar.words == "2 µm"
        picture = SlicePicture.drawn(view, view.viewport, TRUECOLOR)
        corner = picture[-6:, -30:]
        assert (corner == WHITE).sum() == bar.pixels
        view.voxel_size = (float("nan"),) * 3
        other = view.scale_bar(view.viewport)
        assert other is not None
        assert "voxel" in other.words


async def test_a_pixel_a_voxel_keeps_the_cursor_in_sight() -> None:
    async with viewing(np.zeros((3, 400, 500), np.uint8), cursor=(1, 150, 320)) as (app, pilot):
        view = app.view
        await pilot.press("z")
        assert view.zoom == 1.0
        assert view.viewport.shows(view.point)
        assert view.viewport.across.pixels == 500


async def test_patterns_leave_the_image_in_their_gaps_and_b_switches_them() -> None:
    async with viewing(show_label=False) as (app, pilot):
        view = app.view
        view.label_volume = label()
        plain = SlicePicture.drawn(view, view.viewport, TRUECOLOR)
        await pilot.press("l")
        filled = SlicePicture.drawn(view, view.viewport, TRUECOLOR)
        await pilot.press("B")
        rows = SlicePicture.drawn(view, view.viewport, TRUECOLOR)
        inner = pixels_of(view.viewport, {(h, v) for h in range(8, 22) for v in range(5, 15)})
        assert ((rows == plain) | (rows == filled))[inner].all()
        assert 0.3 < (rows == plain)[inner].mean() < 0.7
        await pilot.press("B")
        assert np.array_equal(SlicePicture.drawn(view, view.viewport, TRUECOLOR), filled)
