"""A curve in dots of Braille letters, eight to a cell, with its numbers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from annotat3d_tui.jobs.text import duration_text
from annotat3d_tui.memory import bytes_text
from annotat3d_tui.tui.job_text import plain

AXIS = 9
"""Cells for the numbers at the left."""
MUTED = "$foreground 60%"
DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
"""The bit of each dot of a Braille letter, by row and column."""
EMPTY = 0x2800


class CurveView(Widget):
    """A name, its last, lowest and highest value, and the curve; `place` says which of how many it is."""

    DEFAULT_CSS = "CurveView { height: 1fr; width: 1fr; }"

    name_shown: reactive[str] = reactive("")
    place: reactive[str] = reactive("")
    points: reactive[tuple[Sequence[float], Sequence[float]]] = reactive(((), ()), always_update=True)

    def render(self) -> Content:
        """As many lines as there is room for."""
        seconds, values = self.points
        width, height = self.content_size.width, self.content_size.height
        if not len(values) or height < 1:
            return Content.styled("nothing was measured yet", MUTED)
        low, high, last = min(values), max(values), values[-1]
        name = self.name_shown
        head = Content.assemble(
            (plain(name), "bold"), f" {number_text(name, last)} ",
            (f"{number_text(name, low)} … {number_text(name, high)}  {self.place}", MUTED),
        ).truncate(width)  # fmt: skip
        rows, cells = height - 2, width - AXIS
        if rows < 1 or cells < 4:
            return head
        drawn = braille(np.asarray(seconds), np.asarray(values), cells, rows)
        numbers = [number_text(name, high), *[""] * (rows - 2), number_text(name, low)][-rows:]
        lines = [
            Content.assemble((f"{number:>{AXIS - 1}} "[-AXIS:], MUTED), (row, "$text-accent"))
            for number, row in zip(numbers, drawn, strict=True)
        ]
        begin, end = duration_text(seconds[0]), duration_text(seconds[-1])
        foot = Content.styled(" " * AXIS + begin + end.rjust(max(cells - len(begin), 0)), MUTED)
        return Content("\n").join([head, *lines, foot])


def number_text(name: str, value: float) -> str:
    """A number as its curve has it: a share in per cent, memory in bytes.

    >>> number_text("share", 0.5), number_text("memory", 2e9), number_text("loss", 0.21345)
    ('50 %', '2.0 GB', '0.213')
    """
    if name == "share":
        return f"{100 * value:.0f} %"
    return bytes_text(value) if name == "memory" else f"{value:.3g}"


def braille(x: NDArray[np.float64], y: NDArray[np.float64], cells: int, rows: int) -> list[str]:
    """The curve through points in the order of x, in lines of Braille letters.

    >>> braille(np.array([0.0, 1.0]), np.array([0.0, 1.0]), 2, 1)
    ['⡠⠊']
    """
    columns, heights = 2 * cells, 4 * rows
    span, reach = float(np.ptp(x)) or 1.0, float(np.ptp(y)) or 1.0
    across = np.round((x - x[0]) / span * (columns - 1)).astype(np.int64)
    down = np.round((y.max() - y) / reach * (heights - 1)).astype(np.int64)
    where = np.arange(across[0], across[-1] + 1)
    middle = np.round(np.interp(where, across, down)).astype(np.int64)
    top, bottom = middle.copy(), middle.copy()
    np.minimum.at(top, across - across[0], down)
    np.maximum.at(bottom, across - across[0], down)
    top[1:] = np.minimum(top[1:], np.minimum(bottom[:-1] + 1, bottom[1:]))
    bottom[1:] = np.maximum(bottom[1:], np.maximum(top[:-1] - 1, top[1:]))
    level = np.arange(heights)[:, None]
    dots = np.zeros((heights, columns), bool)
    dots[:, where] = (level >= top) & (level <= bottom)
    letters = (dots.reshape(rows, 4, cells, 2) * DOTS[None, :, None, :]).sum(axis=(1, 3)) + EMPTY
    return ["".join(map(chr, row)).replace(chr(EMPTY), " ") for row in letters.tolist()]
