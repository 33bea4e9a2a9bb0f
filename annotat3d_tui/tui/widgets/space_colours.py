"""Colours of a picture in 3D as a terminal shows them: few while it moves, so that little is sent."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.render.halfblocks import packed
from annotat3d_tui.render.palette import Palette
from annotat3d_tui.render.xterm import XTERM, number_16

BITS = 5
"""Of each channel: a terminal of few colours is asked for no finer ones."""
MOVING_BITS, STILL_BITS = 5, 6


def codes_of(rgb: NDArray[np.uint8], palette: Palette, *, moving: bool) -> NDArray[np.int32]:
    """The colours 0xRRGGBB (rows, columns) of a picture (rows, columns, 3)."""
    if palette.number_of is None:
        return packed(coarser(rgb, MOVING_BITS if moving else STILL_BITS))
    index = (rgb >> (8 - BITS)).astype(np.int32)
    return np.asarray(
        _table(palette.number_of is number_16)[(index[..., 0] << 2 * BITS) | (index[..., 1] << BITS) | index[..., 2]]
    )


@lru_cache(8)
def _table(few: bool) -> NDArray[np.int32]:
    """What a terminal of 16 colours, or of 256, shows for each colour of BITS bits a channel: the nearest."""
    levels = np.arange(1 << BITS)
    parts = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)
    own = XTERM[:16] if few else XTERM[16:]
    return packed(own[nearest(parts << 3 | parts >> 2, own)])


def nearest(colours: NDArray[np.int64], some: NDArray[np.uint8]) -> NDArray[np.int64]:
    """For each of many colours (n, 3) the number of the nearest of some (m, 3), by the distance of `nearest_256`."""
    best, least = np.zeros(len(colours), np.int64), np.full(len(colours), np.inf)
    for number, (red, green, blue) in enumerate(some.tolist()):
        redness = (colours[:, 0] + red) / 2
        away = (2 + redness / 256) * (colours[:, 0] - red) ** 2 + 4 * (colours[:, 1] - green) ** 2
        away += (2 + (255 - redness) / 256) * (colours[:, 2] - blue) ** 2
        closer = away < least
        best[closer], least[closer] = number, away[closer]
    return best


def coarser(rgb: NDArray[np.uint8], bits: int) -> NDArray[np.uint8]:
    """Colours of so many bits a channel, from black to white.

    >>> coarser(np.array([0, 7, 9, 255], np.uint8), 4).tolist()
    [0, 0, 0, 255]
    """
    highest = (1 << bits) - 1
    return np.asarray(((rgb >> (8 - bits)).astype(np.uint16) * 255 // highest).astype(np.uint8))
