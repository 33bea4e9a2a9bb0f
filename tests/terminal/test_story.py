"""An hour of a person at a terminal, in a real pty: open, draw by keys and mouse, apply, undo, save; the line drops."""

import base64
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import tifffile

from annotat3d_tui.__main__ import main
from annotat3d_tui.demo import demo_files
from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.colours import colour_of
from tests.conftest import real_data
from tests.terminal.robot import Robot, workspace_folder

pytestmark = pytest.mark.terminal

LEFT, TOP = 12, 10
"""A cell well inside the slice, at every size of the window that is tried."""


def small_phantom(folder: Path) -> Path:
    """A corner of the embedded volume, quick to segment."""
    path = folder / "phantom.tif"
    tifffile.imwrite(path, tifffile.imread(demo_files().image)[50:78, 40:150, 30:160])
    return path


def nuclei(folder: Path) -> Path:
    """The real nuclei."""
    return Path(shutil.copy(real_data("nuclei_confocal") / "image.tif", folder / "nuclei.tif"))


def drawn(image: Path) -> list[str]:
    """What the journal on disk says was drawn, as a person would find it after a crash."""
    journal = workspace_folder(image) / "annotation.journal"
    annotation, messages = Annotation.open(tifffile.imread(image).shape, Path(shutil.copy(journal, f"{journal}.copy")))
    annotation.close()
    assert messages == []
    return annotation.history()


def draw_three(robot: Robot, image: Path) -> None:
    """Two strokes by keys, one of each label, and one of the second label by mouse."""
    robot.press("-", "-", "-", "1", "space", "right", "right", "right", "right", "space")
    robot.wait(lambda: len(drawn(image)) == 1, "the first stroke in the journal")
    robot.press("shift+down", "2", "space", "down", "down", "left", "left", "space")
    robot.wait(lambda: len(drawn(image)) == 2, "the second stroke in the journal")
    robot.drag((LEFT, TOP), (LEFT + 3, TOP), (LEFT + 8, TOP + 2))
    robot.wait(lambda: len(drawn(image)) == 3, "the stroke by mouse in the journal")


def coloured_cells(robot: Robot) -> int:
    """Cells of the slice that are not grey."""
    return sum(
        len({colour[i : i + 2] for i in (0, 2, 4)}) > 1
        for row in range(4, robot.screen.lines - 3)
        for column in range(1, robot.screen.columns - 45)
        for colour in robot.colours_at(column, row)[:1]
        if len(colour) == 6
    )


@pytest.mark.parametrize("volume", [small_phantom, nuclei])
def test_open_draw_apply_undo_save_and_the_same_from_the_command_line(tmp_path: Path, volume) -> None:
    image = volume(tmp_path)
    with Robot("open", str(image)) as robot:
        robot.wait_text("Background", "Label 1", image.name)
        draw_three(robot, image)
        before = coloured_cells(robot)
        robot.press("A")
        robot.wait_text("made in", "Accuracy")
        robot.wait(lambda: coloured_cells(robot) > before + 200, "the label's colours over the slice")
        robot.wait(lambda: marks_of_run(image), "the first run, kept with its scores")
        robot.press("u")
        robot.wait(lambda: len(drawn(image)) == 2, "the mouse's stroke taken back")
        first = marks_of_run(image)
        robot.press("A")
        robot.wait(lambda: marks_of_run(image) not in ("", first), "the second run, kept with its scores")
        robot.wait_gone("▶")
        save(robot, tmp_path, "label", "ctrl+s")
        save(robot, tmp_path, "markers", "f", "m")
        robot.press("ctrl+q")
        assert robot.wait_end() == 0
    stem = image.stem
    markers, made = tmp_path / f"{stem}_markers.tif", tmp_path / f"{stem}_label.tif"
    for threads in ("1", "2"):
        again = tmp_path / f"cli{threads}.tif"
        assert main(["segment", str(image), "--markers", str(markers), "-o", str(again), "--threads", threads]) == 0
        assert again.read_bytes() == made.read_bytes()


