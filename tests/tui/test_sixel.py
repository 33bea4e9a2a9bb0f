"""Sixels decoded by the rules of the VT340 are the picture that was encoded."""

import re

import numpy as np
import pytest
from numpy.typing import NDArray

from annotat3d_tui.tui.terminal import sixel
from annotat3d_tui.tui.terminal.sixel import encode

TOKEN = re.compile(r"#(\d+)(?:;2;(\d+);(\d+);(\d+))?|!(\d+)(.)|([$-])|([?-~])")


def decoded(sent: bytes) -> NDArray[np.int64]:
    """The colours (rows, columns, 3) in percent, -1 where nothing was drawn."""
    head = re.match(r'\x1bP0;1;0q"1;1;(\d+);(\d+)', sent.decode())
    assert head is not None
    columns, rows = int(head[1]), int(head[2])
    picture = np.full((rows, columns, 3), -1)
    table: dict[int, tuple[int, ...]] = {}
    colour = x = y = 0
    body = sent.decode()[head.end() : -2]
    assert TOKEN.sub("", body) == ""
    for number, *percent, count, many, move, one in TOKEN.findall(body):
        if number and percent[0]:
            assert (picture == -1).all(), "a colour is told after the first pixel"
            table[int(number)] = tuple(map(int, percent))
        elif number:
            colour = int(number)
        elif move:
            x, y = 0, y + (6 if move == "-" else 0)
        else:
            for bit in range(6):
                if (ord(many or one) - 63) >> bit & 1:
                    picture[y + bit, x : x + int(count or 1)] = table[colour]
            x += int(count or 1)
    return picture


@pytest.mark.parametrize("shape", [(1, 1), (5, 7), (6, 30), (13, 40), (64, 64), (31, 1300)])
@pytest.mark.parametrize("smooth", [1, 9])
def test_the_decoded_picture_is_the_one_encoded(shape: tuple[int, int], smooth: int) -> None:
    rng = np.random.default_rng(3)
    indices = np.repeat(rng.integers(0, 256, shape), smooth, axis=1).astype(np.uint8)
    colours = rng.integers(0, 256, (256, 3)).astype(np.uint8)
    assert np.array_equal(decoded(encode(indices, colours)), np.rint(colours[indices] / 2.55).astype(int))


def test_the_last_band_ends_without_a_line_feed() -> None:
    sent = encode(np.zeros((12, 3), np.uint8), np.zeros((1, 3), np.uint8))
    assert sent == b'\x1bP0;1;0q"1;1;3;12#0;2;0;0;0#0~~~-#0~~~\x1b\\'


def test_each_colour_is_a_pass_that_ends_with_its_last_pixel() -> None:
    rows = [[5, 5, 5, 0, 5, 9, 9, 9, 9, 0], [9, 0, 0, 0, 9, 9, 9, 9, 9, 0]]
    sent = encode(np.array(rows, np.uint8), np.zeros((10, 3), np.uint8))
    assert sent.endswith(b"#9;2;0;0;0#0?AAB!5?B$#5@@@?@$#9A???A!4B\x1b\\")


@pytest.mark.parametrize("length", [1, 3, 4, 9, 10, 99, 100, 999, 1000, 12345, 100000])
def test_equal_sixels_are_counted_whatever_their_number(length: int) -> None:
    sent = encode(np.zeros((7, length), np.uint8), np.zeros((1, 3), np.uint8))
    upper, lower = ("~" * length, "@" * length) if length < 4 else (f"!{length}~", f"!{length}@")
    assert sent == f'\x1bP0;1;0q"1;1;{length};7#0;2;0;0;0#0{upper}-#0{lower}\x1b\\'.encode()


def test_what_is_looked_at_together_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    indices, colours = rng.integers(0, 40, (50, 33)).astype(np.uint8), rng.integers(0, 256, (40, 3)).astype(np.uint8)
    whole = encode(indices, colours)
    for size in (1, 40 * 34 * 2):
        monkeypatch.setattr(sixel, "AT_ONCE", size)
        assert encode(indices, colours) == whole
