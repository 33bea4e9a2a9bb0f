"""The cursor of a slice view: what the brush would cover, and arms around it that are seen on any grey or colour.

A plus marks, a cross erases. While the pen is up the arms stand around what the brush would cover, which is tinted;
while it is down they meet in the middle of what it covers.
"""

from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.render.colormaps import Colour
from annotat3d_tui.render.halfblocks import NOTHING, packed, unpacked
from annotat3d_tui.render.palette import Palette
from annotat3d_tui.render.slice import highest
from annotat3d_tui.render.viewport import Point, Viewport

TINT = 0.35
GAP, ARM, ARM_DOWN = 1, 3, 2
"""Half-blocks: from the brush to the arms; their length while the pen is up, and down."""
THICKNESS = 0.25
"""Of a line, in half-blocks; at least a pixel."""
BRIGHT = 128
WHITE, BLACK = 0xFFFFFF, 0x000000
PLUS = ((0, 1), (0, -1), (1, 0), (-1, 0))
CROSS = ((1, 1), (1, -1), (-1, 1), (-1, -1))

Place = tuple[int, int]
"""Row and column of a pixel, or a step in both."""
Box = tuple[tuple[int, int], tuple[int, int]]
Footprint = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Rows and columns of the voxels under the brush in this slice."""


@dataclass(frozen=True)
class Reticle:
    """Where the cursor is and what it is about to do.

    colour: of the label; down: the pen is on the image; erase: it takes marks away.
    """

    point: Point
    radius: int
    colour: Colour
    down: bool = False
    erase: bool = False

    def drawn(
        self,
        pixels: NDArray[np.int32],
        viewport: Viewport,
        palette: Palette,
        footprint: Footprint,
        background: Colour,
    ) -> NDArray[np.int32]:
        """The pixels of a screen, 0xRRGGBB or NOTHING where the `background` is, with this cursor over them."""
        pixels = pixels.copy()
        directions = CROSS if self.erase else PLUS
        column, row = viewport.cell_of(self.point)
        unit = viewport.fineness
        dot = _thick([(row, column)], unit)
        if self.down:
            arms = [_arm((row, column), way, 0, ARM_DOWN, unit) for way in directions]
            _put_in_contrast(pixels, [*dot, *chain.from_iterable(arms)], background)
            return pixels
        tint(pixels, viewport, palette, footprint, (255, 255, 255) if self.erase else self.colour)
        box = self._box(viewport)
        for way in directions:
            _put_in_contrast(pixels, _arm(_side(box, way), way, GAP, GAP + ARM, unit), background)
        _put_in_contrast(pixels, dot, background)
        return pixels

    def _box(self, viewport: Viewport) -> Box:
        """First and last pixel of the rows and of the columns that the brush covers."""
        rows, columns = (
            (axis.pixels_of(centre - self.radius)[0], axis.pixels_of(centre + self.radius)[1])
            for axis, centre in ((viewport.down, self.point[1]), (viewport.across, self.point[0]))
        )
        return rows, columns


def _side(box: Box, way: Place) -> Place:
    """The pixel in the middle of the side, or at the corner, of a box that lies in a direction (row, column)."""
    row, column = (
        (first + last) // 2 if step == 0 else last if step > 0 else first
        for step, (first, last) in zip(way, box, strict=True)
    )
    return row, column


def _arm(start: Place, way: Place, begin: int, end: int, unit: float) -> list[Place]:
    """From `begin` to `end` half-blocks of `unit` pixels away from a place."""
    steps = range(round(begin * unit) + 1, round(end * unit) + 1)
    return _thick([(start[0] + step * way[0], start[1] + step * way[1]) for step in steps], unit)


def _thick(places: list[Place], unit: float) -> list[Place]:
    """The places as wide as a line is to be, where a half-block has `unit` pixels."""
    width = max(int(unit * THICKNESS), 1)
    around = [(down - width // 2, across - width // 2) for down in range(width) for across in range(width)]
    return list(dict.fromkeys((row + down, column + across) for row, column in places for down, across in around))


def tint(
    pixels: NDArray[np.int32],
    viewport: Viewport,
    palette: Palette,
    footprint: Footprint,
    colour: Colour,
    share: float = TINT,
) -> None:
    """Mix a share of a colour into the pixels that show the voxels of a footprint."""
    rows, columns = footprint
    if not rows.size:
        return
    corner = int(rows.min()), int(columns.min())
    part = np.zeros((int(rows.max()) - corner[0] + 1, int(columns.max()) - corner[1] + 1), bool)
    part[rows - corner[0], columns - corner[1]] = True
    covered, (down, across) = highest(part, viewport, corner)
    within = pixels[viewport.down.inside, viewport.across.inside][down, across]
    if not covered.any():
        return
    codes = np.sort(within[covered])
    codes = codes[np.append(True, np.diff(codes) != 0)]  # as np.unique, which takes 70 ms when it is first called
    colours = np.stack([codes >> 16, (codes >> 8) & 255, codes & 255], axis=1)
    mixed = np.rint(colours * (1 - share) + np.array(colour) * share).astype(np.uint8)
    within[covered] = packed(palette.shown(mixed))[np.searchsorted(codes, within[covered])]


def _put_in_contrast(pixels: NDArray[np.int32], places: list[tuple[int, int]], background: Colour) -> None:
    """Draw places (row, column) white where it is dark there and black where it is bright."""
    seen = _on_screen(pixels, places)
    if not seen:
        return
    codes = [int(pixels[place]) for place in seen]
    brightness = sum(_brightness(background if code == NOTHING else unpacked(code)) for code in codes)
    code = BLACK if brightness >= BRIGHT * len(codes) else WHITE
    for place in seen:
        pixels[place] = code


def _on_screen(pixels: NDArray[np.int32], places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    rows, columns = pixels.shape
    return [(row, column) for row, column in places if 0 <= row < rows and 0 <= column < columns]


def _brightness(colour: Colour) -> float:
    """0…255, as the eye weighs the channels (ITU-R BT.601)."""
    red, green, blue = colour
    return 0.299 * red + 0.587 * green + 0.114 * blue
