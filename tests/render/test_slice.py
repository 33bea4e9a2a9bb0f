"""Pictures of slices: known colours at known pixels, for any zoom, type and strange value."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotat3d_tui.labels.colours import colour_of
from annotat3d_tui.render.palette import COLOURS_16, COLOURS_256, PALETTES, TRUECOLOR, Palette
from annotat3d_tui.render.slice import (
    BORDER,
    BORDER_OPACITY,
    FAINT,
    Layers,
    border_opacity,
    compose,
    grey_levels,
    highest,
    sampled,
)
from annotat3d_tui.render.viewport import ZOOMS, Viewport
from annotat3d_tui.superpixels.borders import borders

ONE_TO_ONE = Viewport((8, 12), (12, 4), zoom=1.0)
EVERY_ZOOM = pytest.mark.parametrize("zoom", [0.0, *ZOOMS])


def test_at_zoom_1_each_pixel_is_its_voxel() -> None:
    plane = np.arange(96, dtype=np.uint8).reshape(8, 12)
    assert np.array_equal(grey_levels(plane, ONE_TO_ONE, (0, 96), 96), plane)


def test_zoomed_in_a_voxel_is_a_square() -> None:
    plane = np.arange(96, dtype=np.uint8).reshape(8, 12)
    viewport = Viewport((8, 12), (36, 12), zoom=3.0)
    assert np.array_equal(grey_levels(plane, viewport, (0, 96), 96), np.kron(plane, np.ones((3, 3))))


def test_zoomed_out_a_pixel_is_the_mean_of_its_voxels() -> None:
    plane = np.random.default_rng(0).integers(0, 256, (16, 24), np.uint8)
    viewport = Viewport((16, 24), (12, 4), zoom=0.5)
    means = plane.reshape(8, 2, 12, 2).mean(axis=(1, 3)).astype(np.uint8)
    assert np.array_equal(grey_levels(plane, viewport, (0, 256), 256), means)


def test_a_far_view_of_a_large_plane_is_the_mean_of_some_of_its_voxels() -> None:
    plane = np.tile(np.array([[0, 200]], np.uint8), (1600, 800))
    levels = grey_levels(plane, Viewport((1600, 1600), (20, 10)), (0, 200), 200)
    assert levels.shape == (20, 20)
    assert np.isin(levels, (0, 100)).all()  # every other voxel at most is left out


def test_outside_the_window_is_black_and_white() -> None:
    plane = np.array([[0, 10, 20, 30]], np.int16)
    viewport = Viewport((1, 4), (4, 1), zoom=1.0)
    assert grey_levels(plane, viewport, (10, 20), 26).tolist() == [[0, 0, 25, 25]]


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "int32", "float32", "float64"])
@EVERY_ZOOM
def test_every_type_is_drawn_alike(dtype: str, zoom: float) -> None:
    plane = np.linspace(0, 120, 63).reshape(7, 9).astype(np.uint8)
    viewport = Viewport((7, 9), (20, 10), zoom=zoom)
    expected = grey_levels(plane, viewport, (0, 120.5), 26)
    assert np.array_equal(grey_levels(plane.astype(dtype), viewport, (0, 120.5), 26), expected)


@EVERY_ZOOM
def test_values_that_are_no_numbers_are_drawn_too(zoom: float) -> None:
    plane = np.full((40, 50), 5.0, np.float32)
    plane[:, :25] = np.nan
    plane[0], plane[-1] = np.inf, -np.inf
    levels = grey_levels(plane, Viewport((40, 50), (20, 10), zoom=zoom, centre=(25.0, 20.0)), (0.0, 10.0), 26)
    assert levels.max() <= 25
    everywhere = grey_levels(np.full((9, 9), np.nan), Viewport((9, 9), (9, 5)), (0.0, 1.0), 26)
    assert not everywhere.any()


def test_the_largest_numbers_do_not_overflow() -> None:
    plane = np.array([[-1.7e308, 1.7e308] * 8] * 16)
    assert grey_levels(plane, Viewport((16, 16), (4, 2)), (-1.7e308, 1.7e308), 26).shape == (4, 4)


@settings(deadline=None)
@given(
    st.tuples(st.integers(1, 90), st.integers(1, 90)),
    st.sampled_from((0.0, *ZOOMS)),
    st.sampled_from((1.0, 3.3)),
    st.randoms(use_true_random=False),
)
def test_a_marked_voxel_is_seen_in_its_pixels_and_only_there(
    shape: tuple[int, int], zoom: float, deep: float, random: st.DataObject
) -> None:
    v, h = random.randrange(shape[0]), random.randrange(shape[1])
    marks = np.zeros(shape, np.uint16)
    marks[v, h] = 7
    viewport = Viewport(shape, (30, 15), zoom=zoom, centre=(h, v), spacing=(deep, 1.0)).showing((h, v))
    seen, _ = highest(marks, viewport)
    rows, columns = viewport.down.pixels_of(v), viewport.across.pixels_of(h)
    expected = np.zeros(viewport.screen, np.uint16)
    expected[max(rows[0], 0) : rows[1] + 1, max(columns[0], 0) : columns[1] + 1] = 7
    assert seen.any()
    assert np.array_equal(seen, expected[viewport.down.inside, viewport.across.inside])
    part, where = highest(marks[v : v + 1, h : h + 1], viewport, (v, h))
    whole = np.zeros_like(seen)
    whole[where] = part
    assert np.array_equal(whole, seen)


@EVERY_ZOOM
def test_a_label_lies_on_its_voxels(zoom: float) -> None:
    label = np.arange(35 * 50, dtype=np.uint16).reshape(35, 50)
    viewport = Viewport((35, 50), (40, 15), zoom=zoom, centre=(20.0, 20.0))
    shown = sampled(label, viewport)
    top, left = viewport.down.inside.start, viewport.across.inside.start
    for row in range(shown.shape[0]):
        for column in range(shown.shape[1]):
            h, v = viewport.voxel_at(left + column, top + row) or (-1, -1)
            assert shown[row, column] == label[v, h]


def grey_layer() -> np.ndarray:
    return np.linspace(0, 25, 96).astype(np.uint8).reshape(8, 12)


def test_layers_lie_over_each_other() -> None:
    grey = grey_layer()
    label, marks = np.zeros((2, 8, 12), np.uint8)
    label[2:5, 3:9], marks[3, 4:7] = 2, 3
    picture = compose(Layers(grey, label, None, marks), colour_of, opacity=0.5)
    assert np.array_equal(picture[0], TRUECOLOR.greys[grey[0]])
    assert np.array_equal(picture[3, 3], TRUECOLOR.mixed(colour_of(2), 0.5)[grey[3, 3]])
    assert (picture[3, 4:7] == colour_of(3)).all()


def test_borders_are_seen_beside_and_inside_labels() -> None:
    grey = np.full((8, 12), 10, np.uint8)
    superpixels = np.where(np.arange(12) < 6, 1, 2) * np.ones((8, 1), np.int32)
    label = np.zeros((8, 12), np.uint8)
    label[4:] = 2
    picture = compose(Layers(grey, label, superpixels), colour_of, opacity=0.5)
    assert np.array_equal(picture[0, 5], TRUECOLOR.mixed(BORDER, BORDER_OPACITY)[10])
    assert not np.array_equal(picture[5, 5], picture[5, 4])
    assert np.array_equal(picture[5, 4], TRUECOLOR.mixed(colour_of(2), 0.5)[10])


def test_borders_that_would_cover_the_image_are_faint() -> None:
    crowded, clear = np.indices((8, 12)).sum(axis=0), np.arange(12) // 6 * np.ones((8, 1), int)
    seen = [border_opacity(borders(ids)) for ids in (crowded, clear)]
    assert seen == [FAINT, BORDER_OPACITY]


def test_borders_are_as_faint_where_the_image_fills_only_a_part_of_the_screen() -> None:
    superpixels = np.zeros((40, 40), np.int32)
    superpixels[:8, :8] = np.arange(1, 65).reshape(8, 8)
    inside = superpixels > 0
    grey = np.full(superpixels.shape, 10, np.uint8)
    whole = compose(Layers(grey[:8, :8], None, superpixels[:8, :8]), colour_of)
    part = compose(Layers(grey, None, superpixels, inside=inside), colour_of)
    assert np.array_equal(part[:7, :7], whole[:7, :7])
    assert not np.array_equal(compose(Layers(grey, None, superpixels), colour_of)[:7, :7], whole[:7, :7])


def test_hidden_labels_are_not_drawn() -> None:
    label = np.full((8, 12), 2, np.uint8)
    grey = grey_layer()
    picture = compose(Layers(grey, label, None, label), lambda label: None)
    assert np.array_equal(picture, TRUECOLOR.greys[grey])


@pytest.mark.parametrize("name", PALETTES)
def test_only_colours_of_the_terminal_are_used(name: str) -> None:
    palette = PALETTES[name]
    grey = grey_layer() % palette.levels
    label = np.arange(96).reshape(8, 12)
    picture = compose(Layers(grey, label, label % 5, label % 3), colour_of, palette=palette, opacity=0.4)
    assert np.array_equal(palette.shown(picture.reshape(-1, 3)), picture.reshape(-1, 3))


def test_greys_are_the_same_in_256_colours_and_in_16_million() -> None:
    assert np.array_equal(COLOURS_256.greys, TRUECOLOR.greys)
    assert (np.diff(COLOURS_16.greys[:, 0].astype(int)) > 0).all()
    assert 24 <= TRUECOLOR.levels <= 32


def test_a_colour_map_is_used_for_grey_values_alone() -> None:
    hot = Palette(colormap="Hot", levels=26)
    marks = np.zeros((8, 12), np.uint8)
    marks[0, 0] = 2
    picture = compose(Layers(grey_layer(), None, None, marks), colour_of, palette=hot)
    assert picture[-1, -1].tolist() == [255, 255, 255]
    assert (picture[4, 6] != picture[4, 6, 0]).any()
    assert tuple(picture[0, 0]) == colour_of(2)
