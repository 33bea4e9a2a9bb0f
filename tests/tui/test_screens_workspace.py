"""The workspace at a glance: what is there, how it is, where Enter goes; workspaces that are made from the screen."""

import os
import re
import shutil
import sys
import time
from dataclasses import asdict
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from annotat3d_tui.jobs.folder import STATUS, write_json
from annotat3d_tui.jobs.job import Status
from annotat3d_tui.jobs.local import make_folder, request_of
from annotat3d_tui.networks.outcome import Outcome, keep_outcome
from annotat3d_tui.tui.app import Annotat3DApp
from annotat3d_tui.tui.screens.datasets import DatasetsScreen
from annotat3d_tui.tui.screens.dialogs import Confirm
from annotat3d_tui.tui.screens.job import JobScreen
from annotat3d_tui.tui.screens.results import ResultsScreen
from annotat3d_tui.tui.screens.segment import SegmentScreen
from annotat3d_tui.tui.screens.welcome import Welcome
from annotat3d_tui.tui.screens.workspace import WorkspaceScreen
from annotat3d_tui.tui.warmup import Warmup
from annotat3d_tui.tui.widgets.long_list import LongList
from annotat3d_tui.workspace import is_bare
from tests.networks.small import textured_dataset
from tests.tui.acting import mark, opened, seen, toasts, until


def bright(pilot: Pilot[int], words: str) -> None:
    """Highlight the line that holds these words."""
    screen = pilot.app.screen
    assert isinstance(screen, WorkspaceScreen)
    listed = screen.query_one(LongList)
    listed.highlighted = next(i for i in range(listed.count) if words in screen._line(i, 100).plain)


def results(files: Path) -> Path:
    """Two images in a folder of results: one has a label, one was broken."""
    folder = files / "image.annotat3d" / "results" / "grains"
    folder.mkdir(parents=True)
    label = folder / "image.tif"
    shutil.copy(files / "truth.tif", label)
    network = str(files / "grains.network")
    made = Outcome(str(files / "image.tif"), network, str(label), "", (14, 26, 30), {1: 3, 2: 1}, 2.0, 1e6, "CPU", 1e9)
    keep_outcome(label, made)
    keep_outcome(folder / "bad.tif", Outcome(str(files / "bad.tif"), network, error="bad.tif is damaged: copy it."))
    return folder


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_all_is_seen_at_every_size(files: Path, size: tuple[int, int]) -> None:
    datasets = files / "image.annotat3d" / "datasets"
    async with opened(files, size) as (pilot, _):
        results(files)
        datasets.mkdir()
        textured_dataset(datasets / "beads.h5", (16, 16, 16), samples=3)
        (datasets / "bad.h5").write_bytes(b"no HDF5")
        await mark(pilot)
        await pilot.press("f9")
        await until(pilot, lambda: "beads.h5" in seen(pilot))
        lines = seen(pilot).splitlines()
        assert all(len(line) <= size[0] for line in lines)
        text = seen(pilot)
        words = ["✓ image.tif", "30×26×14 uint16", "✓ marks", "Datasets  2", "✗ bad.h5", "Results  1", "1 label by"]
        assert [one for one in words if one not in text] == []
        assert "Jobs  none yet" in text
        assert "1 wrong" in text
        assert "F1 help" in lines[-1]


async def test_enter_goes_to_the_screen_of_the_thing(files: Path) -> None:
    datasets = files / "image.annotat3d" / "datasets"
    async with opened(files) as (pilot, screen):
        datasets.mkdir()
        textured_dataset(datasets / "beads.h5", (16, 16, 16), samples=3)
        await pilot.press("f9")
        await until(pilot, lambda: "beads.h5" in seen(pilot))
        bright(pilot, "beads.h5")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, DatasetsScreen))
        await pilot.press("f9")
        await until(pilot, lambda: "image.tif" in seen(pilot))
        bright(pilot, "image.tif")
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is screen)


