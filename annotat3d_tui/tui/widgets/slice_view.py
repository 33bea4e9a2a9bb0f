"""A slice of the image with its labels, superpixels and markers, and the brush that marks it by keys and by mouse."""

import math
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.reactive import var

from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.colours import colour_of
from annotat3d_tui.render.colormaps import Colour
from annotat3d_tui.render.palette import Palette
from annotat3d_tui.render.planes import index_of, voxel_of
from annotat3d_tui.render.viewport import Point, Viewport
from annotat3d_tui.tui.saying import say_error
from annotat3d_tui.tui.widgets.brush import Brush, Pen, covered
from annotat3d_tui.tui.widgets.reticle import Reticle
from annotat3d_tui.tui.widgets.slice_keys import BINDINGS
from annotat3d_tui.tui.widgets.slice_picture import SlicePicture, Voxel

LEFT, MIDDLE, RIGHT = 1, 2, 3


class SliceView(SlicePicture, can_focus=True):
    """One plane of an image (Z, Y, X) in half-blocks, with a cursor (z, y, x) that draws.

    What the keys draw is in the annotation movement by movement, a drag of the mouse when it ends; either is one act.
    `Drawn` says that there is more to show. All other acts on marks must `lift` the pen first.
    """

    DEFAULT_CSS = "SliceView { width: 1fr; height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [*BINDINGS]

    CHANGES: ClassVar[frozenset[str]] = frozenset({"pen", "line", "erase_stroke"})
    """Actions that change marks."""

    refusal = ""
    """Why marks cannot be changed; "" where they can."""

    brush: var[Brush] = var(Brush(), init=False)

    class BrushChanged(SlicePicture.ViewMessage):
        """The brush is another one, or the pen went up or down."""

    class Drawn(SlicePicture.ViewMessage):
        """The annotation has other marks."""

        def can_replace(self, message: Message) -> bool:
            """All that was drawn is shown at once."""
            return isinstance(message, SliceView.Drawn)

    class EraseStrokeAt(SlicePicture.ViewMessage):
        """The whole stroke at a voxel (z, y, x) is to be taken away."""

        def __init__(self, view: "SliceView", voxel: Voxel) -> None:
            self.voxel = voxel
            super().__init__(view)

    def __init__(self, image: NDArray[Any], annotation: Annotation, *, id: str | None = None) -> None:
        super().__init__(image, annotation, id=id)
        self._pen: Pen | None = None
        self._last: tuple[str, int, Point] | None = None
        self._grip: tuple[float, float] | None = None
        self._dragging = False
        self.set_reactive(SliceView.heat_label, self.brush.label)

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Why an action cannot be done now; "" when it can."""
        return self.refusal if action in self.CHANGES else ""

    @property
    def pen_down(self) -> bool:
        """Whether moving draws."""
        return self._pen is not None

    def refresh_marks(self) -> None:
        """Show the markers and the label table as the annotation has them now."""
        self.scene.marks_changed()
        waiting = self._pen.waiting if self._pen is not None else None
        if waiting is not None:
            self.scene.draw(waiting)
        self.redraw_soon()

    # when something changes

    def watch_cursor(self, before: Voxel, after: Voxel) -> None:
        """Draw to where the cursor is now; in another slice the pen is taken up first."""
        if index_of(before, self.plane) != index_of(after, self.plane):
            self.lift()
        if self._pen is not None:
            self._draw_to(self.point)
        super().watch_cursor(before, after)

    def watch_plane(self) -> None:
        """Take the pen up before it is in another plane."""
        self.lift()
        super().watch_plane()

    def watch_brush(self) -> None:
        """What was drawn with the brush before is a stroke of its own."""
        self.lift()
        self.heat_label = self.brush.label
        self.redraw_soon()
        self.post_message(self.BrushChanged(self))

    # drawing

    def press(self, begin: Point | None = None) -> None:
        """Put the pen down at the cursor, with a straight line to it where the (h, v) `begin` is given."""
        self.lift()
        brush = replace(self.brush, label=self._label_here() or self.brush.label) if self.brush.extend else self.brush
        self._pen = Pen(brush, self.plane, self.index)
        for point in (begin or self.point, self.point):
            self._show_way_to(point)
        self._keep_unless_dragged()
        self.post_message(self.BrushChanged(self))

    def lift(self) -> None:
        """Take the pen up; all that was drawn is in the annotation when this returns."""
        if self._pen is None:
            return
        self._last = (self._pen.plane, self._pen.position, self._pen.points[-1])
        self._keep()
        self._pen = None
        self.redraw_soon()
        self.post_message(self.BrushChanged(self))

    def _draw_to(self, point: Point) -> None:
        self._show_way_to(point)
        self._keep_unless_dragged()

    def _show_way_to(self, point: Point) -> None:
        assert self._pen is not None
        movement = self._pen.move(point)
        if movement is not None:
            self.scene.draw(movement)
            self.redraw_soon()

    def _keep_unless_dragged(self) -> None:
        if not self._dragging:
            self._keep()

    def _keep(self) -> None:
        """Put into the annotation what was drawn since the last time; when that cannot be, it is no longer shown."""
        pen = self._pen
        waiting = pen.waiting if pen is not None else None
        if pen is None or waiting is None:
            return
        try:
            edit = self.scene.annotation.draw(waiting, continues=pen.edit, words=str(pen.stroke))
        except Annotat3DError as error:
            self._pen = None
            self.refresh_marks()
            say_error(self.app, error)
            return
        pen.taken(edit)
        if edit is not None or self.scene.annotation.kept:
            self.post_message(self.Drawn(self))

    def _label_here(self) -> int:
        """The label marked at the cursor, else that of the label volume; 0 for none."""
        h, v = self.point
        volume = self.label_volume
        mark = int(self.scene.marks(self.plane, self.index)[v, h])
        return mark or (0 if volume is None else int(volume[self.cursor]))

    # actions

    def action_pen(self) -> None:
        """Put the pen down, or take it up."""
        if self._pen is None:
            self.press()
        else:
            self.lift()

    def action_line(self) -> None:
        """Draw a straight line from the last point of this slice to the cursor, or a point when there is none."""
        if self._pen is not None:
            return
        here = (self.plane, self.index)
        self.press(self._last[2] if self._last is not None and self._last[:2] == here else None)
        self.lift()

    def action_erase(self) -> None:
        """Switch between drawing and erasing."""
        self.brush = replace(self.brush, erase=not self.brush.erase)

    def action_erase_stroke(self) -> None:
        """Ask for the stroke under the cursor to be taken away."""
        self.lift()
        self.post_message(self.EraseStrokeAt(self, self.cursor))

    def action_radius(self, by: int) -> None:
        """Make the brush wider or narrower."""
        self.brush = self.brush.wider(by)

    def action_depth(self, by: int) -> None:
        """Let the brush reach more or fewer slices."""
        self.brush = self.brush.deeper(by)

    def action_shape(self) -> None:
        """Switch between disk and ball."""
        self.brush = replace(self.brush, ball=not self.brush.ball)

    def action_extend(self) -> None:
        """Switch between the label found under the first voxel and the chosen one."""
        self.brush = replace(self.brush, extend=not self.brush.extend)

    # mouse

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
                self.capture_mouse()
                self._dragging = True
                self.press()

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

    def on_blur(self) -> None:
        """Nothing that was drawn waits while another widget has the keys."""
        self.lift()

    # the screen

    def drawn(self, viewport: Viewport, palette: Palette) -> NDArray[np.int32]:
        """The slice with the cursor over it."""
        dot = self.brush.stroke(self.plane, self.index, (self.point,))
        footprint = covered(dot, self.scene.shape)
        reticle = Reticle(self.point, self.brush.radius, self._colour(), self.pen_down, self.brush.erase)
        background = self.background_colors[1].rgb
        return reticle.drawn(super().drawn(viewport, palette), viewport, palette, footprint, background)

    def _colour(self) -> Colour:
        """The colour that the brush paints with."""
        label = self._pen.brush.label if self._pen is not None else self.brush.label
        return self.scene.colour_of(label) or colour_of(label)
