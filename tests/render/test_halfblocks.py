"""Pictures as text: a terminal that reads it shows the same colours at the same places."""

import numpy as np
import pyte
import pytest

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.render.halfblocks import packed, print_picture, runs, unpacked
from annotat3d_tui.render.palette import PALETTES

NAMES = {"black": 0, "red": 1, "green": 2, "brown": 3, "blue": 4, "magenta": 5, "cyan": 6, "white": 7}


def read_back(text: str, rows: int, columns: int) -> list[list[str]]:
    """Colours as a terminal has them, two rows a line."""
    screen = pyte.Screen(columns, rows)
    pyte.Stream(screen).feed(text.replace("\n", "\r\n"))
    picture = []
    for row in range(rows // 2):
        cells = [screen.buffer[row][column] for column in range(columns)]
        assert {cell.data for cell in cells} == {"▀"}
        picture += [[cell.fg for cell in cells], [cell.bg for cell in cells]]
    return picture


def picture_of(colours: str) -> np.ndarray:
    palette = PALETTES[colours]
    random = np.random.default_rng(0)
    greys = palette.greys[random.integers(0, palette.levels, (10, 16))]
    greys[2:5, 3:9] = palette.mixed((230, 159, 0), 0.5)[3]
    return greys


@pytest.mark.parametrize("colours", ["truecolor", "256"])
def test_what_is_printed_is_what_is_seen(colours: str) -> None:
    picture = picture_of(colours)
    seen = read_back(print_picture(picture, colours), 10, 16)
    assert seen == [[f"{code:06x}" for code in row] for row in packed(picture).tolist()]


def test_sixteen_colours_are_sent_as_every_terminal_knows_them() -> None:
    text = print_picture(picture_of("16"), "16")
    assert "38;" not in text
    assert "48;" not in text
    assert "\x1b[30;47m" in text
    assert "\x1b[97;100m" in text


def test_256_colours_send_numbers_alone() -> None:
    assert ";2;" not in print_picture(np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8), "256")


def test_an_odd_last_row_leaves_the_background() -> None:
    text = print_picture(np.full((3, 2, 3), 255, np.uint8))
    assert text.splitlines()[1] == "\x1b[38;5;231;49m▀▀\x1b[0m"


def test_cells_alike_are_sent_as_one_run() -> None:
    assert list(runs([1, 1, 1, 2], [5, 5, 6, 6])) == [((1, 5), 2), ((1, 6), 1), ((2, 6), 1)]
    assert list(runs([], [])) == []
    picture = np.zeros((60, 100, 3), np.uint8)
    assert len(print_picture(picture)) < 30 * (3 * 100 + 30)


def test_packing_is_undone() -> None:
    colours = np.random.default_rng(0).integers(0, 256, (20, 3), np.uint8)
    assert [unpacked(code) for code in packed(colours).tolist()] == [tuple(colour) for colour in colours.tolist()]


def test_other_colours_are_refused() -> None:
    with pytest.raises(InvalidParameter, match="colours must be one of truecolor, 256, 16, received '8'"):
        print_picture(np.zeros((2, 2, 3), np.uint8), "8")
