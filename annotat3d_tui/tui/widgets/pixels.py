"""A widget of pixels, two in each cell, that sends only what has changed."""

import numpy as np
from numpy.typing import NDArray
from textual.app import ComposeResult
from textual.color import Color
from textual.filter import ANSIToTruecolor
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from annotat3d_tui.render.palette import Palette
from annotat3d_tui.tui.terminal.halfblocks import Canvas, palette_for

TILES = 16


class Tile(Widget):
    """Some columns of the pixels.

    When cells of a line change, the terminal is sent the line from where their widget begins: narrow widgets are
    what makes a step of the brush short.
    """

    ALLOW_SELECT = False

    def __init__(self, whole: "Pixels") -> None:
        super().__init__()
        self.whole = whole

    def render_lines(self, crop: Region) -> list[Strip]:
        """The strips as they are: colours of voxels get no styles, and keep their numbers in the terminal's table."""
        return self.whole.strips(crop.translate(self.region.offset - self.whole.region.offset))


class Pixels(Widget):
    """Shows what `pixels` gives; it has no border and no padding.

    However many changes are told by `redraw_soon`, one picture is made once they are all dealt with, the newest.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Pixels { layout: horizontal; overflow: hidden; }
    Pixels > Tile { width: 1fr; height: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._canvas: Canvas | None = None
        self._background: Color | None = None
        self._due = False

    def compose(self) -> ComposeResult:
        """The tiles, side by side."""
        for _ in range(TILES):
            yield Tile(self)

    def pixels(self, palette: Palette) -> NDArray[np.int32]:
        """The pixels (2 · height, width), 0xRRGGBB or NOTHING where the background of the theme is seen."""
        raise NotImplementedError

    def palette(self) -> Palette:
        """The colours to use on this terminal."""
        return palette_for(self.color_system)

    @property
    def color_system(self) -> str | None:
        """What the terminal can show, by Rich's name: truecolor, 256 or standard."""
        return self.app.console.color_system

    def redraw_soon(self) -> None:
        """Draw once what is to be seen when all that has already happened is dealt with."""
        if self.is_running and not self._due:
            self._due = True
            self.call_later(self._redraw)

    def redraw_whole(self) -> None:
        """Draw every cell again, in other colours perhaps."""
        self._canvas = None
        self.redraw_soon()

    def on_mount(self) -> None:
        """Draw for the first time."""
        self.redraw_soon()

    def on_resize(self) -> None:
        """Draw for another window."""
        self.redraw_soon()

    def notify_style_update(self) -> None:
        """Draw on the background of another theme."""
        super().notify_style_update()
        self.redraw_soon()

    def strips(self, crop: Region) -> list[Strip]:
        """The cells of a region of this widget, a strip a line."""
        canvas = self._canvas or self._ready_canvas()
        if canvas.pixels.shape != (2 * self.size.height, self.size.width):
            canvas.put(self.pixels(canvas.palette))
        strips = [canvas.strip(line, crop.x, crop.right) for line in crop.line_range]
        for line_filter in self.get_line_filters():
            if not isinstance(line_filter, ANSIToTruecolor):
                strips = [strip.apply_filter(line_filter, self.background_colors[1]) for strip in strips]
        return strips

    def render_lines(self, crop: Region) -> list[Strip]:
        """Nothing is seen between the tiles."""
        return [Strip.blank(crop.width)] * crop.height

    def _redraw(self) -> None:
        self._due = False
        if not self.size:
            return
        canvas = self._ready_canvas()
        regions = canvas.put(self.pixels(canvas.palette))
        if regions is None:
            self.refresh()
        elif regions:
            self.refresh(*regions)

    def _ready_canvas(self) -> Canvas:
        background = self.background_colors[1]
        if self._canvas is None or self._background != background:
            self._background = background
            numbered = not self.app.no_color
            self._canvas = Canvas(self.palette(), self.color_system, background.rich_color, numbered)
        return self._canvas
