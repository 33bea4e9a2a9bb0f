"""Apply as a job: what Apply makes is made in another process, and its label is offered, not forced."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import tifffile

from annotat3d_tui.jobs.job import all_jobs
from annotat3d_tui.tui.app import Annotat3DApp
from annotat3d_tui.tui.screens.dialogs import Confirm
from annotat3d_tui.tui.screens.segment import SegmentScreen
from annotat3d_tui.workflow.presets import PRESETS
from tests.jobs.starting import Jobs
from tests.tui.acting import mark, opened, seen, toasts, until


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jobs]:
    """The folder of the jobs, of which none outlives the test."""
    home = Jobs(tmp_path / "jobs", monkeypatch)
    yield home
    home.started += all_jobs()
    home.end_all()


async def test_a_label_made_by_a_job_is_that_of_apply_and_shown_when_it_is_wanted(files: Path, jobs: Jobs) -> None:
    async with opened(files, (120, 40)) as (pilot, screen):
        screen.session.keep_parameters(PRESETS["manual"])
        await pilot.press("f", "j")
        assert any("mark at least two labels first" in text for text in toasts(pilot))
        await mark(pilot)
        await pilot.press("A")
        await until(pilot, lambda: screen.session.label is not None and screen.running is None)
        applied = np.array(screen.session.label)
        screen.session.keep_label(np.ones_like(applied), None)
        await pilot.press("f", "j")
        await until(pilot, lambda: any("Job 1 applies these marks" in text for text in toasts(pilot)))
        await until(pilot, lambda: "▶ 1 job" in seen(pilot))
        await until(pilot, lambda: any("is done. F7 and then o shows its label" in text for text in toasts(pilot)))
        assert np.all(screen.session.label == 1), "nothing is forced"
        await pilot.press("f7")
        await until(pilot, lambda: "apply image" in seen(pilot))
        await pilot.press("o")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("n")
        assert pilot.app.screen is screen
        assert np.all(screen.session.label == 1)
        await pilot.press("f7", "o")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: bool(np.array_equal(screen.session.label, applied)))
        folder = screen.session.workspace.jobs
        assert sorted(path.name for path in folder.iterdir()) == ["1.annotation.npz", "1_label.tif"]


async def test_a_label_is_opened_on_its_image_from_the_welcome(files: Path, jobs: Jobs) -> None:
    label = files / "made.tif"
    job = jobs.command("segment", str(files / "image.tif"), "--markers", str(files / "markers.tif"), "-o", str(label))
    async with Annotat3DApp().run_test(size=(100, 30), notifications=True) as pilot:
        await pilot.press("f7")
        await until(pilot, lambda: "✓ 1" in seen(pilot))
        await pilot.press("o")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("y")
        screen = pilot.app.screen
        assert isinstance(screen, SegmentScreen)
        await until(pilot, lambda: screen.session.label is not None)
        assert np.array_equal(screen.session.label, tifffile.imread(label))
    assert job.outputs == (label,)
