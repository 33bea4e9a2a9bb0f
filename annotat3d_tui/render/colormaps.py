"""Colours for grey values: a name and the colours it runs through, evenly spaced."""

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidParameter

Colour = tuple[int, int, int]

COLORMAPS: dict[str, tuple[Colour, ...]] = {
    "grays": ((0, 0, 0), (255, 255, 255)),
    "hot": ((0, 0, 0), (230, 0, 0), (255, 210, 0), (255, 255, 255)),
    "fire": ((0, 0, 0), (30, 0, 120), (190, 0, 90), (255, 120, 0), (255, 240, 120), (255, 255, 255)),
    "ice": ((0, 0, 0), (10, 40, 110), (40, 130, 190), (150, 215, 235), (255, 255, 255)),
    "viridis": ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37)),
}
"""A new map is a new line here."""


def ramp(name: str, levels: int) -> NDArray[np.uint8]:
    """`levels` colours (levels, 3) of a map, from the darkest grey value to the brightest; InvalidParameter if unknown.

    >>> ramp("grays", 3).tolist()
    [[0, 0, 0], [128, 128, 128], [255, 255, 255]]
    """
    if name not in COLORMAPS:
        raise InvalidParameter(f"colour map must be one of {', '.join(COLORMAPS)}, received {name!r}: choose one.")
    anchors = np.array(COLORMAPS[name], np.float64)
    at = np.linspace(0, len(anchors) - 1, levels)
    channels = [np.interp(at, np.arange(len(anchors)), anchors[:, channel]) for channel in range(3)]
    return np.rint(np.stack(channels, axis=1)).astype(np.uint8)