async def test_a_result_opens_on_its_image_and_one_without_a_label_says_why(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        results(files)
        await pilot.press("f9")
        await until(pilot, lambda: "1 label by grains" in seen(pilot))
        bright(pilot, "by grains")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ResultsScreen))
        await until(pilot, lambda: "✗ bad.tif  bad.tif is damaged" in seen(pilot))
        assert "1: 75 %, 2: 25 %  30×26×14" in seen(pilot)
        await pilot.press("home", "enter")
        await until(pilot, lambda: "bad.tif has no label: bad.tif is damaged: copy it." in toasts(pilot))
        await pilot.press("down", "o")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert pilot.app.screen_stack[1] is screen
        await pilot.press("y")
        await until(pilot, lambda: screen.session.label is not None)


async def test_jobs_of_the_workspace_are_listed_those_that_run_first(files: Path) -> None:
    def told(state: str, *words: str) -> None:
        job = make_folder(request_of(words, folder=files))
        status = Status(state, host="gpu-03", started=time.time())  # type: ignore[arg-type]
        write_json(job.folder / STATUS, asdict(status))

    told("running", "segment", "image.tif", "-o", "x.tif")
    told("done", "segment", str(files / "image.tif"), "-o", "y.tif")
    told("running", "segment", "other.tif", "-o", "z.tif")
    async with opened(files) as (pilot, _):
        await pilot.press("f9")
        await until(pilot, lambda: "Jobs  2" in seen(pilot))
        rows = [line.split()[:2] for line in seen(pilot).splitlines() if "segment image" in line]
        assert rows == [["▶", "1"], ["✓", "2"]]
        bright(pilot, "segment image")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, JobScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, WorkspaceScreen))


async def test_checking_finds_what_is_wrong_and_says_when_nothing_is(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        await pilot.press("f9", "c")
        await until(pilot, lambda: "image.annotat3d is whole." in toasts(pilot))
        (screen.session.workspace.folder / "run.json").write_text("{")
        await pilot.press("c")
        await until(
            pilot, lambda: "1 wrong" in seen(pilot) and "run.jsoncannotberead" in re.sub(r"[│\s]+", "", seen(pilot))
        )
        await pilot.press("escape", "escape")
        await until(pilot, lambda: pilot.app.screen is screen)


async def give(pilot: Pilot[int], path: Path) -> None:
    await until(pilot, lambda: bool(pilot.app.screen.query(Input)))
    pilot.app.screen.query_one(Input).value = str(path)
    await pilot.press("enter")
    await pilot.pause()


async def test_a_new_workspace_for_networks_alone_is_made_and_found_again(files: Path) -> None:
    folder = files / "nets.annotat3d"
    async with Annotat3DApp(None, lambda *_: Warmup((sys.executable, "-c", ""))).run_test(size=(80, 24)) as pilot:
        await pilot.press("n", "n")
        await give(pilot, folder)
        await until(pilot, lambda: isinstance(pilot.app.screen, WorkspaceScreen))
        await until(pilot, lambda: "Networks  none yet" in seen(pilot))
        assert is_bare(folder)
        assert pilot.app.learning.networks == folder / "networks"  # type: ignore[attr-defined]
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, Welcome)
        await pilot.press("f9", "o")
        await until(pilot, lambda: "nets" in seen(pilot))
        await pilot.press("1")
        await until(pilot, lambda: isinstance(pilot.app.screen, WorkspaceScreen))


async def test_a_new_workspace_for_an_image_lies_where_it_was_asked_for(files: Path) -> None:
    async with opened(files) as (pilot, first):
        await pilot.press("f9", "o", "n", "i")
        await give(pilot, files / "image.tif")
        await give(pilot, files / "second.annotat3d")
        await until(pilot, lambda: isinstance(pilot.app.screen, SegmentScreen) and pilot.app.screen is not first)
        assert isinstance(pilot.app.screen, SegmentScreen)
        assert pilot.app.screen.session.workspace.folder == files / "second.annotat3d"


async def test_where_nothing_is_open_the_folder_of_the_start_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkdir("datasets")
    textured_dataset(tmp_path / "datasets" / "beads.h5", (16, 16, 16), samples=3)
    async with Annotat3DApp().run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("f9")
        await until(pilot, lambda: "beads.h5" in seen(pilot))
        await pilot.press("c")
        assert any("no workspace is open here" in text for text in toasts(pilot))
