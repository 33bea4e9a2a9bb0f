"""The networks on the screen, with real folders and real jobs."""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from annotat3d_tui.cli.job_commands import ShellCommands
from annotat3d_tui.jobs.folder import PROGRESS, STATUS, write_json
from annotat3d_tui.jobs.job import Job, Status, all_jobs
from annotat3d_tui.jobs.local import make_folder, request_of
from annotat3d_tui.networks.beginning import begin
from annotat3d_tui.networks.checkpoint import State, save_checkpoint
from annotat3d_tui.networks.network import BEST, CHECKPOINT, HISTORY, MANIFEST
from annotat3d_tui.networks.settings import Training
from annotat3d_tui.tui.app import Annotat3DApp
from annotat3d_tui.tui.screens.dialogs import Ask, Confirm
from annotat3d_tui.tui.screens.help import HelpScreen
from annotat3d_tui.tui.screens.networks import NetworksScreen
from annotat3d_tui.tui.screens.paths import AskPath
from tests.jobs.starting import Jobs
from tests.networks.small import textured_dataset
from tests.tui.acting import seen, toasts, until


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the program is started: networks that are done, stopped, not begun, and one that is damaged."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "datasets").mkdir()
    dataset = textured_dataset(tmp_path / "datasets" / "blobs.h5", (16, 16, 16), 4)
    networks = tmp_path / "networks"
    for name, state in (("done", State(9, 0.75, 8, ended="done")), ("stopped", State(4, 0.5, 2)), ("new", None)):
        begin(networks / name, dataset, Training(iterations=9, batch=2))
        if state:
            save_checkpoint(networks / f"{name}.network" / CHECKPOINT, state, [])
    (networks / "done.network" / BEST).write_bytes(b"weights")
    (networks / "damaged.network").mkdir()
    (networks / "damaged.network" / MANIFEST).write_text("{")
    return tmp_path


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jobs]:
    """Starts real jobs, whose folders are where the screen looks."""
    started = Jobs(tmp_path / "jobs", monkeypatch)
    yield started
    started.end_all()


def told(folder: Path, words: tuple[str, ...], state: str, reason: str = "", share: float = 0.0) -> Job:
    """The folder of a job that another machine has said this of."""
    job = make_folder(request_of(words, "train", folder))
    now = time.time()
    write_json(job.folder / STATUS, asdict(Status(state, reason, "gpu-03", 7, "1", "x", now)))  # type: ignore[arg-type]
    write_json(job.folder / PROGRESS, {"share": share, "stage": "train", "seconds_left": 90})
    return job


async def table(pilot: Pilot[int], text: str = "damaged") -> NetworksScreen:
    """F5, when a text is seen."""
    await pilot.press("f5")
    screen = pilot.app.screen
    assert isinstance(screen, NetworksScreen)
    await until(pilot, lambda: text in seen(pilot))
    return screen


def app() -> Annotat3DApp:
    return Annotat3DApp(commands=ShellCommands())


def row_of(pilot: Pilot[int], name: str) -> str:
    return next((line for line in seen(pilot).splitlines() if f" {name} " in line[: len(name) + 5]), "")


async def chosen(pilot: Pilot[int], name: str) -> None:
    """Make a network bright."""
    screen = pilot.app.screen
    assert isinstance(screen, NetworksScreen)
    await pilot.press("home")
    while screen.chosen is None or screen.chosen.name != name:
        await pilot.press("down")


@pytest.mark.parametrize("size", [(40, 12), (60, 20), (80, 24), (120, 40), (200, 60)])
async def test_each_network_says_how_far_it_is_at_every_size(folder: Path, size: tuple[int, int]) -> None:
    async with app().run_test(size=size) as pilot:
        await table(pilot)
        assert all(len(line) == size[0] for line in seen(pilot).splitlines())
        assert "✗ damaged" in seen(pilot)
        if size[0] >= 80:
            assert re.search(r"✓ done +unet3d +2? +9/9 +0\.750 +done", seen(pilot))
            assert re.search(r"■ stopped +unet3d +2? +4/9 +0\.500 +stopped", seen(pilot))
            assert "not begun" in row_of(pilot, "new")


async def test_where_there_is_none_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with app().run_test() as pilot:
        await table(pilot, "There are no networks in")
        await pilot.press("r")
        assert "there is no network here" in toasts(pilot)


async def test_a_training_under_way_is_seen_as_it_goes_on(folder: Path, jobs: Jobs) -> None:
    network = folder / "networks" / "stopped.network"
    told(folder, ("network", "resume", str(network)), "running", share=7 / 9)
    told(folder, ("network", "train", "networks/coming", "--dataset", "x.h5"), "queued")
    told(folder, ("network", "train", "elsewhere", "--dataset", "x.h5"), "running")
    (network / HISTORY).write_text("iteration,loss,dice\n5,0.4,\n6,0.3,0.625\n")
    async with app().run_test(size=(100, 30)) as pilot:
        await table(pilot, "0.625")
        assert re.search(r"▶ stopped +unet3d +2 +7/9 +0\.625 +training", seen(pilot))
        assert row_of(pilot, "coming").split() == ["·", "coming", "queued"]
        assert "elsewhere" not in seen(pilot)
        await chosen(pilot, "stopped")
        assert "1:30 left" in seen(pilot)
        await pilot.press("r", "d")
        assert all("job 1 trains stopped: x stops it" in text for text in toasts(pilot))
        await chosen(pilot, "coming")
        await pilot.press("e")
        await until(pilot, lambda: "coming has not begun yet" in toasts(pilot))


