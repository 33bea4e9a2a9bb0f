"""Labels told apart by patterns, for who sees no colours: stripes, checks and dots, each with a sign that shows it.

Seven patterns in turn, the first of which is filled: label 8 has that of label 1 again.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

SIGNS = "█▤▥▨▧▩▪"
"""Of the patterns, in their order: filled, rows, columns, two diagonals, checks, dots."""
SHADE = 0.6
"""Of the opacity of labels: how much lighter and darker patterns are where there are no colours."""
_STEP = 3
"""Pixels of a stripe, and of the room beside it."""


def pattern_sign(label: int) -> str:
    """The sign of a label's pattern.

    >>> pattern_sign(1), pattern_sign(2), pattern_sign(8)
    ('█', '▤', '█')
    """
    return SIGNS[(label - 1) % len(SIGNS)]


def patterned(ids: NDArray[Any], fineness: float = 1.0) -> NDArray[Any]:
    """The ids (rows, columns) where the pattern of each is drawn, 0 in its gaps.

    fineness: pixels of the picture in a pixel of a half-block, so that a pattern is as wide on every screen.
    """
    return np.where(_drawn(ids, fineness), ids, 0).astype(ids.dtype)


def shaded(
    grey: NDArray[np.uint8], ids: NDArray[Any], levels: int, opacity: float, fineness: float = 1.0
) -> NDArray[np.uint8]:
    """Grey levels (rows, columns) in which patterns are seen without any colour: lighter in them, darker in their gaps.

    Where there is no label they stay. opacity: 0 to 1.
    """
    share = SHADE * opacity
    target = np.where(_drawn(ids, fineness), levels - 1, 0)
    mixed = np.rint(grey + share * (target - grey.astype(np.float32)))
    return np.where(ids != 0, mixed, grey).astype(np.uint8)


def _drawn(ids: NDArray[Any], fineness: float) -> NDArray[np.bool_]:
    """Where the pattern of each id is drawn."""
    rows, columns = ((np.arange(size) / fineness).astype(np.int64) for size in ids.shape)
    down, across = _stripes(rows[:, None]), _stripes(columns[None, :])
    slash, backslash = _stripes(rows[:, None] + columns), _stripes(rows[:, None] - columns)
    masks = (None, down, across, slash, backslash, down == across, down & across)
    number = (ids.astype(np.int64) - 1) % len(SIGNS)
    drawn: NDArray[np.bool_] = ids != 0
    for place, mask in enumerate(masks):
        if mask is not None:
            drawn &= (number != place) | mask
    return drawn


def _stripes(places: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Where stripes are drawn, by the pixel across them."""
    drawn: NDArray[np.bool_] = places // _STEP % 2 == 0
    return drawn
