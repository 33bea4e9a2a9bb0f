"""A screen that lies over another one, which is seen dim behind it."""

from functools import lru_cache
from typing import Any, TypeVar

from rich.segment import Segment
from rich.style import Style as CellStyle
from textual.color import Color
from textual.css.styles import RulesMap
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import ModalScreen, Screen
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual, VisualType
from textual.widgets._toast import ToastRack

Result = TypeVar("Result")
MOST_STYLES = 16384
"""Kept dim: a slice of many cells has some thousands."""


class Over(ModalScreen[Result]):
    """A dialog over another screen.

    Its keys stand at its foot, so messages are shown at the top, and no longer on the screens under it.
    """

    def on_mount(self) -> None:
        """Messages move up; those screens show theirs again when they come back."""
        for below in self.app.screen_stack[:-1]:
            for rack in below.query(ToastRack):
                rack.display = False

    def render(self) -> VisualType:  # type: ignore[override]
        """What lies behind, in a fifth of the time that Textual takes."""
        return dim_behind(super().render())


class Dim(Visual):
    """A screen as it is now under a translucent colour."""

    def __init__(self, screen: Screen[Any], colour: Color) -> None:
        self._screen, self._colour = screen, colour

    def render_strips(self, width: int, height: int | None, style: Style, options: RenderOptions) -> list[Strip]:
        """Its lines, with no links and no meaning for the mouse."""
        return [dim(strip, self._colour, style.rich_style) for strip in self._screen._compositor.render_strips()]

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        """All there is."""
        return container_width

    def get_height(self, rules: RulesMap, width: int) -> int:
        """That of the screen."""
        return self._screen.size.height


def dim_behind(behind: VisualType) -> VisualType:
    """What a screen over another one renders, drawn sooner."""
    return Dim(behind.screen, behind.color) if isinstance(behind, BackgroundScreen) else behind


def dim(strip: Strip, colour: Color, usual: CellStyle) -> Strip:
    """A line under a translucent colour; usual: the style of what has none.

    >>> line = Strip([Segment("a", CellStyle(color="#ffffff", bgcolor="#000000", bold=True))])
    >>> str(dim(line, Color(0, 0, 0, 0.5), CellStyle())._segments[0].style)
    'bold #7f7f7f on #000000'
    """
    styled = ((text, style or CellStyle()) for text, style, control in strip if not control)
    return Strip([Segment(text, _dim(style, colour, usual)) for text, style in styled], strip.cell_length)


@lru_cache(MOST_STYLES)
def _dim(style: CellStyle, colour: Color, usual: CellStyle) -> CellStyle:
    style = style.clear_meta_and_links()
    tinted = [(Color.from_rich_color(one) + colour).rich_color if one else None for one in (style.color, style.bgcolor)]
    return usual + (style + CellStyle.from_color(*tinted) if colour.a else style)
