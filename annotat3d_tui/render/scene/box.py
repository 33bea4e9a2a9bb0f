"""The box around a volume, with ticks of a round length along its edges: lines in space."""

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.render.colormaps import Colour
from annotat3d_tui.render.scale_bar import round_length
from annotat3d_tui.render.scene.grid import Floats, Grid

AXIS_COLOURS: tuple[Colour, Colour, Colour] = ((82, 139, 255), (86, 186, 96), (232, 88, 80))
"""Of z, y and x: blue, green and red, as everywhere."""
TICKS_POINT_ALONG = (2, 0, 0)
TICKS, TICK_SHARE = 5, 0.015
"""At most so many along the longest edge; how long one is, as a share of the diagonal."""


def box_lines(grid: Grid, colour: Colour) -> tuple[Floats, NDArray[np.uint8]]:
    """Begin and end (n, 2, 3) of each line, and its colour (n, 3): the edges at the corner 0 0 0 in those of the axes.

    >>> box_lines(Grid((4, 4, 4)), (0, 0, 0))[0].shape[0] >= 12
    True
    """
    corners = grid.corners
    pairs = [(a, b) for a in range(8) for b in range(a + 1, 8) if (a ^ b) in (1, 2, 4)]
    edges = corners[np.array(pairs)]
    colours = [AXIS_COLOURS[{4: 0, 2: 1, 1: 2}[a ^ b]] if a == 0 else colour for a, b in pairs]
    lines, shades = [edges], [np.array(colours, np.uint8)]
    step, length = tick_step(grid), TICK_SHARE * grid.diagonal
    for axis in range(3):
        at = np.arange(step, grid.extent[axis] * (1 + 1e-9), step)
        ticks, other = np.zeros((len(at), 2, 3)), TICKS_POINT_ALONG[axis]
        ticks[:, :, axis] = at[:, None]
        ticks[:, 1, other] = min(length, grid.extent[other])
        lines.append(ticks)
        shades.append(np.tile(np.array(AXIS_COLOURS[axis], np.uint8), (len(at), 1)))
    return np.concatenate(lines), np.concatenate(shades)


def tick_step(grid: Grid) -> float:
    """The length between two ticks.

    >>> tick_step(Grid((10, 100, 120)))
    20.0
    """
    return round_length(max(grid.extent) / TICKS)
