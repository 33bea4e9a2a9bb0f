"""Another plane through the cursor of a slice view, beside it."""

import numpy as np
from numpy.typing import NDArray
from textual import events, work
from textual.message import Message

from annotat3d_tui.labels.planes import PLANES, axes_of
from annotat3d_tui.render.halfblocks import NOTHING, packed
from annotat3d_tui.render.palette import Palette
from annotat3d_tui.render.planes import index_of, point_of, voxel_of
from annotat3d_tui.render.viewport import Viewport
from annotat3d_tui.tui.widgets.crosshair import draw_crosshair
from annotat3d_tui.tui.widgets.scene import Scene
from annotat3d_tui.tui.widgets.sharp import Drawing, SharpPixels
from annotat3d_tui.tui.widgets.slice_picture import Voxel, viewport_of
from annotat3d_tui.tui.widgets.slice_view import SliceView

LEFT = 1
GAP = 2
AFTER_SECONDS = 0.03
"""The large view is drawn first, and a key that is held down makes few pictures."""


class SideView(SharpPixels):
    """The plane that comes `number` + 1 after the one of a slice view, with lines where the others cut it.

    It shows what that view shows, as it shows it. A click moves the cursor, the wheel its slice, a double click takes
    the plane to the large view. Pictures are made in a thread, one at a time, since a slice across a large file takes
    long to read.
    """

    class Made(Message):
        """A picture is there to be shown."""

        def __init__(self, pixels: NDArray[np.int32]) -> None:
            super().__init__()
            self.pixels = pixels

    def __init__(self, main: SliceView, number: int) -> None:
        super().__init__()
        self._main, self._number = main, number
        self._scene = main.scene.beside()
        self._made: NDArray[np.int32] | None = None
        self._making = self._again = False
        main.followers.append(self)

    @property
    def plane(self) -> str:
        """The plane that is shown."""
        names = list(PLANES)
        return names[(names.index(self._main.plane) + 1 + self._number) % len(names)]

    @property
    def viewport(self) -> Viewport:
        """As near as the large view, around the cursor."""
        h, v = point_of(self._main.cursor, self.plane)
        cells = max(self.size.width, 1), max(self.size.height, 1)
        shape, sizes = self._scene.shape, self._main.voxel_size
        return viewport_of(shape, sizes, self.plane, cells, self._main.zoom, (h + 0.5, v + 0.5))

    def palette(self) -> Palette:
        """Of the large view."""
        return self._main.palette()

    def pixels(self, palette: Palette) -> NDArray[np.int32]:
        """The picture that was made last; nothing before there is one of this size."""
        shape = (2 * self.size.height, self.size.width)
        made = self._made
        return made if made is not None and made.shape == shape else np.full(shape, NOTHING, np.int32)

    def redraw_soon(self) -> None:
        """Make a picture of what is to be seen, unless one is being made: then another one after it."""
        if not self.is_running or not self.size:
            return
        if self._making:
            self._again = True
            return
        self._making = True
        self.set_timer(AFTER_SECONDS, self._begin)

    def _begin(self) -> None:
        self._again = False
        self._name_it()
        self.make(self._picture_now())

    def _name_it(self) -> None:
        index = self._index
        if self.parent is not None and hasattr(self.parent, "border_title"):
            self.parent.border_title = f"{self.plane.upper()} {'zyx'[axes_of(self.plane).slice]} {index}"

    def _picture_now(self) -> Drawing:
        """What makes the picture of the half-blocks."""
        if self._main.show_markers:
            self._scene.marks(self.plane, self._index)
        return self._drawing(self._scene, self.viewport, self.palette())

    def still(self, viewport: Viewport, palette: Palette) -> Drawing:
        """What makes, in any thread and at any time, the picture of what is seen now, for a screen of any pixels."""
        return self._drawing(self._scene.still(self.plane, self._index), viewport, palette)

    def _drawing(self, scene: Scene, viewport: Viewport, palette: Palette) -> Drawing:
        """What makes a picture; all that may change is read here."""
        look = self._main.look(self.plane, self._index, viewport, palette)
        point = point_of(self._main.cursor, self.plane)

        def drawn() -> NDArray[np.int32]:
            pixels = np.full(viewport.screen, NOTHING, np.int32)
            pixels[viewport.down.inside, viewport.across.inside] = packed(scene.picture(look))
            draw_crosshair(pixels, viewport, palette, point, GAP)
            return pixels

        return drawn

    @property
    def _index(self) -> int:
        """The slice that is shown."""
        return index_of(self._main.cursor, self.plane)

    @work(thread=True, group="side view")
    def make(self, made: Drawing) -> None:
        """Make a picture and hand it to the screen."""
        self.post_message(self.Made(made()))

    def on_side_view_made(self, event: Made) -> None:
        """Show it, and make the next one where something has changed meanwhile."""
        self._made, self._making = event.pixels, False
        self.show_soon()
        if self._again:
            self.redraw_soon()

    # mouse

    def _voxel(self, event: events.MouseEvent) -> Voxel:
        left, top = self.region.offset
        column, half = event.pointer_screen_x - left, 2 * (event.pointer_screen_y - top)
        point = self.viewport.nearest_voxel(int(column), int(half))
        return voxel_of(point, self._index, self.plane)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take the cursor there."""
        if event.button == LEFT:
            event.stop()
            self._main.lift()
            self._main.cursor = self._voxel(event)

    def on_click(self, event: events.Click) -> None:
        """A double click takes this plane to the large view."""
        if event.chain == 2:
            self._main.plane = self.plane
        self._main.focus()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """One slice of this plane back."""
        self._scroll(event, -1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """One slice of this plane on."""
        self._scroll(event, 1)

    def _scroll(self, event: events.MouseEvent, way: int) -> None:
        event.stop()
        self._main.lift()
        point, index = point_of(self._main.cursor, self.plane), self._index
        self._main.cursor = voxel_of(point, index + way * (10 if event.shift else 1), self.plane)
