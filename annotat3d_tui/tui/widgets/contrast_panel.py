"""The contrast window over the histogram of the image, and the colours that it is shown in."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from annotat3d_tui.render.colormaps import GRAYS, Colour
from annotat3d_tui.render.histogram import Histogram
from annotat3d_tui.tui.widgets.labels_panel import heading
from annotat3d_tui.tui.widgets.position_line import heights_of

BARS = " ▁▂▃▄▅▆▇█"
STYLES = ("$foreground 40%", "$text-accent")
"""Of a bar outside of the window and inside."""
STEP = 0.01
"""One press of an arrow, as a share of the range of the histogram."""
ROOMY = 30
"""A panel of so many cells shows the colours, too, when they are greys."""


class ContrastPanel(Widget, can_focus=True):
    """Arrows move the window: left, right its low end; down, up its high end; with Shift ten times as far.

    The mouse takes the nearer end along.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1, 0)", "Low end down", id="contrast.low_down", tooltip="By a hundredth of the range."),
        Binding("right", "move(1, 0)", "Low end up", id="contrast.low_up", tooltip="By a hundredth of the range."),
        Binding(
            "down", "move(0, -1)", "High end down", id="contrast.high_down", tooltip="By a hundredth of the range."
        ),
        Binding("up", "move(0, 1)", "High end up", id="contrast.high_up", tooltip="By a hundredth of the range."),
        Binding(
            "shift+left",
            "move(-10, 0)",
            "Low end far down",
            show=False,
            id="contrast.low_far_down",
            tooltip="By a tenth of the range.",
        ),
        Binding(
            "shift+right",
            "move(10, 0)",
            "Low end far up",
            show=False,
            id="contrast.low_far_up",
            tooltip="By a tenth of the range.",
        ),
        Binding(
            "shift+down",
            "move(0, -10)",
            "High end far down",
            show=False,
            id="contrast.high_far_down",
            tooltip="By a tenth of the range.",
        ),
        Binding(
            "shift+up",
            "move(0, 10)",
            "High end far up",
            show=False,
            id="contrast.high_far_up",
            tooltip="By a tenth of the range.",
        ),
        Binding(
            "p",
            "screen.contrast_percent",
            "Next percentiles",
            id="contrast.percent",
            tooltip="0-100, 0.5-99.5, 1-99, 2-98, 5-95, 10-90 %.",
        ),
        Binding(
            "t",
            "screen.contrast_values",
            "Type values…",
            id="contrast.values",
            tooltip="Two grey values, or percentiles: 1% 99%.",
        ),
        Binding("r", "reset", "Reset", id="contrast.reset", tooltip="Fit it to the image again."),
        Binding(
            "escape,enter,w",
            "screen.to_slice",
            "Back to the slice",
            id="contrast.back",
            tooltip="The window stays as it is.",
        ),
    ]

    histogram: reactive[Histogram | None] = reactive(None, layout=True)
    window: reactive[tuple[float, float]] = reactive((0.0, 1.0))
    colormap: reactive[str] = reactive(GRAYS, layout=True)
    colours: reactive[tuple[Colour, ...]] = reactive(())

    class Changed(Message):
        """The person moved the window; None resets it."""

        def __init__(self, window: tuple[float, float] | None) -> None:
            super().__init__()
            self.window = window

    def __init__(self) -> None:
        super().__init__()
        self._dragged: int | None = None

    def render(self) -> Content:
        """Heading with the two grey values, and the histogram, the window in brackets; then the colours."""
        width = self.content_size.width
        low, high = self.window
        shares = self.histogram.shares_of(self.window) if self.histogram else None
        percent = f"{shares[0]:g}–{shares[1]:g} % · " if shares and width >= ROOMY else ""
        line = heading("Contrast", f"{percent}{grey_text(low)} – {grey_text(high)}", width)
        if self.histogram is None:
            return line
        lines = [line, self._bars(width)]
        if self.colours and (width >= ROOMY or self.colormap != GRAYS):
            lines.append(self._colour_bar(width))
        return Content("\n").join(lines)

    def _greys(self, width: int) -> list[float]:
        """The grey value in the middle of each column."""
        assert self.histogram is not None
        span = self.histogram.high - self.histogram.low or 1.0
        return [self.histogram.low + span * (i + 0.5) / width for i in range(width)]

    def _bars(self, width: int) -> Content:
        assert self.histogram is not None
        heights = heights_of([round(count**0.5) for count in self.histogram.counts], width)
        low, high = self.window
        inside = [low <= grey <= high for grey in self._greys(len(heights))]
        cells = [(BARS[height], STYLES[bright]) for height, bright in zip(heights, inside, strict=True)]
        if any(inside):
            first, last = inside.index(True), len(inside) - 1 - inside[::-1].index(True)
            cells[first], cells[last] = ("[", STYLES[True]), ("]", STYLES[True])
        return Content.assemble(*cells)

    def _colour_bar(self, width: int) -> Content:
        """The colour of each grey value."""
        low, high = self.window
        columns = min(width, len(self.histogram.counts)) if self.histogram else 0
        levels = [(grey - low) / (high - low) * len(self.colours) for grey in self._greys(columns)]
        shades = [self.colours[min(max(int(level), 0), len(self.colours) - 1)] for level in levels]
        return Content.assemble(*(("▀", f"rgb({red},{green},{blue})") for red, green, blue in shades))

    def action_move(self, low_steps: int, high_steps: int) -> None:
        """Move the ends by steps of a hundredth of the range; the low end stays below the high one."""
        if self.histogram is None:
            return
        step = (self.histogram.high - self.histogram.low or 1.0) * STEP
        self._change(self.window[0] + low_steps * step, self.window[1] + high_steps * step)

    def action_reset(self) -> None:
        """Back to the window of the image."""
        self.post_message(self.Changed(None))

    def _change(self, low: float, high: float) -> None:
        if low < high:
            self.post_message(self.Changed((low, high)))

    def _grey_under(self, event: events.MouseEvent) -> float:
        assert self.histogram is not None
        columns = max(min(self.content_size.width, len(self.histogram.counts)), 1)
        place = (event.x - self.gutter.left + 0.5) / columns
        return self.histogram.low + (self.histogram.high - self.histogram.low) * place

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the nearer end of the window."""
        if self.histogram is None or event.y < 1 + self.gutter.top:
            return
        grey, (low, high) = self._grey_under(event), self.window
        self._dragged = 0 if abs(grey - low) < abs(grey - high) else 1
        self.capture_mouse()
        self._drag_to(grey)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Take it along."""
        if self._dragged is not None:
            self._drag_to(self._grey_under(event))

    def _drag_to(self, grey: float) -> None:
        low, high = self.window
        self._change(*((grey, high) if self._dragged == 0 else (low, grey)))

    def on_mouse_up(self) -> None:
        """Let it go."""
        self.release_mouse()
        self._dragged = None

    def on_mouse_release(self) -> None:
        """The terminal took the mouse away."""
        self._dragged = None


def grey_text(grey: float) -> str:
    """A grey value of the window, short.

    >>> grey_text(31441.7), grey_text(0.12345)
    ('31442', '0.1235')
    """
    return f"{grey:.0f}" if abs(grey) >= 1000 else f"{grey:.4g}"
