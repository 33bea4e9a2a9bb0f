"""What a slice view shows, made from volumes and kept until it changes: grey values, labels, superpixels, markers."""

from collections.abc import Callable, Hashable
from copy import copy
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.areas import Superpixel, one_of
from annotat3d_tui.labels.colours import colour_of
from annotat3d_tui.labels.difference import difference
from annotat3d_tui.labels.planes import axes_of
from annotat3d_tui.labels.table import LabelTable
from annotat3d_tui.render.colormaps import Colour
from annotat3d_tui.render.contours import contour_of
from annotat3d_tui.render.palette import Palette
from annotat3d_tui.render.patterns import patterned, shaded
from annotat3d_tui.render.percentiles import contrast_window, grey_sample
from annotat3d_tui.render.planes import plane_view
from annotat3d_tui.render.slice import Layers, Window, compose, grey_levels, heat_levels, highest, sampled
from annotat3d_tui.render.viewport import Point, Viewport
from annotat3d_tui.tui.widgets.brush import Drawn, covered
from annotat3d_tui.tui.widgets.reader import Reader
from annotat3d_tui.volume.pyramid import wanted_soon
from annotat3d_tui.volume.turned import Turned
from annotat3d_tui.workflow.evidence import Evidence

Kept = TypeVar("Kept")
VOLUMES = ("label", "superpixels", "alternative", "compared")
PATIENCE = 0.02
"""Seconds that the disk may take before the coarse copy is shown."""
FROM_OTHER = -1
ACROSS_X = 2
"""Of the axes (z, y, x)."""
NEAR = 100
"""The superpixel under the cursor is shown as far as this, in voxels."""


