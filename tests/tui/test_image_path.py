"""The line that asks for an image tells what it is and costs, lists what is in it, and takes a Zarr."""

from pathlib import Path

import h5py
import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from annotat3d_tui.tui.screens.image_path import AskImage
from annotat3d_tui.tui.screens.paths import ChosenPath, PathInput
from annotat3d_tui.volume import converted
from annotat3d_tui.volume.files import open_volume, save_volume
from tests.tui.acting import until
from tests.tui.test_screens_dialogs import Asking

DATA = np.arange(3 * 4 * 5, dtype=np.uint16).reshape(3, 4, 5)


def said(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one(".help", Static).content)


async def test_what_is_typed_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(converted, "SMALLEST", 100)
    save_volume(tmp_path / "mapped.tif", DATA)
    save_volume(tmp_path / "packed.tif", DATA, compress=True)
    (tmp_path / "silent.raw").write_bytes(bytes(120))
    (tmp_path / "broken.tif").write_bytes(b"II*\0")
    app = Asking(AskImage("Open an image"))
    async with app.run_test(size=(80, 24)) as pilot:
        line = app.screen.query_one(PathInput)
        for name, words in (
            ("mapped.tif", ("TIFF · 5×4×3 · uint16", "memory-mapped: takes no memory")),
            ("packed.tif", ("TIFF, deflate", "converted once (compressed): takes 120 B of disk", "about 0:01")),
            ("silent.raw", ("asked for next",)),
            ("broken.tif", ("is damaged",)),
        ):
            line.value = str(tmp_path / name)
            await until(pilot, lambda: all(word in said(pilot) for word in words))  # noqa: B023


async def test_datasets_are_listed_and_one_is_taken(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "scan.h5", "w") as file:
        file["raw/a"], file["raw/b"] = DATA, DATA.astype(np.uint8)
    app = Asking(AskImage("Open an image", str(tmp_path / "scan.h5")))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "2 volumes: Enter lists them" in said(pilot))
        await pilot.press("enter")
        line, listed = app.screen.query_one(PathInput), app.screen.query_one(OptionList)
        await until(pilot, lambda: line.value.endswith("scan.h5:"))
        await until(pilot, lambda: listed.option_count == 2)
        await pilot.press(*"/raw/b")
        await until(pilot, lambda: listed.option_count == 1)
        await until(pilot, lambda: "uint8" in said(pilot))
        await pilot.press("down", "enter")
        await until(pilot, lambda: bool(app.answers))
    assert app.answers == [ChosenPath(Path(f"{tmp_path}/scan.h5:/raw/b"))]


async def test_a_file_with_one_volume_and_a_zarr_are_taken(tmp_path: Path) -> None:
    for path in (save_volume(tmp_path / "one.h5", DATA), save_volume(tmp_path / "one.zarr", DATA)):
        app = Asking(AskImage("Open an image", str(path)))
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("enter")
            await until(pilot, lambda: bool(app.answers))  # noqa: B023
        assert app.answers == [ChosenPath(path)]


@pytest.mark.parametrize("typed", ["slices", "slices/", "slices/s_1", "slices/*.tif"])
async def test_the_slices_of_a_folder_are_taken_as_one_image(typed: str, tmp_path: Path) -> None:
    (tmp_path / "slices").mkdir()
    for number, plane in enumerate(DATA):
        save_volume(tmp_path / "slices" / f"s_{number}.tif", plane[None])
    app = Asking(AskImage("Open an image", str(tmp_path / typed)))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+o")
        await until(pilot, lambda: bool(app.answers))
    (answer,) = app.answers
    assert answer is not None
    assert answer.path == tmp_path / (typed if "*" in typed else "slices")
    assert np.array_equal(open_volume(answer.path).data, DATA)


async def test_a_folder_without_slices_is_a_sentence(tmp_path: Path) -> None:
    app = Asking(AskImage("Open an image", f"{tmp_path}/"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+o")
        await pilot.pause()
        assert tmp_path.name in said(pilot)
        assert app.answers == []
