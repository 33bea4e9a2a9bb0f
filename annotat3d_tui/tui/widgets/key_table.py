"""Actions with their keys and what they do, of which only the lines that are seen are made."""

from collections.abc import Sequence
from functools import lru_cache
from textwrap import wrap
from typing import NamedTuple

from textual.content import Content
from textual.geometry import Size
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

GAP = 2
NARROWEST = 12
"""Cells between columns, and of the last one at least."""


class KeyRow(NamedTuple):
    """One action: its keys as people read them, its title, what it does."""

    keys: str
    title: str
    help: str


class KeyTable(Widget):
    """A table of three columns; what an action does takes as many lines as it needs."""

    DEFAULT_CSS = "KeyTable { height: auto; }"

    def __init__(self, rows: Sequence[KeyRow], *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._rows = tuple(rows)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """That of all lines."""
        return len(table_lines(self._rows, width))

    def render_line(self, y: int) -> Strip:
        """The line that is seen at row y."""
        lines, width = table_lines(self._rows, self.size.width), self.size.width
        if not 0 <= y < len(lines):
            return Strip.blank(width, self.rich_style)
        keys, title, text = lines[y]
        line = Content.assemble((keys, "bold"), title, (text, "dim"))
        strips = Visual.to_strips(self, line, width, 1, self.visual_style, pad=True)
        return strips[0] if strips else Strip.blank(width, self.rich_style)


@lru_cache(32)
def table_lines(rows: tuple[KeyRow, ...], width: int) -> list[tuple[str, str, str]]:
    """What stands in the three columns of each line of a table of this width, with the gaps.

    >>> table_lines((KeyRow("u", "Undo", "Take back the last act."), KeyRow("^Y", "Redo", "")), 24)
    [(' u', '  Undo  ', 'Take back the'), ('  ', '        ', 'last act.'), ('^Y', '  Redo  ', '')]
    """
    first = max((len(row.keys) for row in rows), default=0)
    second = max((len(row.title) for row in rows), default=0)
    room = max(width - first - second - 2 * GAP, NARROWEST)
    gap = " " * GAP
    return [
        (
            (row.keys if number == 0 else "").rjust(first),
            gap + (row.title if number == 0 else "").ljust(second) + gap,
            text,
        )
        for row in rows
        for number, text in enumerate(wrap(row.help, room) or [""])
    ]
