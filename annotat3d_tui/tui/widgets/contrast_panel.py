"""The contrast window over the histogram of the image."""

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from annotat3d_tui.tui.widgets.labels_panel import heading
from annotat3d_tui.tui.widgets.position_line import heights_of

BARS = " ▁▂▃▄▅▆▇█"
STEP = 0.01
"""One press of an arrow, as a share of the range of the histogram."""


@dataclass(frozen=True)
class Histogram:
    """Counts of voxels in equal bins from `low` to `high`."""

    counts: tuple[int, ...]
    low: float
    high: float


class ContrastPanel(Widget, can_focus=True):
    """Arrows move the window: left, right its low end; down, up its high end; with Shift ten times as far."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1, 0)", "Low end down", id="contrast.low_down"),
        Binding("right", "move(1, 0)", "Low end up", id="contrast.low_up"),
        Binding("down", "move(0, -1)", "High end down", id="contrast.high_down"),
        Binding("up", "move(0, 1)", "High end up", id="contrast.high_up"),
        Binding("shift+left", "move(-10, 0)", "Low end far down", show=False, id="contrast.low_far_down"),
        Binding("shift+right", "move(10, 0)", "Low end far up", show=False, id="contrast.low_far_up"),
        Binding("shift+down", "move(0, -10)", "High end far down", show=False, id="contrast.high_far_down"),
        Binding("shift+up", "move(0, 10)", "High end far up", show=False, id="contrast.high_far_up"),
        Binding("r", "reset", "Reset", id="contrast.reset"),
        Binding("escape,enter,w", "screen.to_slice", "Back to the slice", id="contrast.back"),
    ]

    histogram: reactive[Histogram | None] = reactive(None)
    window: reactive[tuple[float, float]] = reactive((0.0, 1.0))

    class Changed(Message):
        """The person moved the window; None resets it."""

        def __init__(self, window: tuple[float, float] | None) -> None:
            super().__init__()
            self.window = window

    def render(self) -> Content:
        """Heading with the two grey values, and the histogram; what lies in the window is bright."""
        width = self.content_size.width
        low, high = self.window
        line = heading("Contrast", f"{grey_text(low)} – {grey_text(high)}", width)
        return Content("\n").join([line, self._bars(width)]) if self.histogram else line

    def _bars(self, width: int) -> Content:
        shown = self.histogram
        assert shown is not None
        heights = heights_of([round(count**0.5) for count in shown.counts], width)
        span = (shown.high - shown.low) or 1.0
        low, high = self.window
        cells = []
        for i, height in enumerate(heights):
            grey = shown.low + span * (i + 0.5) / len(heights)
            cells.append((BARS[height], "$text-accent" if low <= grey <= high else "$foreground 40%"))
        return Content.assemble(*cells)

    def action_move(self, low_steps: int, high_steps: int) -> None:
        """Move the ends by steps of a hundredth of the range; the low end stays below the high one."""
        if self.histogram is None:
            return
        step = (self.histogram.high - self.histogram.low or 1.0) * STEP
        low, high = self.window[0] + low_steps * step, self.window[1] + high_steps * step
        if low < high:
            self.post_message(self.Changed((low, high)))

    def action_reset(self) -> None:
        """Back to the window of the image."""
        self.post_message(self.Changed(None))

    def on_click(self, event: events.Click) -> None:
        """A click in the histogram sets the nearer end of the window."""
        if self.histogram is None or event.y != 1 + self.gutter.top:
            return
        span = self.histogram.high - self.histogram.low
        grey = self.histogram.low + span * event.x / max(self.content_size.width, 1)
        low, high = self.window
        nearer_low = abs(grey - low) < abs(grey - high)
        self.post_message(self.Changed((grey, high) if nearer_low else (low, grey)))


def grey_text(grey: float) -> str:
    """A grey value of the window, short.

    >>> grey_text(31441.7), grey_text(0.12345)
    ('31442', '0.1235')
    """
    return f"{grey:.0f}" if abs(grey) >= 1000 else f"{grey:.4g}"
