"""A slice of the image with its labels, superpixels and markers, and the brush that marks it by keys and by mouse."""

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from textual.binding import BindingType
from textual.message import Message
from textual.reactive import var
from textual.timer import Timer

from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.areas import Flood, Polygon, Superpixel
from annotat3d_tui.labels.boxes import Box
from annotat3d_tui.labels.colours import colour_of
from annotat3d_tui.render.colormaps import Colour
from annotat3d_tui.render.palette import Palette
from annotat3d_tui.render.planes import index_of
from annotat3d_tui.render.viewport import Point, Viewport
from annotat3d_tui.tui.actions import with_keys
from annotat3d_tui.tui.saying import say_error
from annotat3d_tui.tui.widgets.brush import Brush, Pen, covered
from annotat3d_tui.tui.widgets.corners import Corners
from annotat3d_tui.tui.widgets.foreseen import Foreseen
from annotat3d_tui.tui.widgets.region_border import border
from annotat3d_tui.tui.widgets.reticle import Footprint, Reticle, tint
from annotat3d_tui.tui.widgets.scene import Scene
from annotat3d_tui.tui.widgets.sharp import Drawing
from annotat3d_tui.tui.widgets.slice_keys import BINDINGS
from annotat3d_tui.tui.widgets.slice_mouse import SliceMouse
from annotat3d_tui.tui.widgets.slice_picture import SlicePicture, Voxel

FIRST_TOLERANCE = 5
"""A flood begins with a tolerance of so many hundredths of the contrast."""
REST = 0.2
"""Seconds after which the cursor rests."""
LASSO = 3
"""So many corners passed while the button is down make an outline, which is filled when it comes up."""
OUTLINE = 0.8
"""How much of its colour the outline of an open polygon has."""
WHITE: Colour = (255, 255, 255)


