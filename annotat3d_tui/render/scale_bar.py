"""A bar of a round length, which says how large things are in a slice."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.render.viewport import Viewport

WHITE, BLACK = 0xFFFFFF, 0x000000
UNITS = ("nm", "µm", "mm", "m")
SAME = {"um": "µm", "micron": "µm", "microns": "µm", "micrometer": "µm", "nanometer": "nm", "millimeter": "mm"}
SHARE, SHORTEST = 4, 4
"""At most so small a part of what is seen of the slice, and at least so many pixels."""


@dataclass(frozen=True)
class ScaleBar:
    """Its length in words, and in pixels of the screen."""

    words: str
    pixels: int

    def drawn(self, pixels: NDArray[np.int32], viewport: Viewport) -> NDArray[np.int32]:
        """The pixels of a screen, 0xRRGGBB, with the bar at the lower right of what is seen of the slice."""
        thick, pixels = max(round(viewport.fineness), 1), pixels.copy()
        bottom, right = viewport.down.inside.stop - 2 * thick, viewport.across.inside.stop - 2 * thick
        left = right - self.pixels
        pixels[bottom - 2 * thick : bottom + thick, left - thick : right + thick] = BLACK
        pixels[bottom - thick : bottom, left:right] = WHITE
        return pixels


def scale_bar(viewport: Viewport, across: float, unit: str) -> ScaleBar | None:
    """The bar for a slice whose voxels are `across` units wide; None where the slice has no room for one.

    >>> scale_bar(Viewport((50, 100), (100, 25)), 0.5, "µm")
    ScaleBar(words='10 µm', pixels=20)
    """
    axis = viewport.across
    inside, rows = axis.inside.stop - axis.inside.start, viewport.down.inside.stop - viewport.down.inside.start
    pixels_per_unit = axis.pixels / (axis.voxels * axis.step * across)
    length = round_length(inside / SHARE / pixels_per_unit)
    pixels = round(length * pixels_per_unit)
    thick = max(round(viewport.fineness), 1)
    if pixels < SHORTEST * thick or rows < 8 * thick:
        return None
    return ScaleBar(length_words(length, unit), pixels)


def round_length(longest: float) -> float:
    """The longest of 1, 2, 5, 10, 20, 50, … that is not above `longest`.

    >>> round_length(37.0), round_length(0.7)
    (20.0, 0.5)
    """
    power = 10.0 ** math.floor(math.log10(longest))
    return max(step * power for step in (1, 2, 5) if step * power <= longest * (1 + 1e-9))


def length_words(length: float, unit: str) -> str:
    """A length in the unit that makes its number short.

    >>> length_words(0.05, "µm"), length_words(2000.0, "um"), length_words(20.0, "voxel")
    ('50 nm', '2 mm', '20 voxels')
    """
    unit = SAME.get(unit, unit)
    if unit == "voxel":
        return f"{length:g} voxel{'' if length == 1 else 's'}"
    if unit in UNITS:
        steps = math.floor(math.log10(length * (1 + 1e-9)) / 3)
        steps = min(max(steps, -UNITS.index(unit)), len(UNITS) - 1 - UNITS.index(unit))
        length, unit = length / 1000.0**steps, UNITS[UNITS.index(unit) + steps]
    return f"{length:.6g} {unit}"
