"""The network manager: what is asked and foretold live, and the jobs that are started, with real files and jobs."""

import shlex
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Select

from annotat3d_tui.cli.job_commands import ShellCommands
from annotat3d_tui.jobs.folder import METRICS
from annotat3d_tui.jobs.job import all_jobs
from annotat3d_tui.networks.augmentation import Augmentation
from annotat3d_tui.networks.beginning import begin
from annotat3d_tui.networks.checkpoint import State, save_checkpoint
from annotat3d_tui.networks.dataset import open_dataset
from annotat3d_tui.networks.network import BEST, CHECKPOINT, HISTORY
from annotat3d_tui.networks.settings import Training
from annotat3d_tui.tui.app import Annotat3DApp
from annotat3d_tui.tui.forms import Field
from annotat3d_tui.tui.screens.dialogs import Confirm
from annotat3d_tui.tui.screens.network_manager import NetworkManager
from annotat3d_tui.tui.screens.network_settings_pane import SettingsPane
from annotat3d_tui.tui.widgets.augmentation_form import AugmentationForm
from annotat3d_tui.tui.widgets.gpu_table import GpuTable
from annotat3d_tui.tui.widgets.long_list import LongList
from tests.jobs.starting import Jobs
from tests.networks.small import textured_dataset
from tests.tui.acting import seen, toasts, until
from tests.tui.test_screens_gpus import Machine, gpu


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the program is started, with a dataset that suits and one whose patches do not."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "datasets").mkdir()
    textured_dataset(tmp_path / "datasets" / "odd.h5", (16, 16, 24), 4)
    textured_dataset(tmp_path / "datasets" / "blobs.h5", (16, 16, 16), 8)
    return tmp_path


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jobs]:
    """Starts real jobs; what is started here waits behind one that has the processors."""
    started = Jobs(tmp_path / "jobs", monkeypatch)
    started.work("import time; time.sleep(600)", share=False)
    yield started
    started.end_all()


def trained(folder: Path, name: str, training: Training, state: State) -> Path:
    """A network that was trained so far."""
    dataset = open_dataset(folder / "datasets" / "blobs.h5")
    network = begin(folder / "networks" / name, dataset, training, Augmentation(noise=False))
    save_checkpoint(network.folder / CHECKPOINT, state, [])
    (network.folder / BEST).write_bytes(b"weights")
    return network.folder


@asynccontextmanager
async def manager(
    size: tuple[int, int] = (100, 40), machine: Machine | None = None, name: str = "grains"
) -> AsyncIterator[tuple[Pilot[int], NetworkManager]]:
    """F5, n, and a name."""
    app = Annotat3DApp(commands=ShellCommands(), read_gpus=machine or Machine(problem="There is no driver here."))
    async with app.run_test(size=size) as pilot:
        await pilot.press("f5", "n")
        screen = app.screen
        assert isinstance(screen, NetworkManager)
        screen.query_one("#network-name", Input).value = name
        await until(pilot, lambda: screen.dataset is not None or "odd" in str(screen.draft.dataset))
        yield pilot, screen


async def write(pilot: Pilot[int], screen: NetworkManager, name: str, text: str) -> None:
    """Fill a field of the form, whose part is gone to."""
    while screen._part != "settings":
        await pilot.press("ctrl+n")
    field = next(field for field in screen.query(Field) if field.declared.name == name)
    field.query_one(Input).value = text


def foot(screen: NetworkManager) -> str:
    return " ".join(str(screen.query_one(f"#{id}").render()) for id in ("forecast", "state"))


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_each_part_is_seen_at_every_size(folder: Path, size: tuple[int, int]) -> None:
    async with manager(size) as (pilot, screen):
        words = {"network": "1438034 parameters", "dataset": "dimensions", "settings": "Batch", "log": "No job has"}
        for part, word in words.items():
            assert screen._part == part
            await until(pilot, lambda word=word: word in seen(pilot))
            lines = seen(pilot).splitlines()
            assert all(len(line) == size[0] for line in lines)
            assert "Train" in lines[-2]
            assert "F1 help" in lines[-1]
            await pilot.press("ctrl+n")


