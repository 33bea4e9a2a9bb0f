"""How pictures in space become colours of a terminal, and what is shown becomes a scene."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotat3d_tui.labels.planes import PLANES
from annotat3d_tui.render.halfblocks import packed
from annotat3d_tui.render.oblique import Clipping, Oblique
from annotat3d_tui.render.palette import COLOURS_16, COLOURS_256, TRUECOLOR, Palette
from annotat3d_tui.render.scene.camera import PRESETS, Camera
from annotat3d_tui.render.scene.grid import Grid
from annotat3d_tui.render.scene.scene import Overlay
from annotat3d_tui.render.xterm import XTERM, nearest_256
from annotat3d_tui.tui.scene_plane import opening_cut, typed_plane
from annotat3d_tui.tui.space import SLICES, Looked, Shown, Space, reduced
from annotat3d_tui.tui.widgets.space_colours import codes_of, nearest
from annotat3d_tui.tui.widgets.space_picture import draw_reticle, enlarged

LOOKED = Looked((3, 4, 5), (0.0, 9.0), "Fire", Overlay())


@pytest.mark.parametrize("moving", [True, False])
@pytest.mark.parametrize("palette", [TRUECOLOR, COLOURS_256, COLOURS_16])
def test_black_and_white_stay_and_others_stay_near(palette: Palette, moving: bool) -> None:
    ends = np.array([[[0, 0, 0], [255, 255, 255]]], np.uint8)
    assert codes_of(ends, palette, moving=moving).tolist() == [[0, 0xFFFFFF]]
    grey = codes_of(np.full((1, 1, 3), 128, np.uint8), palette, moving=moving)[0, 0]
    assert abs((grey & 255) - 128) < 10 or palette is COLOURS_16


def test_a_terminal_of_few_colours_is_sent_its_own_alone() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    for palette, own in ((COLOURS_256, XTERM[16:]), (COLOURS_16, XTERM[:16])):
        assert set(np.unique(codes_of(rgb, palette, moving=False)).tolist()) <= set(packed(own).tolist())


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_the_nearest_of_many_is_the_nearest_of_each(colour: tuple[int, int, int]) -> None:
    assert 16 + int(nearest(np.array([colour]), XTERM[16:])[0]) == nearest_256(colour)


def test_what_is_moving_has_fewer_colours() -> None:
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    moving, still = (len(np.unique(codes_of(ramp, TRUECOLOR, moving=one))) for one in (True, False))
    assert moving < still


@given(st.integers(1, 4), st.integers(1, 5), st.integers(1, 5))
def test_an_even_picture_stays_even_however_it_is_reduced_and_enlarged(times: int, rows: int, columns: int) -> None:
    even = np.full((rows * times, columns * times, 3), 77, np.uint8)
    assert (reduced(even, times) == 77).all()
    assert reduced(even, times).shape == (rows, columns, 3)
    assert (enlarged(reduced(even, times), (rows * times, columns * times)) == even).all()


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (8, 8), (72, 90)])
def test_the_reticle_leaves_the_middle_and_is_seen_on_black_and_on_white(size: tuple[int, int]) -> None:
    for code in (0, 0xFFFFFF):
        pixels = np.full(size, code, np.int32)
        draw_reticle(pixels, 1)
        assert pixels[size[0] // 2, size[1] // 2] == code or min(size) < 8
        assert (pixels != code).any() == (min(size) >= 8)


def test_slices_go_through_the_cursor_and_come_round() -> None:
    shown = Shown()
    seen = []
    for _ in SLICES:
        shown = shown.next_slices()
        seen.append(shown.scene(LOOKED).slices)
    assert seen[0] == (("xy", 3), ("xz", 4), ("yz", 5))
    assert [len(one) for one in seen] == [3, 1, 1, 1, 0]
    assert {plane for one in seen for plane, _ in one} == set(PLANES)


def test_the_scene_has_the_looks_of_the_slice_view() -> None:
    scene = Shown(meshes=frozenset({7, 2})).with_mesh(7).scene(LOOKED)
    assert (scene.window, scene.colormap, scene.meshes) == ((0.0, 9.0), "Fire", (2,))
    assert scene.cut is None
    assert scene.oblique is None


@pytest.mark.parametrize("preset", PRESETS)
def test_the_first_cut_lays_open_what_is_looked_at(preset: str) -> None:
    grid = Grid((10, 20, 30), (3.0, 1.0, 0.5))
    camera = Camera.looking(grid, preset)
    assert float(np.dot(opening_cut(grid, camera).normal, camera.direction)) > 0


def test_planes_are_typed_as_normal_and_position() -> None:
    plane = typed_plane("0 0 2, 5 6 7", Oblique((0, 0, 0)))
    assert (plane.normal, plane.position) == ((1.0, 0.0, 0.0), (7.0, 6.0, 5.0))
    assert typed_plane("1 0 0", plane).position == plane.position
    assert Clipping(plane, 1.0).plane == plane


def test_voxel_sizes_that_are_none_count_as_one() -> None:
    assert Space((2, 3, 4), (float("nan"), 0.0, 2.0), "µm").grid.voxel_size == (1.0, 1.0, 2.0)
