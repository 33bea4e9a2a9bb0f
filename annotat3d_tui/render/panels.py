"""Small pictures beside each other on one screen of pixels: a slice before and after, without and with its label."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.labels.colours import colour_of
from annotat3d_tui.render.halfblocks import NOTHING, packed
from annotat3d_tui.render.palette import Palette
from annotat3d_tui.render.slice import Layers, Window, compose, grey_levels, sampled
from annotat3d_tui.render.viewport import Viewport

OPACITY = 0.45
GRIDS = ((2, 2), (1, 4), (4, 1))
"""Lines and columns in which four pictures may stand."""


@dataclass(frozen=True, eq=False)
class Panel:
    """A plane of grey values (rows, columns), and the label ids that lie over it."""

    grey: NDArray[Any]
    ids: NDArray[Any] | None = None


def grid_for(screen: tuple[int, int], shape: tuple[int, int], gap: int) -> tuple[int, int]:
    """The lines and columns in which four planes of a shape (rows, columns) are seen largest on a screen.

    >>> grid_for((40, 40), (10, 10), 2), grid_for((20, 100), (10, 10), 2)
    ((2, 2), (1, 4))
    """

    def size(grid: tuple[int, int]) -> float:
        return min(
            (pixels - gap * (count - 1)) / count / side for pixels, count, side in zip(screen, grid, shape, strict=True)
        )

    return max(GRIDS, key=size)


def drawn(
    panels: Sequence[Panel], screen: tuple[int, int], window: Window, palette: Palette, gap: int = 2
) -> NDArray[np.int32]:
    """Four panels on a screen (rows, columns) of square pixels: 0xRRGGBB, NOTHING between and around them."""
    rows, columns = screen
    pixels = np.full(screen, NOTHING, np.int32)
    shape = panels[0].grey.shape
    lines, across = grid_for(screen, (shape[0], shape[1]), gap)
    height, width = (rows - gap * (lines - 1)) // lines, (columns - gap * (across - 1)) // across
    if height < 2 or width < 1:
        return pixels
    for number, panel in enumerate(panels):
        line, column = divmod(number, across)
        picture = packed(_picture(panel, (width, height // 2), window, palette))
        top = line * (height + gap) + (height - len(picture)) // 2
        left = column * (width + gap) + (width - picture.shape[1]) // 2
        pixels[top : top + len(picture), left : left + picture.shape[1]] = picture
    return pixels


def _picture(panel: Panel, cells: tuple[int, int], window: Window, palette: Palette) -> NDArray[np.uint8]:
    viewport = Viewport((panel.grey.shape[0], panel.grey.shape[1]), cells)
    layers = Layers(
        grey_levels(panel.grey, viewport, window, palette.levels),
        label=None if panel.ids is None else sampled(panel.ids, viewport),
    )
    return compose(layers, colour_of, palette=palette, opacity=OPACITY)