class SliceView(SliceMouse, can_focus=True):
    """One plane of an image (Z, Y, X) in half-blocks, with a cursor (z, y, x) that draws.

    What the keys draw is in the annotation movement by movement, a drag of the mouse when it ends; either is one act.
    `Drawn` says that there is more to show. All other acts on marks must `lift` the pen first.
    """

    DEFAULT_CSS = "SliceView { width: 1fr; height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [*BINDINGS]

    CHANGES: ClassVar[frozenset[str]] = frozenset({"pen", "line", "erase_stroke", "uncorner"})
    """Actions that change marks."""

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

    class AreaGiven(SlicePicture.ViewMessage):
        """A flood or a polygon is to be part of the annotation."""

        def __init__(self, view: "SliceView", stroke: Flood | Polygon) -> None:
            self.stroke = stroke
            super().__init__(view)

    class FloodAhead(SlicePicture.ViewMessage):
        """The cursor rests where a flood would begin: what it would take is to be shown."""

        def __init__(self, view: "SliceView", stroke: Flood) -> None:
            self.stroke = stroke
            super().__init__(view)

        def can_replace(self, message: Message) -> bool:
            """Only the last place is of use."""
            return isinstance(message, SliceView.FloodAhead)

    corners: var[Corners | None] = var(None, init=False)
    """The polygon that is open."""

    foreseen: var[Foreseen | None] = var(None, init=False)
    """What a flood would take from the cursor, once that is known."""

    work_region: var[Box | None] = var(None, init=False)
    """The box outside of which work changes nothing; its border is shown."""

    def __init__(self, image: NDArray[Any], annotation: Annotation, *, id: str | None = None) -> None:
        super().__init__(image, annotation, id=id)
        self._pen: Pen | None = None
        self._last: tuple[str, int, Point] | None = None
        self._area_brush = self.brush
        self._rest: Timer | None = None
        self._set = 0  # corners of the polygon when the button went down
        self.set_reactive(SliceView.heat_label, self.brush.label)

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Why an action cannot be done now; "" when it can."""
        return with_keys(self._reason(action), self.app)

    def _reason(self, action: str) -> str:
        if action in self.CHANGES and self.refusal:
            return self.refusal
        if action in ("pen", "line") and self.brush.tool == "superpixel" and self.superpixels is None:
            return "there are no superpixels yet: {segment.superpixels} makes them"
        if action in ("pen", "line") and not self._polygon_is_here():
            assert self.corners is not None
            place = f"{self.corners.plane} {self.corners.position}"
            return f"a polygon is open in {place}: go there, or {{segment.cancel}} drops it"
        return "no polygon is open" if action == "uncorner" and self.corners is None else ""

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
        elif self._dragging and self.corners is not None and self._polygon_is_here():
            self.corners = self.corners.with_corner(self.point)
        super().watch_cursor(before, after)
        self._foresee_soon()

    def watch_plane(self) -> None:
        """Take the pen up before it is in another plane."""
        self.lift()
        super().watch_plane()
        self._foresee_soon()

    def watch_brush(self) -> None:
        """What was drawn with the brush before is a stroke of its own."""
        self.lift()
        self.heat_label = self.brush.label
        self.redraw_soon()
        self.post_message(self.BrushChanged(self))
        self._foresee_soon()

    def watch_work_region(self) -> None:
        """Show its border, and say where it is."""
        self.redraw_soon()
        self.post_message(self.BrushChanged(self))

    # drawing

    def press(self, begin: Point | None = None) -> None:
        """Put the pen down at the cursor, with a straight line to it where the (h, v) `begin` is given."""
        self.lift()
        self._pen = Pen(self._brush_here(), self.plane, self.index)
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
            where = self._superpixels_under(waiting, pen) if isinstance(waiting, Superpixel) else None
            edit = self.scene.annotation.draw(waiting, where=where, continues=pen.edit, words=str(pen.stroke))
        except Annotat3DError as error:
            self._pen = None
            self.refresh_marks()
            say_error(self.app, error)
            return
        pen.taken(edit)
        if edit is not None or self.scene.annotation.kept:
            self.post_message(self.Drawn(self))

    def _superpixels_under(self, stroke: Superpixel, pen: Pen) -> NDArray[np.int64]:
        """The voxels of superpixels that the pen has not taken yet."""
        volume = self.superpixels
        assert volume is not None
        where = stroke.voxels_in(volume, without=pen.superpixels)
        pen.superpixels.update(stroke.ids_in(volume).tolist())
        return where

    def _brush_here(self) -> Brush:
        """The brush, with the label that is under the cursor where it extends."""
        return replace(self.brush, label=self.label_here() or self.brush.label) if self.brush.extend else self.brush

    def label_here(self) -> int:
        """The label marked at the cursor, else that of the label volume; 0 for none."""
        h, v = self.point
        volume = self.label_volume
        mark = int(self.scene.marks(self.plane, self.index)[v, h])
        return mark or (0 if volume is None else int(volume[self.cursor]))

    def left_pressed(self) -> None:
        """Put the pen down until the button comes up; flood; set a corner, where the first or last one is: fill.

        A polygon is drawn freehand, as with a lasso, while the button is down.
        """
        if reason := self.why_not("pen", ()):
            self.app.notify(reason, severity="warning", markup=False)
        elif (
            self.brush.tool == "polygon"
            and self.corners
            and self.point in self.corners.points[:: max(len(self.corners.points) - 1, 1)]
        ):
            self.fill()
        elif self.brush.tool == "polygon":
            self.set_corner()
            self._set = len(self.corners.points) if self.corners else 0
            self.drag()
        elif self.brush.tool == "flood":
            self.flood()
        else:
            self.drag()
            self.press()

    def _end_drag(self) -> None:
        """As always; an outline that was drawn while the button was down is closed and filled."""
        drawn = len(self.corners.points) - self._set if self._dragging and self.corners is not None else 0
        super()._end_drag()
        if drawn >= LASSO:
            self.fill()
        elif drawn and self.corners is not None:  # the hand trembled
            self.corners = replace(self.corners, points=self.corners.points[: self._set])

    # actions

    def action_pen(self) -> None:
        """Put the pen down, or take it up; flood from the cursor; set a corner of a polygon."""
        if self.brush.tool == "flood":
            self.flood()
        elif self.brush.tool == "polygon":
            self.set_corner()
        elif self._pen is None:
            self.press()
        else:
            self.lift()

    def action_line(self) -> None:
        """Draw a straight line from the last point of this slice to the cursor, or a point when there is none.

        A polygon is closed and filled instead, a flood begins as with the pen.
        """
        if self.brush.tool == "flood":
            self.flood()
        elif self.brush.tool == "polygon":
            self.fill()
        elif self._pen is None:
            self._line()

    def _line(self) -> None:
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
        """Make the brush wider or narrower; a flood takes more or fewer grey values."""
        flood = self.brush.tool == "flood"
        self.brush = self.brush.softer(by * self._tolerance_step) if flood else self.brush.wider(by)

    def action_depth(self, by: int) -> None:
        """Let the brush reach more or fewer slices."""
        self.brush = self.brush.deeper(by)

    def action_shape(self) -> None:
        """The next tool: disk, ball, superpixel, flood, polygon."""
        self.corners = None
        brush = self.brush.next_tool
        self.brush = replace(brush, tolerance=self.tolerance) if brush.tool == "flood" else brush

    @property
    def tolerance(self) -> float:
        """Of a flood: what the brush has, or to begin with a share of the contrast."""
        kept = self.brush.tolerance
        return FIRST_TOLERANCE * self._tolerance_step if kept is None else kept

    @property
    def _tolerance_step(self) -> float:
        """A hundredth of the contrast that the image asks for, a whole number where grey values are."""
        low, high = self.scene.automatic_window()
        step = (high - low) / 100 or 1.0
        whole = np.issubdtype(self.scene.image.dtype, np.integer)
        return float(max(round(step), 1)) if whole else float(f"{step:.2g}")

    # areas

    def flood(self) -> None:
        """Ask for what is as grey as the voxel under the cursor, and connected to it."""
        self.lift()
        self.post_message(self.AreaGiven(self, self.flood_here()))

    def flood_here(self) -> Flood:
        """The flood that begins at the cursor."""
        return self._brush_here().flood(self.plane, self.index, self.point)

    def _foresee_soon(self) -> None:
        """Once the cursor rests, ask what a flood would take."""
        self.foreseen = None
        if self._rest is not None:
            self._rest.stop()
            self._rest = None
        if self.brush.tool == "flood" and not self.refusal and self.is_running:
            self._rest = self.set_timer(REST, self._foresee)

    def _foresee(self) -> None:
        if self.brush.tool == "flood":
            self.post_message(self.FloodAhead(self, self.flood_here()))

    def foresee(self, seen: Foreseen) -> None:
        """Show what a flood would take, if it is the one of the cursor."""
        if self.brush.tool == "flood" and seen.stroke == self.flood_here():
            self.foreseen = seen

    def watch_foreseen(self) -> None:
        """Show it, and say how much it is."""
        self.redraw_soon()
        self.post_message(self.BrushChanged(self))

    def _polygon_is_here(self) -> bool:
        return self.brush.tool != "polygon" or self.corners is None or self.corners.at(self.plane, self.index)

    def set_corner(self) -> None:
        """Begin a polygon at the cursor, or go on to it."""
        self.lift()
        if self.corners is None:
            self._area_brush = self._brush_here()
            self.corners = Corners(self.plane, self.index, (self.point,))
        else:
            self.corners = self.corners.with_corner(self.point)

    def fill(self) -> None:
        """Ask for the polygon of the corners and the cursor, filled; a point where none was set."""
        self.set_corner()
        corners, self.corners = self.corners, None
        if corners is not None:
            self.post_message(
                self.AreaGiven(self, self._area_brush.polygon(corners.plane, corners.position, corners.points))
            )

    def drop_corners(self) -> bool:
        """Forget the polygon that is open; False when none is."""
        corners, self.corners = self.corners, None
        return corners is not None

    def watch_corners(self) -> None:
        """Show the polygon as it is now."""
        self.redraw_soon()
        self.post_message(self.BrushChanged(self))

    def action_uncorner(self) -> None:
        """Take back the last corner of the polygon."""
        if self.corners is not None:
            self.corners = self.corners.without_last()

    def action_extend(self) -> None:
        """Switch between the label found under the first voxel and the chosen one."""
        self.brush = replace(self.brush, extend=not self.brush.extend)

    def on_blur(self) -> None:
        """Nothing that was drawn waits while another widget has the keys."""
        self.lift()

    # the screen

    def drawing(self, scene: Scene, viewport: Viewport, palette: Palette) -> Drawing:
        """The slice with the cursor over it."""
        brush, background = self.brush, self.background_colors[1].rgb
        dot = brush.dot(self.plane, self.index, self.point)
        footprint = covered(dot, self.scene.shape)
        if brush.tool == "superpixel" and self.superpixels is not None:
            footprint = self.scene.superpixel_at(self.plane, self.index, self.point)
        elif self.foreseen is not None:
            footprint = self.foreseen.footprint
        colour, outline = self._colour(), self._outline()
        around = border(self.work_region, self.plane, self.index) if self.work_region is not None else None
        reticle = Reticle(self.point, dot.radius, colour, self.pen_down, brush.erase)
        slice_alone = super().drawing(scene, viewport, palette)

        def drawn() -> NDArray[np.int32]:
            pixels = slice_alone()
            if around is not None:
                tint(pixels, viewport, palette, around, WHITE, OUTLINE)
            if outline is not None:
                tint(pixels, viewport, palette, outline, WHITE if brush.erase else colour, OUTLINE)
            return reticle.drawn(pixels, viewport, palette, footprint, background)

        return drawn

    def _outline(self) -> Footprint | None:
        """The voxels on the sides of the polygon that is being drawn in this slice."""
        if self.corners is None or not self.corners.at(self.plane, self.index):
            return None
        return self.corners.outline(self.point, self.scene.shape)

    def _colour(self) -> Colour:
        """The colour that the brush paints with."""
        label = self._pen.brush.label if self._pen is not None else self.brush.label
        return self.scene.colour_of(label) or colour_of(label)
