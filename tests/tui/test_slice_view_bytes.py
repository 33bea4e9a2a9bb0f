"""What is sent to the terminal: the right colours at the right cells, and few bytes."""

import io

import numpy as np
import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from rich.color import Color
from rich.console import Console
from textual.geometry import Region

from annotat3d_tui.render.halfblocks import NOTHING, packed
from annotat3d_tui.render.palette import COLOURS_256, TRUECOLOR, Palette
from annotat3d_tui.tui.terminal.halfblocks import MANY, Canvas, changed_regions, palette_for

BACKGROUND = Color.from_rgb(1, 2, 3)
CONSOLE = Console(file=io.StringIO(), color_system="truecolor", force_terminal=True)
COLOURS = [NOTHING, 0x000000, 0x121212, 0xFFFFFF, 0xE69F00, 0x569F33]


def canvas_of(pixels: NDArray[np.int32], palette: Palette = TRUECOLOR, system: str = "truecolor") -> Canvas:
    canvas = Canvas(palette, system, BACKGROUND)
    assert canvas.put(pixels) is None
    return canvas


def seen(texts: list[str], columns: int) -> list[list[str]]:
    """The pixels that a terminal shows, two rows a line."""
    screen = pyte.Screen(columns, len(texts))
    pyte.Stream(screen).feed("\r\n".join(texts))
    rows = []
    for line in range(len(texts)):
        halves: tuple[list[str], list[str]] = ([], [])
        for column in range(columns):
            cell = screen.buffer[line][column]
            pair = {" ": (cell.bg, cell.bg), "▀": (cell.fg, cell.bg), "▄": (cell.bg, cell.fg)}[cell.data]
            for half, colour in zip(halves, pair, strict=True):
                half.append(colour)
        rows += halves
    return rows


def hexadecimal(pixels: NDArray[np.int32]) -> list[list[str]]:
    return [["010203" if code == NOTHING else f"{code:06x}" for code in row] for row in pixels.tolist()]


@settings(deadline=None)
@given(arrays(np.int32, (6, 9), elements=st.sampled_from(COLOURS)), st.integers(0, 8), st.integers(1, 9))
def test_the_terminal_shows_the_pixels(pixels: NDArray[np.int32], begin: int, width: int) -> None:
    canvas, end = canvas_of(pixels), min(begin + width, 9)
    texts = [canvas.strip(line, begin, end).render(CONSOLE) for line in range(3)]
    assert seen(texts, end - begin) == hexadecimal(pixels[:, begin:end])
    cropped = [canvas.strip(line, 0, 9).crop(begin, end).render(CONSOLE) for line in range(3)]
    assert seen(cropped, end - begin) == hexadecimal(pixels[:, begin:end])


@settings(deadline=None)
@given(*[arrays(np.int32, (6, 9), elements=st.sampled_from(COLOURS)) for _ in range(2)])
def test_changed_regions_are_all_that_changed(before: NDArray[np.int32], after: NDArray[np.int32]) -> None:
    canvas = canvas_of(before)
    old = [canvas.strip(line, 3, 7) for line in range(3)]
    regions = canvas.put(after)
    assert regions is not None
    told = np.zeros((3, 9), bool)
    for region in regions:
        told[region.y, region.x : region.right] = True
    changed = (before != after).reshape(3, 2, 9).any(axis=1)
    assert not (changed & ~told).any()
    for line in range(3):
        assert (canvas.strip(line, 3, 7) is old[line]) == (not changed[line, 3:7].any())


def test_far_changes_are_told_apart_and_many_together() -> None:
    changed = np.zeros((2, 40), bool)
    changed[1, [2, 4, 30]] = True
    assert changed_regions(changed) == [Region(2, 1, 3, 1), Region(30, 1, 1, 1)]
    assert changed_regions(np.tile([True] + [False] * 9, (MANY, 2))) is None
    assert changed_regions(np.zeros((3, 3), bool)) == []


def test_a_uniform_line_is_one_run_of_spaces() -> None:
    text = canvas_of(np.full((2, 80), 0x121212, np.int32)).strip(0, 0, 80).render(CONSOLE)
    assert text == f"\x1b[48;5;233m{' ' * 80}\x1b[0m"


def test_an_edge_of_paint_changes_one_colour() -> None:
    pixels = np.array([[0xE69F00, 0xE69F00], [0xE69F00, 0x121212]], np.int32)
    text = canvas_of(pixels).strip(0, 0, 2).render(CONSOLE)
    assert text == "\x1b[48;2;230;159;0m \x1b[38;5;233m▄\x1b[0m"


@pytest.mark.parametrize(("system", "palette"), [("256", COLOURS_256), ("truecolor", TRUECOLOR), (None, TRUECOLOR)])
def test_the_palette_follows_what_the_terminal_can_show(system: str | None, palette: Palette) -> None:
    assert palette_for(system) is palette


def test_a_frame_is_small_enough_for_a_slow_line() -> None:
    levels = np.random.default_rng(0).integers(0, TRUECOLOR.levels, (64, 64))
    canvas = canvas_of(packed(TRUECOLOR.greys)[levels])
    assert sum(len(canvas.strip(line, 0, 64).render(CONSOLE).encode()) for line in range(32)) < 64 * 32 * 24