async def test_what_cannot_be_done_says_why(folder: Path) -> None:
    async with app().run_test(size=(100, 30)) as pilot:
        await table(pilot)
        for name, key, reason in (
            ("done", "r", "done has done all its iterations: finetune another from it"),
            ("new", "e", "new has no weights yet: they are kept with the first validation"),
            ("done", "x", "no network is being trained in this row"),
        ):
            await chosen(pilot, name)
            await pilot.press(key)
            await until(pilot, lambda reason=reason: reason in toasts(pilot))
        await chosen(pilot, "damaged")
        await pilot.press("i")
        await until(pilot, lambda: any("network.json cannot be read" in text for text in toasts(pilot)))
        await chosen(pilot, "done")
        await pilot.press("i")
        assert isinstance(pilot.app.screen, HelpScreen)
        await until(pilot, lambda: "iteration 9/9, best Dice 0.750 at 8" in seen(pilot))


async def test_resume_and_export_are_jobs(folder: Path, jobs: Jobs) -> None:
    async with app().run_test(size=(100, 30)) as pilot:
        await table(pilot)
        pilot.app.picks.uuids = ("GPU-a",)  # type: ignore[attr-defined]
        await chosen(pilot, "stopped")
        await pilot.press("r")
        await until(pilot, lambda: any("Job 1: train unet3d stopped" in text for text in toasts(pilot)))
        assert all_jobs()[0].request.devices == ("GPU-a",)
        assert all_jobs()[0].request.command == ("network", "resume", str(folder / "networks" / "stopped.network"))
        await chosen(pilot, "done")
        await pilot.press("e")
        asking = pilot.app.screen
        assert isinstance(asking, AskPath)
        asking.query_one(Input).value = str(folder / "done.tar")
        await pilot.press("enter")
        assert "must be called NAME.network.zip or NAME.onnx" in " ".join(seen(pilot).split())
        asking.query_one(Input).value = str(folder / "done.onnx")
        await pilot.press("enter")
        await until(pilot, lambda: len(all_jobs()) == 2)
        request = all_jobs()[0].request
        assert request.command[-3:] == ("-o", str(folder / "done.onnx"), "--onnx")
        assert request.share, "it does not wait for a training"
        assert request.devices == ()


async def test_what_is_no_exported_network_is_not_imported(folder: Path) -> None:
    file = folder / "grains.network.zip"
    file.write_bytes(np.arange(100, dtype=np.uint8).tobytes())
    async with app().run_test(size=(100, 30)) as pilot:
        await table(pilot)
        await pilot.press("m")
        pilot.app.screen.query_one(Input).value = str(file)
        await pilot.press("enter")
        asking = pilot.app.screen
        assert isinstance(asking, Ask)
        assert asking.query_one(Input).value == "grains"
        asking.query_one(Input).value = "done"
        await pilot.press("enter")
        assert "done is already in" in " ".join(seen(pilot).split())
        asking.query_one(Input).value = "grains"
        await pilot.press("enter")
        await until(pilot, lambda: any("grains.network.zip" in text for text in toasts(pilot)))
        assert not (folder / "networks" / "grains.network").exists()


async def test_a_network_is_deleted_after_a_question_and_nothing_that_is_none(folder: Path) -> None:
    other = folder / "networks" / "mine.network"
    other.mkdir()
    (other / "notes").write_text("kept")
    async with app().run_test(size=(100, 30)) as pilot:
        await table(pilot, "mine")
        await chosen(pilot, "done")
        await pilot.press("d")
        assert isinstance(pilot.app.screen, Confirm)
        await pilot.press("n")
        assert (folder / "networks" / "done.network").exists()
        await pilot.press("d", "y")
        await until(pilot, lambda: not (folder / "networks" / "done.network").exists())
        await until(pilot, lambda: not row_of(pilot, "done"))
        await chosen(pilot, "mine")
        await pilot.press("d", "y")
        await until(pilot, lambda: any("it may be something else" in text for text in toasts(pilot)))
        assert (other / "notes").read_text() == "kept"
        await chosen(pilot, "damaged")
        await pilot.press("d", "y")
        await until(pilot, lambda: not (folder / "networks" / "damaged.network").exists())


async def test_hostile_names_command_no_terminal(folder: Path) -> None:
    network = folder / "networks" / "odd\x1b]0;mine\x07.network"
    network.mkdir()
    content = json.loads((folder / "networks" / "done.network" / MANIFEST).read_text())
    content["classes"][0]["name"] = "\x1b[2J\u202e"
    (network / MANIFEST).write_text(json.dumps(content))
    async with app().run_test(size=(100, 30)) as pilot:
        await table(pilot, "odd")
        await pilot.press("end", "home", "down", "down", "down")
        await pilot.press("i")
        await pilot.pause()
        assert all(letter.isprintable() or letter == "\n" for letter in seen(pilot))
