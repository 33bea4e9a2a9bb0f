"""A new dataset, and one whose samples are changed, asked for on the screen and made by real jobs."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from annotat3d_tui.cli.job_commands import ShellCommands
from annotat3d_tui.networks.dataset import open_dataset
from annotat3d_tui.networks.pair import IMAGE, LABEL, WEIGHT
from annotat3d_tui.networks.recipe import Recipe
from annotat3d_tui.tui.app import Annotat3DApp
from annotat3d_tui.tui.forms import Box
from annotat3d_tui.tui.screens.augment import AugmentScreen
from annotat3d_tui.tui.screens.augmentation_pane import AugmentationPane
from annotat3d_tui.tui.screens.datasets import DatasetsScreen
from annotat3d_tui.tui.screens.dialogs import Confirm
from annotat3d_tui.tui.screens.new_dataset import NewDataset
from annotat3d_tui.tui.screens.sampling_pane import SamplingPane
from annotat3d_tui.tui.widgets.augmentation_form import NumberInput
from annotat3d_tui.tui.widgets.sample_pictures import SamplePictures
from tests.jobs.starting import Jobs, processes_of
from tests.networks.samples import dataset
from tests.networks.volumes import SHAPE, classes, pair
from tests.tui.acting import seen, toasts, until

SMALL = Recipe(patch=(8, 8, 4), samples=5)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the program is started, with two images and their labels, one that does not fit, and a weight map."""
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        pair(tmp_path, classes(ids=(1, 2)), name)
    np.save(tmp_path / "odd.npy", np.ones((3, 20, 28), np.uint8))
    np.save(tmp_path / "w.npy", np.full(SHAPE, 2.0, np.float32))
    return tmp_path


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jobs]:
    """Jobs have a folder of their own; those that were started are ended."""
    started = Jobs(tmp_path / "jobs", monkeypatch)
    yield started
    from annotat3d_tui.jobs.job import all_jobs

    for job in all_jobs(started.home):
        for process in processes_of(job):
            process.kill()


def app(recipe: Recipe = SMALL) -> Annotat3DApp:
    made = Annotat3DApp(commands=ShellCommands())
    made.draft.recipe = recipe
    return made


async def new(pilot: Pilot[int]) -> tuple[NewDataset, SamplingPane]:
    """F4, n."""
    await pilot.press("f4")
    await until(pilot, lambda: isinstance(pilot.app.screen, DatasetsScreen))
    await pilot.press("n")
    await until(pilot, lambda: isinstance(pilot.app.screen, NewDataset))
    screen = pilot.app.screen
    assert isinstance(screen, NewDataset)
    await pilot.pause()
    return screen, screen.query_one(SamplingPane)


def fill(pane: SamplingPane, folder: Path, *names: str) -> None:
    pane.list_of(IMAGE).set_paths([folder / f"{name}.npy" for name in names])
    pane.list_of(LABEL).set_paths([folder / f"{name}-label.npy" for name in names])


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_a_dataset_is_made_of_what_was_added(folder: Path, jobs: Jobs, size: tuple[int, int]) -> None:
    async with app().run_test(size=size) as pilot:
        screen, pane = await new(pilot)
        assert "Add images" in seen(pilot)
        fill(pane, folder, "a", "b")
        await until(pilot, lambda: "✓ 2 pairs · 2 classes" in seen(pilot))
        lines = seen(pilot).splitlines()
        assert all(len(line) == size[0] for line in lines)
        assert "✓ 28×20×12 uint16" in seen(pilot)
        assert "labels 1, 2" in seen(pilot)
        screen.query_one("#name", Input).value = "beads"
        await pilot.press("ctrl+s")
        made = folder / "datasets" / "beads.h5"
        await until(pilot, lambda: isinstance(pilot.app.screen, DatasetsScreen))
        await until(pilot, made.exists)
        await until(pilot, lambda: any("beads.h5" in line and "8×8×4" in line for line in seen(pilot).splitlines()))
        found = open_dataset(made)
        assert (found.images, found.samples, found.patch, found.classes) == (2, 5, (4, 8, 8), (1, 2))
        assert not found.has_weight


async def test_what_is_wrong_stands_beside_its_row_and_nothing_is_made(folder: Path) -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        _, pane = await new(pilot)
        fill(pane, folder, "a", "b")
        pane.list_of(LABEL).set_paths([folder / "odd.npy", folder / "b-label.npy"])
        await until(pilot, lambda: "✗ 28×20×3: image is 28×20×12" in seen(pilot))
        await until(pilot, lambda: "1 of 2 pairs cannot be used: row 1." in seen(pilot))
        pane.list_of(LABEL).rows.focus()
        pane.list_of(LABEL).rows.highlighted = 0
        await until(pilot, lambda: "odd.npy must have the size 28×20×12 of a.npy" in seen(pilot))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: any("1 of 2 pairs cannot be used" in text for text in toasts(pilot)))
        assert not (folder / "datasets").exists()


async def test_a_form_that_is_wrong_says_so(folder: Path) -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        _, pane = await new(pilot)
        fill(pane, folder, "a")
        line = pane.query("Form Input").first(Input)
        line.focus()
        line.value = "0"
        await until(pilot, lambda: "must be from 1 to 1000000, received 0" in seen(pilot))
        line.value = "3"
        await until(pilot, lambda: "for 3 samples" in seen(pilot))


