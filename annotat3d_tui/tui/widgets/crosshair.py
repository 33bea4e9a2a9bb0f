"""Lines along the row and the column of a point of a slice, open around it."""

import math

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.render.palette import Palette
from annotat3d_tui.render.viewport import Point, Viewport
from annotat3d_tui.tui.widgets.reticle import tint

COLOUR, SHARE, GAP = (255, 214, 102), 0.55, 6
"""How much of the colour is mixed in, and half-blocks that are left free around the point."""


def draw_crosshair(
    pixels: NDArray[np.int32], viewport: Viewport, palette: Palette, point: Point, gap: int = GAP
) -> None:
    """Draw it into the pixels of a screen, 0xRRGGBB."""
    (h, v), (rows, columns) = point, viewport.shape
    free = math.ceil(gap / viewport.scale)
    along = np.flatnonzero(np.abs(np.arange(columns) - h) > free)
    tint(pixels, viewport, palette, (np.full(len(along), v), along), COLOUR, SHARE)
    along = np.flatnonzero(np.abs(np.arange(rows) - v) > free)
    tint(pixels, viewport, palette, (along, np.full(len(along), h)), COLOUR, SHARE)
