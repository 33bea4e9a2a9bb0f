"""Pictures that a command draws in the terminal."""

import os

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.render.halfblocks import print_picture


def in_cells(rgb: NDArray[np.uint8]) -> str:
    """A picture (rows, columns, 3) as lines of half-blocks, in as many colours as the terminal says that it has."""
    exact = os.environ.get("COLORTERM") in ("truecolor", "24bit")
    return print_picture(rgb, "truecolor" if exact else "256")
