"""An image that is cut short while it is on the screen: it says so and goes on, and all marks are kept."""

import os
from pathlib import Path

import numpy as np
import pytest

from tests.terminal.robot import Robot, workspace_folder

pytestmark = pytest.mark.terminal


def journal(image: Path) -> int:
    """Bytes of marks on disk."""
    path = workspace_folder(image) / "annotation.journal"
    return path.stat().st_size if path.is_file() else 0


def test_the_screen_says_it_and_marks_are_kept(tmp_path: Path, phases: tuple[np.ndarray, ...]) -> None:
    image = tmp_path / "scan_130x110x14_16bit.raw"
    voxels = np.tile(phases[0], (1, 5, 5))[:, :110, :130]
    voxels.tofile(image)
    with Robot("open", str(image)) as robot:
        robot.wait_text("Background", image.name)
        empty = journal(image)
        robot.press("space", "right", "right", "space")
        robot.wait(lambda: journal(image) > empty, "a stroke in the journal")
        first = journal(image)
        os.truncate(image, 5000)
        robot.press("]", "]", "[", "[", "[")
        robot.wait_text("must stay as it is", "cannot be read to its end", "= ?")
        robot.press("escape")
        robot.wait_gone("must stay as it is")
        assert "cannot be read to its end" in robot.text
        robot.press("down", "2", "space", "right", "space")
        robot.wait(lambda: journal(image) > first, "a stroke that is drawn all the same")
        robot.press("A")
        robot.wait_text("must stay as it is")
        kept = journal(image)
        robot.press("ctrl+q")
        assert robot.wait_end() == 0
    voxels.tofile(image)
    with Robot("open", str(image)) as robot:
        robot.wait_text("Background", image.name)
        assert journal(image) == kept
        robot.press("u", "u")
        robot.wait(lambda: journal(image) > kept, "both strokes taken back")
