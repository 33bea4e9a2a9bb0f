"""What a slice view and its session have to be drawn in 3D, each with a version by which others are known."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.labels.colours import colour_of
from annotat3d_tui.labels.table import LabelTable
from annotat3d_tui.render.colormaps import Colour
from annotat3d_tui.render.scene.renderer import BACKGROUND, Renderer
from annotat3d_tui.render.scene.scene import Overlay
from annotat3d_tui.tui.space import Given, Looked, Space, Take

if TYPE_CHECKING:
    from annotat3d_tui.session import Session
    from annotat3d_tui.tui.widgets.slice_view import SliceView


@dataclass(frozen=True, eq=False)
class _Same:
    """A version that is one thing, whatever equals it."""

    thing: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.thing is other.thing

    def __hash__(self) -> int:
        return id(self.thing)


def given(session: "Session", view: "SliceView", space: Space) -> Given:
    """The volumes as they are now; markers are copied where the renderer has others."""
    scene, table = view.scene, view.scene.table
    image, label, superpixels = scene.shown_image(view.show_alternative), scene.volume("label"), view.superpixels

    def colours(id: int) -> Colour | None:
        known = table.get(id)
        return colour_of(id) if known is None else known.colour if known.visible else None

    hidden = around(table, label)
    marks: Take = nothing
    version = (scene.version("marks"), session.annotation.changes)
    if not space.has("markers", version):
        where, labels = (np.array(one) for one in session.marked())
        marks = lambda renderer: renderer.set_markers(where, labels)  # noqa: E731
    return {
        "image": (_Same(image), lambda renderer: renderer.set_image(image)),
        "label": (
            (scene.version("label"), _Same(label)),
            lambda renderer: renderer.set_label(label, colours, hidden),
        ),
        "superpixels": (
            (scene.version("superpixels"), _Same(superpixels)),
            lambda renderer: renderer.set_superpixels(superpixels),
        ),
        "markers": (version, marks),
        "colours": (_Same(table), lambda renderer: renderer.set_colours(colours, hidden)),
    }


def nothing(renderer: Renderer) -> None:
    """There is nothing to give."""


def around(table: LabelTable, label: NDArray[Any] | None) -> tuple[int, ...]:
    """Labels that are around everything, which have no surface unless it is asked for.

    It is the background by its name, and what fills all corners of the label volume.

    >>> around(LabelTable.of([]), np.pad(np.full((1, 1, 1), 3), 1, constant_values=2))
    (2,)
    """
    first = table.get(BACKGROUND)
    found = {BACKGROUND} if first is not None and first.name.casefold() == "background" else set()
    corners = set() if label is None else set(label[np.ix_(*((0, -1),) * 3)].ravel().tolist())
    return tuple(sorted(found | (corners if len(corners) == 1 else set())))


def looked(view: "SliceView") -> Looked:
    """How a slice view is looked at."""
    overlay = Overlay(
        label=view.show_label,
        superpixels=view.show_superpixels,
        markers=view.show_markers,
        opacity=view.label_opacity,
    )
    return Looked(view.cursor, view.window_now, view.colormap, overlay)
