"""What is drawn is where it must be, in the colours it must have."""

import numpy as np
import pytest

from annotat3d_tui.errors import InvalidParameter, ShapeMismatch
from annotat3d_tui.labels.colours import colour_of
from annotat3d_tui.render.oblique import Oblique
from annotat3d_tui.render.scene.camera import Camera
from annotat3d_tui.render.scene.cut import Cut
from annotat3d_tui.render.scene.grid import Grid
from annotat3d_tui.render.scene.pictures import Colouring, Voxels, slice_flat
from annotat3d_tui.render.scene.renderer import Renderer
from annotat3d_tui.render.scene.scene import BACKGROUND_COLOURS, BLACK, COARSE, OPACITIES, POSTER, SHARP, Overlay, Scene
from tests.render.scene.drawing import BODY, LETTER, SIDES, letter, likeness, phantom, renderer_of, straight

SHAPE, SIZE = (36, 30, 48), (1.5, 1.0, 0.75)
BARE = {"box": False, "background": BLACK}


@pytest.mark.parametrize("side", sorted(SIDES))
@pytest.mark.parametrize("what", ["volume", "label"])
def test_each_side_has_its_letter(side: str, what: str) -> None:
    """Axes, handedness and voxel sizes: a letter on a side is seen upright, and nowhere else."""
    with renderer_of(SHAPE, SIZE) as renderer:
        camera, size = straight(renderer.grid, side, 8.0, margin=16)
        if what == "volume":  # what is seen from the other sides would be seen through
            renderer.set_image(phantom(SHAPE, (side,)), (0.0, 255.0))
            scene = Scene(volume=True, threshold=(BODY + LETTER) / 2, **BARE)
            picture = renderer.render(scene, camera, size).mean(axis=2)
        else:
            renderer.set_label(np.where(phantom(SHAPE) == BODY, 8, 6).astype(np.uint8))  # blue and yellow
            picture = renderer.render(Scene(label=True, **BARE), camera, size)[..., 0].astype(float)
    height, width = picture.shape
    inner = picture[16 : height - 16, 16 : width - 16]
    wide = {"z": (1, 2), "-z": (1, 2), "y": (0, 2), "-y": (0, 2), "x": (0, 1), "-x": (0, 1)}[side]
    rows, columns = ((SHAPE[axis] - 8) * SIZE[axis] * 8 for axis in wide)
    top, left = ((have - want) / 2 for have, want in zip(inner.shape, (rows, columns), strict=True))
    seen = inner[round(top) : round(top + rows), round(left) : round(left + columns)]
    wanted = letter(SIDES[side], *seen.shape)
    alike = likeness(seen, wanted)
    assert alike > 0.8
    for other in (wanted[::-1], wanted[:, ::-1], wanted[::-1, ::-1]):
        assert likeness(seen, other) < alike - 0.1
    assert picture[:12].max() == 0


@pytest.mark.parametrize(("preset", "plane", "index"), [("z", "xy", 0), ("-y", "xz", -1), ("x", "yz", 0)])
@pytest.mark.parametrize("quality", [COARSE, SHARP, POSTER])
def test_a_slice_has_the_very_colours_of_the_slice_view(preset: str, plane: str, index: int, quality: str) -> None:
    rng = np.random.default_rng(3)
    image = rng.integers(0, 4096, (6, 7, 9)).astype(np.uint16)
    label = rng.integers(0, 40, image.shape).astype(np.uint16)
    superpixels = rng.integers(1, 9, image.shape).astype(np.int32)
    marks = np.argwhere(rng.random(image.shape) < 0.1)
    pixels = 10
    axis = {"xy": 0, "xz": 1, "yz": 2}[plane]
    index %= image.shape[axis]
    scene = Scene(
        slices=((plane, index),),
        overlay=Overlay(superpixels=True, opacity=0.7),
        colormap="Fire",
        window=(100, 4000),
        **BARE,
    )
    with renderer_of(image.shape, (2.0, 1.0, 1.0)) as renderer:
        renderer.set_image(image)
        renderer.set_label(label)
        renderer.set_superpixels(superpixels)
        renderer.set_markers(marks, np.full(len(marks), 5))
        camera, size = straight(renderer.grid, preset, pixels, margin=0)
        picture = renderer.render(scene, camera, size, quality)
        voxels = Voxels(image, label, superpixels, (marks.astype(np.int32), np.full(len(marks), 5)))
        colouring = Colouring((100, 4000), "Fire", scene.overlay, colour_of)
        wanted = slice_flat(voxels, renderer.grid, plane, index, colouring).rgb
    rows, columns = (size[1] / wanted.shape[0], size[0] / wanted.shape[1])
    down = ((np.arange(wanted.shape[0]) + 0.5) * rows).astype(int)
    across = ((np.arange(wanted.shape[1]) + 0.5) * columns).astype(int)
    assert np.array_equal(picture[down[:, None], across], wanted)
    assert len(np.unique(wanted.reshape(-1, 3), axis=0)) > 30


