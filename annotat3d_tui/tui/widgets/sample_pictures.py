"""A sample before and after changes, without and with its label: four pictures in the cells of one widget."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from textual.reactive import var

from annotat3d_tui.networks.previewing import Specimen
from annotat3d_tui.render.halfblocks import NOTHING
from annotat3d_tui.render.palette import Palette
from annotat3d_tui.render.panels import Panel, drawn, grid_for
from annotat3d_tui.render.slice import Window
from annotat3d_tui.render.viewport import Viewport
from annotat3d_tui.tui.widgets.sharp import Drawing, SharpPixels

GAP = 2
CAPTIONS = {
    (2, 2): "above as it is, beneath changed; at the right with its label",
    (1, 4): "as it is, with its label; changed, with its label",
    (4, 1): "from above: as it is, with its label; changed, with its label",
}
"""By how the four stand."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """A sample before and after; window: the grey values drawn black and white, those of the sample as it was."""

    before: Specimen
    after: Specimen
    window: Window

    @property
    def panels(self) -> list[Panel]:
        """The middle slices: as it is, with its label, changed, with its label."""
        return [
            Panel(one.image[len(one.image) // 2], ids)
            for one in (self.before, self.after)
            for ids in (None, one.ids[len(one.ids) // 2])
        ]


class SamplePictures(SharpPixels):
    """Shows a comparison; nothing while there is none."""

    comparison: var[Comparison | None] = var(None, init=False)

    def watch_comparison(self) -> None:
        """Draw the other one."""
        self.redraw_soon()

    @property
    def viewport(self) -> Viewport:
        """The cells; which voxel is where is another thing for each picture."""
        return Viewport((1, 1), (self.size.width, self.size.height))

    @property
    def caption(self) -> str:
        """How the four pictures stand."""
        if self.comparison is None:
            return ""
        rows, columns = self.comparison.before.image.shape[1:]
        return CAPTIONS[grid_for((2 * self.size.height, self.size.width), (rows, columns), GAP)]

    def pixels(self, palette: Palette) -> NDArray[np.int32]:
        """The pictures as half-blocks show them."""
        return self.still(self.viewport, palette)()

    def still(self, viewport: Viewport, palette: Palette) -> Drawing:
        """What draws the pictures on a screen of any pixels."""
        comparison = self.comparison

        def draw() -> NDArray[np.int32]:
            if comparison is None:
                return np.full(viewport.screen, NOTHING, np.int32)
            gap = max(GAP * viewport.cell[0], 1)
            return drawn(comparison.panels, viewport.screen, comparison.window, palette, gap)

        return draw
