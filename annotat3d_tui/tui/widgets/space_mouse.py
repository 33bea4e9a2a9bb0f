"""What the mouse does in 3D: turn, pan, zoom, point at something."""

from textual import events
from textual.message import Message
from textual.reactive import var

from annotat3d_tui.render.oblique import Y, Z
from annotat3d_tui.render.scene.camera import Camera
from annotat3d_tui.render.scene.grid import Grid
from annotat3d_tui.tui.widgets.sharp import SharpPixels

LEFT = 1
ZOOM = 1.15
Place = tuple[float, float]


class SpaceMouse(SharpPixels):
    """A view in which the mouse moves the camera: left turns, the others pan, the wheel zooms; a click points."""

    camera: var[Camera] = var(Camera((0.0, 0.0, 0.0), Z, Y, 1.0), init=False)
    grid: Grid
    wheel_slices = False
    """The wheel changes the slice, and with Ctrl zooms; or the other way round."""
    _grip: Place | None = None
    _button = 0
    _moved = False

    class Pointed(Message):
        """A place (column, row of half-blocks) was clicked."""

        def __init__(self, place: Place) -> None:
            super().__init__()
            self.place = place

    class SliceWanted(Message):
        """The slice that is seen best is to be another one, so many further."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def _place(self, event: events.MouseEvent) -> Place:
        """Where the pointer is, in half-blocks."""
        left, top = self.region.offset
        return event.pointer_screen_x - left, 2 * (event.pointer_screen_y - top)

    def _in_heights(self, place: Place) -> Place:
        """(right, down) from the middle, in halves of the picture's height."""
        half = max(self.size.height, 1)
        return (place[0] - self.size.width / 2) / half, (place[1] - half) / half

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of what is seen."""
        event.stop()
        self.capture_mouse()
        self._grip, self._button, self._moved = self._place(event), event.button, False

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Turn or pan what is held."""
        if self._grip is None or (place := self._place(event)) == self._grip:
            return
        before, self._grip, self._moved = self._in_heights(self._grip), place, True
        now = self._in_heights(place)
        if self._button == LEFT and not event.shift:
            self.camera = self.camera.dragged(before, now)
        else:
            self.camera = self.camera.panned((now[0] - before[0]) / 2, (now[1] - before[1]) / 2)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let go; what was not moved was pointed at."""
        held, self._grip = self._grip, None
        self.release_mouse()
        if held is not None and not self._moved and self._button == LEFT:
            column, row = self._place(event)
            inside = (0.0 if column % 1 else 0.5, 0.0 if row % 1 else 1.0)  # the middle of a cell
            self.post_message(self.Pointed((column + inside[0], row + inside[1])))

    def on_mouse_release(self) -> None:
        """The terminal took the mouse away."""
        self._grip = None

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Nearer, or a slice back."""
        self._wheel(event, 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Farther, or a slice on."""
        self._wheel(event, -1)

    def _wheel(self, event: events.MouseEvent, way: int) -> None:
        event.stop()
        if self.wheel_slices == event.ctrl:
            self.camera = self.camera.zoomed(ZOOM**way)
        else:
            self.post_message(self.SliceWanted(-way * (10 if event.shift else 1)))
