"""Colours of a picture in 3D as a terminal shows them: few while it moves, so that little is sent."""

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.render.halfblocks import packed
from annotat3d_tui.render.palette import Palette

BITS = 5
"""Of each channel: a terminal of few colours is asked for no finer ones."""
MOVING_BITS, STILL_BITS = 5, 6
_known: dict[Palette, NDArray[np.int32]] = {}


def codes_of(rgb: NDArray[np.uint8], palette: Palette, *, moving: bool) -> NDArray[np.int32]:
    """The colours 0xRRGGBB (rows, columns) of a picture (rows, columns, 3)."""
    if palette.number_of is None:
        return packed(coarser(rgb, MOVING_BITS if moving else STILL_BITS))
    index = (rgb >> (8 - BITS)).astype(np.int32)
    flat = (index[..., 0] << 2 * BITS) | (index[..., 1] << BITS) | index[..., 2]
    known = _known.setdefault(palette, np.full(1 << 3 * BITS, -1, np.int32))
    new = np.unique(flat[known[flat] < 0])
    if len(new):
        parts = np.stack([new >> 2 * BITS, (new >> BITS) & 31, new & 31], axis=1).astype(np.uint8)
        known[new] = packed(palette.shown((parts << 3 | parts >> 2).astype(np.uint8)))
    return np.asarray(known[flat])


def coarser(rgb: NDArray[np.uint8], bits: int) -> NDArray[np.uint8]:
    """Colours of so many bits a channel, from black to white.

    >>> coarser(np.array([0, 7, 9, 255], np.uint8), 4).tolist()
    [0, 0, 0, 255]
    """
    highest = (1 << bits) - 1
    return np.asarray(((rgb >> (8 - bits)).astype(np.uint16) * 255 // highest).astype(np.uint8))
