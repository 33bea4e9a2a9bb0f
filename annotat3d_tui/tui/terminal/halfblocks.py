"""Pixels in cells of a Textual screen: strips of half-blocks, kept by line, and which cells have changed."""

from collections.abc import Iterable, Sequence
from typing import Any

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
UNSET = -2
"""In place of a colour: the terminal has not been told one."""
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
    """A strip of a canvas, which sends a colour only where it changes: half the bytes of one that sends all.

    Segments, and whatever else a strip has, are made when somebody asks for them: hardly ever.
    """

    def __init__(self, canvas: "Canvas", upper: list[int], lower: list[int]) -> None:
        self._canvas, self._upper, self._lower = canvas, upper, lower
        self._cell_length = len(upper)
        self._text: str | None = None

    def __getattr__(self, name: str) -> Any:
        """What `Strip` would have made at once."""
        if name not in Strip.__slots__:
            raise AttributeError(name)
        super().__init__(self._canvas.segments(self._upper, self._lower), len(self._upper))
        return getattr(self, name)

    def crop(self, start: int, end: int | None = None) -> Strip:
        """The cells `start` to `end`, still frugal."""
        stop = len(self._upper) if end is None else min(end, len(self._upper))
        if start <= 0 and stop == len(self._upper):
            return self
        cells = slice(max(start, 0), stop)
        return PixelStrip(self._canvas, self._upper[cells], self._lower[cells])

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        """The strips that end at these cells."""
        ends = [cut for cut in cuts if cut <= len(self._upper)]
        return [self.crop(begin, end) for begin, end in zip([0, *ends], ends, strict=False)]

    def render(self, console: Console) -> str:
        """The text with colour codes."""
        if self._text is None:
            self._text = self._canvas.text(self._upper, self._lower)
        return self._text


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
        self._codes: tuple[dict[int, str], dict[int, str]] = {}, {}
        self._rows: list[list[int]] = []

    def put(self, pixels: NDArray[np.int32]) -> list[Region] | None:
        """Take new pixels (2 · lines, columns); the regions of cells that changed, None when all is to be redrawn."""
        before, self.pixels = self.pixels, pixels
        self._rows = []
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

    def text(self, upper: list[int], lower: list[int]) -> str:
        """Two rows of pixels with colour codes; of the two ways to write a cell, the one that changes fewer colours."""
        front_codes, back_codes = self._codes_of({*upper, *lower})
        parts: list[str] = []
        add = parts.append
        front = back = UNSET
        for above, below in zip(upper, lower, strict=True):
            if above == below:
                add(" " if below == back else f"\x1b[{back_codes[below]}m ")
                back = below
                continue
            glyph, ink, paper = UPPER_HALF, above, below
            if front != above and back != below and (front == below or back == above):
                glyph, ink, paper = LOWER_HALF, below, above
            if ink == front:
                add(glyph if paper == back else f"\x1b[{back_codes[paper]}m{glyph}")
            elif paper == back:
                add(f"\x1b[{front_codes[ink]}m{glyph}")
            else:
                add(f"\x1b[{front_codes[ink]};{back_codes[paper]}m{glyph}")
            front, back = ink, paper
        return "".join([*parts, "\x1b[0m"]) if parts else ""

    def segments(self, upper: list[int], lower: list[int]) -> list[Segment]:
        """Two rows of pixels as Rich has them."""
        cells = ((self._cell(*cell), length) for cell, length in runs(upper, lower))
        return [Segment(glyph * length, style) for (glyph, style), length in cells]

    def _make(self, line: int, begin: int, end: int) -> Strip:
        if not self._rows:
            self._rows = self.pixels.tolist()
        return PixelStrip(self, self._rows[2 * line][begin:end], self._rows[2 * line + 1][begin:end])

    def _codes_of(self, colours: set[int]) -> tuple[dict[int, str], dict[int, str]]:
        """The terminal's codes of these colours and others, in front and behind."""
        front, back = self._codes
        for code in colours.difference(front):
            colour = self._colour(code)
            front[code], back[code] = ";".join(colour.get_ansi_codes()), ";".join(colour.get_ansi_codes(False))
        return front, back

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
