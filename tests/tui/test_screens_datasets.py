"""The datasets on the screen, with real files and real jobs."""

from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest
from textual.pilot import Pilot

from annotat3d_tui.cli.job_commands import ShellCommands
from annotat3d_tui.tui.app import Annotat3DApp
from annotat3d_tui.tui.screens.dataset_info import DatasetInfo
from annotat3d_tui.tui.screens.datasets import DatasetsScreen
from annotat3d_tui.tui.screens.dialogs import Confirm
from tests.jobs.starting import Jobs
from tests.networks.small import textured_dataset
from tests.tui.acting import seen, toasts, until


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the program is started, with a dataset, one of another program, and what is none."""
    monkeypatch.chdir(tmp_path)
    datasets = tmp_path / "datasets"
    datasets.mkdir()
    textured_dataset(datasets / "blobs.h5", (8, 8, 8), 3)
    with h5py.File(datasets / "foreign.h5", "w") as file:
        file["data"] = np.arange(2 * 3 * 4 * 4, dtype=np.float32).reshape(2, 3, 4, 4, 1)
        file["label"] = np.arange(2 * 3 * 4 * 4, dtype=np.uint8).reshape(2, 3, 4, 4, 1) % 2
    (datasets / "broken.h5").write_bytes(b"no HDF5")
    return tmp_path


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jobs]:
    """Starts real jobs, whose folders are where the screen looks."""
    started = Jobs(tmp_path / "jobs", monkeypatch)
    yield started
    started.end_all()


def app() -> Annotat3DApp:
    return Annotat3DApp(commands=ShellCommands())


async def table(pilot: Pilot[int], text: str) -> DatasetsScreen:
    """F4, when a text is seen."""
    await pilot.press("f4")
    screen = pilot.app.screen
    assert isinstance(screen, DatasetsScreen)
    await until(pilot, lambda: text in seen(pilot))
    return screen


def row_of(pilot: Pilot[int], name: str) -> str:
    return next(line for line in seen(pilot).splitlines() if f" {name} " in line)


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 40), (200, 60)])
async def test_what_is_in_the_folder_is_listed_at_every_size(folder: Path, size: tuple[int, int]) -> None:
    async with app().run_test(size=size) as pilot:
        await table(pilot, "foreign.h5")
        assert all(len(line) == size[0] for line in seen(pilot).splitlines())
        assert "✗ broken.h5" in seen(pilot)
        if size[0] >= 80:
            assert row_of(pilot, "blobs.h5").split()[1:6] == ["2", "×", "3", "8×8×8", "2"]
            assert "?" in row_of(pilot, "foreign.h5"), "its classes are not known without reading it"
            assert "3 for training, 3 for validation" in seen(pilot)


async def test_where_there_is_none_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with app().run_test() as pilot:
        await table(pilot, "There are no datasets")


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("blobs.h5", ("images        2", "dimensions    8×8×8", "2 classes", "1     ", "weight        none")),
        ("foreign.h5", ("of another program", "samples       3 of each image", "mean 47.5", "50.00 %")),
    ],
)
async def test_the_statistics_of_a_dataset_are_those_of_its_samples(
    folder: Path, name: str, rows: tuple[str, ...]
) -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await table(pilot, name)
        await pilot.press(*["down"] * (2 if name == "foreign.h5" else 0), "enter")
        assert isinstance(pilot.app.screen, DatasetInfo)
        await until(pilot, lambda: "weight" in seen(pilot))
        assert all(row in seen(pilot) for row in rows)
        await pilot.press("y", "escape")
        assert isinstance(pilot.app.screen, DatasetsScreen)


async def test_what_is_no_dataset_says_why(folder: Path) -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await table(pilot, "broken.h5")
        await pilot.press("down", "enter")
        await until(pilot, lambda: any("received no HDF5 file" in text for text in toasts(pilot)))


async def test_a_dataset_is_deleted_after_a_question(folder: Path) -> None:
    async with app().run_test() as pilot:
        await table(pilot, "blobs.h5")
        await pilot.press("d")
        assert isinstance(pilot.app.screen, Confirm)
        await pilot.press("y")
        await until(pilot, lambda: not (folder / "datasets" / "blobs.h5").exists())
        await until(pilot, lambda: "blobs.h5" not in seen(pilot))


async def test_one_of_another_folder_is_listed_and_let_go(folder: Path) -> None:
    other = folder / "other.h5"
    textured_dataset(other, (8, 8, 8), 2)
    async with app().run_test(size=(120, 40)) as pilot:
        await table(pilot, "blobs.h5")
        await pilot.press("o", *"other.h5", "enter")
        await until(pilot, lambda: str(other) in seen(pilot))
        await pilot.press("escape")
        screen = await table(pilot, "other.h5")
        await pilot.press("end", "d")
        await until(pilot, lambda: not screen.draft.elsewhere)
        assert other.exists()


async def test_a_dataset_that_is_being_made_is_seen_and_stopped(folder: Path, jobs: Jobs) -> None:
    words = ("dataset", "augment", str(folder / "nothing.h5"), "-o", str(folder / "datasets" / "new.h5"))
    jobs.work("while True: pass", share=False)  # has the processors
    jobs.command(*words, share=False)
    async with app().run_test(size=(120, 40)) as pilot:
        await table(pilot, "new.h5")
        await pilot.press("home")
        await until(pilot, lambda: "dataset augment" in seen(pilot))
        await pilot.press("d")
        await until(pilot, lambda: any("is being made" in text for text in toasts(pilot)))
        await pilot.press("x", "y")
        await until(pilot, lambda: "new.h5" not in "\n".join(seen(pilot).splitlines()[3:-8]))
