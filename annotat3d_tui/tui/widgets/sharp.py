"""The sharp layer: a picture in every pixel of the terminal, over the half-blocks of a view that nothing moves in.

Cells are what Textual knows of; the picture lies over them. Whatever moves what they show takes the whole picture away,
so that never a part of an old one is left; a little after the last movement the next one is drawn. What is only written
over some cells, as a message is, takes the picture away from these cells alone, until nothing lies over them. A picture
of kitty lies above the text until it is taken away or cut; sixels are there until text is written over them, so that to
take them away all cells are written again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from rich.console import RenderableType
from textual._compositor import ChopsUpdate
from textual.app import App
from textual.geometry import Region
from textual.screen import Screen
from textual.signal import Signal
from textual.timer import Timer

from annotat3d_tui.render.halfblocks import NOTHING, packed
from annotat3d_tui.render.palette import Palette
from annotat3d_tui.render.viewport import Viewport
from annotat3d_tui.tui.terminal.cells import cell_size
from annotat3d_tui.tui.terminal.frugal import FrugalUpdate
from annotat3d_tui.tui.terminal.graphics import NUMBER, USUAL_CELL, parts_shown, placed, taken_away
from annotat3d_tui.tui.terminal.pace import ASK_BYTES, PacedDriver, is_busy
from annotat3d_tui.tui.terminal.probe import HALF_BLOCKS, Graphics
from annotat3d_tui.tui.widgets.pixels import Pixels
from annotat3d_tui.tui.widgets.uncovered import Mask, rectangles, uncovered_cells, written_cells

Drawing = Callable[[], NDArray[np.int32]]
"""Gives the pixels of a screen, 0xRRGGBB or NOTHING."""
Returned = TypeVar("Returned")
REST = 0.2
"""Seconds without movement, after which the picture is drawn; more where the last one took long."""
RESTS, LONGEST_REST = 2.0, 5.0
"""So many times as long as the last picture took, up to so many seconds."""
WHOLE = range(1, 2)
"""The placements of a picture that kitty shows whole."""
LEVELS = {"kitty": 64, "sixel": 32}
"""Of grey; sixels are sent colour by colour."""


class Painted(App[Returned]):
    """An application that tells which cells of the terminal were written."""

    def __init__(self) -> None:
        super().__init__()
        self.painted: Signal[RenderableType] = Signal(self, "painted")

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """As Textual does, with as few bytes as can be, and tell."""
        if isinstance(renderable, ChopsUpdate):
            renderable = FrugalUpdate.of(renderable)
        super()._display(screen, renderable)
        if renderable is not None:
            self.painted.publish(renderable)


@dataclass(frozen=True, eq=False)
class Seen:
    """A picture over a region of the screen: its pixels, 0xRRGGBB, and the cells (lines, columns) in which it is seen.

    placements: the parts of it that kitty shows; number: of the picture in kitty.
    """

    pixels: NDArray[np.int32]
    graphics: Graphics
    region: Region
    cells: Mask
    placements: range = WHOLE
    number: int = NUMBER

    def is_of(self, other: "Seen") -> bool:
        """Whether both are the same picture in the same place, wherever it is seen."""
        place, other_place = (self.graphics, self.region), (other.graphics, other.region)
        return place == other_place and np.array_equal(self.pixels, other.pixels)

    def sent_after(self, before: "Seen | None") -> tuple["Seen", str]:
        """What is to be sent where `before` is seen, so that this is; and this, with its placements."""
        lacking = self.cells
        if before is not None and self.is_of(before):
            if self.graphics.mode == "kitty":
                return before.cut(self.cells)
            lacking = lacking & ~before.cells
        if not lacking.any():
            return self, ""
        parts = None if lacking.all() else rectangles(lacking)
        sent = placed(self.pixels, self.graphics, self.region.offset, self.number, parts)
        if before is not None and before.placements.stop > WHOLE.stop:
            sent = taken_away(self.number) + sent
        return replace(self, placements=WHOLE if parts is None else range(1, 1 + len(parts))), sent

    def cut(self, cells: Mask) -> tuple["Seen", str]:
        """The picture that kitty shows in other cells, and what is to be sent for that."""
        if np.array_equal(cells, self.cells):
            return self, ""
        parts, before = rectangles(cells), self.placements
        now = replace(self, cells=cells, placements=range(before.stop, before.stop + len(parts)))
        return now, parts_shown(self.graphics, self.region.offset, parts, before, self.number)


class SharpLayer:
    """The picture in pixels of one view, by this number in kitty.

    shown: what lies over the view now, None when nothing does; rest: seconds without movement, after which it is drawn.
    """

    def __init__(self, view: "SharpPixels", graphics: Graphics, number: int = NUMBER) -> None:
        self.view, self.graphics, self.number = view, graphics, number
        self.shown: Seen | None = None
        self._known_cell = cell_size(2)
        self.rest = REST
        self._timer: Timer | None = None
        self._sent_at: float | None = None
        self._making = False
        self._newest = 0
        if isinstance(view.app, Painted):
            view.app.painted.subscribe(view, self.painted, immediate=True)

    def stirred(self, changed: bool) -> None:
        """What the view shows is another thing; changed: its half-blocks are others, too."""
        if changed:
            self.take_away()
        self._wait()

    def painted(self, update: RenderableType) -> None:
        """Cells of the terminal were written."""
        if self.view.screen is not self.view.app.screen:
            self._sent_at = None  # nobody will say that it has arrived
        if self.shown is not None and self.shown.region != self.view.region:
            self.take_away()
            self._wait()
        written = written_cells(update, self.view.region)
        if written.any():
            self._lose(written)
            if self.shown is None or (uncovered_cells(self.view) & ~self.shown.cells).any():
                self._wait()

    def _lose(self, written: Mask) -> None:
        """The picture is no longer to be seen in cells that were written; sixels are not there any more."""
        if self.shown is None:
            return
        left = self.shown.cells & ~written
        if self.graphics.mode == "kitty":
            self.shown, sent = self.shown.cut(left) if left.any() else (None, taken_away(self.number))
            self._write(sent)
        else:
            self.shown = replace(self.shown, cells=left) if left.any() else None

    def take_away(self) -> None:
        """Leave the half-blocks alone on the screen."""
        if self.shown is None:
            return
        self.shown = None
        if self.graphics.mode == "kitty":
            self._write(taken_away(self.number))
        else:
            self.view.refresh()

    def arrived(self) -> None:
        """The terminal has got to the last picture; over a slow line the next one comes after a longer rest."""
        if self._sent_at is not None:
            taken, self._sent_at = time.monotonic() - self._sent_at, None
            self.rest = min(max(REST, taken * RESTS), LONGEST_REST)

    def _wait(self) -> None:
        """Draw after a rest from now on."""
        self._newest += 1
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.view.set_timer(self.rest, self._draw)

    def _draw(self) -> None:
        """Have the picture made, unless the view is covered: taking away what lies over it will paint cells."""
        self._timer = None
        view = self.view
        if self._making or is_busy(view.app):
            self._wait()
        elif view.size and (cells := uncovered_cells(view)).any():
            self._making = True
            cell = self._cell()
            graphics = replace(self.graphics, cell=cell)
            palette = replace(view.palette(), number_of=None, levels=LEVELS[graphics.mode])
            drawing = view.still(replace(view.viewport, cell=cell), palette)
            background = int(packed(np.array(view.background_colors[1].rgb, np.uint8)))
            made = partial(self._make, drawing, background, graphics, view.region, cells, self._newest, self.shown)
            view.run_worker(made, thread=True, group="sharp", description="the sharp picture")

    def _make(
        self,
        drawing: Drawing,
        background: int,
        graphics: Graphics,
        region: Region,
        cells: Mask,
        number: int,
        before: Seen | None,
    ) -> None:
        """In a thread: draw and encode; of what is shown already nothing is sent."""
        pixels = drawing()
        pixels[pixels == NOTHING] = background
        now, sent = Seen(pixels, graphics, region, cells, number=self.number).sent_after(before)
        self.view.call_later(self._put, now, sent, number)

    def _put(self, now: Seen, sent: str, number: int) -> None:
        """Send the picture, if it is still the newest."""
        self._making = False
        if number != self._newest or now.region != self.view.region:
            return
        if not np.array_equal(now.cells, uncovered_cells(self.view)):
            self._wait()
            return
        self.shown = now
        if len(sent) >= ASK_BYTES:
            self._sent_at = time.monotonic()
        self._write(sent)

    def _write(self, data: str) -> None:
        driver = self.view.app._driver
        if driver is not None and data:
            driver.write(data)
        if isinstance(driver, PacedDriver) and self.graphics.mode == "kitty":
            driver.leave(taken_away(self.number))

    def _cell(self) -> tuple[int, int]:
        """(width, height) of a cell: as the terminal said, unless the system says that it has changed."""
        now = cell_size(2)
        told = self.graphics.cell if now == self._known_cell else now
        return told or self.graphics.cell or USUAL_CELL


class SharpPixels(Pixels):
    """A view that is drawn in every pixel of the terminal when nothing moves, where it has graphics."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.sharp: SharpLayer | None = None

    @property
    def viewport(self) -> Viewport:
        """Which voxel is where on the half-blocks."""
        raise NotImplementedError

    def still(self, viewport: Viewport, palette: Palette) -> Drawing:
        """What draws, in any thread and at any time, what is to be seen now, on a screen of any pixels."""
        raise NotImplementedError

    def sharpen(self, graphics: Graphics, number: int = NUMBER) -> None:
        """Show every pixel of the terminal when nothing moves, where it has graphics; number: in kitty."""
        if graphics.mode != HALF_BLOCKS:
            self.sharp = SharpLayer(self, graphics, number)

    def line_is_free(self) -> None:
        """As all pixels do; and the sharp picture has arrived."""
        super().line_is_free()
        if self.sharp is not None:
            self.sharp.arrived()

    def redrawn(self, changed: bool) -> None:
        """The sharp picture is of what was seen before."""
        if self.sharp is not None:
            self.sharp.stirred(changed)
