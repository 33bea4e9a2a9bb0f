"""The brush: what it would mark, and the stroke that is being drawn with it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.labels.areas import Flood, Polygon, Superpixel
from annotat3d_tui.labels.edit import Edit
from annotat3d_tui.labels.places import DEPTH_MAX
from annotat3d_tui.labels.planes import Shape, axes_of
from annotat3d_tui.labels.strokes import RADIUS_MAX, Stroke
from annotat3d_tui.render.viewport import Point

TOOLS = ("disk", "ball", "superpixel", "flood", "polygon")
TOLERANCE_MAX = 1e12

Drawn = Stroke | Superpixel
"""What is drawn by moving."""


@dataclass(frozen=True)
class Brush:
    """What the pen marks.

    label: id ≥ 1; tool: one of TOOLS; radius: voxels of disk and ball, 0 is one voxel; depth: slices before and behind
    of disk and polygon, and for a ball its half depth with 0 for a round one; tolerance: grey values of a flood, None
    before the image has said what it begins with;
    solid: the flood goes through all slices; erase: take marks away instead; extend: paint with the label found under
    the first voxel.
    """

    label: int = 1
    radius: int = 5
    depth: int = 0
    tool: str = "disk"
    erase: bool = False
    extend: bool = False
    tolerance: float | None = None
    solid: bool = False

    def wider(self, by: int) -> "Brush":
        """With another radius, within its range."""
        return replace(self, radius=min(max(self.radius + by, 0), RADIUS_MAX))

    def deeper(self, by: int) -> "Brush":
        """With another depth, within its range; a flood is flat or goes through all slices."""
        if self.tool == "flood":
            return replace(self, solid=by > 0)
        return replace(self, depth=min(max(self.depth + by, 0), DEPTH_MAX))

    def softer(self, by: float) -> "Brush":
        """With another tolerance, from 0."""
        return replace(self, tolerance=min(max((self.tolerance or 0.0) + by, 0.0), TOLERANCE_MAX))

    @property
    def next_tool(self) -> "Brush":
        """With the tool after its own."""
        return replace(self, tool=TOOLS[(TOOLS.index(self.tool) + 1) % len(TOOLS)])

    def stroke(self, plane: str, position: int, points: tuple[Point, ...]) -> Drawn:
        """What this brush draws along `points` (h, v) in slice `position` of a plane."""
        label = 0 if self.erase else self.label
        if self.tool == "superpixel":
            return Superpixel(label, plane, position, points)
        tool, ball = "erase" if self.erase else "brush", self.tool == "ball"
        return Stroke(tool, label, self.radius, plane, position, points, self.depth, ball)

    def dot(self, plane: str, position: int, point: Point) -> Stroke:
        """What it would cover at a point, as far as that is known from the point alone."""
        radius = self.radius if self.tool in ("disk", "ball") else 0
        return Stroke("brush", self.label, radius, plane, position, (point,))

    def flood(self, plane: str, position: int, point: Point) -> Flood:
        """The flood from a point."""
        label = 0 if self.erase else self.label
        return Flood(label, plane, position, (point,), tolerance=self.tolerance or 0.0, solid=self.solid)

    def polygon(self, plane: str, position: int, corners: tuple[Point, ...]) -> Polygon:
        """The polygon with these corners."""
        return Polygon(0 if self.erase else self.label, plane, position, corners, self.depth)


class Pen:
    """A stroke that is being drawn: where it went, and what of it is not yet in the annotation."""

    def __init__(self, brush: Brush, plane: str, position: int) -> None:
        self.brush = brush
        self.plane = plane
        self.position = position
        self.points: list[Point] = []
        self._waiting: list[Point] = []
        self.edit: Edit | None = None
        """What the annotation made of it last."""
        self.superpixels: set[int] = set()
        """Ids that are in the annotation."""

    def move(self, point: Point) -> Drawn | None:
        """Go on to a point (h, v); the stroke of this movement alone, or None when it stays where it is.

        All movements together cover the same voxels as the whole stroke.
        """
        if self.points and self.points[-1] == point:
            return None
        way = (*self.points[-1:], point)
        if len(self.points) > 1 and _straight_on(self.points[-2], self.points[-1], point):
            self.points[-1] = point
        else:
            self.points.append(point)
        self._waiting += [point] if self._waiting else way
        return self._along(way)

    @property
    def stroke(self) -> Drawn:
        """The whole stroke so far."""
        return self._along(self.points)

    @property
    def waiting(self) -> Drawn | None:
        """The movements since the last `taken`; None when there were none."""
        return self._along(self._waiting) if self._waiting else None

    def taken(self, edit: Edit | None) -> None:
        """What was waiting is in the annotation, by an edit unless that changed nothing."""
        self._waiting.clear()
        self.edit = edit or self.edit

    def _along(self, points: Sequence[Point]) -> Drawn:
        return self.brush.stroke(self.plane, self.position, tuple(points))


def _straight_on(first: Point, middle: Point, last: Point) -> bool:
    """Whether `middle` can be left out: all on one line along an axis, and going on in the same direction."""
    one = middle[0] - first[0], middle[1] - first[1]
    two = last[0] - middle[0], last[1] - middle[1]
    ahead = one[0] * two[0] + one[1] * two[1] > 0
    return ahead and ((one[0] == 0 and two[0] == 0) or (one[1] == 0 and two[1] == 0))


def covered(stroke: Stroke, shape: Shape) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of the voxels that a stroke covers in its own slice; the others are not looked at."""
    axes = axes_of(stroke.plane)
    flat = replace(stroke, depth=0, ball=False)  # in its middle a ball is a disk
    voxels = np.unravel_index(flat.voxels(shape), shape)
    return voxels[axes.row], voxels[axes.column]
