"""A screen that is killed leaves a terminal in which one can go on working, and says what became of the marks."""

import os
import shlex
import signal
import termios
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pexpect
import psutil
import pytest
import tifffile

from annotat3d_tui.tui.terminal.giving_back import MODES
from tests.terminal.robot import PROGRAM, Robot

SHELL = ("/bin/sh", "-c", f'{shlex.join(PROGRAM)} open "$1"; echo back in the shell; read -r word; exit 7', "sh")


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "image.tif"
    tifffile.imwrite(path, np.full((40, 300, 300), 7, np.uint16))
    return path


def screen_of(robot: Robot) -> psutil.Process:
    """The program that the shell of a robot has started."""
    return next(one for one in psutil.Process(robot.process.pid).children() if "annotat3d_tui" in one.cmdline())


def end_by_kill(robot: Robot, image: Path) -> None:
    os.kill(screen_of(robot).pid, signal.SIGKILL)


def end_by_crash(robot: Robot, image: Path) -> None:
    """A fault in a library: nothing can go on from that."""
    os.kill(screen_of(robot).pid, signal.SIGSEGV)


@pytest.mark.parametrize("end", [end_by_kill, end_by_crash])
def test_the_terminal_is_as_usual_after_an_end_all_at_once(end: Callable[[Robot, Path], None], image: Path) -> None:
    with Robot(str(image), command=SHELL) as robot:
        robot.wait_text("Background", image.name)
        end(robot, image)
        robot.wait(lambda: "Every mark is on disk" in robot.raw and "back in the shell" in robot.raw, "the sentence")
        assert all(robot.raw.rindex(f"\x1b[?{mode}l") > robot.raw.rfind(f"\x1b[?{mode}h") for mode in MODES)
        assert robot.raw.rindex("\x1b[?25h") > robot.raw.rindex("\x1b[?25l")
        local = termios.tcgetattr(robot.process.child_fd)[3]
        assert local & termios.ECHO
        assert local & termios.ICANON
        robot.press("x", "enter")
        assert robot.wait_end() == 7


def test_a_usual_end_says_nothing_of_it(image: Path) -> None:
    with Robot(str(image), command=SHELL) as robot:
        robot.wait_text("Background", image.name)
        robot.press("ctrl+q")
        robot.wait(lambda: "back in the shell" in robot.raw, "the shell")
        assert not psutil.Process(robot.process.pid).children()
        assert "all at once" not in robot.raw


def test_a_line_that_drops_and_says_so_several_times_leaves_nothing_running(image: Path) -> None:
    with Robot("open", str(image)) as robot:
        robot.wait_text("Background", image.name)
        for number in range(60):
            os.kill(robot.process.pid, signal.SIGHUP)
            robot.process.expect([pexpect.TIMEOUT, pexpect.EOF], timeout=0.001 * (number // 20))
        assert robot.wait_end() == 128 + signal.SIGHUP


def test_a_line_that_drops_while_the_program_ends_leaves_nothing_running(image: Path) -> None:
    with Robot("open", str(image)) as robot:
        robot.wait_text("Background", image.name)
        robot.press("ctrl+q")
        robot.wait(lambda: "\x1b[?1049l" in robot.raw, "the usual screen")
        os.kill(robot.process.pid, signal.SIGCONT)
        assert robot.wait_end() == 0
