"""Four small pictures on one screen: each whole, none over another, as large as there is room for."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from annotat3d_tui.render.halfblocks import NOTHING
from annotat3d_tui.render.palette import TRUECOLOR
from annotat3d_tui.render.panels import GRIDS, Panel, drawn, grid_for

SIDES = st.integers(1, 90)


@given(st.integers(1, 80), st.integers(1, 120), SIDES, SIDES)
def test_any_plane_fits_any_screen(rows: int, columns: int, height: int, width: int) -> None:
    grey = np.linspace(0, 1, height * width, dtype=np.float32).reshape(height, width)
    panels = [Panel(grey, ids) for ids in (None, np.ones(grey.shape, np.uint8)) * 2]
    pixels = drawn(panels, (rows, columns), (0.0, 1.0), TRUECOLOR)
    assert pixels.shape == (rows, columns)


def test_the_four_are_apart_and_of_one_size() -> None:
    panels = [Panel(np.full((10, 10), 1.0, np.float32))] * 4
    pixels = drawn(panels, (42, 42), (0.0, 2.0), TRUECOLOR, gap=2)
    seen = pixels != NOTHING
    assert [int(part.sum()) for part in (seen[:20, :20], seen[:20, 22:], seen[22:, :20], seen[22:, 22:])] == [400] * 4
    assert not seen[20:22].any()
    assert not seen[:, 20:22].any()


@given(st.integers(10, 200), st.integers(10, 200))
def test_a_wide_screen_has_them_in_a_line_and_a_high_one_in_a_column(rows: int, columns: int) -> None:
    grid = grid_for((rows, columns), (10, 10), 2)
    assert grid in GRIDS
    assert grid == (1, 4) or columns < 4 * rows
    assert grid == (4, 1) or rows < 4 * columns


def test_a_label_lies_over_its_grey_values() -> None:
    grey, ids = np.full((8, 8), 1.0, np.float32), np.zeros((8, 8), np.uint8)
    ids[:4] = 1
    pixels = drawn([Panel(grey), Panel(grey, ids)] * 2, (18, 18), (0.0, 2.0), TRUECOLOR, gap=2)
    left, right = pixels[:8, :8], pixels[:8, 10:]
    assert len(np.unique(left)) == 1
    assert (right[:4] != left[:4]).all()
    assert np.array_equal(right[4:], left[4:])