@dataclass(frozen=True)
class Look:
    """Everything that decides a picture, but for the volumes.

    contour: labels are outlined, not filled. patterns: they are told apart by patterns, too; colourless: by nothing
    else, since there are no colours. alternative: the visualization image is shown. heat: shown instead of the label:
    0 the uncertainty, an id the probability of that label, FROM_OTHER where it differs from the label volume that it is
    compared with, None nothing.
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
    contour: bool = False
    patterns: bool = False
    colourless: bool = False
    alternative: bool = False


class Scene:
    """The volumes of a slice view and the layers last made from them.

    A layer is made again when what it was made from changes; `marks_changed`, and setting a volume, say so.
    turned: a copy of the image from which slices across x are read, where there is one. coarse: the image in fewer
    voxels, shown while the disk is slow; `exact_ready` is called, in a thread, once there is
    more to show.
    """

    def __init__(
        self, image: NDArray[Any], annotation: Annotation, exact_ready: Callable[[], object] = lambda: None
    ) -> None:
        self.image = image
        self.annotation = annotation
        self._volumes: dict[str, NDArray[Any] | None] = dict.fromkeys(VOLUMES)
        self._version: dict[str, int] = dict.fromkeys((*VOLUMES, "marks", "drawn", "evidence", "exact"), 0)
        self._kept: dict[str, tuple[Hashable, Any]] = {}
        self._known: dict[str, Evidence | None] = {"evidence": None}
        self._copies: dict[str, Turned] = {}
        self.coarse: NDArray[Any] | None = None
        self._reader = Reader(exact_ready)
        self._table: LabelTable | None = None

    def still(self, plane: str, index: int) -> "Scene":
        """This scene as it is now, for another thread; the markers in it are those of one slice."""
        still = copy(self)
        still._table, still.coarse = self.table, None  # it can wait for the disk
        still._version, still._volumes = dict(self._version), dict(self._volumes)
        marks = self.marks(plane, index)
        still._kept = {"marks": (self._kept["marks"][0], marks.copy()), "window": (0, self.automatic_window())}
        return still

    @property
    def table(self) -> LabelTable:
        """The labels, their colours and whether they are seen."""
        return self.annotation.table if self._table is None else self._table

    def beside(self) -> "Scene":
        """A scene of the same volumes, now and when they are others, for another view; it keeps its own layers.

        It has no coarse copy: its pictures are made in a thread, which may wait for the disk.
        """
        other = copy(self)
        other._kept, other.coarse = {}, None
        return other

    @property
    def shape(self) -> tuple[int, int, int]:
        """(Z, Y, X)."""
        depth, rows, columns = self.image.shape
        return depth, rows, columns

    def volume(self, name: str) -> NDArray[Any] | None:
        """One of VOLUMES: "alternative" lies in the place of the image, the others lie over it."""
        return self._volumes[name]

    def set_volume(self, name: str, volume: NDArray[Any] | None) -> None:
        """Show another volume, or the same one after its voxels changed."""
        self._volumes[name] = volume
        self._version[name] += 1

    def version(self, name: str) -> int:
        """Counts how often one of VOLUMES, or the "marks", have become others."""
        return self._version[name]

    @property
    def evidence(self) -> Evidence | None:
        """Probabilities and uncertainty, where they are known."""
        return self._known["evidence"]

    @evidence.setter
    def evidence(self, evidence: Evidence | None) -> None:
        self._known["evidence"] = evidence
        self._version["evidence"] += 1

    @property
    def turned(self) -> Turned | None:
        """The copy of the image from which slices across x are read."""
        return self._copies.get("turned")

    @turned.setter
    def turned(self, turned: Turned) -> None:
        self._copies["turned"] = turned

    def image_plane(self, image: NDArray[Any], plane: str, index: int) -> NDArray[Any]:
        """Slice `index` of the image that is seen (rows, columns), read in the way that costs the disk least."""
        across = axes_of(plane).slice
        if across == ACROSS_X and self.turned is not None and image is self.image:
            return self.turned.plane(index)
        wanted_soon(image, across, index)
        return plane_view(image, plane, index)

    def marks_changed(self) -> None:
        """Read the markers again; what was drawn and not yet in the annotation is forgotten."""
        self._version["marks"] += 1

    def draw(self, stroke: Drawn) -> None:
        """Show a stroke in its slice before the markers are read again."""
        marks = self.marks(stroke.plane, stroke.position)
        if isinstance(stroke, Superpixel):
            marks[self._under(stroke)] = stroke.label
        else:
            marks[covered(stroke, self.shape)] = stroke.label
        self._version["drawn"] += 1

    def superpixel_at(self, plane: str, index: int, point: Point) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows and columns of the superpixel at a point (h, v) in its slice, as far as it lies near the point."""
        volume = self._volumes["superpixels"]
        if volume is None:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        ids, (column, row) = plane_view(volume, plane, index), point
        top, left = max(row - NEAR, 0), max(column - NEAR, 0)
        own = ids[row, column]
        rows, columns = np.nonzero((ids[top : row + NEAR, left : column + NEAR] == own) & (own > 0))
        return rows + top, columns + left

    def _under(self, stroke: Superpixel) -> NDArray[np.bool_]:
        """The pixels of its slice that are in the superpixels of a stroke."""
        volume = self._volumes["superpixels"]
        assert volume is not None
        return one_of(plane_view(volume, stroke.plane, stroke.position), stroke.ids_in(volume))

    def marks(self, plane: str, index: int) -> NDArray[Any]:
        """The markers of a slice as they are shown, strokes included that are not yet in the annotation."""
        key = (plane, index, self._version["marks"])
        return self._keep("marks", key, lambda: np.array(self.annotation.markers.plane(plane, index)))

    def shown_image(self, alternative: bool) -> NDArray[Any]:
        """The image that is seen: the visualization image where it is wanted and there is one."""
        other = self._volumes["alternative"] if alternative else None
        return self.image if other is None else other

    def automatic_window(self, alternative: bool = False) -> Window:
        """The contrast window that the image asks for."""
        name, version = ("alternative window", self._version["alternative"]) if alternative else ("window", 0)
        return self._keep(name, version, lambda: contrast_window(grey_sample(self.shown_image(alternative))))

    def picture(self, look: Look) -> NDArray[np.uint8]:
        """Colours (rows, columns, 3) of the pixels inside the plane."""
        key = (look, tuple(self._version.values()), self.table)
        return self._keep("picture", key, lambda: self._compose(look))

    def _compose(self, look: Look) -> NDArray[np.uint8]:
        window = look.window or self.automatic_window(look.alternative)
        place = (look.plane, look.index, look.viewport, look.alternative and self._version["alternative"])
        image, levels = self.shown_image(look.alternative), look.palette.levels

        def read() -> NDArray[np.uint8]:
            return grey_levels(self.image_plane(image, look.plane, look.index), look.viewport, window, levels)

        grey = self._grey((place, window, levels), read, look)
        heat, difference = self._heat(look), self._difference(look)
        plain = heat is None and difference is None
        label = self._label(look) if look.show_label and plain else None
        if label is not None and look.patterns and look.colourless and not look.contour:
            shown = np.where(np.isin(label, list(self.table.hidden)), 0, label)
            grey, label = shaded(grey, shown, levels, look.opacity, look.viewport.fineness), None
        layers = Layers(
            grey,
            label=label,
            superpixels=self._sampled("superpixels", look) if look.show_superpixels else None,
            marks=self._shown_marks(look) if look.show_markers else None,
            heat=heat,
            difference=difference,
        )
        opacity = (1 + look.opacity) / 2 if look.contour and plain else look.opacity
        return compose(layers, self.colour_of, palette=look.palette, opacity=opacity)

    def _label(self, look: Look) -> NDArray[Any] | None:
        """Label ids of the pixels; of their contours or patterns alone where these are wanted."""
        ids = self._sampled("label", look)
        if ids is None:
            return ids
        if not look.contour:
            return patterned(ids, look.viewport.fineness) if look.patterns and not look.colourless else ids
        key = (look.plane, look.index, look.viewport, self._version["label"])
        return self._keep("contour", key, lambda: contour_of(ids, max(round(look.viewport.fineness / 2), 1)))

    def _grey(self, key: Hashable, make: Callable[[], NDArray[np.uint8]], look: Look) -> NDArray[np.uint8]:
        """Grey levels; where the disk is slow those of the coarse copy, and `exact_ready` is called later."""
        if self.coarse is None or self.shown_image(look.alternative) is not self.image:
            return self._keep("grey", key, make)
        exact = self._reader.read(key, make, PATIENCE)
        if exact is not None:
            return cast("NDArray[np.uint8]", exact)
        across = self.coarse.shape[axes_of(look.plane).slice]
        index = min(look.index * across // self.shape[axes_of(look.plane).slice], across - 1)
        plane = plane_view(self.coarse, look.plane, index)
        seen = look.viewport.over((plane.shape[0], plane.shape[1]))
        return grey_levels(plane, seen, look.window or self.automatic_window(), look.palette.levels)

    def exact_arrived(self) -> None:
        """Draw again what was drawn from the coarse copy."""
        self._version["exact"] += 1

    def _sampled(self, name: str, look: Look) -> NDArray[Any] | None:
        volume = self._volumes[name]
        if volume is None:
            return None
        plane = plane_view(volume, look.plane, look.index)
        key = (look.plane, look.index, look.viewport, self._version[name])
        return self._keep(name, key, lambda: sampled(plane, look.viewport))

    def _heat(self, look: Look) -> NDArray[np.uint8] | None:
        """Levels of what is shown as heat; None where it is not wanted or not known."""
        evidence, label = self.evidence, look.heat
        if evidence is None or label is None or label < 0 or (label and label not in evidence.labels):
            return None
        cut: list[slice | int] = [slice(None)] * 3
        cut[axes_of(look.plane).slice] = look.index

        def made() -> NDArray[np.uint8]:
            here = evidence.probability(label, tuple(cut)) if label else evidence.uncertainty(tuple(cut))
            return heat_levels(sampled(here, look.viewport))

        key = (look.plane, look.index, look.viewport, self._version["evidence"], label)
        return self._keep("heat", key, made)

    def _difference(self, look: Look) -> NDArray[np.uint8] | None:
        """How pixels differ from the label volume that they are compared with; None where that is not wanted."""
        if look.heat != FROM_OTHER:
            return None
        ids, other = self._sampled("label", look), self._sampled("compared", look)
        if ids is None or other is None:
            return None
        key = (look.plane, look.index, look.viewport, self._version["label"], self._version["compared"])
        return self._keep("difference", key, lambda: difference(ids, other))

    def _shown_marks(self, look: Look) -> NDArray[Any] | None:
        marks = self.marks(look.plane, look.index)
        if not marks.any():
            return None
        key = (look.plane, look.index, look.viewport, self._version["marks"], self._version["drawn"])
        return self._keep("shown marks", key, lambda: highest(marks, look.viewport)[0])

    def colour_of(self, label: int) -> Colour | None:
        """The colour of a label as the table has it, None when it is hidden; a label not in the table has its own."""
        known = self.table.get(label)
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
