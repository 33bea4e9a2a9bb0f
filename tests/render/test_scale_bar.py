"""A bar of a round length over a slice, as long as it says, at any zoom and on finer pixels."""

from dataclasses import replace

import numpy as np
import pytest

from annotat3d_tui.render.scale_bar import BLACK, WHITE, length_words, scale_bar
from annotat3d_tui.render.viewport import Viewport

WIDE = Viewport((100, 200), (120, 30))


@pytest.mark.parametrize("zoom", [0.0, 0.5, 1.0, 3.0, 16.0])
@pytest.mark.parametrize("cell", [(1, 2), (8, 17)])
@pytest.mark.parametrize("across", [1.0, 0.65, 13e-6])
def test_a_bar_is_as_long_as_it_says(zoom: float, cell: tuple[int, int], across: float) -> None:
    viewport = replace(WIDE, zoom=zoom, cell=cell)
    bar = scale_bar(viewport, across, "mm")
    assert bar is not None
    number, unit = bar.words.split()
    length = float(number) / {"nm": 1e6, "µm": 1e3, "mm": 1.0}[unit]
    left, right = viewport.across.pixels_of(0)[0], viewport.across.pixels_of(199)[1] + 1
    assert bar.pixels == pytest.approx(length / across * (right - left) / 200, abs=1 + 0.01 * bar.pixels)
    inside = viewport.across.inside
    assert 0.09 < bar.pixels / (inside.stop - inside.start) <= 0.26
    assert float(number) / 10 ** np.floor(np.log10(float(number))) in (1, 2, 5)


@pytest.mark.parametrize("cell", [(1, 2), (8, 17)])
def test_a_bar_lies_in_the_slice_white_with_a_black_rim(cell: tuple[int, int]) -> None:
    viewport = replace(WIDE, cell=cell)
    bar = scale_bar(viewport, 1.0, "voxel")
    assert bar is not None
    before = np.full(viewport.screen, 0x123456, np.int32)
    after = bar.drawn(before, viewport)
    rows, columns = np.nonzero(after == WHITE)
    assert columns.max() - columns.min() + 1 == bar.pixels
    assert len(np.unique(columns)) == bar.pixels
    changed = np.nonzero(after != before)
    for found, axis in zip(changed, (viewport.down, viewport.across), strict=True):
        assert axis.inside.start <= found.min()
        assert found.max() < axis.inside.stop
    around = after[rows.min() - 1 : rows.max() + 2, columns.min() - 1 : columns.max() + 2]
    assert (np.concatenate([around[0], around[-1], around[:, 0], around[:, -1]]) == BLACK).all()
    assert (before == 0x123456).all()


def test_there_is_no_bar_where_there_is_no_room() -> None:
    assert scale_bar(Viewport((100, 200), (8, 30)), 1.0, "voxel") is None
    assert scale_bar(Viewport((1, 200), (120, 30)), 1.0, "voxel") is None


@pytest.mark.parametrize(
    ("length", "unit", "words"),
    [
        (1.0, "voxel", "1 voxel"),
        (0.5, "nm", "0.5 nm"),
        (1000, "nm", "1 µm"),
        (5000.0, "m", "5000 m"),
        (2, "px", "2 px"),
    ],
)
def test_a_length_has_the_unit_that_makes_it_short(length: float, unit: str, words: str) -> None:
    assert length_words(length, unit) == words
