"""Pixels in cells of a Textual screen: strips of half-blocks, kept by line, and which cells have changed."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rich.color import Color, ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from annotat3d_tui.render.halfblocks import NOTHING, UPPER_HALF, runs, terminal_number, unpacked
from annotat3d_tui.render.palette import COLOURS_16, COLOURS_256, TRUECOLOR, Palette

LOWER_HALF = "▄"
KEPT_STYLES = 20_000
GAP = 3
"""Changed cells of a line that are nearer than this are redrawn as one stretch: moving the cursor costs as much."""
MANY = 96
"""With more changed stretches than this the whole is redrawn."""

_LIMITED = {"256": COLOURS_256, "standard": COLOURS_16, "windows": COLOURS_16}
_SYSTEMS = {"256": ColorSystem.EIGHT_BIT, "standard": ColorSystem.STANDARD, "windows": ColorSystem.WINDOWS}


def palette_for(color_system: str | None) -> Palette:
    """The palette of a terminal, by the name that Rich gives to its colours."""
    return _LIMITED.get(color_system or "", TRUECOLOR)


class PixelStrip(Strip):
    """A strip that sends a colour only where it changes: half the bytes of one that sends all with each segment."""

    def crop(self, start: int, end: int | None = None) -> Strip:
        """The cells `start` to `end`, still frugal."""
        cropped = super().crop(start, end)
        return cropped if isinstance(cropped, PixelStrip) else PixelStrip(cropped, cropped.cell_length)

    def render(self, console: Console) -> str:
        """The text with colour codes; of the two ways to write a cell, the one that changes fewer colours."""
        parts = []
        front = back = ""
        for text, style, _ in self:
            above, below = _codes(style)
            if above and above != front and below != back:
                above_flipped, below_flipped = _codes(style, flipped=True)
                if above_flipped == front or below_flipped == back:
                    text, above, below = text.translate(_FLIPPED), above_flipped, below_flipped
            if above and above != front:
                parts.append(f"\x1b[{above};{below}m" if below != back else f"\x1b[{above}m")
                front = above
            elif below != back:
                parts.append(f"\x1b[{below}m")
            parts.append(text)
            back = below
        return "".join([*parts, "\x1b[0m"]) if parts else ""


_FLIPPED = str.maketrans(UPPER_HALF + LOWER_HALF, LOWER_HALF + UPPER_HALF)


@lru_cache(KEPT_STYLES)
def _codes(style: Style, flipped: bool = False) -> tuple[str, str]:
    """The codes of the foreground, "" for none, and of the background; flipped: each the colour of the other."""
    front, back = (style.bgcolor, style.color) if flipped else (style.color, style.bgcolor)
    assert back is not None
    above = ";".join(front.get_ansi_codes()) if front is not None else ""
    return above, ";".join(back.get_ansi_codes(foreground=False))


class Canvas:
    """The pixels last put on the screen, two rows a line of cells, as 0xRRGGBB or NOTHING for the background.

    color_system: Rich's name of what the terminal can show; background: of the theme; numbered: whether colours may be
    sent as numbers in the terminal's table.
    """

    def __init__(self, palette: Palette, color_system: str | None, background: Color, numbered: bool = True) -> None:
        self.palette = palette
        self.background = background.downgrade(_SYSTEMS.get(color_system or "", ColorSystem.TRUECOLOR))
        self.numbered = numbered
        self.pixels: NDArray[np.int32] = np.zeros((0, 0), np.int32)
        self._strips: dict[tuple[int, int, int], Strip] = {}
        self._columns: set[tuple[int, int]] = set()
        self._styles: dict[tuple[int, int], tuple[str, Style]] = {}

    def put(self, pixels: NDArray[np.int32]) -> list[Region] | None:
        """Take new pixels (2 · lines, columns); the regions of cells that changed, None when all is to be redrawn."""
        before, self.pixels = self.pixels, pixels
        if before.shape != pixels.shape:
            self._strips.clear()
            self._columns.clear()
            return None
        different = before != pixels
        changed = different[0::2] | different[1::2]
        for begin, end in self._columns:
            for line in np.flatnonzero(changed[:, begin:end].any(axis=1)).tolist():
                self._strips.pop((line, begin, end), None)
        return changed_regions(changed)

    def strip(self, line: int, begin: int, end: int) -> Strip:
        """The cells `begin` to `end` of a line."""
        place = (line, begin, end)
        if place not in self._strips:
            self._strips[place] = self._make(line, begin, end)
            self._columns.add((begin, end))
        return self._strips[place]

    def _make(self, line: int, begin: int, end: int) -> Strip:
        upper, lower = self.pixels[2 * line : 2 * line + 2, begin:end].tolist()
        segments = [self._segment(*cell, length) for cell, length in runs(upper, lower)]
        return PixelStrip(segments, end - begin)

    def _segment(self, above: int, below: int, length: int) -> Segment:
        glyph, style = self._cell(above, below)
        return Segment(glyph * length, style)

    def _cell(self, above: int, below: int) -> tuple[str, Style]:
        """The character and style that show two pixels; a space where they are the same, which is shorter to send."""
        key = (above, below)
        if key not in self._styles:
            if len(self._styles) >= KEPT_STYLES:
                self._styles.clear()
            self._styles[key] = self._find(above, below)
        return self._styles[key]

    def _find(self, above: int, below: int) -> tuple[str, Style]:
        if above == below:
            return " ", Style(bgcolor=self._colour(above))
        if above == NOTHING:
            return LOWER_HALF, Style(color=self._colour(below), bgcolor=self.background)
        return UPPER_HALF, Style(color=self._colour(above), bgcolor=self._colour(below))

    def _colour(self, code: int) -> Color:
        if code == NOTHING:
            return self.background
        number = terminal_number(code, self.palette) if self.numbered else None
        return Color.from_rgb(*unpacked(code)) if number is None else Color.from_ansi(number)


def changed_regions(changed: NDArray[np.bool_]) -> list[Region] | None:
    """Regions that cover the changed cells (lines, columns) of a screen; None when they are too many.

    >>> changed_regions(np.array([[False, True, False], [False, False, False]]))
    [Region(x=1, y=0, width=1, height=1)]
    """
    regions: list[Region] = []
    for line in np.flatnonzero(changed.any(axis=1)).tolist():
        columns = np.flatnonzero(changed[line])
        cuts = np.flatnonzero(np.diff(columns) > GAP)
        begins = columns[np.append(0, cuts + 1)].tolist()
        ends = columns[np.append(cuts, len(columns) - 1)].tolist()
        regions += [Region(begin, line, end - begin + 1, 1) for begin, end in zip(begins, ends, strict=True)]
        if len(regions) > MANY:
            return None
    return regions
