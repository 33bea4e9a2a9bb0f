"""Curves in dots of Braille letters, with their numbers, and a cursor that reads them."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from annotat3d_tui.jobs.text import measured_text, place_text
from annotat3d_tui.render.lines import Drawn, Frame, column_of, draw, frame_of
from annotat3d_tui.tui.job_text import plain
from annotat3d_tui.tui.plot import NO_LOGARITHM, Plot, Series, ticks
from annotat3d_tui.tui.themes import run_colour

AXIS = 9
"""Cells for the numbers at the left."""
MUTED = "$foreground 60%"
FAINT = "$foreground 45%"


class CurveView(Widget):
    """A plot: what it shows, the numbers, the curves; a click puts the cursor there."""

    DEFAULT_CSS = "CurveView { height: 1fr; width: 1fr; }"
    ALLOW_SELECT = False

    plot: reactive[Plot] = reactive(Plot)

    class Pointed(Message):
        """The cursor is wanted at a place on the x axis of a plot over `over`."""

        def __init__(self, place: float, over: str) -> None:
            super().__init__()
            self.place, self.over = place, over

    def render(self) -> Content:
        """As many lines as there is room for."""
        plot, width = self.plot, self.content_size.width
        if not plot.series or self.content_size.height < 1:
            return Content.styled("nothing was measured yet", MUTED)
        head = self._head().truncate(width, ellipsis=True)
        cells, rows = self._cells, self._rows
        if rows < 1 or cells < 4:
            return head
        frame = self._frame
        shown = plot.lines()
        drawn, styles = draw(shown, frame, cells, rows), self._styles(len(shown))
        numbers = ticks(plot, frame.low, frame.high, rows)
        cursor = None if plot.look.cursor is None else column_of(plot.look.cursor, frame, cells)
        lines = [
            Content.assemble((f"{number:>{AXIS - 1}} "[-AXIS:], MUTED), self._row(drawn, row, cursor, styles))
            for row, number in enumerate(numbers)
        ]
        return Content("\n").join([head, *lines, self._foot(frame, cells)])

    @property
    def _cells(self) -> int:
        return self.content_size.width - AXIS

    @property
    def _rows(self) -> int:
        return self.content_size.height - 2

    @property
    def _frame(self) -> Frame:
        return frame_of(self.plot.lines())

    @property
    def step(self) -> float:
        """The least step of the cursor that is seen."""
        frame = self._frame
        return (frame.right - frame.left) / max(self._cells, 1)

    def _head(self) -> Content:
        plot = self.plot
        name, look = plot.name, plot.look
        parts = [(plain(name), "bold")]
        if not plot.lettered:
            parts += self._numbers_of(plot.series[0])
        if look.log:
            parts.append(("log" if plot.is_log else f"log: {NO_LOGARITHM}", MUTED))
        if look.strength:
            parts.append((f"smooth {look.strength:g}", MUTED))
        if look.cursor is not None and plot.lettered:
            parts.append((f"at {place_text(look.over, look.cursor)}", "bold"))
        parts.append((plot.place, MUTED))
        return Content(" ").join(Content.assemble(part) for part in parts if part[0])

    def _numbers_of(self, one: Series) -> list[tuple[str, str]]:
        """The number at the cursor, else the last one; lowest and highest."""
        name, look = self.plot.name, self.plot.look
        low, high = (measured_text(name, value) for value in (one.raw.min(), one.raw.max()))
        if look.cursor is None:
            return [(measured_text(name, one.y[-1]), ""), (f"{low} … {high} ", MUTED)]
        number = one.at(look.cursor)
        smooth = f" ({measured_text(name, one.y[number])} smooth)" if look.strength else ""
        here = f"{measured_text(name, one.raw[number])}{smooth} at {place_text(look.over, one.x[number])}"
        return [(here, "bold $text-accent"), (f"{low} … {high} ", MUTED)]

    def _row(self, drawn: Drawn, row: int, cursor: int | None, styles: Sequence[str]) -> Content:
        owners = drawn.owners[row]
        letters = "".join(drawn.letters[row].tolist())
        ends = [0, *(np.flatnonzero(np.diff(owners)) + 1).tolist(), len(owners)]
        parts = [(letters[begin:end], styles[owners[begin]]) for begin, end in pairwise(ends)]
        line = Content.assemble(*parts)
        if cursor is None:
            return line
        letter, style = letters[cursor], styles[owners[cursor]]
        here = ("│", MUTED) if letter == " " else (letter, f"{style} reverse")
        return Content.assemble(line[:cursor], here, line[cursor + 1 :])

    def _styles(self, count: int) -> list[str]:
        """Of each line that is drawn, and, last, of where none is."""
        dark, plot = self.app.current_theme.dark, self.plot
        own = [plot.series_of(owner) for owner in range(count)]
        usual = [run_colour(one.number, dark) if plot.lettered else "$text-accent" for one, _ in own]
        return [*(FAINT if behind else style for style, (_, behind) in zip(usual, own, strict=True)), ""]

    def _foot(self, frame: Frame, cells: int) -> Content:
        over = self.plot.look.over
        begin, end = place_text(over, frame.left), place_text(over, frame.right)
        word = "iteration" if over == "iteration" else "time"
        middle = word if cells > len(begin) + len(end) + len(word) + 4 else ""
        room = max(cells - len(begin) - len(end), 1)
        return Content.styled(" " * AXIS + begin + middle.center(room) + end, MUTED)

    def on_click(self, event: events.Click) -> None:
        """The cursor goes where the pointer is."""
        cell = event.x - self.gutter.left - AXIS
        if self.plot.series and 0 <= cell < self._cells and self._rows >= 1:
            frame = self._frame
            place = frame.left + (frame.right - frame.left) * cell / max(self._cells - 1, 1)
            self.post_message(self.Pointed(place, self.plot.look.over))
