"""The 256 colours of a terminal, and which one stands for a colour that it cannot show.

0-15 are the terminal's own and vary; 16-231 are a cube of six steps a channel, 232-255 a ramp of greys, both the same
on every terminal that has 256 colours.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.labels.colours import colour_of, xterm_colour_of, xterm_of
from annotat3d_tui.render.colormaps import Colour

_OWN = (
    *((0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229)),
    *((127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255), (0, 255, 255)),
    (255, 255, 255),
)
_STEPS = (0, 95, 135, 175, 215, 255)
_CUBE = tuple((red, green, blue) for red in _STEPS for green in _STEPS for blue in _STEPS)
_RAMP = tuple((8 + 10 * step,) * 3 for step in range(24))

XTERM: NDArray[np.uint8] = np.array(_OWN + _CUBE + _RAMP, np.uint8)
"""(256, 3) red, green, blue of each colour; of the first 16 as xterm has them."""

GREYS: tuple[int, ...] = (16, *range(232, 256), 231)
"""The colours that make the finest ramp from black to white."""

OWN_GREYS: tuple[int, ...] = (0, 8, 7, 15)
"""The same for a terminal with 16 colours."""

_CHOSEN_BY_HAND = {colour_of(label): xterm_colour_of(label) for label in range(1, 65)}


@lru_cache(maxsize=8192)
def number_256(colour: Colour) -> int:
    """The number 16…255 for a colour: a label's own is chosen by hand, others are the nearest in hue and brightness.

    >>> number_256((255, 0, 0)), number_256((8, 8, 8))
    (196, 232)
    """
    return _CHOSEN_BY_HAND.get(colour) or xterm_of(colour)


@lru_cache(maxsize=8192)
def number_16(colour: Colour) -> int:
    """The number 0…15 nearest to a colour, by a distance weighted as the eye weighs red, green and blue.

    Source of the weights: T. Riemersma, Colour metric, 2008.

    >>> number_16((250, 10, 10))
    9
    """
    return _nearest(colour, XTERM[:16])


@lru_cache(maxsize=8192)
def nearest_256(colour: Colour) -> int:
    """The number 16…255 nearest to a colour by the same distance: for maps, whose brightness must not jump.

    >>> nearest_256((250, 10, 10))
    196
    """
    return 16 + _nearest(colour, XTERM[16:])


def _nearest(colour: Colour, some: NDArray[np.uint8]) -> int:
    own = some.astype(np.int64)
    difference = own - np.array(colour)
    redness = (own[:, 0] + colour[0]) / 2
    weights = np.stack([2 + redness / 256, np.full(len(own), 4.0), 2 + (255 - redness) / 256], axis=1)
    return int((weights * difference**2).sum(axis=1).argmin())
