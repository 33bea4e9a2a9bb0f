"""While the disk is slow a coarse copy of the image is shown, and then the image itself."""

import threading
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.render.palette import TRUECOLOR
from annotat3d_tui.render.planes import plane_size
from annotat3d_tui.render.viewport import Viewport
from annotat3d_tui.session import Session
from annotat3d_tui.tui import computing
from annotat3d_tui.tui.widgets import scene as scenes
from annotat3d_tui.tui.widgets.reader import Reader
from annotat3d_tui.tui.widgets.scene import Look, Scene
from annotat3d_tui.volume import pyramid
from annotat3d_tui.volume.pyramid import coarse_copy, first_look
from annotat3d_tui.volume.turned import Turned, turned_parts
from tests.tui.acting import opened, until

SHAPE = (9, 40, 51)


def image_of(shape: tuple[int, int, int] = SHAPE) -> NDArray[np.uint16]:
    z, y, x = np.ogrid[: shape[0], : shape[1], : shape[2]]
    return (2000 + 900 * np.sin(x / 9) + 700 * np.cos(y / 7) + 60 * z).astype(np.uint16)


def look_at(plane: str, index: int, zoom: float = 0.0) -> Look:
    viewport = Viewport(plane_size(SHAPE, plane), (30, 12), zoom)
    return Look(plane, index, viewport, TRUECOLOR, (1000.0, 5000.0), 0.5, False, False, False)


