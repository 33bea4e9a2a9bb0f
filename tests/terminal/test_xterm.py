"""The sharp picture is really seen: xterm with sixels on a screen without a monitor, photographed."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.terminal.seeing import TRUE_COLOURS, expected, make_noise
from tests.terminal.xterm import TOOLS, Xterm

pytestmark = [
    pytest.mark.terminal,
    pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason=f"needs {', '.join(TOOLS)}"),
]

CELL, SIZE, SMALLER = (6, 13), (100, 30), (84, 26)
"""Of xterm's font `fixed` in pixels; columns and rows."""
NEAR = 3
"""Colours of sixels are percents."""
NEXT, THEME = "right_square_bracket", "ctrl+t"
THEN = "printf '\\033[2J'; \"$@\"; printf '\\033[H'; exec sleep 1000"
"""The program, in a shell that stays when it has ended."""


@pytest.fixture
def start() -> Iterator[Callable[..., Xterm]]:
    screens: list[Xterm] = []

    def begin(*command: str) -> Xterm:
        screens.append(Xterm(*command, size=SIZE))
        return screens[0]

    yield begin
    for screen in screens:
        screen.end()


async def test_every_pixel_is_seen_in_xterm_and_none_is_left_behind(
    tmp_path: Path, start: Callable[..., Xterm], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in TRUE_COLOURS.items():
        monkeypatch.setenv(name, value)
    image = make_noise(tmp_path)
    first = await expected(tmp_path, "sixel", SIZE, CELL)
    second = await expected(tmp_path, "sixel", SIZE, CELL, NEXT)
    themed = await expected(tmp_path, "sixel", SIZE, CELL, NEXT, THEME)
    small = await expected(tmp_path, "sixel", SMALLER, CELL, NEXT, THEME)
    program = (sys.executable, "-m", "annotat3d_tui", "open", str(image), "--graphics", "sixel")
    screen = start("sh", "-c", THEN, "sh", *program)

    def lines_without(picture: NDArray[np.uint8], place: tuple[int, int]) -> set[int]:
        """Lines of cells of the picture in which something else is seen."""
        (left, top), (rows, columns) = (place[0] * CELL[0], place[1] * CELL[1]), picture.shape[:2]
        seen = screen.photo()[top : top + rows, left : left + columns].astype(int)
        wrong = (np.abs(seen - picture) > NEAR).any(axis=(1, 2))
        return set((np.flatnonzero(wrong) // CELL[1]).tolist())

    def shows(picture: NDArray[np.uint8], place: tuple[int, int]) -> bool:
        return not lines_without(picture, place)

    screen.wait(lambda: shows(*first), "the slice in pixels")
    screen.press("u")
    screen.wait(lambda: len(lines_without(*first)) == 1, "nothing but a message over the slice")
    screen.wait(lambda: shows(*first), "the whole slice when the message is gone")
    screen.press("bracketright")
    screen.wait(lambda: shows(*second), "the next slice in pixels")
    screen.press("ctrl+p")
    (left, top), (rows, _) = (second[1][0] * CELL[0], second[1][1] * CELL[1]), second[0].shape[:2]
    beside, brightest = (slice(top, top + rows), slice(left, left + 2 * CELL[0])), second[0][:, : 2 * CELL[0]].max()
    screen.wait(lambda: screen.photo()[beside].max() < brightest, "the palette over a dimmed slice")
    screen.press("Escape")
    screen.wait(lambda: shows(*second), "the slice in pixels once the palette is closed")
    screen.press("ctrl+t")
    screen.wait(lambda: shows(*themed), "the slice in pixels in another theme")
    screen.resize(*SMALLER)
    screen.wait(lambda: shows(*small), "the slice in pixels in a smaller window")
    screen.press("ctrl+q")
    below = (slice(2 * CELL[1], SMALLER[1] * CELL[1]), slice(0, SMALLER[0] * CELL[0]))
    screen.wait(lambda: np.ptp(screen.photo()[below]) == 0, "an empty terminal")
