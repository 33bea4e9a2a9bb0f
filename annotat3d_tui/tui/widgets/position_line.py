"""Where the cursor is, and at the right which slices hold markers."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from annotat3d_tui.tui.widgets.lines import Part, fitting, joined, two_sided

BARS = " ▁▂▃▄▅▆▇█"


@dataclass(frozen=True)
class Position:
    """What the position line says.

    index and count: the slice shown, from 0, and how many there are along `axis`.
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


class PositionLine(Widget):
    """Plane, slice, zoom, voxel, grey value, label; and the bar of the slices with markers."""

    DEFAULT_CSS = "PositionLine { height: 1; }"

    position: reactive[Position | None] = reactive(None)
    marked: reactive[tuple[int, ...]] = reactive(())

    def render(self) -> Content:
        """The line."""
        if (at := self.position) is None:
            return Content("")
        z, y, x = at.voxel
        width = self.content_size.width
        bar = self._bar(min(max((width - 56) // 2, 8), 48), at)
        parts = [
            Part(f"{at.plane.upper()} {at.axis} {at.index}/{at.count - 1} {at.scale}".rstrip(), "bold"),
            Part(f"x {x} y {y} z {z} = {at.grey}"),
            Part(at.label, "", 1, at.colour),
            Part(at.pen, "bold $text-warning"),
        ]
        room = width - bar.cell_length - 2
        return two_sided(joined(fitting(parts, room)), bar, width)

    def _bar(self, width: int, at: Position) -> Content:
        """One column for several slices, as high as they hold markers; the slice shown is bright."""
        heights = heights_of(self.marked, width)
        here = min(at.index * len(heights) // max(at.count, 1), len(heights) - 1) if heights else -1
        cells = [
            (BARS[height], "$text-accent on $foreground 35%" if i == here else "$text-primary")
            for i, height in enumerate(heights)
        ]
        title = "marks " if width > 24 else ""
        return Content.assemble((f"{title}▕", "$foreground 60%"), *cells, ("▏", "$foreground 60%"))


def heights_of(counts: Sequence[int], width: int) -> list[int]:
    """Heights 0…8 of at most `width` columns over all slices; a column with any marker is at least 1.

    >>> heights_of([0, 0, 5, 10, 0, 0], 3)
    [0, 8, 0]
    """
    columns = min(width, len(counts))
    if not columns:
        return []
    edges = [i * len(counts) // columns for i in range(columns + 1)]
    most = [max(counts[start:stop]) for start, stop in pairwise(edges)]
    top = max(max(most), 1)
    return [-(-8 * count // top) for count in most]