async def test_what_was_begun_stays_while_other_tabs_are_shown(folder: Path, jobs: Jobs) -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        _, pane = await new(pilot)
        fill(pane, folder, "a", "b")
        await until(pilot, lambda: "✓ 2 pairs" in seen(pilot))
        await pilot.press("f7")
        screen, pane = await new(pilot)
        assert [path.name for path in pane.list_of(LABEL).paths] == ["a-label.npy", "b-label.npy"]
        await until(pilot, lambda: "✓ 2 pairs · 2 classes" in seen(pilot))
        assert screen.commands[0][:3] == ["dataset", "create", "-o"]


async def test_a_row_of_weights_may_stand_for_no_map(folder: Path) -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        screen, pane = await new(pilot)
        fill(pane, folder, "a", "b")
        weights = pane.list_of(WEIGHT)
        weights.rows.focus()
        await pilot.press("b")
        weights.rows.post_message(events.Paste(str(folder / "w.npy")))
        await until(pilot, lambda: len(weights.paths) == 2)
        await until(pilot, lambda: "✓ every voxel counts 1" in seen(pilot))
        await until(pilot, lambda: "28×20×12 float32" in seen(pilot))
        words = screen.commands[0]
        assert words[words.index("--weight") + 1 :][:2] == ["none", str(folder / "w.npy")]
        await pilot.press("y")
        await until(pilot, lambda: any("--weight none" in text for text in toasts(pilot)))


async def test_a_dataset_that_is_there_is_replaced_after_a_question(folder: Path, jobs: Jobs) -> None:
    (folder / "datasets").mkdir()
    (folder / "datasets" / "dataset.h5").write_bytes(b"old")
    async with app().run_test(size=(120, 40)) as pilot:
        _, pane = await new(pilot)
        fill(pane, folder, "a")
        await until(pilot, lambda: "✓ 1 pair · 2 classes" in seen(pilot))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: "28×20×12" in seen(pilot) or "8×8×4" in seen(pilot))
        await until(pilot, lambda: (folder / "datasets" / "dataset.h5").stat().st_size > 3)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_changes_are_seen_before_and_after_and_written_to_a_second_dataset(
    folder: Path, jobs: Jobs, size: tuple[int, int]
) -> None:
    async with app().run_test(size=size) as pilot:
        screen, pane = await new(pilot)
        fill(pane, folder, "a")
        await until(pilot, lambda: "✓ 1 pair · 2 classes" in seen(pilot))
        await pilot.press("ctrl+n")
        pictures = screen.query_one(SamplePictures)
        await until(pilot, lambda: pictures.comparison is not None and "vertical flip · at x" in seen(pilot))
        shown = pictures.comparison
        assert shown is not None
        assert np.array_equal(shown.after.image, np.flip(shown.before.image, 1))
        assert "▀" in seen(pilot)
        await pilot.press("n")
        await until(pilot, lambda: pictures.comparison is not shown)
        await pilot.press("v")
        await until(pilot, lambda: "all that are on · at" in seen(pilot))
        screen.query_one("#writes", Box).value = True
        await pilot.pause()
        screen.query(Box).first().value = False
        await pilot.press("ctrl+s")
        changed = folder / "datasets" / "dataset_augment.h5"
        await until(pilot, changed.exists)
        assert open_dataset(changed).parameters["augmentation"]["vertical_flip"] is False


async def test_a_range_upside_down_is_marked_and_refused(folder: Path) -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        screen, pane = await new(pilot)
        fill(pane, folder, "a")
        await until(pilot, lambda: "✓ 1 pair" in seen(pilot))
        await pilot.press("ctrl+n")
        line = next(one for one in screen.query(NumberInput) if one.name == "gamma_min")
        line.value = "3"
        await until(pilot, lambda: "gamma_min of augmentation must be at most gamma_max" in seen(pilot))
        assert line.parent is not None
        assert line.parent.has_class("-wrong")
        line.value = "1"
        await until(pilot, lambda: "✓ 1 pair" in seen(pilot))


async def test_the_samples_of_a_dataset_are_looked_at_and_written_changed(folder: Path, jobs: Jobs) -> None:
    (folder / "datasets").mkdir()
    made = dataset(folder / "datasets" / "d.h5", images=1, samples=4)
    async with app().run_test(size=(120, 40)) as pilot:
        await pilot.press("f4")
        await until(pilot, lambda: "d.h5" in seen(pilot))
        await pilot.press("p")
        await until(pilot, lambda: isinstance(pilot.app.screen, AugmentScreen))
        screen = pilot.app.screen
        pane = screen.query_one(AugmentationPane)
        await until(pilot, lambda: "sample 0 of image 0 of d.h5" in seen(pilot))
        await pilot.press("n")
        await until(pilot, lambda: "sample 1 of image 0 of d.h5" in seen(pilot))
        await pilot.press("p", "p")
        await until(pilot, lambda: any("it is the first sample" in text for text in toasts(pilot)))
        assert pane.augmentation is not None
        screen.query_one("#seed", Input).value = "7"
        await pilot.press("ctrl+s")
        changed = folder / "datasets" / "d_augment.h5"
        await until(pilot, changed.exists)
        assert open_dataset(changed).parameters["augmentation"]["seed"] == 7
        assert np.array_equal(open_dataset(changed).validation, made.validation)


async def test_a_dataset_is_not_written_over_itself(folder: Path) -> None:
    (folder / "datasets").mkdir()
    dataset(folder / "datasets" / "d.h5", images=1, samples=4)
    async with app().run_test(size=(120, 40)) as pilot:
        await pilot.press("f4")
        await until(pilot, lambda: "d.h5" in seen(pilot))
        await pilot.press("p")
        await until(pilot, lambda: isinstance(pilot.app.screen, AugmentScreen))
        pilot.app.screen.query_one("#name", Input).value = "d"
        await until(pilot, lambda: "d.h5 is the dataset itself" in seen(pilot))
