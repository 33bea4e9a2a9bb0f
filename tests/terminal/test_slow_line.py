"""Over a slow line the view stays current: of many slices only a few are sent, the last of them last."""

import time
from pathlib import Path

import pytest

from tests.benchmarks.terminal import Line, Terminal
from tests.terminal.robot import ANSWER, Robot
from tests.terminal.test_story import small_phantom

pytestmark = pytest.mark.terminal

SLOW = Line(bytes_a_second=60_000, delay=0.1)
SECONDS_BEHIND = 5.0


def test_the_view_stays_current_over_a_slow_line(tmp_path: Path) -> None:
    image: Path = small_phantom(tmp_path)
    with Terminal("open", str(image), line=SLOW) as terminal:
        terminal.wait_slice()
        terminal.settle(1.0)
        seen = len(terminal.frames)
        for number in range(60):
            terminal.press("]" if number < 5 or number % 2 else "[")
            terminal.rest(0.02)
        let_go = time.monotonic()
        terminal.settle(1.0)
        pictures = [frame for frame in terminal.frames[seen:] if frame.is_picture]
        assert 0 < len(pictures) < 20
        assert pictures[-1].at - let_go < SECONDS_BEHIND


def test_an_answer_that_comes_late_is_no_key(tmp_path: Path) -> None:
    with Robot("open", str(small_phantom(tmp_path))) as robot:
        robot.wait_text("◆1 A")
        robot.process.send(ANSWER + "t")
        robot.wait_text(" XZ ")
        assert "◆1 A" in robot.text
