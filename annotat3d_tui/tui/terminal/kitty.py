"""A picture of numbered colours in the graphics protocol of kitty: a PNG of few bits, sent in pieces.

Source: https://sw.kovidgoyal.net/kitty/graphics-protocol/. Pillow is loaded when needed.
"""

import base64
import io

import numpy as np
from numpy.typing import NDArray

PIECE = 4096
"""The protocol allows so many characters of data a piece."""
PNG_LEVEL = 1
"""Several times as fast as the level 6 of most programs, and hardly longer for noisy greys."""


def encode(indices: NDArray[np.uint8], colours: NDArray[np.uint8], number: int, cells: tuple[int, int]) -> bytes:
    """Show the picture `indices` (rows, columns), each the row of its colour in `colours` (n, 3), at the cursor.

    number: of the image, 1…2³²-1; it takes the place of one with the same number. cells: (columns, rows) it covers.
    The cursor stays, and the terminal does not answer.
    """
    return _in_pieces(f"a=T,f=100,t=d,i={number},p=1,q=2,C=1,c={cells[0]},r={cells[1]},", _png(indices, colours))


def kept(indices: NDArray[np.uint8], colours: NDArray[np.uint8], number: int) -> bytes:
    """Have the terminal keep a picture, as `encode` has it, without showing it."""
    return _in_pieces(f"a=t,f=100,t=d,i={number},q=2,", _png(indices, colours))


def part(number: int, placement: int, cells: tuple[int, int, int, int], cell: tuple[int, int]) -> bytes:
    """Show a part of a picture that the terminal keeps at the cursor, under a number of its own, the placement.

    cells: (column, row, columns, rows) in the picture; cell: width and height of one in pixels.
    """
    column, row, columns, rows = cells
    width, height = cell
    source = f"x={column * width},y={row * height},w={columns * width},h={rows * height}"
    return f"\x1b_Ga=p,i={number},p={placement},q=2,C=1,{source},c={columns},r={rows}\x1b\\".encode("ascii")


def hidden(number: int, placement: int) -> bytes:
    """Take one part of a picture from the screen, which the terminal goes on to keep."""
    return f"\x1b_Ga=d,d=i,i={number},p={placement},q=2\x1b\\".encode("ascii")


def deleted(number: int) -> bytes:
    """Take an image from the screen and out of the terminal's memory."""
    return f"\x1b_Ga=d,d=I,i={number},q=2\x1b\\".encode("ascii")


def _in_pieces(keys: str, picture: bytes) -> bytes:
    data = base64.standard_b64encode(picture).decode("ascii")
    pieces = [data[begin : begin + PIECE] for begin in range(0, len(data), PIECE)]
    return "".join(
        f"\x1b_G{keys if at == 0 else ''}m={int(at < len(pieces) - 1)};{piece}\x1b\\" for at, piece in enumerate(pieces)
    ).encode("ascii")


def _png(indices: NDArray[np.uint8], colours: NDArray[np.uint8]) -> bytes:
    from PIL import Image

    picture = Image.fromarray(indices)
    picture.putpalette(colours.tobytes())
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=PNG_LEVEL)
    return file.getvalue()
