"""Colours for grey values: the colour maps of Annotat3D's View menu by the names they have there, and each inverted.

Winter, Autumn, Cool, Hot, Springs and Summer are the linear ramps known by these names since MATLAB; Viridis is by
S. van der Walt and N. Smith, 2015 (public domain, CC0), at nine places; CubeHelix is of D. A. Green, Bull. Astr. Soc.
India 39, 289, 2011; HUSL, SingleHue and those of two hues are made in the space CIE L*u*v* under D65, where a step of
lightness looks alike at every hue. A saturation is a share of the most chroma that sRGB has there.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidParameter

Colour = tuple[int, int, int]
Floats = NDArray[np.float64]
ColourAt = Callable[[Floats], Floats]
"""From places (n,) 0…1 between dark and bright to red, green and blue (n, 3) 0…1."""

GRAYS = "Grays"
INVERTED = " inverted"

_WHITE_U, _WHITE_V = 0.19783, 0.46832
_RGB_OF_XYZ = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])
_MOST_CHROMA, _HALVINGS = 200.0, 12


def _through(*anchors: Colour) -> ColourAt:
    """Straight from colour to colour, evenly spaced."""
    places, colours = np.linspace(0, 1, len(anchors)), np.array(anchors) / 255
    return lambda at: np.stack([np.interp(at, places, colours[:, channel]) for channel in range(3)], axis=1)


def _hues(at: Floats) -> Floats:
    """Once round the circle of pure hues, from red to red."""
    hue = 6 * at[:, None]
    turned = np.abs((hue - np.array([0, 2, 4]) + 3) % 6 - 3)
    return np.asarray((2 - turned).clip(0, 1))


def _tints(hue: float, at: Floats) -> Floats:
    """From nearly white to a hue, in degrees."""
    pure = _hues(np.array([hue / 360]))
    return 1 - (0.1 + 0.7 * at[:, None]) * (1 - pure)


def _cubehelix(at: Floats) -> Floats:
    """Green's helix from black to white: start 0.5, -1.5 turns, hue 1, gamma 1."""
    angle = 2 * np.pi * (0.5 / 3 - 1.5 * at)
    round_it = np.stack([np.cos(angle), np.sin(angle)])
    way = np.array([[-0.14861, 1.78277], [-0.29227, -0.90649], [1.97294, 0]]) @ round_it
    return np.asarray((at + at * (1 - at) / 2 * way).T)


def _linear_rgb(lightness: Floats, chroma: Floats, hue: Floats) -> Floats:
    """Linear red, green and blue (n, 3) of colours of L*u*v*: lightness 0…100, hue in degrees."""
    lightness = np.maximum(lightness, 1e-3)
    u = chroma * np.cos(np.radians(hue)) / (13 * lightness) + _WHITE_U
    v = chroma * np.sin(np.radians(hue)) / (13 * lightness) + _WHITE_V
    y = np.where(lightness > 8, ((lightness + 16) / 116) ** 3, lightness / 903.3)
    xyz = np.stack([y * 9 * u / (4 * v), y, y * (12 - 3 * u - 20 * v) / (4 * v)])
    return np.asarray((_RGB_OF_XYZ @ xyz).T)


def _saturated(lightness: Floats, saturation: Floats, hue: Floats) -> Floats:
    """Red, green and blue (n, 3) of colours with a share 0…1 of the chroma that sRGB has at their lightness and hue."""
    least, most = np.zeros(len(hue)), np.full(len(hue), _MOST_CHROMA)
    for _ in range(_HALVINGS):
        middle = (least + most) / 2
        rgb = _linear_rgb(lightness, middle, hue)
        seen = ((rgb >= 0) & (rgb <= 1)).all(axis=1)
        least, most = np.where(seen, middle, least), np.where(seen, most, middle)
    rgb = _linear_rgb(lightness, saturation * least, hue).clip(0, 1)
    return np.asarray(np.where(rgb > 0.0031308, 1.055 * rgb ** (1 / 2.4) - 0.055, 12.92 * rgb))


def _husl(at: Floats) -> Floats:
    """Once round the hues at one lightness."""
    return _saturated(np.full(len(at), 70.0), np.ones(len(at)), 360 * at)


