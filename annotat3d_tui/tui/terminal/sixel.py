"""A picture of numbered colours as sixels, the graphics of the VT340 (DEC STD 070, chapter 9)."""

import numpy as np
from numpy.typing import NDArray

BAND = 6
"""Rows of pixels in a line of sixels."""
_WEIGHTS = (1 << np.arange(BAND, dtype=np.uint8))[:, None]


def encode(indices: NDArray[np.uint8], colours: NDArray[np.uint8]) -> bytes:
    """The picture `indices` (rows, columns), each the row of its colour in `colours` (n, 3), n at most 256.

    All colours are told before the first pixel: xterm draws the band in which a colour is first told in wrong ones.
    No line feed follows the last band, so that a picture at the foot of the screen does not scroll it.
    """
    rows, columns = indices.shape
    used = np.flatnonzero(np.bincount(indices.ravel(), minlength=1))
    percent = np.rint(colours[used] / 2.55).astype(int).tolist()
    told = "".join(f"#{number};2;{r};{g};{b}" for number, (r, g, b) in zip(used.tolist(), percent, strict=True))
    bands = "-".join(_band(indices[row : row + BAND]) for row in range(0, rows, BAND))
    return f'\x1bP0;1;0q"1;1;{columns};{rows}{told}{bands}\x1b\\'.encode("ascii")


def _band(indices: NDArray[np.uint8]) -> str:
    """One line of sixels: for each colour in it a pass over the line, `$` goes back to its begin."""
    weights = _WEIGHTS[: len(indices)]
    passes = []
    for colour in np.flatnonzero(np.bincount(indices.ravel())).tolist():
        sixels = ((indices == colour) * weights).sum(axis=0, dtype=np.uint8)
        passes.append(f"#{colour}" + _line(sixels[: int(np.flatnonzero(sixels)[-1]) + 1]))
    return "$".join(passes)


def _line(sixels: NDArray[np.uint8]) -> str:
    """Sixels as characters; more than three equal ones as their number and one of them."""
    begins = np.append(0, np.flatnonzero(np.diff(sixels)) + 1)
    lengths = np.diff(np.append(begins, len(sixels)))
    glyphs = [chr(63 + sixel) for sixel in sixels[begins].tolist()]
    return "".join(
        f"!{length}{glyph}" if length > 3 else glyph * length
        for glyph, length in zip(glyphs, lengths.tolist(), strict=True)
    )