def marks_of_run(image: Path) -> str:
    """The marks that the label volume in the workspace was made from, once it is tested."""
    kept = workspace_folder(image) / "run.json"
    run = json.loads(kept.read_text()) if kept.is_file() else {}
    return str(run["marks"]) if run.get("scores") else ""


def save(robot: Robot, folder: Path, what: str, *keys: str) -> None:
    """Save to the path that is offered."""
    for key in keys:
        robot.press(key)
    robot.wait_text("Enter ok", "The suffix chooses the format")
    robot.press("enter")
    robot.wait(lambda: any(folder.glob(f"*_{what}.tif")), f"the {what} on disk")
    robot.wait_gone("Enter ok")


def test_marks_and_their_undo_survive_kill_9(tmp_path: Path) -> None:
    image = small_phantom(tmp_path)
    with Robot("open", str(image)) as robot:
        robot.wait_text("Background", image.name)
        draw_three(robot, image)
        robot.press("A")
        robot.wait_text("▶")
        robot.press("space", "right", "right")
        robot.wait(lambda: len(drawn(image)) == 4, "the stroke in the journal while the pen is down")
        before = drawn(image)
        robot.kill()
    assert drawn(image) == before
    with Robot("open", str(image)) as robot:
        robot.wait_text("Background", image.name)
        robot.press("u", "u", "u")
        robot.wait(lambda: len(drawn(image)) == 1, "three strokes taken back")
        robot.press("ctrl+y")
        robot.wait(lambda: drawn(image) == before[:2], "one stroke done again")


def test_mouse_marks_the_voxels_under_it(tmp_path: Path) -> None:
    """Zoomed in, one cell is one voxel wide: what the position line says is what is marked, on screen and on disk."""
    image = small_phantom(tmp_path)
    with Robot("open", str(image)) as robot:
        robot.wait_text("Background", image.name)
        robot.press(*"-----", "2")
        robot.wait_text("radius 0")
        robot.drag((LEFT + 10, TOP + 5))
        robot.wait(lambda: len(drawn(image)) == 1, "the mark in the journal")
        stroke = drawn(image)[0]
        h, v = stroke.split()[-1].split(",")
        robot.wait_text(f"x {h} y {v}")
        robot.press("shift+right")
        expected = "{:02x}{:02x}{:02x}".format(*colour_of(2))
        robot.wait(lambda: expected in robot.colours_at(LEFT + 10, TOP + 5), "the label's colour where the mouse was")


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40), (200, 60)])
def test_it_fits_and_follows_the_window(tmp_path: Path, columns: int, rows: int) -> None:
    image = small_phantom(tmp_path)
    with Robot("open", str(image), columns=columns, rows=rows) as robot:
        robot.wait_text("XY", "Labels", "F1 help")
        assert all(len(line.rstrip()) <= columns for line in robot.screen.display)
        robot.resize(100, 30)
        robot.wait(lambda: "F1 help" in robot.screen.display[29], "the footer in the last line")
        robot.press("f1")
        robot.wait_text("Space")
        robot.press("escape", "ctrl+q")
        assert robot.wait_end() == 0


def test_256_colours_only(tmp_path: Path) -> None:
    image = small_phantom(tmp_path)
    with Robot("open", str(image), environment={"COLORTERM": ""}) as robot:
        robot.wait_text("Background", image.name)
        draw_three(robot, image)
        robot.wait_text("Labels")
        assert "\x1b[38;2;" not in robot.raw
        assert "38;5;" in robot.raw


def test_the_terminal_is_left_as_it_was(tmp_path: Path) -> None:
    image = small_phantom(tmp_path)
    with Robot("open", str(image)) as robot:
        robot.wait_text("Background")
        robot.press("ctrl+q")
        assert robot.wait_end() == 0
        for on, off in (("\x1b[?1049h", "\x1b[?1049l"), ("\x1b[?1003h", "\x1b[?1003l"), ("\x1b[?25l", "\x1b[?25h")):
            assert robot.raw.rfind(off) > robot.raw.rfind(on)


