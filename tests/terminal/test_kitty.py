"""The picture in pixels in a terminal that answers as kitty does: it shows what there is to be seen, or none."""

import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.terminal.robot import ANSWER, PROGRAM, Robot, workspace_folder
from tests.terminal.seeing import TRUE_COLOURS, Picture, all_expected, expected, make_noise
from tests.tui.pictures import kitty_shows

pytestmark = pytest.mark.terminal

CELL, SIZE, SMALLER = (8, 17), (100, 30), (84, 26)
KITTY = f"\x1bP>|kitty(0.36.4)\x1b\\\x1b_Gi=31;OK\x1b\\\x1b[6;{CELL[1]};{CELL[0]}t{ANSWER}"
NEXT, THEME = "right_square_bracket", "ctrl+t"


@pytest.fixture(autouse=True)
def true_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in TRUE_COLOURS.items():
        monkeypatch.setenv(name, value)


def in_kitty(image: Path, command: tuple[str, ...] = PROGRAM) -> Robot:
    return Robot("open", str(image), columns=SIZE[0], rows=SIZE[1], answer=KITTY, command=command)


def shows(robot: Robot, picture: np.ndarray, place: tuple[int, int]) -> bool:
    """Whether this picture, and no other, lies on the screen."""
    shown = list(kitty_shows(robot.raw).values())
    return len(shown) == 1 and shown[0][0] == place and np.array_equal(shown[0][1], picture)


def cells_without(robot: Robot, picture: np.ndarray, place: tuple[int, int]) -> set[tuple[int, int]]:
    """Cells (column, row) of the screen where a picture that is shown in parts is not; all where another one is."""
    (width, height), seen = CELL, np.full(picture.shape, -1, int)
    for (column, row), part in kitty_shows(robot.raw).values():
        y, x = (row - place[1]) * height, (column - place[0]) * width
        seen[y : y + len(part), x : x + part.shape[1]] = part
    right = (seen == picture).all(axis=2)
    rows, columns = right.shape[0] // height, right.shape[1] // width
    cells = right.reshape(rows, height, columns, width).all(axis=(1, 3))
    return {(place[0] + int(column), place[1] + int(row)) for row, column in np.argwhere(~cells)}


async def test_the_picture_follows_and_none_is_left_behind(tmp_path: Path) -> None:
    image = make_noise(tmp_path)
    first = await expected(tmp_path, "kitty", SIZE, CELL)
    second = await expected(tmp_path, "kitty", SIZE, CELL, NEXT)
    light = await expected(tmp_path, "kitty", SIZE, CELL, NEXT, THEME)
    small = await expected(tmp_path, "kitty", SMALLER, CELL, NEXT, THEME)
    assert not np.array_equal(second[0], light[0]), "the theme must be seen around the slice"
    with in_kitty(image) as robot:
        robot.wait(lambda: shows(robot, *first), "the slice in pixels")
        robot.press("u")
        robot.wait_text("nothing to undo")
        column, row = robot.find("nothing to undo")
        robot.wait(lambda: (column, row) in cells_without(robot, *first), "the message in front of the picture")
        without = cells_without(robot, *first)
        assert {y for _, y in without} <= {row - 1, row, row + 1}, "the picture beside the message"
        robot.wait(lambda: shows(robot, *first), "the whole slice when the message is gone")
        robot.press("]")
        robot.wait(lambda: shows(robot, *second), "the next slice in pixels")
        robot.press("ctrl+p")
        robot.wait(lambda: "Search for" in robot.text and not kitty_shows(robot.raw), "the palette, and no picture")
        robot.press("escape")
        robot.wait(lambda: shows(robot, *second), "the slice in pixels once the palette is closed")
        robot.press("ctrl+t")
        robot.wait(lambda: shows(robot, *light), "the slice in pixels in another theme")
        robot.resize(*SMALLER)
        robot.wait(lambda: shows(robot, *small), "the slice in pixels in a smaller window")
        robot.press("ctrl+q")
        assert robot.wait_end() == 0
        assert kitty_shows(robot.raw) == {}


CRASHING = """
import sys
from annotat3d_tui.__main__ import main
from annotat3d_tui.tui.widgets.slice_view import SliceView

def mistake():
    raise RuntimeError("a mistake in the program")

def crash(self, by):
    if by > 0:
        mistake()
    self.run_worker(mistake, thread=True)

SliceView.action_slice = crash
sys.exit(main())
"""


@pytest.mark.parametrize("end", ["SIGTERM", "SIGHUP", "]", "["])
async def test_no_picture_is_left_however_it_ends(tmp_path: Path, end: str) -> None:
    """By a signal, by a mistake in what a key does, and by one in a thread; a message is cut out of the picture."""
    image = make_noise(tmp_path)
    with in_kitty(image, (sys.executable, "-c", CRASHING)) as robot:
        robot.wait(lambda: len(kitty_shows(robot.raw)) == 1, "a slice in pixels")
        robot.press("u")
        robot.wait(lambda: len(kitty_shows(robot.raw)) > 1, "the slice around a message")
        if is_mistake := not end.startswith("SIG"):
            robot.press(end)
        else:
            os.kill(robot.process.pid, getattr(signal, end))
        code = robot.wait_end()
        assert code == 1 if is_mistake else code > 1
        assert kitty_shows(robot.raw) == {}
        for on, off in (("\x1b[?1049h", "\x1b[?1049l"), ("\x1b[?1003h", "\x1b[?1003l"), ("\x1b[?25l", "\x1b[?25h")):
            assert robot.raw.rfind(off) > robot.raw.rfind(on)
        assert not (workspace_folder(image) / "who.json").exists()
        assert ("a mistake in the program" in robot.raw) == is_mistake


async def test_three_planes_are_seen_in_pixels_and_go_with_the_terminal(tmp_path: Path) -> None:
    image, wide = make_noise(tmp_path), (200, 40)
    first = await all_expected(tmp_path, "kitty", wide, CELL)
    second = await all_expected(tmp_path, "kitty", wide, CELL, NEXT)
    assert len(first) == len(second) == 3
    with Robot("open", str(image), columns=wide[0], rows=wide[1], answer=KITTY) as robot:

        def shown(pictures: list[Picture]) -> bool:
            seen = [seen for _, seen in sorted(kitty_shows(robot.raw).items())]
            return len(seen) == 3 and all(
                place == corner and np.array_equal(picture, pixels)
                for (place, pixels), (picture, corner) in zip(seen, pictures, strict=True)
            )

        robot.wait(lambda: shown(first), "three planes in pixels")
        robot.press("]")
        robot.wait(lambda: shown(second), "the next slice and where it cuts the others")
        robot.press("ctrl+q")
        assert robot.wait_end() == 0
        assert kitty_shows(robot.raw) == {}
