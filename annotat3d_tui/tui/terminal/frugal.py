"""Updates of the screen that send changed cells alone: Textual sends what is left of them in their widget, too."""

from typing import Self

from rich.console import Console
from textual._compositor import ChopsUpdate


class FrugalUpdate(ChopsUpdate):
    """What Textual would send of each line, cut at both ends of what has changed."""

    @classmethod
    def of(cls, update: ChopsUpdate) -> Self:
        """The frugal form of an update."""
        return cls(update.chops, update.spans, update.chop_ends)

    def render_segments(self, console: Console) -> str:
        """The text with codes of cursor and colours."""
        parts: list[str] = []
        for y, first, stop in self.spans:
            for (begin, strip), end in zip(self.chops[y].items(), self.chop_ends[y], strict=False):
                left, right = max(begin, first), min(end, stop)
                if strip is not None and left < right:
                    cells = strip if right - left == end - begin else strip.crop(left - begin, right - begin)
                    parts += f"\x1b[{y + 1};{left + 1}H", cells.render(console)
        return "".join(parts)
