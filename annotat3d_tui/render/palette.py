"""The few colours that a picture is made of, so that neighbouring cells share them and every terminal shows them alike.

Grey values are drawn in the terminal's own ramp of greys: fine enough for the eye, short to send, and the same in
terminals of 256 colours and of 16 million. Where colours are few, each mixture with a label's colour is chosen here,
and not left to the terminal, so that a label keeps its hue.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.render.colormaps import GRAYS, Colour, ramp
from annotat3d_tui.render.xterm import GREYS, OWN_GREYS, XTERM, nearest_256, number_16, number_256

ColourOf = Callable[[int], Colour | None]
"""The colour of a label id; None when the label is hidden."""

NumberOf = Callable[[Colour], int]
"""The terminal colour that stands for a colour."""


@dataclass(frozen=True)
class Palette:
    """Colours for one kind of terminal, or for files.

    number_of: None where any colour can be shown; number_of_map: the same for the colours of a map.
    greys_of_terminal: the numbers of its ramp of greys.
    levels: how many grey levels; where it is not the length of that ramp, or the map is not Grays, they are even.
    merged: so many levels share a colour under a label, where fewer are told apart.
    """

    number_of: NumberOf | None = None
    greys_of_terminal: tuple[int, ...] = GREYS
    levels: int = len(GREYS)
    colormap: str = GRAYS
    merged: int = 1
    number_of_map: NumberOf | None = None

    @cached_property
    def greys(self) -> NDArray[np.uint8]:
        """(levels, 3) colours of the image, dark to bright."""
        return _greys(self)

    def mixed(self, colour: Colour, opacity: float) -> NDArray[np.uint8]:
        """(levels, 3) colours of the image under a colour of this opacity (0…1)."""
        return _mixed(self, colour, round(opacity * 100))

    def shown(self, colours: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Colours (n, 3) as this terminal shows them."""
        return _shown(colours, self.number_of)


@lru_cache(64)
def _greys(palette: Palette) -> NDArray[np.uint8]:
    if palette.colormap == GRAYS and palette.levels == len(palette.greys_of_terminal):
        return XTERM[list(palette.greys_of_terminal)]
    return _shown(ramp(palette.colormap, palette.levels), palette.number_of_map)


def _shown(colours: NDArray[np.uint8], number_of: NumberOf | None) -> NDArray[np.uint8]:
    if number_of is None:
        return colours
    return XTERM[[number_of((red, green, blue)) for red, green, blue in colours.tolist()]]


@lru_cache(4096)
def _mixed(palette: Palette, colour: Colour, percent: int) -> NDArray[np.uint8]:
    share = percent / 100
    level = np.arange(palette.levels)
    beneath = palette.greys[(level // palette.merged * palette.merged + palette.merged // 2).clip(max=level[-1])]
    mixtures = beneath * (1 - share) + np.array(colour) * share
    return palette.shown(np.rint(mixtures).astype(np.uint8))


TRUECOLOR = Palette(merged=2)
COLOURS_256 = Palette(number_256, merged=2, number_of_map=nearest_256)
COLOURS_16 = Palette(number_16, OWN_GREYS, len(OWN_GREYS), number_of_map=number_16)
SMOOTH = Palette(levels=256)
"""For files: every grey."""

PALETTES: dict[str, Palette] = {"truecolor": TRUECOLOR, "256": COLOURS_256, "16": COLOURS_16}
"""By what a terminal can show."""
