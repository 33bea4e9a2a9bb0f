"""A polygon that is being drawn: its corners so far, in one slice of one plane."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.labels.planes import Shape, plane_shape
from annotat3d_tui.labels.raster import centre_line
from annotat3d_tui.render.viewport import Point


@dataclass(frozen=True)
class Corners:
    """Corners (h, v) of an open polygon, at least one."""

    plane: str
    position: int
    points: tuple[Point, ...]

    def at(self, plane: str, position: int) -> bool:
        """Whether it lies in a slice."""
        return (self.plane, self.position) == (plane, position)

    def with_corner(self, point: Point) -> "Corners":
        """With one corner more, unless the last one is there."""
        return self if point == self.points[-1] else replace(self, points=(*self.points, point))

    def without_last(self) -> "Corners | None":
        """With one corner less; None when there was but one."""
        return replace(self, points=self.points[:-1]) if len(self.points) > 1 else None

    def outline(self, point: Point, shape: Shape) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows and columns of its pixels in a volume (Z, Y, X), closed over the cursor at `point`."""
        corners = np.array([*self.points, point, self.points[0]], np.int64)
        pixels = centre_line(corners, plane_shape(self.plane, shape), 0)
        return pixels[:, 1], pixels[:, 0]
