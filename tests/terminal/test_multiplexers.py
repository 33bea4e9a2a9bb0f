"""Half-blocks where pixels cannot be had: in tmux and in GNU screen, which are run for it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.terminal.robot import PROGRAM, Robot
from tests.terminal.seeing import TRUE_COLOURS, expected, make_noise

pytestmark = pytest.mark.terminal

SIZE, HALF_BLOCK = (100, 30), (1, 2)
SOCKET = f"annotat3d-test-{os.getpid()}"
needs = {tool: pytest.mark.skipif(shutil.which(tool) is None, reason=f"needs {tool}") for tool in ("tmux", "screen")}


@pytest.fixture
def tmux() -> Iterator[tuple[str, ...]]:
    """A server of its own, that has the line of a terminal with true colours."""
    yield ("tmux", "-L", SOCKET, "-f", "/dev/null", "-T", "RGB", "new-session", *PROGRAM)
    subprocess.run(["tmux", "-L", SOCKET, "kill-server"], check=False, capture_output=True)


def halves(robot: Robot, place: tuple[int, int], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """The colours (rows, columns, 3) that half-blocks show, from a cell (column, row) on."""
    picture = np.zeros(shape, np.uint8)
    for row in range(shape[0] // 2):
        for column in range(shape[1]):
            cell = robot.screen.buffer[place[1] + row][place[0] + column]
            sides = {"▀": (cell.fg, cell.bg), "▄": (cell.bg, cell.fg), " ": (cell.bg, cell.bg)}.get(cell.data)
            for half, colour in enumerate(sides or ()):
                if len(colour) == 6:
                    picture[2 * row + half, column] = list(bytes.fromhex(colour))
    return picture


@needs["tmux"]
async def test_in_tmux_the_slice_is_half_blocks_in_true_colours(
    tmp_path: Path, tmux: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in TRUE_COLOURS.items():
        monkeypatch.setenv(name, value)
    image, size = make_noise(tmp_path), (SIZE[0], SIZE[1] - 1)  # the last line is that of tmux
    picture, place = await expected(tmp_path, "half-blocks", size, HALF_BLOCK)
    with Robot("open", str(image), columns=SIZE[0], rows=SIZE[1], command=tmux) as robot:
        robot.wait_text(image.name, "half-blocks")
        robot.wait(lambda: np.array_equal(halves(robot, place, picture.shape), picture), "the slice in half-blocks")
        assert "\x1b_G" not in robot.raw
        robot.press("ctrl+q")
        assert robot.wait_end() == 0


@needs["screen"]
def test_in_screen_the_slice_is_half_blocks_in_256_colours(tmp_path: Path) -> None:
    image = make_noise(tmp_path)
    command = ("screen", "-c", "/dev/null", "-T", "screen-256color", "-U", *PROGRAM)
    few = {"COLORTERM": "", "SCREENDIR": str(tmp_path)}
    tmp_path.chmod(0o700)
    with Robot("open", str(image), columns=SIZE[0], rows=SIZE[1], command=command, environment=few) as robot:
        robot.wait_text(image.name, "half-blocks")
        here = (2, 6)
        robot.wait(lambda: len(np.unique(halves(robot, here, (30, 50, 3)), axis=0)) > 10, "greys in half-blocks")
        assert "38;5;" in robot.raw
        assert "\x1b[38;2;" not in robot.raw
        assert "\x1b_G" not in robot.raw
        robot.press("ctrl+q")
        robot.wait_end()
