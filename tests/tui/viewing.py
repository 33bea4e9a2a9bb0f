"""How tests look at a slice view: an application of it alone, the pixels that it shows, the mouse."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot

from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.areas import Flood, Polygon
from annotat3d_tui.labels.colours import colour_of
from annotat3d_tui.render.halfblocks import packed
from annotat3d_tui.render.planes import point_of, voxel_of
from annotat3d_tui.render.viewport import Viewport
from annotat3d_tui.tui.widgets.brush import Brush
from annotat3d_tui.tui.widgets.slice_view import SliceView

SHAPE = (9, 20, 30)
THIN = Brush(label=2, radius=0)


class Viewing(App[None]):
    """A slice view whose strokes go into its annotation."""

    def __init__(self, image: NDArray[Any], **settings: Any) -> None:
        super().__init__()
        self.annotation, _ = Annotation.open(image.shape)
        self.view = SliceView(image, self.annotation)
        self.settings = settings
        self.erased: list[tuple[int, int, int]] = []
        self.said: list[str] = []
        self.areas: list[Flood | Polygon] = []

    def compose(self) -> ComposeResult:
        yield self.view

    def on_mount(self) -> None:
        self.view.focus()
        for name, value in self.settings.items():
            setattr(self.view, name, value)

    @property
    def strokes(self) -> list[str]:
        """What was drawn, in words."""
        return self.annotation.history()

    def on_slice_view_drawn(self, event: SliceView.Drawn) -> None:
        event.control.refresh_marks()

    def on_slice_view_erase_stroke_at(self, event: SliceView.EraseStrokeAt) -> None:
        self.erased.append(event.voxel)
        self.annotation.erase_stroke_at(event.voxel)
        event.control.refresh_marks()

    def on_slice_view_area_given(self, event: SliceView.AreaGiven) -> None:
        self.areas.append(event.stroke)

    def on_slice_view_moved(self) -> None:
        self.said.append("moved")

    def on_slice_view_brush_changed(self) -> None:
        self.said.append("brush")

    def on_slice_view_view_changed(self) -> None:
        self.said.append("view")


def ramp(shape: tuple[int, ...] = SHAPE) -> NDArray[np.uint16]:
    return np.arange(int(np.prod(shape)), dtype=np.uint16).reshape(shape)


@asynccontextmanager
async def viewing(
    image: NDArray[Any] | None = None, size: tuple[int, int] = (60, 20), **settings: Any
) -> AsyncIterator[tuple[Viewing, Pilot[None]]]:
    app = Viewing(ramp() if image is None else image, **{"brush": THIN, **settings})
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield app, pilot


def shown(view: SliceView) -> NDArray[np.int32]:
    """The pixels of the screen, read from the cells that are sent; -1 for the background of the theme."""
    lines = []
    background = view.background_colors[1].rgb
    for strip in view.render_lines(Region(0, 0, view.size.width, view.size.height)):
        halves: list[list[int]] = [[], []]
        for text, style, _ in strip:
            below = code_of(style.bgcolor, background)
            above = below if style.color is None else code_of(style.color, background)
            if text[0] == "▄":
                above, below = below, above
            assert text[0] in " ▀▄"
            halves[0] += [above] * len(text)
            halves[1] += [below] * len(text)
        lines += halves
    return np.array(lines, np.int32)


def code_of(color: Any, background: tuple[int, int, int]) -> int:
    rgb = color.get_truecolor()
    return -1 if color.number is None and tuple(rgb) == background else int(packed(np.array(rgb)))


def pixels_of(viewport: Viewport, points: set[tuple[int, int]]) -> NDArray[np.bool_]:
    rows, columns = viewport.screen
    return np.array([[viewport.voxel_at(column, row) in points for column in range(columns)] for row in range(rows)])


def marked(annotation: Annotation) -> set[tuple[int, ...]]:
    return {tuple(voxel) for voxel in annotation.markers.coordinates()[0].tolist()}


async def away(app: Viewing, pilot: Pilot[None]) -> None:
    """Take the cursor to the farthest corner of the slice, off what has been drawn, without moving the view."""
    await pilot.pause()
    view = app.view
    far = [0 if 2 * at >= side else side - 1 for at, side in zip(view.cursor, view.scene.shape, strict=True)]
    view.set_reactive(SliceView.cursor, voxel_of(point_of(tuple(far), view.plane), view.index, view.plane))
    view.redraw_soon()
    await pilot.pause()


def is_label(picture: NDArray[np.int32], label: int) -> NDArray[np.bool_]:
    return picture == packed(np.array(colour_of(label)))


async def drag(app: Viewing, pilot: Pilot[None], places: list[tuple[int, int]], button: int = 1) -> None:
    await pilot.mouse_down(app.view, places[0], button=button)
    for place in places[1:]:
        await pilot.hover(app.view, place)
    await pilot.mouse_up(app.view, places[-1])
    await pilot.pause()


async def scroll(app: Viewing, pilot: Pilot[None], kind: type, place: tuple[int, int], **keys: bool) -> None:
    modifiers = {"shift": False, "meta": False, "ctrl": False, **keys}
    arguments = {"x": place[0], "y": place[1], "delta_x": 0, "delta_y": 0, "button": 0, **modifiers}
    app.screen._forward_event(kind(app.view, **arguments))
    await pilot.pause()