async def test_what_hinders_is_said_while_values_change(folder: Path) -> None:
    async with manager() as (pilot, screen):
        await until(pilot, lambda: "ready to be trained" in foot(screen))
        assert "enough for batch 8; 8 samples for training" in foot(screen)
        await write(pilot, screen, "batch", "9")
        await until(pilot, lambda: "batch must be at most the 8 samples" in foot(screen))
        await write(pilot, screen, "batch", "")
        await until(pilot, lambda: "batch must be from 1 to 1024" in foot(screen))
        await write(pilot, screen, "batch", "2")
        await until(pilot, lambda: "ready" in foot(screen))
        screen.query_one("#architecture", Select).value = "unet2d"
        await until(pilot, lambda: "must be 1 in z" in foot(screen))
        screen.query_one("#architecture", Select).value = "vnet"
        screen.query_one("#chosen-dataset", Select).value = str(folder / "datasets" / "odd.h5")
        await until(pilot, lambda: "give 32×16×16" in foot(screen))
        screen.query_one("#network-name", Input).value = "a/b"
        await until(pilot, lambda: "must be a word without /" in foot(screen))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: any("must be a word without /" in text for text in toasts(pilot)))
        assert all_jobs() == []


async def test_one_class_alone_and_a_file_that_is_none_are_refused(folder: Path) -> None:
    (folder / "datasets" / "none.h5").write_bytes(b"no HDF5")
    async with manager() as (pilot, screen):
        await pilot.press("ctrl+o")
        pilot.app.screen.query_one(Input).value = str(folder / "datasets" / "none.h5")
        await pilot.press("enter")
        await until(pilot, lambda: "received no HDF5 file" in foot(screen))
        assert screen.why_not("train", ())
        assert screen.why_not("take_batch", ())


async def test_train_is_a_job_whose_command_says_what_was_changed(folder: Path, jobs: Jobs) -> None:
    async with manager() as (pilot, screen):
        await write(pilot, screen, "batch", "2")
        await write(pilot, screen, "iterations", "30")
        screen.query_one("#changes").value = False  # type: ignore[attr-defined]
        await until(pilot, lambda: "ready" in foot(screen))
        await pilot.press("ctrl+y")
        target, dataset = folder / "networks" / "grains.network", folder / "datasets" / "blobs.h5"
        said = f"network train {target} --dataset {dataset} --batch 2 --iterations 30 --no-augmentation"
        assert pilot.app.clipboard == f"annotat3d {said}"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: len(all_jobs()) == 2)
        assert all_jobs()[0].request.command == tuple(shlex.split(said))
        assert all_jobs()[0].request.title == "train unet3d grains"
        await until(pilot, lambda: screen._part == "log" and "job 2 queued" in seen(pilot))
        await until(pilot, lambda: "job 2 trains grains" in screen.why_not("train", ()))
        await pilot.press("x")
        assert isinstance(pilot.app.screen, Confirm)
        await pilot.press("y")
        await until(pilot, lambda: all_jobs()[0].status().has_ended)


async def test_a_network_that_is_there_is_replaced_after_a_question(folder: Path, jobs: Jobs) -> None:
    trained(folder, "grains", Training(batch=2), State(3))
    async with manager(name="other") as (pilot, screen):
        screen.query_one("#network-name", Input).value = "grains"
        await until(pilot, lambda: "grains is there already" in seen(pilot))
        await until(pilot, lambda: "ready" in foot(screen))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("n")
        assert len(all_jobs()) == 1
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: len(all_jobs()) == 2)
        assert all_jobs()[0].request.command[-1] == "--overwrite"


async def test_finetune_keeps_what_the_other_network_had(folder: Path, jobs: Jobs) -> None:
    start = trained(folder, "grains", Training("vnet", batch=2, rate=0.01), State(9, 0.5, 9, ended="done"))
    async with Annotat3DApp(read_gpus=Machine(gpu(0))).run_test(size=(100, 40)) as pilot:
        await pilot.press("f5")
        await until(pilot, lambda: "done" in seen(pilot))
        await pilot.press("f")
        screen = pilot.app.screen
        assert isinstance(screen, NetworkManager)
        await until(pilot, lambda: "ready" in foot(screen))
        assert screen.query_one("#network-name", Input).value == "grains-2"
        assert screen.query_one("#architecture", Select).disabled
        await write(pilot, screen, "rate", "0.0001")
        await until(pilot, lambda: screen.draft.training.rate == 0.0001)
        await pilot.press("ctrl+f")
        await until(pilot, lambda: len(all_jobs()) == 2)
        words = " ".join(all_jobs()[0].request.command)
        assert f"grains-2.network --from {start} --dataset" in words
        assert words.endswith("--rate 0.0001 --noise no")


async def test_without_a_network_to_start_from_nothing_is_finetuned_resumed_or_exported(folder: Path) -> None:
    async with manager() as (pilot, screen):
        await pilot.press("ctrl+f", "ctrl+g", "ctrl+e")
        await until(pilot, lambda: len(toasts(pilot)) >= 2)
        assert "choose under Start from, in the part Network, whose weights it begins with" in toasts(pilot)
        assert "there is no network of this name yet" in toasts(pilot)
        assert screen.why_not("cancel_training", ()) == "no job trains this network"


