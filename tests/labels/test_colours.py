"""Label colours: fixed, told apart by everybody, true to their hue on 256 colours."""

import colorsys

import numpy as np
import pytest

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.labels.colours import _XTERM, _lab, colour_of, letter_of, xterm_colour_of, xterm_of

TABLE = 12
# Machado, Oliveira, Fernandes, IEEE TVCG 15, 2009: how sRGB (linear) looks to the three kinds, severity 1
SEEN_BY = {
    "everybody else": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def seen(colours: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    shares = colours / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear @ matrix.T, 0, 1)
    return np.round(255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)).astype(
        int
    )


@pytest.mark.parametrize("kind", SEEN_BY)
def test_the_table_is_told_apart_by(kind: str) -> None:
    colours = np.array([colour_of(label) for label in range(1, TABLE + 1)])
    lab = _lab(seen(colours, SEEN_BY[kind]))
    distances = np.linalg.norm(lab[:, None] - lab[None], axis=2) + 1000 * np.eye(TABLE)
    assert distances.min() > 13  # a just noticeable difference is about 2.3


def test_background_is_dark_so_that_the_image_is_seen() -> None:
    lightness = _lab(np.array([colour_of(label) for label in range(1, 8)]))[:, 0]
    assert lightness.argmin() == 0


def test_colours_are_the_same_for_ever() -> None:
    assert [colour_of(label) for label in (1, 2, 12, 13, 65535)] == [
        (64, 84, 112),
        (230, 159, 0),
        (17, 119, 51),
        (80, 178, 109),
        (27, 125, 178),
    ]
    assert len({colour_of(label) for label in range(1, 257)}) == 256


def test_followers_beyond_the_table_differ_clearly() -> None:
    lab = _lab(np.array([colour_of(label) for label in range(TABLE, 400)]))
    assert np.linalg.norm(np.diff(lab, axis=0), axis=1).min() > 20


def hue_distance(first: tuple[int, ...], second: tuple[int, ...]) -> float:
    hues = [colorsys.rgb_to_hsv(*(channel / 255 for channel in colour))[0] for colour in (first, second)]
    return abs((hues[0] - hues[1] + 0.5) % 1 - 0.5) * 360


def test_256_colours_keep_the_hue() -> None:
    for label in range(1, 300):
        assert hue_distance(colour_of(label), tuple(_XTERM[xterm_colour_of(label) - 16])) < 30, label
    assert len({xterm_colour_of(label) for label in range(1, TABLE + 1)}) == TABLE


def test_xterm_colours_are_themselves_and_yellow_is_no_olive() -> None:
    assert xterm_of((255, 255, 95)) == 227
    assert xterm_of((95, 95, 95)) == 59
    assert xterm_of((8, 8, 8)) == 232
    red, green, blue = _XTERM[xterm_of((240, 228, 66)) - 16]
    assert min(red, green) >= 215
    assert blue <= 95


def test_letters_are_distinct() -> None:
    assert [letter_of(label) for label in (1, 2, 27, 52, 53)] == ["A", "B", "AA", "AZ", "BA"]
    assert len({letter_of(label) for label in range(1, 65536)}) == 65535


@pytest.mark.parametrize("label", [0, -1, 65536])
@pytest.mark.parametrize("ask", [colour_of, letter_of, xterm_colour_of])
def test_ids_outside_the_range_are_refused(ask: object, label: int) -> None:
    with pytest.raises(InvalidParameter, match=f"from 1 to 65535, received {label}"):
        ask(label)  # type: ignore[operator]
