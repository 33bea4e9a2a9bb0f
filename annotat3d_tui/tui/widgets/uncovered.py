"""Which cells of a view are seen and written to: as masks (lines, columns), and as rectangles."""

import numpy as np
from numpy.typing import NDArray
from rich.console import RenderableType
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.widget import Widget

Mask = NDArray[np.bool_]


def uncovered_cells(view: Widget) -> Mask:
    """The cells (lines, columns) of a view over which nothing lies: no other screen, no message, no panel."""
    region = view.region
    cells = np.zeros((region.height, region.width), bool)
    if view.screen is not view.app.screen or not view.screen.region.contains_region(region):
        return cells
    cells[:] = True
    for row, line in enumerate(view.screen._compositor.layers_visible[region.y : region.bottom]):
        for widget, seen, _ in line:
            if widget is view:
                break
            cells[row, _columns(seen.x, seen.right, region)] = False
    return cells


def written_cells(update: RenderableType, region: Region) -> Mask:
    """The cells (lines, columns) of a region that an update of the screen writes to."""
    cells = np.zeros((region.height, region.width), bool)
    if isinstance(update, LayoutUpdate):
        seen = update.region.intersection(region).translate(-region.offset)
        cells[seen.y : seen.bottom, seen.x : seen.right] = True
    elif isinstance(update, ChopsUpdate):
        for y, begin, end in update.spans:
            if region.y <= y < region.bottom:
                cells[y - region.y, _columns(begin, end, region)] = True
    else:
        cells[:] = True
    return cells


def rectangles(cells: Mask) -> list[Region]:
    """Rectangles that cover the true cells (lines, columns), each once.

    >>> rectangles(np.array([[True, True, False], [True, True, True]]))
    [Region(x=0, y=0, width=2, height=1), Region(x=0, y=1, width=3, height=1)]
    """
    found: list[Region] = []
    growing: dict[tuple[int, int], Region] = {}
    for y, line in enumerate(cells):
        turns = np.flatnonzero(np.diff(line, prepend=False, append=False)).tolist()
        above, growing = growing, {}
        for begin, end in zip(turns[::2], turns[1::2], strict=True):
            grown = above.pop((begin, end), Region(begin, y, end - begin, 0))
            growing[begin, end] = Region(grown.x, grown.y, grown.width, grown.height + 1)
        found += above.values()
    return sorted([*found, *growing.values()], key=lambda one: (one.y, one.x))


def _columns(begin: int, end: int, region: Region) -> slice:
    return slice(max(begin - region.x, 0), max(end - region.x, 0))
