"""The welcome: what can be opened, and what happens when it cannot."""

import sys
from pathlib import Path

import numpy as np
from textual.pilot import Pilot
from textual.widgets import Input

from annotat3d_tui.tui.app import Annotat3DApp
from annotat3d_tui.tui.opening import open_session
from annotat3d_tui.tui.raw_form import RawForm, form_for
from annotat3d_tui.tui.screens.parameters import ParametersScreen
from annotat3d_tui.tui.screens.segment import SegmentScreen
from annotat3d_tui.tui.screens.welcome import Welcome
from annotat3d_tui.tui.warmup import Warmup
from tests.tui.acting import opened, seen, toasts, until


def app() -> Annotat3DApp:
    return Annotat3DApp(None, lambda *_: Warmup((sys.executable, "-c", "")))


async def give_path(pilot: Pilot[int], key: str, path: Path) -> None:
    await pilot.press(key)
    await until(pilot, lambda: bool(pilot.app.screen.query(Input)))
    pilot.app.screen.query_one(Input).value = str(path)
    await pilot.press("enter")
    await pilot.pause()


def image_shown(pilot: Pilot[int]) -> bool:
    return isinstance(pilot.app.screen, SegmentScreen)


async def test_an_image_is_opened_and_then_is_recent(files: Path) -> None:
    async with app().run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert isinstance(pilot.app.screen, Welcome)
        assert "Recent" not in seen(pilot)
        await give_path(pilot, "o", files / "image.tif")
        await until(pilot, lambda: image_shown(pilot))
        assert (files / "image.annotat3d").is_dir()
    async with app().run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "Recent" in seen(pilot)
        await pilot.press("1")
        await until(pilot, lambda: image_shown(pilot))


async def test_a_workspace_is_opened_and_a_folder_that_is_none_is_refused(files: Path) -> None:
    open_session(image=files / "image.tif").close()
    async with app().run_test(size=(80, 24)) as pilot:
        await give_path(pilot, "w", files)
        await until(pilot, lambda: any("is no workspace" in toast for toast in toasts(pilot)))
        assert isinstance(pilot.app.screen, Welcome)
        await give_path(pilot, "w", files / "image.annotat3d")
        await until(pilot, lambda: image_shown(pilot))


async def test_the_demo_comes_with_its_marks() -> None:
    async with app().run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        await until(pilot, lambda: image_shown(pilot))
        assert isinstance(pilot.app.screen, SegmentScreen)
        assert len(pilot.app.screen.session.annotation.markers) > 1000


async def test_a_raw_file_whose_name_is_silent_is_asked_about(tmp_path: Path) -> None:
    np.arange(2 * 3 * 4, dtype=np.uint16).tofile(tmp_path / "silent.raw")
    async with app().run_test(size=(80, 24)) as pilot:
        await give_path(pilot, "o", tmp_path / "silent.raw")
        form = pilot.app.screen
        assert isinstance(form, ParametersScreen)
        for line, length in zip(form.query(Input), (4, 3, 2), strict=False):
            line.value = str(length)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: image_shown(pilot))
        assert isinstance(pilot.app.screen, SegmentScreen)
        assert pilot.app.screen.session.image.data[1, 2, 3] == 23


def test_the_form_of_a_raw_file_begins_with_what_the_name_says() -> None:
    assert form_for(Path("a_9x8x7_32bit.raw")) == RawForm(9, 8, 7, "uint32")
    assert form_for(Path("a.raw")).properties().shape == (1, 1, 1)


async def test_another_image_takes_the_place_of_the_first_one_which_is_let_go(files: Path) -> None:
    (files / "image.tif").rename(files / "first.tif")
    (files / "truth.tif").rename(files / "image.tif")
    async with opened(files) as (pilot, screen):
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(pilot.app.screen, Welcome))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(pilot.app.screen, Welcome))
        await give_path(pilot, "o", files / "first.tif")
        await until(pilot, lambda: image_shown(pilot) and pilot.app.screen is not screen)
        await until(pilot, lambda: not screen.is_attached)
        open_session(image=files / "image.tif").close()


async def test_choosing_what_is_open_goes_back_to_it(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        for key, path in (("o", files / "image.tif"), ("w", files / "image.annotat3d"), ("1", None)):
            await pilot.press("ctrl+o")
            await until(pilot, lambda: isinstance(pilot.app.screen, Welcome))
            if path is None:
                await pilot.press(key)
            else:
                await give_path(pilot, key, path)
            await until(pilot, lambda: pilot.app.screen is screen)
        assert toasts(pilot) == []


async def test_help_palette_and_quit_are_there(files: Path) -> None:
    async with app().run_test(size=(80, 24)) as pilot:
        await pilot.press("f1")
        await until(pilot, lambda: "NAME.annotat3d, that keeps marks" in seen(pilot).replace("\n", " "))
        await pilot.press("escape", "ctrl+p")
        await until(pilot, lambda: "Open a workspace" in seen(pilot))
        await pilot.press("escape", "ctrl+q")
        await pilot.pause()
        assert pilot.app.return_code == 0