class SlowDisk:
    """`grey_levels` of whole planes waits until `go` is set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, shape: tuple[int, ...]) -> None:
        self.go = threading.Event()
        self.begun = 0
        exact = scenes.grey_levels

        def slow(plane: NDArray[np.uint16], *others: object) -> NDArray[np.uint8]:
            if max(plane.shape) > max(shape) // 2 + 1:
                self.begun += 1
                assert self.go.wait(30)
            return exact(plane, *others)  # type: ignore[arg-type]

        monkeypatch.setattr(scenes, "grey_levels", slow)


@pytest.mark.parametrize(("plane", "index"), [("xy", 8), ("xz", 39), ("yz", 50)])
@pytest.mark.parametrize("zoom", [0.0, 1.0, 3.0])
def test_what_is_shown_first_is_nearly_the_image_and_then_it_is(
    plane: str, index: int, zoom: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    image, arrived = image_of(), threading.Event()
    annotation, _ = Annotation.open(SHAPE)
    expected = Scene(image, annotation).picture(look_at(plane, index, zoom))
    disk = SlowDisk(monkeypatch, plane_size(SHAPE, plane))
    scene = Scene(image, annotation, arrived.set)
    scene.coarse = coarse_copy(image)
    first = scene.picture(look_at(plane, index, zoom))
    assert first.shape == expected.shape
    assert np.abs(first.astype(int) - expected).mean() < 25
    assert not arrived.is_set()
    disk.go.set()
    assert arrived.wait(30)
    scene.exact_arrived()
    assert np.array_equal(scene.picture(look_at(plane, index, zoom)), expected)


def test_where_the_disk_is_quick_only_the_image_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenes, "PATIENCE", 30.0)
    image, arrived = image_of(), threading.Event()
    annotation, _ = Annotation.open(SHAPE)
    expected = Scene(image, annotation).picture(look_at("xy", 3))
    scene = Scene(image, annotation, arrived.set)
    scene.coarse = np.zeros((4, 20, 25), np.uint16)
    assert np.array_equal(scene.picture(look_at("xy", 3)), expected)
    assert not arrived.is_set()


def test_of_many_wishes_the_first_and_the_newest_are_made() -> None:
    begun, go, ready, made = threading.Event(), threading.Event(), threading.Event(), []
    reader = Reader(ready.set)

    def make(key: int) -> int:
        made.append(key)
        begun.set()
        assert go.wait(30)
        return 10 * key

    assert reader.read(0, lambda: make(0), 0.0) is None
    assert begun.wait(30)
    for key in range(1, 6):
        assert reader.read(key, lambda key=key: make(key), 0.0) is None  # type: ignore[misc]
    assert reader.read(5, lambda: make(5), 0.0) is None
    go.set()
    assert ready.wait(30)
    assert reader.read(5, lambda: make(5), 0.0) == 50
    assert made == [0, 5]


@pytest.mark.parametrize("shape", [(1, 40, 50), (9, 1, 50), (9, 41, 51), (2, 3, 1)])
def test_a_coarse_copy_has_the_means_of_blocks(shape: tuple[int, int, int]) -> None:
    image = image_of(shape)
    copy = coarse_copy(image)
    assert copy is not None
    steps = [2 if length >= 2 else 1 for length in shape]
    assert copy.shape == tuple(length // step for length, step in zip(shape, steps, strict=True))
    assert abs(int(copy[0, 0, 0]) - image[0, : steps[1], : steps[2]].mean()) < 1
    assert abs(int(copy[-1, -1, -1]) - float(image.mean())) < 3000


def test_a_coarse_copy_fits_its_memory_and_can_be_stopped() -> None:
    image = image_of((64, 64, 64))
    copy = coarse_copy(image, most_bytes=2000)
    assert copy is not None
    assert copy.nbytes <= 2000
    assert coarse_copy(image, stopped=lambda: True) is None


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", "float32"])
def test_a_coarse_copy_has_the_means_of_every_type(dtype: str) -> None:
    image = (image_of((8, 16, 24)) - (3000 if dtype[0] != "u" else 0)).astype(dtype)
    for side in (2, 4):
        copy = coarse_copy(image, side=side)
        assert copy is not None
        assert copy.dtype == image.dtype
        exact = image[::side].reshape(8 // side, 16 // side, side, 24 // side, side).mean(axis=(2, 4))
        assert np.abs(copy - exact).max() < 1


@pytest.mark.parametrize("shape", [(1, 40, 50), (9, 1, 50), (9, 41, 51), (2, 3, 1), (200, 90, 70)])
def test_a_first_look_reads_few_rows(shape: tuple[int, int, int]) -> None:
    image = image_of(shape)
    look = first_look(image, most_rows=40)
    assert look.dtype == image.dtype
    assert look.ndim == 3
    assert look.shape[0] * look.shape[1] <= 40
    assert abs(float(look.mean()) - float(image.mean())) < 0.2 * float(image.mean())
    level = np.full(shape, 7, np.int16)
    assert np.array_equal(first_look(level), np.full(first_look(level).shape, 7))


def test_slices_across_x_are_read_from_the_turned_copy() -> None:
    image, other = image_of(), image_of()[::-1]
    annotation, _ = Annotation.open(SHAPE)
    scene = Scene(image, annotation)
    beside = scene.beside()
    flat = np.concatenate(list(turned_parts(np.ascontiguousarray(other))))  # others' voxels, so that one sees it
    scene.turned = Turned(flat, SHAPE)
    for plane, volume in (("xy", image), ("xz", image), ("yz", other)):
        expected = Scene(np.ascontiguousarray(volume), annotation).picture(look_at(plane, 3))
        for shown in (scene, beside, scene.still(plane, 3)):
            assert np.array_equal(shown.picture(look_at(plane, 3)), expected), plane


async def test_the_workspace_keeps_the_turned_copy(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from annotat3d_tui import cache
    from annotat3d_tui.volume import converted, converted_files

    monkeypatch.setattr(pyramid, "SMALL_BYTES", 1)
    monkeypatch.setattr(converted, "SMALLEST", 1)
    monkeypatch.setattr(cache, "SPARED", 0)
    monkeypatch.setattr(converted_files, "SPARED", 0)
    async with opened(files) as (pilot, screen):
        assert screen.view.scene.coarse is not None
        await until(pilot, lambda: screen.view.scene.turned is not None)
        image = screen.session.image.data
        assert all(np.array_equal(screen.view.scene.turned.plane(x), image[:, :, x]) for x in range(image.shape[2]))
    monkeypatch.setattr(Session, "turned", lambda *_: pytest.fail("made again"))
    async with opened(files) as (pilot, screen):
        await until(pilot, lambda: screen.view.scene.turned is not None)


def test_what_is_wanted_soon_stays_what_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyramid, "SMALL_BYTES", 1)
    image = image_of((5, 70, 300))
    for path, opened_volume in mapped_files(tmp_path, image):
        assert pyramid.is_on_disk(opened_volume), path
        for axis in range(3):
            for index in (0, image.shape[axis] - 1):
                pyramid.wanted_soon(opened_volume, axis, index)
        assert np.array_equal(opened_volume, image)
    pyramid.wanted_soon(image, 1, 3)


def mapped_files(folder: Path, image: NDArray[np.uint16]) -> list[tuple[Path, NDArray[np.uint16]]]:
    """A volume in files that can be mapped, and it mapped."""
    from annotat3d_tui.volume.files import open_volume, save_volume

    names = ("a.tif", f"a_{'x'.join(map(str, image.shape[::-1]))}_16bit.raw", "a.npy", "a.h5")
    paths = [save_volume(folder / name, image) for name in names]
    return [(path, open_volume(path).data) for path in paths]


async def test_the_workspace_keeps_the_coarse_copy(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from annotat3d_tui import cache

    monkeypatch.setattr(pyramid, "SMALL_BYTES", 1)
    monkeypatch.setattr(cache, "SPARED", 0)
    async with opened(files) as (pilot, screen):
        session = screen.session
        await until(pilot, lambda: session.cache.get(session.coarse_key(2)) is not None)
        await until(
            pilot, lambda: screen.view.scene.coarse is not None and screen.view.scene.coarse.shape == (7, 13, 15)
        )
    made: list[int] = []
    monkeypatch.setattr(computing, "coarse_copy", lambda *_, **__: made.append(1))
    async with opened(files) as (pilot, screen):
        await until(pilot, lambda: screen.view.scene.coarse is not None)
        assert np.array_equal(screen.view.scene.coarse, coarse_copy(screen.session.image.data))
    assert made == []


async def test_the_screen_shows_the_image_once_the_disk_has_given_it(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pyramid, "SMALL_BYTES", 1)
    async with opened(files) as (pilot, screen):
        view = screen.view
        await until(pilot, lambda: view.scene.coarse is not None)
        view.action_slice(1)
        await pilot.pause()
        expected = view.pixels(view.palette())
        disk = SlowDisk(monkeypatch, view.scene.image.shape[1:])
        view.action_slice(1)
        await until(pilot, lambda: disk.begun > 0)
        coarse = view.pixels(view.palette())
        disk.go.set()
        view.action_slice(-1)
        await until(pilot, lambda: np.array_equal(view.pixels(view.palette()), expected))
        assert not np.array_equal(coarse, expected)