def test_a_second_screen_on_the_same_workspace_is_refused_in_one_sentence(tmp_path: Path) -> None:
    image = small_phantom(tmp_path)
    with Robot("open", str(image)) as robot:
        robot.wait_text("Background")
        with Robot("open", str(image)) as second:
            second.wait(lambda: "may be open once" in second.text.replace("\n", " "), "the refusal")
        robot.press("right")
        robot.wait_text("Background")


def test_what_is_copied_goes_to_the_terminal_and_messages_are_read_again(tmp_path: Path) -> None:
    image = small_phantom(tmp_path)
    with Robot("open", str(image)) as robot:
        robot.wait_text("Background")
        robot.press("g")
        robot.wait_text("Go to x y z")
        robot.press(*("\x7f" * 20), *"3 2 1", "enter")
        robot.wait_text("x 3 y 2 z 1")
        robot.press("y", "y")
        copied = base64.b64encode(b"3 2 1").decode()
        robot.wait(lambda: f"\x1b]52;c;{copied}\x07" in robot.raw, "the position for the clipboard")
        robot.press("escape", "!")
        robot.wait_text("Messages", "3 2 1 copied")


def test_markers_equal_what_was_drawn(tmp_path: Path) -> None:
    image = small_phantom(tmp_path)
    with Robot("open", str(image)) as robot:
        robot.wait_text("Background")
        draw_three(robot, image)
        save(robot, tmp_path, "markers", "f", "m")
    lines = tmp_path / "strokes.txt"
    lines.write_text("\n".join(drawn(image)))
    assert main(["mark", str(image), "--strokes", str(lines), "-o", str(tmp_path / "again.tif")]) == 0
    saved = tifffile.imread(tmp_path / "phantom_markers.tif")
    assert np.array_equal(saved, tifffile.imread(tmp_path / "again.tif"))
    assert set(np.unique(saved)) == {0, 1, 2}


def test_areas_by_keys_and_mouse_are_acts_that_text_draws_again(tmp_path: Path) -> None:
    """Flood, polygon and superpixel: each by keys and by mouse, in the words that `mark` reads."""
    image = small_phantom(tmp_path)
    tools: list[str] = []

    def drew(robot: Robot, tool: str) -> None:
        tools.append(tool)
        robot.wait(lambda: [line.split()[0] for line in drawn(image)] == tools, f"{tools} in the journal")

    with Robot("open", str(image)) as robot:
        robot.wait_text("Background", image.name)
        robot.press("b", "b", "b")
        robot.wait_text("flood ±")
        robot.press("space")
        drew(robot, "flood")
        robot.drag((LEFT, TOP))
        drew(robot, "flood")
        robot.press("b", "2")
        robot.wait_text("polygon")
        robot.press("space", "shift+right", "space", "shift+down")
        robot.wait_text("2 corners")
        robot.press("enter")
        drew(robot, "polygon")
        for place in ((LEFT, TOP), (LEFT + 9, TOP), (LEFT + 9, TOP + 5), (LEFT, TOP)):
            robot.drag(place)
        drew(robot, "polygon")
        robot.press("S")
        robot.wait(lambda: (workspace_folder(image) / "superpixels.tif").is_file(), "superpixels in the workspace")
        robot.wait_gone("▶")
        robot.press("b", "b", "b", "1")
        robot.wait_text("superpixel ")
        robot.press("space", "right", "right", "right", "right", "space")
        drew(robot, "superpixel")
        robot.drag((LEFT + 20, TOP), (LEFT + 25, TOP + 2))
        drew(robot, "superpixel")
        save(robot, tmp_path, "markers", "f", "m")
    lines = tmp_path / "strokes.txt"
    lines.write_text("\n".join(drawn(image)))
    superpixels, again = str(workspace_folder(image) / "superpixels.tif"), str(tmp_path / "again.tif")
    assert main(["mark", str(image), "--strokes", str(lines), "--superpixels", superpixels, "-o", again]) == 0
    assert np.array_equal(tifffile.imread(tmp_path / "phantom_markers.tif"), tifffile.imread(again))
