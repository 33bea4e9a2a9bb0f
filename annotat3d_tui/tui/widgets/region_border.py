"""The border of the region of work in a slice."""

import numpy as np

from annotat3d_tui.labels.boxes import Box
from annotat3d_tui.labels.planes import axes_of
from annotat3d_tui.tui.widgets.reticle import Footprint


def border(box: Box, plane: str, position: int) -> Footprint | None:
    """Rows and columns of the border of a box in a slice; None where it is not in it."""
    axes = axes_of(plane)
    if not box[axes.slice].start <= position < box[axes.slice].stop:
        return None
    rows, columns = box[axes.row], box[axes.column]
    inside = np.ones((rows.stop - rows.start, columns.stop - columns.start), np.bool_)
    inside[1:-1, 1:-1] = False
    down, across = np.nonzero(inside)
    return down + rows.start, across + columns.start
