"""A widget of pixels, two in each cell, that sends only what has changed."""

from typing import Self

import numpy as np
from numpy.typing import NDArray
from textual import events
from textual.color import Color
from textual.filter import ANSIToTruecolor
from textual.geometry import Region
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from annotat3d_tui.render.palette import Palette
from annotat3d_tui.tui.terminal.halfblocks import Canvas, palette_for
from annotat3d_tui.tui.terminal.pace import LONGEST, is_busy


class Pixels(Widget):
    """Shows what `pixels` gives; it has no border and no padding.

    However many changes are told by `redraw_soon`, one picture is made, the newest, once all are dealt with and the
    terminal has got to the last one.
    """

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._canvas: Canvas | None = None
        self._background: Color | None = None
        self._due = False
        self._held: Timer | None = None

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
        self.show_soon()

    def show_soon(self) -> None:
        """Show what `pixels` gives by then."""
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

    def focus(self, scroll_visible: bool = True) -> Self:
        """As Textual does, but for drawing every cell again."""
        self.app.call_later(self.screen.set_focus, self, scroll_visible)
        return self

    def _on_focus(self, event: events.Focus) -> None:
        """As Textual does, but for drawing every cell again."""
        event.prevent_default()
        self.has_focus = True
        self._tell_ancestors(events.DescendantFocus(self))

    def _on_blur(self, event: events.Blur) -> None:
        """As Textual does, but for drawing every cell again."""
        event.prevent_default()
        self.has_focus = False
        self._tell_ancestors(events.DescendantBlur(self))

    def _tell_ancestors(self, event: events.Event) -> None:
        if self.parent is not None:
            self.parent.post_message(event)

    def notify_style_update(self) -> None:
        """Draw on the background of another theme."""
        super().notify_style_update()
        self.redraw_soon()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The cells of a region, a strip a line, without styles: colours keep their numbers in the terminal's table."""
        canvas = self._canvas or self._ready_canvas()
        if canvas.pixels.shape != (2 * self.size.height, self.size.width):
            canvas.put(self.pixels(canvas.palette))
        strips = [canvas.strip(line, crop.x, crop.right) for line in crop.line_range]
        for line_filter in self.get_line_filters():
            if not isinstance(line_filter, ANSIToTruecolor):
                strips = [strip.apply_filter(line_filter, self.background_colors[1]) for strip in strips]
        return strips

    def redrawn(self, changed: bool) -> None:
        """There is something new to be seen; changed: in cells, too."""

    def line_is_free(self) -> None:
        """Draw what was held back while the line was busy."""
        if self._held is not None:
            self._held.stop()
            self._held = None
            self.show_soon()

    def _redraw(self) -> None:
        self._due = False
        if not self.size:
            return
        if is_busy(self.app):
            self._held = self._held or self.set_timer(LONGEST, self.line_is_free)
            return
        canvas = self._ready_canvas()
        regions = canvas.put(self.pixels(canvas.palette))
        if regions is None:
            self.refresh()
        elif regions:
            self.refresh(*regions)
        self.redrawn(regions != [])

    def _ready_canvas(self) -> Canvas:
        background = self.background_colors[1]
        if self._canvas is None or self._background != background:
            self._background = background
            numbered = not self.app.no_color
            self._canvas = Canvas(self.palette(), self.color_system, background.rich_color, numbered)
        return self._canvas
