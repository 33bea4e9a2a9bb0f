"""One fixed colour for each label, the same in slices, lists and files, on any terminal.

The colours are those of Okabe and Ito, *Color Universal Design* (2008), and beyond them some of Paul Tol, *Colour
schemes* (SRON/EPS/TN/09-002, 2021), chosen so that no two of the table come near each other for any of the
three kinds of colour blindness. Background is a dark blue-grey through which the image is seen.
"""

import colorsys
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidParameter

Colour = tuple[int, int, int]
HIGHEST_LABEL = 65535

# label id - 1 -> colour, and its neighbour in hue among xterm's 256 colours
_TABLE: tuple[tuple[Colour, int], ...] = (
    ((64, 84, 112), 60),  # blue-grey, Background
    ((230, 159, 0), 214),  # orange
    ((86, 180, 233), 74),  # sky blue
    ((204, 121, 167), 175),  # reddish purple
    ((0, 158, 115), 36),  # bluish green
    ((240, 228, 66), 227),  # yellow
    ((213, 94, 0), 166),  # vermilion
    ((0, 114, 178), 32),  # blue
    ((120, 94, 240), 99),  # violet
    ((170, 255, 195), 157),  # mint
    ((255, 170, 187), 217),  # pink
    ((17, 119, 51), 22),  # dark green
)
_GOLDEN_ANGLE = 0.3819660112501051
_SATURATIONS = (0.85, 0.55, 0.95)
_VALUES = (0.95, 0.7)


def check_label(label: int) -> None:
    """Raises InvalidParameter unless `label` is an id that a label may have, 1 to 65535."""
    if not 1 <= label <= HIGHEST_LABEL:
        raise InvalidParameter(
            f"A label's id must be from 1 to {HIGHEST_LABEL}, received {label}: give an id in that range."
        )


def colour_of(label: int) -> Colour:
    """The (red, green, blue) 0…255 of a label id 1…65535.

    Beyond the table hues follow each other by the golden angle, with three saturations and two brightnesses.

    >>> colour_of(2)
    (230, 159, 0)
    """
    check_label(label)
    if label <= len(_TABLE):
        return _TABLE[label - 1][0]
    beyond = label - len(_TABLE)
    saturation, value = _SATURATIONS[beyond % len(_SATURATIONS)], _VALUES[beyond % len(_VALUES)]
    red, green, blue = colorsys.hsv_to_rgb(beyond * _GOLDEN_ANGLE % 1.0, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def xterm_colour_of(label: int) -> int:
    """The index among xterm's 256 colours (16…255) that keeps the hue of a label's own colour.

    >>> xterm_colour_of(6)  # yellow, where the nearest in RGB would be an olive
    227
    """
    check_label(label)
    return _TABLE[label - 1][1] if label <= len(_TABLE) else xterm_of(colour_of(label))


@lru_cache(maxsize=4096)
def xterm_of(colour: Colour) -> int:
    """The index among xterm's 256 colours (16…255) nearest to a colour, a change of hue counting most.

    Distances are those of CIELAB; the first 16 colours are left out because each terminal has its own.
    """
    wanted, offered = _lab(np.array([colour])), _lab(_XTERM)
    lightness = offered[:, 0] - wanted[:, 0]
    chroma = np.hypot(offered[:, 1], offered[:, 2]) - np.hypot(wanted[:, 1], wanted[:, 2])
    hue_squared = np.square(offered[:, 1:] - wanted[:, 1:]).sum(axis=1) - chroma**2
    return 16 + int(np.argmin(lightness**2 + chroma**2 + 9.0 * hue_squared))


def letter_of(label: int) -> str:
    """The letters that stand for a label where colours cannot be told apart: A, B, … Z, AA, AB, …

    >>> letter_of(1), letter_of(26), letter_of(27), letter_of(703)
    ('A', 'Z', 'AA', 'AAA')
    """
    check_label(label)
    letters = ""
    while label:
        label, last = divmod(label - 1, 26)
        letters = chr(ord("A") + last) + letters
    return letters


def _lab(colours: NDArray[np.integer]) -> NDArray[np.float64]:
    """CIELAB (n, 3) of sRGB colours (n, 3) 0…255, for daylight D65."""
    shares = colours / 255.0
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    ratio = linear @ to_xyz.T / np.array([0.9505, 1.0, 1.089])
    root = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    x, y, z = root[:, 0], root[:, 1], root[:, 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


def _xterm_table() -> NDArray[np.int64]:
    """Colours 16…255 of xterm: a cube of 6×6×6 and 24 greys."""
    levels = (0, 95, 135, 175, 215, 255)
    cube = [(red, green, blue) for red in levels for green in levels for blue in levels]
    greys = [(8 + 10 * step,) * 3 for step in range(24)]
    return np.array(cube + greys, dtype=np.int64)


_XTERM = _xterm_table()
