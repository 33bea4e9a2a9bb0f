"""What a slice view shows, made from volumes and kept until it changes: grey values, labels, superpixels, markers."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.colours import colour_of
from annotat3d_tui.labels.planes import axes_of
from annotat3d_tui.labels.strokes import Stroke
from annotat3d_tui.render.colormaps import Colour
from annotat3d_tui.render.palette import Palette
from annotat3d_tui.render.percentiles import contrast_window, grey_sample
from annotat3d_tui.render.planes import plane_view
from annotat3d_tui.render.slice import Layers, Window, compose, grey_levels, heat_levels, highest, sampled
from annotat3d_tui.render.viewport import Viewport
from annotat3d_tui.tui.widgets.brush import covered
from annotat3d_tui.workflow.evidence import Evidence

Kept = TypeVar("Kept")


@dataclass(frozen=True)
class Look:
    """Everything that decides a picture, but for the volumes.

    heat: shown instead of the label: 0 the uncertainty, an id the probability of that label, None neither.
    """

    plane: str
    index: int
    viewport: Viewport
    palette: Palette
    window: Window | None
    opacity: float
    show_label: bool
    show_superpixels: bool
    show_markers: bool
    heat: int | None = None


class Scene:
    """The volumes of a slice view and the layers last made from them.

    A layer is made again when what it was made from changes; `marks_changed`, and setting a volume, say so.
    """

    def __init__(self, image: NDArray[Any], annotation: Annotation) -> None:
        self.image = image
        self.annotation = annotation
        self._volumes: dict[str, NDArray[Any] | None] = {"label": None, "superpixels": None}
        self._version: dict[str, int] = {"label": 0, "superpixels": 0, "marks": 0, "drawn": 0, "evidence": 0}
        self._kept: dict[str, tuple[Hashable, Any]] = {}
        self._evidence: Evidence | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """(Z, Y, X)."""
        depth, rows, columns = self.image.shape
        return depth, rows, columns

    def volume(self, name: str) -> NDArray[Any] | None:
        """The volume "label" or "superpixels" that lies over the image."""
        return self._volumes[name]

    def set_volume(self, name: str, volume: NDArray[Any] | None) -> None:
        """Show another volume, or the same one after its voxels changed."""
        self._volumes[name] = volume
        self._version[name] += 1

    @property
    def evidence(self) -> Evidence | None:
        """Probabilities and uncertainty, where they are known."""
        return self._evidence

    @evidence.setter
    def evidence(self, evidence: Evidence | None) -> None:
        self._evidence = evidence
        self._version["evidence"] += 1

    def marks_changed(self) -> None:
        """Read the markers again; what was drawn and not yet in the annotation is forgotten."""
        self._version["marks"] += 1

    def draw(self, stroke: Stroke) -> None:
        """Show a stroke in its slice before the markers are read again."""
        self.marks(stroke.plane, stroke.position)[covered(stroke, self.shape)] = stroke.label
        self._version["drawn"] += 1

    def marks(self, plane: str, index: int) -> NDArray[Any]:
        """The markers of a slice as they are shown, strokes included that are not yet in the annotation."""
        key = (plane, index, self._version["marks"])
        return self._keep("marks", key, lambda: np.array(self.annotation.markers.plane(plane, index)))

    def automatic_window(self) -> Window:
        """The contrast window that the image asks for."""
        return self._keep("window", 0, lambda: contrast_window(grey_sample(self.image)))

    def picture(self, look: Look) -> NDArray[np.uint8]:
        """Colours (rows, columns, 3) of the pixels inside the plane."""
        table = self.annotation.table
        key = (look, tuple(self._version.values()), table)
        return self._keep("picture", key, lambda: self._compose(look))

    def _compose(self, look: Look) -> NDArray[np.uint8]:
        window = look.window or self.automatic_window()
        place = (look.plane, look.index, look.viewport)
        plane = plane_view(self.image, look.plane, look.index)
        levels = look.palette.levels
        grey = self._keep("grey", (place, window, levels), lambda: grey_levels(plane, look.viewport, window, levels))
        heat = self._heat(look)
        layers = Layers(
            grey,
            label=self._sampled("label", look) if look.show_label and heat is None else None,
            superpixels=self._sampled("superpixels", look) if look.show_superpixels else None,
            marks=self._shown_marks(look) if look.show_markers else None,
            heat=heat,
        )
        return compose(layers, self.colour_of, palette=look.palette, opacity=look.opacity)

    def _sampled(self, name: str, look: Look) -> NDArray[Any] | None:
        volume = self._volumes[name]
        if volume is None:
            return None
        plane = plane_view(volume, look.plane, look.index)
        key = (look.plane, look.index, look.viewport, self._version[name])
        return self._keep(name, key, lambda: sampled(plane, look.viewport))

    def _heat(self, look: Look) -> NDArray[np.uint8] | None:
        """Levels of what is shown as heat; None where it is not wanted or not known."""
        evidence, label = self._evidence, look.heat
        if evidence is None or label is None or (label and label not in evidence.labels):
            return None
        cut: list[slice | int] = [slice(None)] * 3
        cut[axes_of(look.plane).slice] = look.index

        def made() -> NDArray[np.uint8]:
            here = evidence.probability(label, tuple(cut)) if label else evidence.uncertainty(tuple(cut))
            return heat_levels(sampled(here, look.viewport))

        key = (look.plane, look.index, look.viewport, self._version["evidence"], label)
        return self._keep("heat", key, made)

    def _shown_marks(self, look: Look) -> NDArray[Any]:
        marks = self.marks(look.plane, look.index)
        key = (look.plane, look.index, look.viewport, self._version["marks"], self._version["drawn"])
        return self._keep("shown marks", key, lambda: highest(marks, look.viewport)[0])

    def colour_of(self, label: int) -> Colour | None:
        """The colour of a label as the table has it, None when it is hidden; a label not in the table has its own."""
        known = self.annotation.table.get(label)
        if known is None:
            return colour_of(label)
        return known.colour if known.visible else None

    def _keep(self, name: str, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """What was made last under this name, if made with this key, else made now."""
        kept = self._kept.get(name)
        if kept is None or kept[0] != key:
            kept = (key, make())
            self._kept[name] = kept
        return cast(Kept, kept[1])
