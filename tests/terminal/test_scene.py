"""3D in a terminal that answers as kitty does: sharp when it is still, gone when another tab or nothing is shown."""

from pathlib import Path

import numpy as np
import pytest

from tests.terminal.seeing import make_noise
from tests.terminal.test_kitty import CELL, SIZE, in_kitty
from tests.tui.pictures import kitty_shows

pytestmark = pytest.mark.terminal

STRIP, LINES = 30, 3


def test_what_is_still_is_sharp_and_nothing_is_left_behind(tmp_path: Path) -> None:
    image = make_noise(tmp_path)
    size = ((SIZE[1] - LINES) * CELL[1], (SIZE[0] - STRIP) * CELL[0])

    with in_kitty(image) as robot:

        def pictures() -> list[np.ndarray]:
            return [picture for _, picture in kitty_shows(robot.raw).values()]

        def in_space() -> bool:
            return len(pictures()) == 1 and pictures()[0].shape[:2] == size

        robot.wait(lambda: bool(pictures()), "the slice in pixels")
        robot.press("f3")
        robot.wait(in_space, "the picture in space")
        before = pictures()[0].copy()
        assert len(np.unique(before.reshape(-1, before.shape[-1]), axis=0)) > 20
        robot.press("right")
        robot.wait(lambda: in_space() and not np.array_equal(pictures()[0], before), "it from another side")
        robot.press("f2")
        robot.wait(lambda: bool(pictures()) and not in_space(), "the slice again")
        robot.press("f3")
        robot.wait(in_space, "the picture in space again")
        robot.press("ctrl+q")
        assert robot.wait_end() == 0
        assert kitty_shows(robot.raw) == {}