def test_an_oblique_slice_shows_what_it_passes_through() -> None:
    image = np.zeros((20, 20, 20), np.uint8)
    image[:, :, 10:] = 200
    with renderer_of(image.shape) as renderer:
        renderer.set_image(image, (0.0, 255.0))
        oblique = Oblique(renderer.grid.voxel_at(renderer.grid.middle)).facing((1.0, 1.0, 0.0))
        camera = Camera.looking(renderer.grid, "z")
        picture = renderer.render(Scene(oblique=oblique, **BARE), camera, (200, 200))[..., 0]
    assert picture[100, 60] == 0
    assert abs(int(picture[100, 140]) - 200) <= 1
    seen = np.flatnonzero(picture[100] > 150)
    assert abs(seen.min() - 100) <= 5


@pytest.mark.parametrize("what", ["volume", "label", "markers"])
@pytest.mark.parametrize("flipped", [False, True])
def test_the_plane_cuts_where_it_lies(what: str, flipped: bool) -> None:
    """At 10 pixels a voxel, a cut between two slices is seen within a pixel or two of its place."""
    shape = (20, 12, 16)
    at = 7.5  # between the slices 7 and 8
    with renderer_of(shape, (2.0, 1.0, 1.0)) as renderer:
        solid = np.full(shape, 200, np.uint8)
        renderer.set_image(solid, (0.0, 255.0))
        renderer.set_label(np.full(shape, 3, np.uint8))
        renderer.set_markers(np.argwhere(solid), np.full(solid.size, 3))
        camera, size = straight(renderer.grid, "x", 10.0, margin=10)
        cut = Cut(Oblique((at, 0, 0)), flipped)
        scene = Scene(**{what: True}, threshold=100.0, cut=cut, **BARE)
        picture = renderer.render(scene, camera, size).max(axis=2)
        whole = renderer.render(Scene(**{what: True}, threshold=100.0, **BARE), camera, size).max(axis=2)
    edge = round(10 + (at + 0.5) * 2 * 10)
    middle, bare = picture[:, size[0] // 2], whole[:, size[0] // 2]
    rows = np.flatnonzero(middle > 0)
    before = np.flatnonzero(bare > 0)
    assert (before.min() < 25, before.max() > size[1] - 25) == (True, True)
    if flipped:
        assert abs(rows.max() + 1 - edge) <= 2
        assert rows.min() == before.min()
    else:
        assert abs(rows.min() - edge) <= 2
        assert rows.max() == before.max()


def test_the_cut_is_the_oblique_slice() -> None:
    """What is kept ends exactly where the oblique slice of the same plane lies."""
    grid = Grid((20, 24, 30), (2.0, 1.0, 0.5))
    cut = Cut.through(grid, (1.0, 0.5, -0.3))
    places = np.moveaxis(cut.plane.places((9, 9), 1.0, grid.voxel_size), 0, -1).reshape(-1, 3)
    ahead = np.array(cut.plane.moved(0, 0, 0.5, grid.voxel_size).position) - np.array(cut.plane.position)
    assert cut.keeps(places + ahead, grid).all()
    assert not cut.keeps(places - ahead, grid).any()
    assert not cut.flip().keeps(places + ahead, grid).any()


def test_a_locked_cut_stays_and_an_unlocked_one_stays_near() -> None:
    grid = Grid((20, 24, 30))
    cut = Cut.through(grid)
    assert cut.moved(3, grid).plane.position == (12.5, 11.5, 14.5)
    assert 0 <= grid.place_of(cut.moved(1000, grid).plane.position)[0] <= 20
    assert 0 <= grid.place_of(cut.moved(-1000, grid).plane.position)[0] <= 20
    for act in (
        lambda: cut.lock().moved(1, grid),
        lambda: cut.lock().turned(1, 0),
        lambda: cut.lock().facing((0, 1, 0)),
    ):
        with pytest.raises(InvalidParameter, match="unlock"):
            act()
    assert cut.lock().lock() == cut


def hue(colour: np.ndarray) -> np.ndarray:
    return np.asarray(colour, float) / max(float(np.max(colour)), 1.0)


def test_labels_have_their_colours() -> None:
    label = np.zeros((20, 20, 40), np.uint8)
    label[5:15, 5:15, 5:15], label[5:15, 5:15, 25:35] = 2, 5
    with renderer_of(label.shape) as renderer:
        renderer.set_label(label)
        camera, size = straight(renderer.grid, "z", 8.0)
        picture = renderer.render(Scene(label=True, **BARE), camera, size)
        for column, one in ((10, 2), (30, 5)):
            seen = picture[size[1] // 2, 4 + column * 8]
            assert np.abs(hue(seen) - hue(colour_of(one))).max() < 0.12
        alone = renderer.render(Scene(meshes=(5,), **BARE), camera, size)
        assert alone[size[1] // 2, 84].max() == 0
        assert alone[size[1] // 2, 244].max() > 100
        renderer.set_colours(lambda id: None if id == 2 else (255, 0, 0))
        picture = renderer.render(Scene(label=True, **BARE), camera, size)
        assert picture[size[1] // 2, 84].max() == 0
        assert picture[size[1] // 2, 244, 0] > 100
        assert picture[size[1] // 2, 244, 1] < 80


def test_the_background_is_hidden_until_it_is_asked_for() -> None:
    label = np.ones((10, 10, 10), np.uint8)
    label[3:7, 3:7, 3:7] = 2
    with renderer_of(label.shape) as renderer:
        renderer.set_label(label)
        assert renderer.labels_of(Scene(label=True)) == [2]
        assert renderer.labels_of(Scene(meshes=(1, 9))) == [1]
        camera, size = straight(renderer.grid, "z", 8.0)
        assert renderer.render(Scene(label=True, **BARE), camera, size)[10, 10].max() == 0
        assert renderer.render(Scene(meshes=(1,), **BARE), camera, size)[14, 14].max() > 0


def test_what_is_inside_is_seen_through_a_cut() -> None:
    label = np.full((20, 20, 20), 3, np.uint8)
    label[6:14, 6:14, 6:14] = 2
    with renderer_of(label.shape) as renderer:
        renderer.set_label(label)
        camera, size = straight(renderer.grid, "z", 8.0)
        whole = renderer.render(Scene(label=True, **BARE), camera, size)[size[1] // 2, size[0] // 2]
        cut = Scene(label=True, cut=Cut(Oblique((9.5, 0, 0))), **BARE)
        inside = renderer.render(cut, camera, size)[size[1] // 2, size[0] // 2]
    assert np.abs(hue(whole) - hue(colour_of(3))).max() < 0.12
    assert tuple(inside.tolist()) == colour_of(2)


@pytest.mark.parametrize("opacity", OPACITIES)
def test_below_the_threshold_nothing_is_seen(opacity: str) -> None:
    image = np.full((16, 16, 16), 50, np.uint8)
    image[4:12, 4:12, 8:14] = 220
    with renderer_of(image.shape) as renderer:
        renderer.set_image(image, (0.0, 255.0))
        camera, size = straight(renderer.grid, "z", 8.0)
        scene = Scene(volume=True, opacity=opacity, threshold=120.0, **BARE)
        picture = renderer.render(scene, camera, size).max(axis=2)
        assert picture[size[1] // 2, 4 + 88] > 40
        assert picture[size[1] // 2, 4 + 24] < 12


def test_voxels_of_any_type_look_alike() -> None:
    image = phantom((16, 16, 16)).astype(np.float64)
    pictures = []
    for dtype, scale, offset in (
        (np.uint8, 1, 0),
        (np.uint16, 100, 7),
        (np.int16, 100, -20000),
        (np.float32, 1e-3, -1),
    ):
        values = (image * scale + offset).astype(dtype)
        with renderer_of(image.shape) as renderer:
            renderer.set_image(values, (0.0 * scale + offset, 255.0 * scale + offset))
            camera, size = straight(renderer.grid, "iso", 6.0)
            scene = Scene(volume=True, threshold=60.0 * scale + offset, **BARE)
            pictures.append(renderer.render(scene, camera, size).astype(int))
    for other in pictures[1:]:
        assert np.abs(other - pictures[0]).mean() < 2


def test_perspective_makes_near_things_larger() -> None:
    image = np.full((40, 20, 20), 200, np.uint8)
    with renderer_of(image.shape) as renderer:
        renderer.set_image(image, (0.0, 255.0))
        sizes = []
        for perspective in (False, True):
            camera = Camera(renderer.grid.middle, (1.0, 0, 0), (0, -1.0, 0), 60.0, perspective)
            picture = renderer.render(Scene(volume=True, threshold=100.0, **BARE), camera, (200, 200))
            sizes.append(int((picture.max(axis=2) > 0).sum()))
        assert sizes[1] > 1.2 * sizes[0]


def test_the_box_and_the_background_are_there() -> None:
    with renderer_of((10, 10, 10)) as renderer:
        camera = Camera.looking(renderer.grid, "iso")
        picture = renderer.render(Scene(), camera, (160, 120))
        bottom, top = BACKGROUND_COLOURS["dark"]
        assert np.abs(picture[0, 0].astype(int) - top).max() < 4
        assert np.abs(picture[-1, 0].astype(int) - bottom).max() < 4
        for shade in ((232, 88, 80), (86, 186, 96), (82, 139, 255)):
            assert (np.abs(picture.astype(int) - shade).sum(axis=2) < 60).any()


def test_what_does_not_fit_is_refused() -> None:
    with Renderer(Grid((4, 5, 6))) as renderer:
        with pytest.raises(ShapeMismatch, match="6×5×4"):
            renderer.set_label(np.zeros((4, 5, 7), np.uint8))
        camera = Camera.looking(renderer.grid)
        with pytest.raises(InvalidParameter, match="pixels"):
            renderer.render(Scene(), camera, (0, 10))
        with pytest.raises(InvalidParameter, match="quality"):
            renderer.render(Scene(), camera, (10, 10), "best")
        assert renderer.pid is None
    for wrong in (
        {"opacity": "x"},
        {"background": "x"},
        {"slices": (("zz", 1),)},
        {"mesh_opacity": 2.0},
        {"colormap": "x"},
    ):
        with pytest.raises(InvalidParameter):
            Scene(**wrong)
