"""3D on the screen, drawn by the real renderer: keys, mouse, what it shares with slices, files, a lost child."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from textual.pilot import Pilot

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.render.halfblocks import NOTHING
from annotat3d_tui.render.scene.camera import ARCBALL, FLY, TURNTABLE
from annotat3d_tui.render.scene.views import open_view
from annotat3d_tui.tui.app import Annotat3DApp
from annotat3d_tui.tui.scene_files import check_suffix, typed_size, typed_surfacing
from annotat3d_tui.tui.screens.dialogs import Ask
from annotat3d_tui.tui.screens.paths import AskPath
from annotat3d_tui.tui.screens.scene import SceneScreen, SurfaceList, typed_grey
from annotat3d_tui.tui.screens.segment import SegmentScreen
from tests.tui.acting import opened, seen, toasts, until

PIXELS = np.ndarray


@asynccontextmanager
async def in_space(
    files: Path, size: tuple[int, int] = (100, 28), *, label: bool = False
) -> AsyncIterator[tuple[Pilot[int], SceneScreen, SegmentScreen]]:
    """The 3D screen on image.tif of a folder, once a picture is there; with graphics, or the test is skipped."""
    async with opened(files, size) as (pilot, segment):
        if label:
            segment.view.label_volume = segment.session.label = truth_of(segment)
        await pilot.press("f3")
        screen = pilot.app.screen
        assert isinstance(screen, SceneScreen)
        await drawn(pilot, screen)
        if not screen.space.renderer.device:
            assert "ANNOTAT3D_CI" not in os.environ, screen.space.renderer.problem
            pytest.skip(screen.space.renderer.problem)
        yield pilot, screen, segment


def truth_of(segment: SegmentScreen) -> np.ndarray:
    image = segment.session.image.data
    return np.where(image > 7000, 2, 1).astype(np.uint8)


def pixels(screen: SceneScreen) -> PIXELS:
    return screen.picture.pixels(screen.picture.palette())


async def drawn(pilot: Pilot[int], screen: SceneScreen) -> PIXELS:
    """The picture, once there is one and nothing is being made."""
    await until(pilot, lambda: not screen.picture.waits and not (pixels(screen) == NOTHING).any())
    return pixels(screen)


async def changed_by(pilot: Pilot[int], screen: SceneScreen, *keys: str) -> bool:
    """Whether keys change the picture."""
    before = (await drawn(pilot, screen)).copy()
    await pilot.press(*keys)
    return not np.array_equal(before, await drawn(pilot, screen))


async def test_without_an_image_it_says_why_not() -> None:
    async with Annotat3DApp().run_test(notifications=True) as pilot:
        await pilot.press("f3")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, SceneScreen)
        assert toasts(pilot) == ["nothing is open: open an image, or the demo"]


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 40), (200, 60)])
async def test_picture_strip_and_keys_fit_at_every_size(files: Path, size: tuple[int, int]) -> None:
    async with in_space(files, size) as (pilot, screen, _):
        lines = seen(pilot).splitlines()
        assert all(len(line) == size[0] for line in lines)
        assert "3D" in lines[1]
        assert "F1 help" in lines[-1]
        assert screen.picture.size.width == (size[0] if size[0] < 70 else size[0] - (23 if size[0] < 100 else 30))
        if size[0] >= 80:
            assert all(word in seen(pilot) for word in ("✓g volume", "Volume", "Camera m turntable", "Plane"))
        await pilot.press("backslash")
        await drawn(pilot, screen)
        shown = "Labels" in seen(pilot)
        assert shown == (size[0] < 70)


async def test_keys_move_the_camera_and_the_picture_follows(files: Path) -> None:
    async with in_space(files) as (pilot, screen, _):
        picture = screen.picture
        home = picture.camera
        assert home.style == TURNTABLE
        for keys in (("right",), ("shift+down",), ("plus",), ("p",), ("less_than_sign",), ("1",), ("7",)):
            assert await changed_by(pilot, screen, *keys), keys
        await pilot.press("h")
        assert picture.camera == home
        await pilot.press("4")
        assert picture.camera.direction == (0.0, 1.0, 0.0)
        await pilot.press("H", "2", "h")
        assert picture.camera.direction == (0.0, 1.0, 0.0)
        styles = []
        for _ in range(3):
            await pilot.press("m")
            styles.append(picture.camera.style)
        assert styles == [FLY, ARCBALL, TURNTABLE]


async def test_what_is_shown_is_switched_and_said(files: Path) -> None:
    async with in_space(files, label=True) as (pilot, screen, _):
        assert screen.space.shown.label, "a label volume is there"
        assert not screen.space.shown.volume
        for key in ("l", "g", "b", "t", "B", "comma", "z"):
            assert await changed_by(pilot, screen, key), key
        assert all(word in seen(pilot) for word in ("✓t slices", "✓g volume", "×l label", "z soft"))
        await pilot.press("g")
        assert "not shown: g shows it" in screen.why_not("threshold", (1,))
        await pilot.press("T")
        assert pilot.app.screen is screen, "there is no volume whose threshold could be given"
        await pilot.press("g", "T")
        assert isinstance(pilot.app.screen, Ask)
        await pilot.press(*"8000", "enter")
        assert screen.space.shown.threshold == 8000


async def test_without_label_marks_superpixels_it_says_what_makes_them(files: Path) -> None:
    async with in_space(files) as (pilot, screen, _):
        await pilot.press("l", "M", "s", "k", "C")
        assert all("there are no" in said or "there is no" in said for said in toasts(pilot))
        assert len(toasts(pilot)) == 3, "what is said again is not shown twice"
        assert "F2 and ⇧A make it" in toasts(pilot)[-1]
        assert screen.space.shown.volume


async def test_labels_of_the_slice_view_are_those_in_3d(files: Path) -> None:
    async with in_space(files, label=True) as (pilot, screen, segment):
        assert await changed_by(pilot, screen, "a", "end", "v"), "the second label is hidden"
        assert not segment.session.annotation.table[2].visible
        assert isinstance(screen.focused, SurfaceList)
        assert await changed_by(pilot, screen, "space"), "its mesh is shown all the same"
        assert screen.space.shown.meshes == {2}
        await pilot.press("escape", "V")
        assert segment.session.annotation.table.shows_only(2)
        await pilot.press("C")
        where = np.argwhere(segment.session.label == 2).mean(axis=0)
        await until(pilot, lambda: np.abs(np.array(segment.view.cursor) - where).max() <= 1)
        assert screen.picture.camera.focus == screen.space.grid.place_of(segment.view.cursor)


async def test_the_clipping_plane_is_that_of_the_slice_view(files: Path) -> None:
    async with in_space(files) as (pilot, screen, segment):
        assert await changed_by(pilot, screen, "x"), "a half is cut away"
        assert await changed_by(pilot, screen, "right_square_bracket")
        assert await changed_by(pilot, screen, "f")
        assert await changed_by(pilot, screen, "ctrl+up")
        cut = screen.space.shown.cut
        assert cut is not None
        assert segment.clipping is not None
        assert segment.clipping.plane == cut.plane
        await pilot.press("y", "left_square_bracket")
        assert toasts(pilot) == ["the clipping plane is locked: y frees it"]
        assert screen.space.shown.cut == cut.lock()
        await pilot.press("y", "N")
        assert isinstance(pilot.app.screen, Ask)
        pilot.app.screen.query_one("Input").value = "0 1 0 3 4 5"
        await pilot.press("enter")
        assert segment.clipping.plane.position == (5.0, 4.0, 3.0)
        assert screen.space.shown.cut.plane.normal == (0.0, 1.0, 0.0)
        await pilot.press("n")
        assert screen.space.shown.cut.plane.normal == (0.0, 0.0, 1.0)


async def test_picking_moves_the_slices(files: Path) -> None:
    async with in_space(files) as (pilot, screen, segment):
        await pilot.press("g", "1", "t")
        await drawn(pilot, screen)
        segment.view.cursor = (3, 4, 5)
        await pilot.press("enter")
        _, y, x = segment.session.image.data.shape
        await until(pilot, lambda: segment.view.cursor != (3, 4, 5))
        assert np.abs(np.array(segment.view.cursor) - (3, y / 2, x / 2)).max() <= 1
        await pilot.press("pagedown")
        await until(pilot, lambda: segment.view.cursor[0] == 4)
        await pilot.click(screen.picture, offset=(1, 1))
        await until(pilot, lambda: "Nothing is seen there." in toasts(pilot))


async def test_the_mouse_turns_pans_and_zooms(files: Path) -> None:
    async with in_space(files) as (pilot, screen, segment):
        picture = screen.picture
        before = picture.camera
        await pilot.mouse_down(picture, offset=(20, 10))
        await pilot.hover(picture, offset=(30, 10))
        await pilot.mouse_up(picture, offset=(30, 10))
        assert picture.camera.direction != before.direction
        assert picture.camera.focus == before.focus
        before = picture.camera
        await pilot.mouse_down(picture, offset=(20, 10), shift=True)
        await pilot.hover(picture, offset=(25, 10))
        await pilot.mouse_up(picture, offset=(25, 10))
        assert picture.camera.direction != before.direction or picture.camera.focus != before.focus
        cursor = segment.view.cursor
        await pilot.press("O")
        assert picture.wheel_slices
        assert segment.view.cursor == cursor


async def test_views_are_kept_in_files_that_commands_take(files: Path) -> None:
    async with in_space(files) as (pilot, screen, _):
        await pilot.press("3", "right", "p", "i")
        kept = screen.picture.camera
        assert isinstance(pilot.app.screen, AskPath)
        await pilot.press("enter")
        path = files / "image_view.json"
        await until(pilot, lambda: any("View saved" in said for said in toasts(pilot)))
        assert json.loads(path.read_text())["projection"] == "perspective"
        assert open_view(path) == kept
        await pilot.press("1", "I")
        pilot.app.screen.query_one("PathInput").value = str(path)
        await pilot.press("enter")
        await until(pilot, lambda: screen.picture.camera == kept)


async def test_pictures_are_saved_in_any_size(files: Path) -> None:
    async with in_space(files) as (pilot, _, _):
        await pilot.press("w")
        assert isinstance(pilot.app.screen, Ask)
        pilot.app.screen.query_one("Input").value = "320x200"
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, AskPath)
        await pilot.press("enter")
        await until(pilot, lambda: any("Picture of 320×200 saved" in said for said in toasts(pilot)))
        with Image.open(files / "image_3d.png") as picture:
            assert picture.size == (320, 200)
            assert len(np.unique(np.asarray(picture).reshape(-1, 3), axis=0)) > 50


async def test_a_film_goes_once_round(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotat3d_tui.tui.scene_work.FRAMES", 5)
    async with in_space(files) as (pilot, screen, _):
        await pilot.press("E")
        pilot.app.screen.query_one("Input").value = "64x48"
        await pilot.press("enter", "enter")
        await until(pilot, lambda: any("Film of 5 pictures saved" in said for said in toasts(pilot)))
        await until(pilot, lambda: screen.writing is None)
        with Image.open(files / "image_3d.gif") as film:
            assert (film.size, film.n_frames) == ((64, 48), 5)


async def test_meshes_of_labels_are_exported(files: Path) -> None:
    async with in_space(files, label=True) as (pilot, screen, segment):
        segment.action_choose(2)
        await pilot.press("e", "c")
        pilot.app.screen.query_one("Input").value = "0 1"
        await pilot.press("enter", "enter")
        await until(pilot, lambda: any("Mesh of 1 label" in said for said in toasts(pilot)))
        await until(pilot, lambda: screen.writing is None)
        content = (files / "image_mesh.stl").read_bytes()
        assert len(content) == 84 + 50 * int(np.frombuffer(content[80:84], np.uint32)[0])


@pytest.mark.usefixtures("no_graphics")
async def test_without_graphics_the_brightest_voxels_are_seen_and_it_says_what_to_install(files: Path) -> None:
    async with opened(files, (80, 24)) as (pilot, _):
        await pilot.press("f3")
        screen = pilot.app.screen
        assert isinstance(screen, SceneScreen)
        await drawn(pilot, screen)
        assert "apt-get install libegl1" in " ".join(seen(pilot).split())
        assert await changed_by(pilot, screen, "right")
        assert screen.picture.camera.style == TURNTABLE


async def test_a_lost_child_is_said_and_started_again(files: Path) -> None:
    async with in_space(files) as (pilot, screen, _):
        first = screen.space.renderer.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert await changed_by(pilot, screen, "right")
        await until(pilot, lambda: any("started again" in said for said in toasts(pilot)))
        assert screen.space.renderer.pid not in (None, first)


async def test_leaving_the_image_ends_the_child_and_other_tabs_keep_it(files: Path) -> None:
    async with in_space(files) as (pilot, screen, _):
        pid, camera = screen.space.renderer.pid, screen.picture.camera
        assert pid is not None
        await pilot.press("f2", "f3")
        again = pilot.app.screen
        assert isinstance(again, SceneScreen)
        assert again is not screen
        assert again.space.renderer.pid == pid
        assert again.picture.camera == camera
    for _ in range(200):
        if not Path(f"/proc/{pid}").exists():
            break
        await asyncio.sleep(0.05)
    assert not Path(f"/proc/{pid}").exists()


def test_what_is_typed_is_read() -> None:
    assert typed_size("4k") == (3840, 2160)
    assert typed_grey("") is None
    for wrong in ("", "0x10", "10", "99999x5", "a b"):
        with pytest.raises(InvalidParameter):
            typed_size(wrong)
    for wrong in ("", "3", "-1 1", "1 2", "x 1"):
        with pytest.raises(InvalidParameter):
            typed_surfacing(wrong)
    for wrong in ("nan", "many"):
        with pytest.raises(InvalidParameter):
            typed_grey(wrong)
    with pytest.raises(InvalidParameter, match="must end with .png"):
        check_suffix(Path("a.gif"), (".png",))
