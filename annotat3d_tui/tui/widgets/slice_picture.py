"""A slice of an image with its labels, superpixels and markers: where it is looked at, and from how near."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from textual import on
from textual.message import Message
from textual.reactive import var

from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.planes import PLANES, axes_of
from annotat3d_tui.render.colormaps import GRAYS, check_map
from annotat3d_tui.render.halfblocks import NOTHING, packed
from annotat3d_tui.render.palette import Palette
from annotat3d_tui.render.planes import index_of, plane_size, point_of, voxel_of
from annotat3d_tui.render.scale_bar import ScaleBar, scale_bar
from annotat3d_tui.render.slice import Window
from annotat3d_tui.render.viewport import Point, Viewport
from annotat3d_tui.tui.widgets.crosshair import draw_crosshair
from annotat3d_tui.tui.widgets.pixels import Pixels
from annotat3d_tui.tui.widgets.scene import FROM_OTHER, Look, Scene
from annotat3d_tui.tui.widgets.sharp import Drawing, SharpPixels
from annotat3d_tui.workflow.evidence import Evidence

Voxel = tuple[int, int, int]
DIFFERENCE = "difference"
PAN_SHARE = 4
"""A key pans by this part of the view."""


class SlicePicture(SharpPixels):
    """One plane of an image (Z, Y, X) in half-blocks, and a place in it, the cursor (z, y, x).

    `voxel_size` (z, y, x) makes voxels as long as they are. `zoom` is pixels per finest voxel, 0 shows the whole
    plane; `centre` is the (h, v) in the middle; `window` None fits the contrast to the image. `heat` is "uncertainty",
    "probability" (of `heat_label`), "difference" (from `compared`) or "".
    """

    plane: var[str] = var("xy", init=False)
    cursor: var[Voxel] = var((0, 0, 0), init=False)
    zoom: var[float] = var(0.0, init=False)
    centre: var[tuple[float, float] | None] = var(None, init=False)
    window: var[Window | None] = var(None, init=False)
    colormap: var[str] = var(GRAYS, init=False)
    show_label: var[bool] = var(True, init=False)
    show_superpixels: var[bool] = var(False, init=False)
    show_markers: var[bool] = var(True, init=False)
    show_contour: var[bool] = var(False, init=False)
    show_patterns: var[bool] = var(False, init=False)
    show_crosshair: var[bool] = var(False, init=False)
    show_bar: var[bool] = var(False, init=False)
    show_alternative: var[bool] = var(False, init=False)
    show_sides: var[bool] = var(True, init=False)
    label_opacity: var[float] = var(0.5, init=False)
    heat: var[str] = var("", init=False)
    heat_label: var[int] = var(0, init=False)

    class ViewMessage(Message):
        """Something happened in a view."""

        def __init__(self, view: "SlicePicture") -> None:
            self.view = view
            super().__init__()

        @property
        def control(self) -> "SlicePicture":
            """The view."""
            return self.view

    class Moved(ViewMessage, namespace="slice_view"):
        """The cursor is elsewhere."""

        def can_replace(self, message: Message) -> bool:
            """Only the newest place counts."""
            return isinstance(message, SlicePicture.Moved)

    class ViewChanged(ViewMessage, namespace="slice_view"):
        """Plane, zoom, contrast, or what is shown."""

        def can_replace(self, message: Message) -> bool:
            """Only the newest view counts."""
            return isinstance(message, SlicePicture.ViewChanged)

    class ClippingWanted(ViewMessage, namespace="slice_view"):
        """The plane after the last one, which lies at any angle, is to be seen."""

    class ExactReady(Message, bubble=False):
        """The disk has given what was shown coarsely."""

    def __init__(self, image: NDArray[Any], annotation: Annotation, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.voxel_size: tuple[float, float, float] = (1.0, 1.0, 1.0)
        self.unit = "voxel"
        self.followers: list[Pixels] = []
        """Widgets that show something of this view, and are drawn again when it is."""
        self.scene = Scene(image, annotation, lambda: self.post_message(self.ExactReady()))
        depth, rows, columns = self.scene.shape
        self.set_reactive(SlicePicture.cursor, (depth // 2, rows // 2, columns // 2))

    # where it is

    @property
    def index(self) -> int:
        """The slice that is shown."""
        return index_of(self.cursor, self.plane)

    @property
    def slices(self) -> int:
        """How many slices this plane has."""
        return index_of(self.scene.shape, self.plane)

    @property
    def point(self) -> Point:
        """The cursor (h, v) in its slice."""
        return point_of(self.cursor, self.plane)

    @property
    def viewport(self) -> Viewport:
        """Which voxel is where on the screen."""
        cells = max(self.size.width, 1), max(self.size.height, 1)
        return viewport_of(self.scene.shape, self.voxel_size, self.plane, cells, self.zoom, self.centre)

    @property
    def label_volume(self) -> NDArray[Any] | None:
        """The label volume over the image; set it again when its voxels changed."""
        return self.scene.volume("label")

    @label_volume.setter
    def label_volume(self, volume: NDArray[Any] | None) -> None:
        self.scene.set_volume("label", volume)
        self.redraw_soon()

    @property
    def superpixels(self) -> NDArray[Any] | None:
        """The superpixels whose borders are shown."""
        return self.scene.volume("superpixels")

    @superpixels.setter
    def superpixels(self, volume: NDArray[Any] | None) -> None:
        self.scene.set_volume("superpixels", volume)
        self.redraw_soon()

    @property
    def alternative(self) -> NDArray[Any] | None:
        """The visualization image, of the image's shape; nothing but the picture knows it."""
        return self.scene.volume("alternative")

    @alternative.setter
    def alternative(self, volume: NDArray[Any] | None) -> None:
        self.scene.set_volume("alternative", volume)
        self.redraw_soon()

    @property
    def compared(self) -> NDArray[Any] | None:
        """Another label volume, of the image's shape, that the label is compared with."""
        return self.scene.volume("compared")

    @compared.setter
    def compared(self, volume: NDArray[Any] | None) -> None:
        self.scene.set_volume("compared", volume)
        self.redraw_soon()

    @property
    def window_now(self) -> Window:
        """The grey values that are drawn at the two ends of the map."""
        return self.window or self.scene.automatic_window(self.show_alternative)

    @property
    def evidence(self) -> Evidence | None:
        """Probabilities and uncertainty, which are shown as heat when asked for."""
        return self.scene.evidence

    @evidence.setter
    def evidence(self, evidence: Evidence | None) -> None:
        self.scene.evidence = evidence
        self.redraw_soon()

    # when something changes

    @on(ExactReady)
    def _show_exact(self) -> None:
        self.scene.exact_arrived()
        self.redraw_soon()

    def validate_cursor(self, cursor: Voxel) -> Voxel:
        """The nearest voxel of the image."""
        z, y, x = (min(max(int(at), 0), length - 1) for at, length in zip(cursor, self.scene.shape, strict=True))
        return z, y, x

    def watch_cursor(self, before: Voxel, after: Voxel) -> None:
        """Keep the cursor in sight; another slice alone leaves the view where it is."""
        if point_of(before, self.plane) != point_of(after, self.plane):
            self._look_through(self.viewport.showing(self.point))
        self.redraw_soon()
        self.post_message(self.Moved(self))

    def validate_plane(self, plane: str) -> str:
        """The plane; raises InvalidParameter for a word that is none."""
        axes_of(plane)
        return plane

    def watch_plane(self) -> None:
        """Look at the cursor in the other plane."""
        self.action_centre()
        self._view_changed()
        self.post_message(self.Moved(self))

    def _view_changed(self) -> None:
        self.redraw_soon()
        self.post_message(self.ViewChanged(self))

    watch_zoom = watch_centre = watch_window = _view_changed
    watch_show_label = watch_show_superpixels = watch_show_markers = watch_label_opacity = _view_changed
    watch_heat = watch_heat_label = watch_show_contour = watch_show_crosshair = watch_show_bar = _view_changed
    watch_show_alternative = watch_show_sides = watch_show_patterns = _view_changed

    def validate_colormap(self, name: str) -> str:
        """The name of the map; raises InvalidParameter for one that is none."""
        return check_map(name)

    def watch_colormap(self) -> None:
        """Draw with other colours."""
        for one in (self, *self.followers):
            one.redraw_whole()
        self._view_changed()

    def redraw_soon(self) -> None:
        """Draw what has changed, here and in what follows this view."""
        super().redraw_soon()
        for one in self.followers:
            one.redraw_soon()

    def _look_through(self, viewport: Viewport) -> None:
        self.zoom, self.centre = viewport.zoom, viewport.centre

    # actions

    def action_move(self, right: int, down: int) -> None:
        """Move the cursor in the slice; it stops at the border."""
        h, v = self.point
        self.cursor = voxel_of((h + right, v + down), self.index, self.plane)

    def action_slice(self, by: int) -> None:
        """Go some slices further or back; it stops at the last one."""
        self.cursor = voxel_of(self.point, self.index + by, self.plane)

    def action_slice_end(self, way: int) -> None:
        """Go to the last (1) or the first (-1) slice."""
        self.cursor = voxel_of(self.point, self.slices - 1 if way > 0 else 0, self.plane)

    def action_marked(self, way: int) -> None:
        """Go to the nearest slice after (1) or before (-1) that has markers."""
        marked = np.flatnonzero(self.scene.annotation.markers.slices_with_markers(self.plane))
        ahead = marked[marked > self.index] if way > 0 else marked[marked < self.index][::-1]
        if ahead.size:
            self.cursor = voxel_of(self.point, int(ahead[0]), self.plane)

    def action_plane(self) -> None:
        """Show the next plane through the cursor; after the last one the clipping plane is wanted."""
        names = list(PLANES)
        if self.plane == names[-1]:
            self.post_message(self.ClippingWanted(self))
        else:
            self.plane = names[names.index(self.plane) + 1]

    def action_show(self, what: str) -> None:
        """Show or hide the label, its contour or pattern, superpixels, markers, the crosshair, the scale bar."""
        name = f"show_{what}"
        setattr(self, name, not getattr(self, name))

    def action_heat(self, what: str) -> None:
        """Show the uncertainty or the probability of the label instead of the label, or no longer."""
        self.heat = "" if self.heat == what else what

    def action_reset_contrast(self) -> None:
        """Fit the contrast to the image."""
        self.window = None

    def action_zoom(self, steps: int) -> None:
        """Zoom in or out with the cursor kept in its place."""
        self._look_through(self.viewport.zoomed(steps, self.viewport.cell_of(self.point)))

    def action_one_to_one(self) -> None:
        """A pixel a voxel, with the cursor kept in its place."""
        self._look_through(self.viewport.at(1.0, self.viewport.cell_of(self.point)))

    def action_fit(self) -> None:
        """Show the whole slice."""
        self.zoom = 0.0

    def action_pan(self, right: int, down: int) -> None:
        """Move the view over the slice; the cursor stays."""
        rows, columns = self.viewport.screen
        step = max(min(rows, columns) // PAN_SHARE, 1)
        self._look_through(self.viewport.panned(right * step, down * step))

    def action_centre(self) -> None:
        """Bring the cursor to the middle."""
        h, v = self.point
        self.centre = (h + 0.5, v + 0.5)

    # the screen

    def terminal_palette(self) -> Palette:
        """The terminal's colours."""
        return super().palette()

    def palette(self) -> Palette:
        """The terminal's colours, with the chosen map for grey values."""
        return replace(self.terminal_palette(), colormap=self.colormap)

    def pixels(self, palette: Palette) -> NDArray[np.int32]:
        """The slice as the cells show it."""
        return self.drawn(self.viewport, palette)

    def drawn(self, viewport: Viewport, palette: Palette) -> NDArray[np.int32]:
        """What is to be seen now, for a screen of any pixels: `viewport.screen`, 0xRRGGBB or NOTHING."""
        return self.drawing(self.scene, viewport, palette)()

    def still(self, viewport: Viewport, palette: Palette) -> Drawing:
        """What draws, in any thread and at any time, what is to be seen now."""
        return self.drawing(self.scene.still(self.plane, self.index), viewport, palette)

    def drawing(self, scene: Scene, viewport: Viewport, palette: Palette) -> Drawing:
        """The one place where layers are drawn; nothing of the view is read when the drawing is called.

        Here it is the slice alone; a view that draws puts its cursor over it.
        """
        look = self.look(self.plane, self.index, viewport, palette)
        point = self.point if self.show_crosshair else None
        bar = self.scale_bar(viewport)

        def drawn() -> NDArray[np.int32]:
            pixels = np.full(viewport.screen, NOTHING, np.int32)
            pixels[viewport.down.inside, viewport.across.inside] = packed(scene.picture(look))
            if point is not None:
                draw_crosshair(pixels, viewport, palette, point)
            return bar.drawn(pixels, viewport) if bar else pixels

        return drawn

    @property
    def has_patterns(self) -> bool:
        """Whether labels are told apart by patterns: where there are no colours it is the other way round."""
        return self.show_patterns != self.app.no_color

    def look(self, plane: str, index: int, viewport: Viewport, palette: Palette) -> Look:
        """A slice of any plane as it is to be seen here."""
        return Look(
            plane,
            index,
            viewport,
            palette,
            self.window_now,
            self.label_opacity,
            self.show_label,
            self.show_superpixels,
            self.show_markers,
            {"uncertainty": 0, "probability": self.heat_label, DIFFERENCE: FROM_OTHER}.get(self.heat),
            self.show_contour,
            self.has_patterns,
            self.app.no_color,
            self.show_alternative,
        )

    def scale_bar(self, viewport: Viewport) -> ScaleBar | None:
        """The bar that says how large things are; None where it is not wanted or has no room."""
        across = plane_size(self.voxel_size, self.plane)[1]
        unit = self.unit if math.isfinite(across) and across > 0 else "voxel"
        return scale_bar(viewport, 1.0 if unit == "voxel" else across, unit) if self.show_bar else None


def viewport_of(
    shape: Voxel,
    voxel_size: tuple[float, float, float],
    plane: str,
    cells: tuple[int, int],
    zoom: float,
    centre: tuple[float, float] | None,
) -> Viewport:
    """The viewport of a plane of a volume (Z, Y, X); a voxel size that is none counts as 1."""
    sizes = tuple(size if math.isfinite(size) and size > 0 else 1.0 for size in voxel_size)
    down, across = plane_size(sizes, plane)
    return Viewport(plane_size(shape, plane), cells, zoom, centre, (down / min(sizes), across / min(sizes)))