def _single_hue(at: Floats) -> Floats:
    """One blue from dark to bright."""
    return _saturated(8 + 88 * at, np.full(len(at), 0.9), np.full(len(at), 250.0))


def _diverging(low: float, high: float, saturation: float, ends: float, middle: float, at: Floats) -> Floats:
    """From one hue, in degrees, through no hue to another; `ends` and `middle` are lightnesses 0…100."""
    away = np.abs(2 * at - 1)
    hue = np.where(at < 0.5, low, high)
    return _saturated(middle + (ends - middle) * away, saturation * away, hue)


COLORMAPS: dict[str, ColourAt] = {
    GRAYS: _through((0, 0, 0), (255, 255, 255)),
    "Viridis": _through(
        (68, 1, 84), (71, 44, 122), (59, 81, 139), (44, 113, 142), (33, 144, 141), (39, 173, 129), (92, 200, 99),
        (170, 220, 50), (253, 231, 37),
    ),
    "Fire": _through((0, 0, 0), (30, 0, 120), (190, 0, 90), (255, 120, 0), (255, 240, 120), (255, 255, 255)),
    "Diverging": partial(_diverging, 250, 20, 1.0, 60, 95),
    "HSL": _hues,
    "HUSL": _husl,
    "SingleHue": _single_hue,
    "CubeHelix": _cubehelix,
    "Winter": _through((0, 0, 255), (0, 255, 128)),
    "Hot": _through((0, 0, 0), (255, 0, 0), (255, 255, 0), (255, 255, 255)),
    "Ice": _through((0, 0, 0), (10, 40, 110), (40, 130, 190), (150, 215, 235), (255, 255, 255)),
    "Autumn": _through((255, 0, 0), (255, 255, 0)),
    "Blues": _through((255, 255, 255), (0, 0, 255)),
    "Cool": _through((0, 255, 255), (255, 0, 255)),
    "Greens": _through((255, 255, 255), (0, 255, 0)),
    "Reds": _through((255, 255, 255), (255, 0, 0)),
    "Springs": _through((255, 0, 255), (255, 255, 0)),
    "Summer": _through((0, 128, 102), (255, 255, 102)),
    "LightBlues": partial(_tints, 200),
    "Orange": partial(_tints, 35),
    "Coolwarm": partial(_diverging, 262, 14, 0.9, 40, 88),
    "PuGr": partial(_diverging, 285, 135, 0.85, 35, 95),
    "GrBu": partial(_diverging, 135, 255, 0.75, 50, 95),
    "GrBy_d": partial(_diverging, 135, 255, 0.75, 70, 12),
    "RdBu": partial(_diverging, 14, 248, 0.8, 42, 96),
    "RdYeBuCy": _through((0, 255, 255), (0, 0, 255), (0, 0, 0), (255, 0, 0), (255, 255, 0)),
}  # fmt: skip
"""In the order of the menu; a new map is a new line here."""


def check_map(name: str) -> str:
    """The name of a map, inverted perhaps; raises InvalidParameter for one that is none.

    >>> check_map("Fire inverted")
    'Fire inverted'
    """
    if name.removesuffix(INVERTED) not in COLORMAPS:
        raise InvalidParameter(
            f"A colour map must be one of {', '.join(COLORMAPS)}, or one of them followed by{INVERTED}, "
            f"received {name!r}: choose one."
        )
    return name


def inverted(name: str) -> str:
    """The map that runs the other way.

    >>> inverted("Fire"), inverted("Fire inverted")
    ('Fire inverted', 'Fire')
    """
    return name.removesuffix(INVERTED) if name.endswith(INVERTED) else name + INVERTED


def ramp(name: str, levels: int) -> NDArray[np.uint8]:
    """`levels` colours (levels, 3) of a map, from the darkest grey value to the brightest; InvalidParameter if unknown.

    >>> ramp("Grays", 3).tolist()
    [[0, 0, 0], [128, 128, 128], [255, 255, 255]]
    """
    colour_at = COLORMAPS[check_map(name).removesuffix(INVERTED)]
    at = np.linspace(0, 1, levels)
    colours = colour_at(at[::-1] if name.endswith(INVERTED) else at)
    return np.asarray(np.rint(colours.clip(0, 1) * 255), np.uint8)
