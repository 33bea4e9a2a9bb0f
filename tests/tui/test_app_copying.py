"""What is copied or written as text: the same words that the command line, a file of strokes and a shell take."""

import shlex
from pathlib import Path

import numpy as np
import tifffile
from textual.widgets import Input

from annotat3d_tui.__main__ import main
from annotat3d_tui.superpixels.check import check_superpixels
from annotat3d_tui.tui.screens.paths import AskPath
from annotat3d_tui.workflow.presets import PRESETS
from tests.tui.acting import command, mark, opened, seen, toasts, until


async def test_label_and_stroke_are_copied_or_it_is_said_why_not(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        await pilot.press("y")
        await until(pilot, lambda: "there is none here" in seen(pilot))
        await pilot.press("s")
        await until(pilot, lambda: any("none was drawn yet" in said for said in toasts(pilot)))
        assert pilot.app.clipboard == ""
        await command(pilot, "brush 2 r=2 xy z=7 14,10 16,12")
        screen.session.annotation.erase_stroke_at((7, 10, 14))
        await command(pilot, "brush 2 r=1 xy z=7 4,4")
        screen.session.annotation.rename(2, "Grain")
        await command(pilot, "goto 4 4 7")
        await pilot.press("y", "l")
        await pilot.pause()
        assert pilot.app.clipboard == "2 Grain"
        await command(pilot, "copy stroke")
        assert pilot.app.clipboard == "brush 2 r=1 xy z=7 4,4"
        await pilot.press("u", "u")
        assert screen.last_stroke() == "brush 2 r=2 xy z=7 14,10 16,12"


async def test_the_command_line_makes_the_label_volume_that_apply_makes(files: Path, tmp_path: Path) -> None:
    async with opened(files) as (pilot, screen):
        screen.session.keep_parameters(PRESETS["manual"])
        await mark(pilot)
        await pilot.press("A")
        await until(pilot, lambda: screen.session.label is not None and screen.running is None)
        await pilot.press("y", "C")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskPath))
        path = tmp_path / "run.sh"
        pilot.app.screen.query_one(Input).value = str(path)
        await pilot.press("enter")
        await until(pilot, lambda: path.is_file() and screen.running is None)
        label = np.array(screen.session.label)
    for words in path.read_text().strip().split(" && "):
        assert main(shlex.split(words)[1:]) == 0
    assert np.array_equal(tifffile.imread(files / "image_label.tif"), label)


async def test_superpixels_of_a_file_and_training_data_are_named_in_the_command(files: Path) -> None:
    async with opened(files) as (_, screen):
        ids = np.arange(1, 8, dtype=np.int32).repeat(2)[:, None, None] * np.ones((14, 26, 30), np.int32)
        screen.session.keep_superpixels(check_superpixels(ids, ids.shape), files / "mine.tif")
        screen.training_files.append(files / "rock.training.npz")
        folder = screen.session.workspace.folder
        asked = shlex.split(screen.command_text())
    assert f"--superpixels {folder}/superpixels.tif --training {files}/rock.training.npz" in " ".join(asked)
    async with opened(files) as (_, screen):
        assert screen.session.superpixels_from == files / "mine.tif", "known after opening again"
        screen.session.keep_superpixels(ids)
        assert "--superpixels" not in screen.command_text()