async def test_picked_gpus_share_the_batch_and_their_memory_decides(folder: Path, jobs: Jobs) -> None:
    machine = Machine(gpu(0), gpu(1, 79.3))
    async with manager(machine=machine) as (pilot, screen):
        await until(pilot, lambda: screen.query_one(GpuTable).reading is not None)
        await pilot.press("ctrl+n", "ctrl+n")
        await until(pilot, lambda: isinstance(screen.focused, LongList))
        await pilot.press("f")
        await until(pilot, lambda: "85.5 GB are free on GPU 0" in foot(screen))
        await pilot.press("down", "space")
        await until(pilot, lambda: "each of GPU 0,1" in foot(screen))
        await write(pilot, screen, "batch", "3")
        await until(pilot, lambda: "shared equally by 2 devices, received 3: give 2" in foot(screen))
        await pilot.press("ctrl+b")
        await until(pilot, lambda: "ready" in foot(screen))
        assert screen.draft.training.batch == 8
        await pilot.press("ctrl+s")
        await until(pilot, lambda: len(all_jobs()) == 2)
        assert all_jobs()[0].request.devices == ("GPU-0000", "GPU-0001")
        machine.are(gpu(0))
        await until(pilot, lambda: "There is no GPU GPU-0001" in foot(screen))


async def test_what_was_begun_stays_while_other_tabs_are_shown(folder: Path) -> None:
    async with manager() as (pilot, screen):
        await write(pilot, screen, "batch", "3")
        await until(pilot, lambda: screen.draft.training.batch == 3)
        await pilot.press("f7", "f5", "n")
        await until(pilot, lambda: isinstance(pilot.app.screen, NetworkManager))
        again = pilot.app.screen
        assert isinstance(again, NetworkManager)
        assert again is not screen
        assert again.query_one("#network-name", Input).value == "grains"
        await pilot.press("ctrl+n", "ctrl+n")
        assert next(f for f in again.query(Field) if f.declared.name == "batch").query_one(Input).value == "3"


async def test_changes_that_were_chosen_with_the_datasets_come_along_once(folder: Path) -> None:
    app = Annotat3DApp(read_gpus=Machine(problem="There is no driver here."))
    async with app.run_test(size=(100, 40)) as pilot:
        app.draft.augmentation = Augmentation(noise=False, gamma_max=1.2)
        await pilot.press("f5", "n")
        screen = app.screen
        assert isinstance(screen, NetworkManager)
        await pilot.press("ctrl+n", "ctrl+n")
        await until(pilot, lambda: screen.query_one(SettingsPane).is_unfolded)
        assert screen.query_one(AugmentationForm).value() == app.draft.augmentation
        assert screen.words("train")[-4:] == ["--gamma-max", "1.2", "--noise", "no"]
        await pilot.press("escape")
        screen.draft.augmentation = Augmentation(blur=False)
        await pilot.press("n")
        again = app.screen
        assert isinstance(again, NetworkManager)
        assert again.draft.augmentation == Augmentation(blur=False), "what is set with a network stays there"


async def test_the_log_shows_what_a_network_has_measured(folder: Path, jobs: Jobs) -> None:
    network = trained(folder, "grains", Training(iterations=9, batch=2), State(9, 0.5, 9, ended="done"))
    rows = [f"{step},{1 / step:.3f},{0.1 * step:.3f}" for step in range(1, 10)]
    (network / HISTORY).write_text("\n".join(["iteration,loss,dice", *rows, ""]))
    async with manager(name="grains", size=(120, 40)) as (pilot, _):
        await pilot.press("ctrl+n", "ctrl+n", "ctrl+n")
        await until(pilot, lambda: "iteration 9/9" in seen(pilot))
        assert "loss 0.111" in seen(pilot)
        assert "best Dice 0.900 at 9" in seen(pilot)
        job = jobs.command("network", "resume", str(network), share=False)
        (job.folder / METRICS).write_text("")
        await until(pilot, lambda: f"job {job.number} queued" in seen(pilot))


async def test_parts_are_chosen_with_the_mouse_and_help_is_of_the_part(folder: Path) -> None:
    async with manager((100, 30)) as (pilot, screen):
        at = seen(pilot).splitlines()[2].index("Settings")
        await pilot.click("PartsLine", offset=(at, 0))
        await until(pilot, lambda: screen._part == "settings")
        await pilot.press("f1")
        await until(
            pilot, lambda: "Learning rate: how far a step goes" in " ".join(seen(pilot).replace("│", " ").split())
        )
