"""A border around a widget that draws itself."""

from typing import Self

from textual.containers import Vertical
from textual.geometry import Region


class Frame(Vertical):
    """When its border is another one, only that is drawn again: what it holds fills it and says itself what changed."""

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """As Textual does, for the border alone where no region is given."""
        if not regions and self.is_mounted:
            width, height = self.outer_size
            inside = self.content_offset
            sides = (
                Region(0, 0, width, 1), Region(0, height - 1, width, 1),
                Region(0, 0, 1, height), Region(width - 1, 0, 1, height),
            )  # fmt: skip
            regions = tuple(side.translate((-inside.x, -inside.y)) for side in sides)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
