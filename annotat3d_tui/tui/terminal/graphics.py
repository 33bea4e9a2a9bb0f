"""A picture in pixels for a terminal that has them. Pillow is loaded when needed."""

import fcntl
import struct
import termios

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.tui.terminal import kitty, sixel

USUAL_CELL = 8, 16
"""Width and height of a cell in pixels, where the terminal does not say."""
NUMBER = 3
"""Of the picture in kitty, which replaces one of the same number."""


def cell_size(stream: int = 1) -> tuple[int, int]:
    """Width and height of a cell in pixels, as the terminal of a stream says.

    >>> cell_size(-1)
    (8, 16)
    """
    try:
        rows, columns, width, height = struct.unpack("HHHH", fcntl.ioctl(stream, termios.TIOCGWINSZ, bytes(8)))
    except (OSError, ValueError):
        return USUAL_CELL
    return (width // columns, height // rows) if rows and columns and width and height else USUAL_CELL


def in_pixels(picture: NDArray[np.uint8], graphics: str, cell: tuple[int, int] = USUAL_CELL) -> str:
    """What draws a picture (rows, columns, 3) at the cursor, by "sixel" or "kitty", and leaves the cursor below.

    Its colours are reduced to 256, by median cut. cell: (width, height) of a cell in pixels.
    """
    from PIL import Image

    reduced = Image.fromarray(picture).quantize(256, dither=Image.Dither.NONE)
    indices = np.asarray(reduced)
    palette = np.array(reduced.getpalette(), np.uint8).reshape(-1, 3)
    rows, columns = indices.shape
    cells = -(-columns // cell[0]), -(-rows // cell[1])
    sent = sixel.encode(indices, palette) if graphics == "sixel" else kitty.encode(indices, palette, NUMBER, cells)
    return str(sent, "ascii") + ("" if graphics == "sixel" else "\n" * cells[1])
