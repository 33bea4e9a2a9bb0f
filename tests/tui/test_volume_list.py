"""Lists of volumes: what words stand for, and the list as a person fills, orders and empties it."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Static

from annotat3d_tui.tui.app import Annotat3DApp
from annotat3d_tui.tui.job_text import plain
from annotat3d_tui.tui.screens.dialogs import Confirm
from annotat3d_tui.tui.screens.paths import PathInput
from annotat3d_tui.tui.screens.volumes import AskVolumes
from annotat3d_tui.tui.volume_paths import natural, volumes_of, words_pasted
from annotat3d_tui.tui.widgets.volume_list import Check, VolumeList, shortened
from annotat3d_tui.volume.files import save_volume
from tests.tui.acting import seen, toasts, until


class Listing(Screen[None]):
    """A screen that is a list of volumes."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder, self.changes = folder, 0
        self.checks: dict[int, Check] = {}

    def compose(self) -> ComposeResult:
        """The list."""
        yield VolumeList("Data", self.check, start=lambda: self._folder)

    def check(self, number: int) -> Check:
        return self.checks.get(number, Check())

    def on_volume_list_changed(self) -> None:
        self.changes += 1


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """A folder with z1.tif … z12.tif and what is no volume."""
    for number in range(1, 13):
        (tmp_path / f"z{number}.tif").touch()
    (tmp_path / "notes.txt").touch()
    (tmp_path / "with blank [1].npy").touch()
    return tmp_path


def names(volumes: VolumeList) -> list[str]:
    return [path.name for path in volumes.paths]


async def listing(pilot: Pilot[int], folder: Path) -> tuple[Listing, VolumeList]:
    await pilot.pause()
    screen = Listing(folder)
    await pilot.app.push_screen(screen)
    volumes = screen.query_one(VolumeList)
    volumes.rows.focus()
    await pilot.pause()
    return screen, volumes


@given(st.lists(st.integers(0, 10**20), min_size=1))
def test_names_with_numbers_are_in_the_order_of_the_numbers(numbers: list[int]) -> None:
    assert sorted((f"z{number}.tif" for number in numbers), key=natural) == [f"z{n}.tif" for n in sorted(numbers)]


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1), max_size=3))
def test_any_text_has_a_place_in_the_natural_order(texts: list[str]) -> None:
    sorted(texts, key=natural)


@given(st.text())
def test_any_text_can_be_pasted(text: str) -> None:
    words_pasted(text)


def test_patterns_and_folders_give_their_volumes_as_people_count(scans: Path) -> None:
    in_order = [f"z{number}.tif" for number in range(1, 13)]
    assert [path.name for path in volumes_of([f"{scans}/z*.tif"]).paths] == in_order
    assert [path.name for path in volumes_of([str(scans)]).paths] == ["with blank [1].npy", *in_order]
    assert [path.name for path in volumes_of([f"{scans}/z2.tif", f"{scans}/z1.tif"]).paths] == ["z2.tif", "z1.tif"]


def test_a_file_whose_name_reads_as_a_pattern_is_that_file(scans: Path) -> None:
    assert volumes_of([str(scans / "with blank [1].npy")]).paths == (scans / "with blank [1].npy",)


def test_words_without_a_file_are_told(scans: Path) -> None:
    found = volumes_of([f"{scans}/none.tif", f"{scans}/*.raw", f"{scans}/z1.tif"])
    assert found.paths == (scans / "z1.tif",)
    assert found.problem.startswith(f"{scans}/none.tif and 1 more must be a file")


