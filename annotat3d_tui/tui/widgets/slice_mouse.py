"""What the mouse does on a slice: draw and erase, change the slice, zoom, pan."""

import math

from textual import events

from annotat3d_tui.render.planes import voxel_of
from annotat3d_tui.tui.widgets.slice_picture import SlicePicture, Voxel

LEFT, MIDDLE, RIGHT = 1, 2, 3


class SliceMouse(SlicePicture):
    """A slice in which the mouse moves the cursor, the view and the slice; what draws there says what a press does.

    refusal: why marks cannot be changed; "" where they can.
    """

    refusal = ""
    _grip: tuple[float, float] | None = None
    _dragging = False

    def left_pressed(self) -> None:
        """The left button went down on the voxel of the cursor."""

    def action_erase_stroke(self) -> None:
        """The right button went down on the voxel of the cursor."""

    def lift(self) -> None:
        """What was drawn is done."""

    def drag(self) -> None:
        """Move the cursor with the mouse until the button comes up, then lift."""
        self.capture_mouse()
        self._dragging = True

    def _pixel(self, event: events.MouseEvent) -> tuple[int, int]:
        """(column, half row) under the pointer; terminals that report pixels tell which half."""
        column, row = self._place(event)
        return math.floor(column), math.floor(row)

    def _place(self, event: events.MouseEvent) -> tuple[float, float]:
        """Where the pointer is in this widget, in pixels."""
        left, top = self.region.offset
        return event.pointer_screen_x - left, 2 * (event.pointer_screen_y - top)

    def _voxel(self, event: events.MouseEvent) -> Voxel:
        return voxel_of(self.viewport.nearest_voxel(*self._pixel(event)), self.index, self.plane)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Left begins a stroke, right takes one away, middle takes hold of the view."""
        event.stop()
        if event.button == MIDDLE:
            self.capture_mouse()
            self._grip = self._place(event)
        elif self.viewport.voxel_at(*self._pixel(event)) is not None:
            self.lift()
            self.cursor = self._voxel(event)
            if self.refusal:
                return
            if event.button == RIGHT:
                self.action_erase_stroke()
            elif event.button == LEFT:
                self.left_pressed()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Draw, or pan."""
        if self._dragging:
            self.cursor = self._voxel(event)
        elif self._grip is not None:
            before, self._grip = self._grip, self._place(event)
            self._look_through(self.viewport.panned(before[0] - self._grip[0], before[1] - self._grip[1]))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """End the stroke or let go of the view."""
        self.release_mouse()
        self._end_drag()

    def on_mouse_release(self) -> None:
        """The terminal took the mouse away."""
        self._end_drag()

    def _end_drag(self) -> None:
        self._grip = None
        if self._dragging:
            self._dragging = False
            self.lift()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """One slice back; with Ctrl nearer."""
        self._wheel(event, -1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """One slice on; with Ctrl farther."""
        self._wheel(event, 1)

    def _wheel(self, event: events.MouseEvent, way: int) -> None:
        event.stop()
        if event.ctrl:
            self._look_through(self.viewport.zoomed(-way, self._pixel(event)))
        else:
            self.action_slice(way * 10 if event.shift else way)
