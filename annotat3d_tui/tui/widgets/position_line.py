"""Where the cursor is, and at the right which slices hold markers."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from textual import events
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from annotat3d_tui.tui.widgets.lines import Part, fitting, joined, two_sided

BARS = " ▁▂▃▄▅▆▇█"
NARROW = 44
"""A line of fewer columns has the position alone."""
HERE = "│┃"
"""The slices that are shown, without and with markers."""


@dataclass(frozen=True)
class Position:
    """What the position line says.

    bar: the length of the scale bar. mark: what is marked under the cursor; heat: how sure it is there. index and
    count: the slice shown, from 0, and how many there are along `axis`.
    voxel: (z, y, x) under the cursor; label: what is there, "" for nothing.
    """

    plane: str
    axis: str
    index: int
    count: int
    voxel: tuple[int, int, int]
    grey: str
    label: str = ""
    colour: str = ""
    scale: str = ""
    pen: str = ""
    bar: str = ""
    mark: str = ""
    heat: str = ""


class PositionLine(Widget):
    """Plane, slice, zoom, voxel, grey value, label; and the bar of the slices with markers."""

    DEFAULT_CSS = "PositionLine { height: 1; }"

    class SlicePointed(Message):
        """The mouse was pressed on a slice of the bar."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    position: reactive[Position | None] = reactive(None, repaint=False)
    marked: reactive[tuple[int, ...]] = reactive((), repaint=False)

    def watch_position(self, before: Position | None, after: Position | None) -> None:
        """Send no bar where it stays as it is: within a slice, as when drawing."""
        if before is None or after is None or (before.index, before.count) != (after.index, after.count):
            self.refresh()
        else:
            width = self.content_size.width
            bar = self._bar(_bar_width(width), after, self.marked).cell_length
            self.refresh(Region(0, 0, self.size.width - self.styles.padding.right - bar, 1))

    def watch_marked(self, before: tuple[int, ...], after: tuple[int, ...]) -> None:
        """Send the bar where it is another one: a step of the brush counts more voxels, and hardly ever shows."""
        width, at = _bar_width(self.content_size.width), self.position
        if at is None or self._bar(width, at, before).plain != self._bar(width, at, after).plain:
            self.refresh()

    def render(self) -> Content:
        """The line."""
        if (at := self.position) is None:
            return Content("")
        z, y, x = at.voxel
        width = self.content_size.width
        bar = self._bar(_bar_width(width), at, self.marked)
        parts = [
            Part(f"{at.plane.upper()} {at.axis} {at.index}/{at.count - 1} {at.scale}".rstrip(), "bold"),
            Part(f"x {x} y {y} z {z} = {at.grey}"),
            Part(at.label, "", 1, at.colour),
            Part(at.heat, "", 1),
            Part(at.mark, "", 1),
            Part(at.pen, "bold $text-warning"),
            Part(f"├ {at.bar} ┤" if at.bar else "", "$foreground 60%", 2),
        ]
        room = width - bar.cell_length - 2
        return two_sided(joined(fitting(parts, room), style=""), bar, width)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Tell which slice was pointed at."""
        place = event.get_content_offset(self)
        index = None if place is None else self.slice_at(place.x)
        if index is not None:
            self.post_message(self.SlicePointed(index))

    def slice_at(self, column: int) -> int | None:
        """Of the slices in a column of the line the first with markers, or the first; None beside the bar."""
        edges = edges_of(len(self.marked), _bar_width(self.content_size.width))
        place = column - (self.content_size.width - len(edges))
        if not 0 <= place < len(edges) - 1:
            return None
        slices = range(edges[place], edges[place + 1])
        return next((index for index in slices if self.marked[index]), slices[0])

    @staticmethod
    def _bar(width: int, at: Position, marked: Sequence[int]) -> Content:
        """One column for several slices, as high as they hold markers; the slice shown is a stroke, heavy if marked.

        Nothing where there is no room for it.
        """
        if not width:
            return Content("")
        heights = heights_of(marked, width)
        here = min(bisect_right(edges_of(len(marked), width), at.index), len(heights)) - 1
        text = "".join(HERE[height > 0] if i == here else BARS[height] for i, height in enumerate(heights))
        slices = (
            (text[: max(here, 0)], "$text-primary"),  # as few pieces as can be: each is sent with its colours
            (text[max(here, 0) : here + 1], "$text-accent on $foreground 35%"),
            (text[here + 1 :], "$text-primary"),
        )
        title = "marks " if width > 24 else ""
        return Content.assemble((f"{title}▕", "$foreground 60%"), *slices, ("▏", "$foreground 60%"))


def _bar_width(width: int) -> int:
    """Columns for the slices in a line of so many; 0 where the position needs them all."""
    return min(max((width - 56) // 2, 8), 48) if width >= NARROW else 0


def heights_of(counts: Sequence[int], width: int) -> list[int]:
    """Heights 0…8 of at most `width` columns over all slices; a column with any marker is at least 1.

    >>> heights_of([0, 0, 5, 10, 0, 0], 3)
    [0, 8, 0]
    """
    most = [max(counts[start:stop]) for start, stop in pairwise(edges_of(len(counts), width))]
    top = max([*most, 1])
    return [-(-8 * count // top) for count in most]


def edges_of(count: int, width: int) -> list[int]:
    """Where each of at most `width` columns begins among so many slices, and after them the end; none for no column.

    >>> edges_of(10, 4), edges_of(3, 8), edges_of(3, 0)
    ([0, 2, 5, 7, 10], [0, 1, 2, 3], [])
    """
    columns = min(width, count)
    return [i * count // columns for i in range(columns + 1)] if columns else []