async def test_a_pattern_in_the_line_of_the_picker_adds_many_files(scans: Path) -> None:
    async with Annotat3DApp().run_test() as pilot:
        _, volumes = await listing(pilot, scans)
        assert "a adds files" in seen(pilot)
        await pilot.press("a")
        assert isinstance(pilot.app.screen, AskVolumes)
        await pilot.press(*"z*.tif")
        await until(pilot, lambda: "12 volumes" in seen(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: len(volumes.paths) == 12)
        assert names(volumes)[8:11] == ["z9.tif", "z10.tif", "z11.tif"]
        assert volumes.rows.highlighted == 11


async def test_a_folder_of_slices_is_one_volume(scans: Path) -> None:
    async with Annotat3DApp().run_test() as pilot:
        _, volumes = await listing(pilot, scans)
        await pilot.press("a", "ctrl+o")
        await until(pilot, lambda: len(volumes.paths) == 1)
        assert list(volumes.paths) == [scans]
        for pattern, answer in (("z1*.tif", "4 volumes"), ("none*.tif", "No volume")):
            await pilot.press("a")
            await until(pilot, lambda: isinstance(pilot.app.screen, AskVolumes))
            said = pilot.app.screen.query_one(".help", Static)
            pilot.app.screen.query_one(PathInput).value = f"{scans}/{pattern}"
            await until(pilot, lambda: answer in str(said.content))  # noqa: B023
            await pilot.press("ctrl+o")
            await pilot.pause()
        assert names(volumes) == [scans.name, "z1*.tif"]
        await until(pilot, lambda: "fits no file" in str(said.content))


async def test_a_file_is_chosen_and_all_of_a_folder_is(scans: Path) -> None:
    async with Annotat3DApp().run_test() as pilot:
        _, volumes = await listing(pilot, scans)
        await pilot.press("a", *"z12.tif", "enter")
        await until(pilot, lambda: names(volumes) == ["z12.tif"])
        await pilot.press("a", "ctrl+a")
        await until(pilot, lambda: "13 volumes" in seen(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: len(volumes.paths) == 14)
        assert names(volumes)[:3] == ["z12.tif", "with blank [1].npy", "z1.tif"], "beneath the bright row"


async def test_what_finds_nothing_is_said_before_it_is_taken(scans: Path) -> None:
    async with Annotat3DApp().run_test() as pilot:
        await listing(pilot, scans)
        await pilot.press("a", *"*.raw")
        await until(pilot, lambda: "No volume" in seen(pilot))
        line = pilot.app.screen.query_one(PathInput)
        assert line.value == f"{scans}/*.raw"


async def test_lines_words_and_urls_are_pasted(scans: Path) -> None:
    async with Annotat3DApp().run_test() as pilot:
        _, volumes = await listing(pilot, scans)
        blank = scans / "with blank [1].npy"
        pasted = f"'{blank}' {scans}/z2.tif\n{blank}\r\n{blank.as_uri()}\n{scans}/lost.tif\n"
        pilot.app.screen.focused.post_message(events.Paste(pasted))  # type: ignore[union-attr]
        await until(pilot, lambda: len(volumes.paths) == 4)
        assert names(volumes) == [blank.name, "z2.tif", blank.name, blank.name]
        await until(pilot, lambda: any("lost.tif must be a file" in text for text in toasts(pilot)))


async def test_rows_are_moved_taken_out_and_all_of_them_after_a_question(scans: Path) -> None:
    async with Annotat3DApp().run_test() as pilot:
        screen, volumes = await listing(pilot, scans)
        volumes.set_paths([scans / f"z{number}.tif" for number in (1, 2, 3)])
        await pilot.press("end", "alt+up")
        assert names(volumes) == ["z1.tif", "z3.tif", "z2.tif"]
        assert volumes.rows.highlighted == 1, "the row stays bright"
        await pilot.press("alt+down", "alt+down")
        assert names(volumes) == ["z1.tif", "z2.tif", "z3.tif"]
        await until(pilot, lambda: any("end of the list" in text for text in toasts(pilot)))
        await pilot.press("home", "delete")
        assert names(volumes) == ["z2.tif", "z3.tif"]
        await pilot.press("D")
        assert isinstance(pilot.app.screen, Confirm)
        await pilot.press("n")
        assert len(volumes.paths) == 2
        await pilot.press("D", "y")
        await pilot.pause()
        assert volumes.paths == ()
        assert screen.changes == 5, "set, moved up, moved down, taken out, emptied"


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (200, 60)])
async def test_a_check_stands_at_the_right_of_its_row(scans: Path, size: tuple[int, int]) -> None:
    async with Annotat3DApp().run_test(size=size) as pilot:
        screen, volumes = await listing(pilot, scans)
        volumes.set_paths([scans / "z1.tif", scans / "z2.tif"])
        screen.checks = {0: Check("200×200×100 uint8", True), 1: Check("100×100×100: image is 200×200×100", False)}
        volumes.refresh_checks()
        await pilot.pause()
        lines = seen(pilot).splitlines()
        assert all(len(line) == size[0] for line in lines)
        row = next(line for line in lines if "z1.tif" in line)
        assert row.rstrip().endswith("✓ 200×200×100 uint8")
        assert "✗ 100×100×" in next(line for line in lines if "z2.tif" in line)


async def test_only_rows_that_are_seen_are_made(scans: Path) -> None:
    async with Annotat3DApp().run_test(size=(80, 24)) as pilot:
        screen, volumes = await listing(pilot, scans)
        asked: set[int] = set()

        def check(number: int) -> Check:
            asked.add(number)
            return Check()

        volumes._check = check
        volumes.set_paths([scans / f"z{number}.tif" for number in range(1000)])
        await pilot.press("end")
        await pilot.pause()
        assert "z999.tif" in seen(pilot)
        assert len(asked) < 100
        assert screen.query_one(VolumeList).rows.highlighted == 999


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1), st.integers(1, 60))
def test_a_shortened_path_fits_and_ends_as_the_path_does(name: str, width: int) -> None:
    path = Path("/scans") / name
    text = shortened(path, width)
    assert cell_len(text) <= max(width, 1)
    assert plain(str(path)).endswith(text.removeprefix("…"))


async def test_a_zarr_is_taken_whole_and_a_dataset_of_hdf5_by_its_path(scans: Path) -> None:
    import h5py

    save_volume(scans / "plate.zarr", np.zeros((2, 3, 4), np.uint8))
    with h5py.File(scans / "scan.h5", "w") as file:
        file["entry/data"] = np.zeros((2, 3, 4), np.uint8)
    async with Annotat3DApp().run_test() as pilot:
        _, volumes = await listing(pilot, scans)
        await pilot.press("a", *"plate.zarr", "enter")
        await until(pilot, lambda: names(volumes) == ["plate.zarr"])
        volumes.add([f"{scans}/scan.h5:/entry/data", str(scans / "plate.zarr")])
        await until(pilot, lambda: len(volumes.paths) == 3)
        assert [str(path) for path in volumes.paths[1:]] == [f"{scans}/scan.h5:/entry/data", f"{scans}/plate.zarr"]
