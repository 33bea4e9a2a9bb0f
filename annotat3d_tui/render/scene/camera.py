"""From where a scene is seen: plain data, and the arithmetic of orbits, pans and flights.

Directions of presets are those of the look: `z` looks along z, from the side of the first slice, and shows it as the
plane XY of the slice view does; `-y` so shows XZ, and `x` YZ. Space is right-handed: the others show the volume from
behind, mirrored as a real thing would be. Rows run down: y in `z` and `-z`, z in all others.
"""

import math
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.render.oblique import Vector, X, Y, Z
from annotat3d_tui.render.scene.grid import Floats, Grid, as_vector, cross, turned, unit_vector

ARCBALL, TURNTABLE, FLY = STYLES = ("arcball", "turntable", "fly")

_UP = (-1.0, 0.0, 0.0)
"""Of a turntable: towards the first slice, which lies on top."""


def _negative(vector: Vector) -> Vector:
    return as_vector(-np.array(vector))


PRESETS: dict[str, tuple[Vector, Vector]] = {
    "x": (X, _negative(Z)),
    "-x": (_negative(X), _negative(Z)),
    "y": (Y, _negative(Z)),
    "-y": (_negative(Y), _negative(Z)),
    "z": (Z, _negative(Y)),
    "-z": (_negative(Z), _negative(Y)),
    "iso": (
        as_vector(unit_vector((0.6, -0.8, 0.55))),
        as_vector(unit_vector(cross(cross((0.6, -0.8, 0.55), _UP), (0.6, -0.8, 0.55)))),
    ),
}
"""The direction of the look and what is up, by name."""

ANGLE = 30.0
MARGIN = 1.08
NEAREST, FARTHEST = 1e-3, 1e3
"""How much of the box, in heights of it, may be seen from top to bottom."""


@dataclass(frozen=True)
class Camera:
    """A look in a direction at `focus`, which is in the middle of the picture.

    direction, up: of length 1 and at right angles. height: the length seen from top to bottom of the picture at the
    focus. perspective: near things are larger; `angle` is then that from top to bottom, in degrees.
    style: what an orbit does: `arcball` turns freely, `turntable` keeps z upright, `fly` turns the head.

    >>> Camera((0, 0, 0), Z, (0, -1, 0), 2.0).right
    (0.0, 0.0, 1.0)
    """

    focus: Vector
    direction: Vector
    up: Vector
    height: float
    perspective: bool = False
    angle: float = ANGLE
    style: str = ARCBALL

    @classmethod
    def looking(cls, grid: Grid, preset: str = "iso", aspect: float = 1.0, perspective: bool = False) -> Self:
        """The whole box of a grid, in a picture `aspect` times as wide as high; InvalidParameter for no preset."""
        if preset not in PRESETS:
            raise InvalidParameter(f"A view must be one of {', '.join(PRESETS)}, received {preset!r}: choose one.")
        direction, up = PRESETS[preset]
        return cls(grid.middle, direction, up, 1.0, perspective).fitted(grid, aspect)

    def fitted(self, grid: Grid, aspect: float = 1.0) -> Self:
        """The same look, from as near as the whole box can be seen."""
        corners = grid.corners - np.array(grid.middle)
        across, above, depth = (corners @ np.array(one) for one in (self.right, self.up, self.direction))
        half = np.maximum(np.abs(above), np.abs(across) / aspect)
        if self.perspective:  # a corner that is nearer than the focus needs more room
            half = half - depth * self._slope
        return replace(self, focus=grid.middle, height=max(2 * MARGIN * float(half.max()), 1e-9))

    @property
    def right(self) -> Vector:
        """The direction along the rows of the picture."""
        return as_vector(cross(self.direction, self.up))

    @property
    def distance(self) -> float:
        """From the eye to the focus; without perspective the eye has no place, and this is one to look from."""
        return self.height / 2 / self._slope

    @property
    def eye(self) -> Vector:
        """Where the camera stands."""
        return as_vector(np.array(self.focus) - self.distance * np.array(self.direction))

    @property
    def _slope(self) -> float:
        return math.tan(math.radians(self.angle) / 2)

    def orbited(self, right: float, down: float) -> Self:
        """The camera moved so that things turn by so many degrees, as if drawn to the right and down; see `style`."""
        if self.style == FLY:
            return self.looked(-right, -down)
        if self.style == TURNTABLE:
            return self._on_turntable(right, down)
        direction, up = (turned(one, self.up, -right) for one in (self.direction, self.up))
        axis = cross(direction, up)
        return self._facing(turned(direction, axis, -down), turned(up, axis, -down))

    def _on_turntable(self, right: float, down: float) -> Self:
        level = self.levelled()
        side = turned(level.right, _UP, -right)
        ahead = cross(_UP, side)
        rise = math.degrees(math.asin(min(max(float(np.dot(level.direction, _UP)), -1.0), 1.0)))
        rise = math.radians(min(max(rise - down, -90.0), 90.0))
        direction = ahead * math.cos(rise) + np.array(_UP) * math.sin(rise)
        return self._facing(direction, np.array(_UP) * math.cos(rise) - ahead * math.sin(rise))

    def levelled(self) -> Self:
        """The same look with z upright in the picture, or as it is where the look is along z."""
        side = cross(self.direction, _UP)
        if np.linalg.norm(side) < 1e-6:
            return self
        return self._facing(self.direction, cross(side, self.direction))

    def rolled(self, degrees: float) -> Self:
        """The picture turned in itself, counter-clockwise."""
        return self._facing(self.direction, turned(self.up, self.direction, degrees))

    def dragged(self, begin: tuple[float, float], end: tuple[float, float]) -> Self:
        """The camera moved as the mouse draws from one place of the picture to another.

        Places are (right, down) from the middle, in halves of the picture's height. A ball is taken by a point and
        turned (Shoemake, *ARCBALL*, 1992); in the other styles a whole height is half a turn.
        """
        if self.style != ARCBALL:
            return self.orbited((end[0] - begin[0]) * 90, (end[1] - begin[1]) * 90)
        first, last = (self._on_ball(place) for place in (begin, end))
        axis = cross(first, last)
        if np.linalg.norm(axis) < 1e-12:
            return self
        turn = -2 * math.degrees(math.atan2(float(np.linalg.norm(axis)), float(first @ last)))
        return self._facing(*(turned(one, unit_vector(axis), turn) for one in (self.direction, self.up)))

    def _on_ball(self, place: tuple[float, float]) -> Floats:
        right, down = place
        reach = math.hypot(right, down)
        if reach > 1:
            right, down = right / reach, down / reach
        near = math.sqrt(max(1 - right**2 - down**2, 0.0))
        return np.asarray(
            right * np.array(self.right) - down * np.array(self.up) - near * np.array(self.direction)
        )  # fmt: skip

    def looked(self, right: float, down: float) -> Self:
        """The head turned by so many degrees; the eye stays where it is."""
        direction, up = (turned(one, self.up, -right) for one in (self.direction, self.up))
        axis = cross(direction, up)
        faced = self._facing(turned(direction, axis, -down), turned(up, axis, -down))
        return replace(faced, focus=as_vector(np.array(self.eye) + self.distance * np.array(faced.direction)))

    def flown(self, ahead: float, right: float = 0.0, up: float = 0.0) -> Self:
        """Eye and focus moved by shares of the height."""
        way = ahead * np.array(self.direction) + right * np.array(self.right) + up * np.array(self.up)
        return replace(self, focus=as_vector(np.array(self.focus) + self.height * way))

    def panned(self, right: float, down: float) -> Self:
        """Things moved in the picture by shares of its height."""
        return self.flown(0.0, -right, down)

    def zoomed(self, factor: float) -> Self:
        """Things `factor` times as large."""
        return replace(self, height=min(max(self.height / factor, 1e-12), 1e12))

    def limited(self, grid: Grid) -> Self:
        """The same, where it is neither so near nor so far that nothing could be seen any more."""
        height = min(max(self.height, NEAREST * grid.diagonal), FARTHEST * grid.diagonal)
        away = np.array(self.focus) - np.array(grid.middle)
        reach = float(np.linalg.norm(away))
        farthest = 2 * grid.diagonal
        focus = self.focus if reach <= farthest else as_vector(np.array(grid.middle) + away * (farthest / reach))
        return replace(self, height=height, focus=focus)

    def centred(self, place: Vector) -> Self:
        """The same look at another place."""
        return replace(self, focus=place)

    def preset(self, name: str) -> Self:
        """The look of a preset at the same focus, as near as before; InvalidParameter for no preset."""
        if name not in PRESETS:
            raise InvalidParameter(f"A view must be one of {', '.join(PRESETS)}, received {name!r}: choose one.")
        return self._facing(*PRESETS[name])

    def next_style(self) -> Self:
        """Arcball, turntable, fly, and again."""
        style = STYLES[(STYLES.index(self.style) + 1) % len(STYLES)]
        moved = replace(self, style=style)
        return moved.levelled() if style == TURNTABLE else moved

    def projected(self, places: Floats, size: tuple[int, int]) -> Floats:
        """Where places (n, 3) lie in a picture of `size` (width, height): (n, 3) of column, row, depth.

        Columns and rows are in pixels from the upper left corner; the depth is the length from the focus along the
        look. Places behind the eye are NaN.
        """
        width, height = size
        away = np.asarray(places, float) - np.array(self.focus)
        across, above, depth = (away @ np.array(one) for one in (self.right, self.up, self.direction))
        scale = np.full(len(away), height / self.height)
        if self.perspective:
            before = depth + self.distance
            with np.errstate(divide="ignore", invalid="ignore"):
                scale = np.where(before > 0, scale * self.distance / before, np.nan)
        return np.stack([width / 2 + across * scale, height / 2 - above * scale, depth], axis=1)

    def ray(self, column: float, row: float, size: tuple[int, int]) -> tuple[Vector, Vector]:
        """Where the look through a place of a picture of `size` (width, height) begins, and its direction.

        It begins at the eye, or without perspective far before the focus.
        """
        width, height = size
        scale = self.height / height
        across, above = (column - width / 2) * scale, (height / 2 - row) * scale
        aside = across * np.array(self.right) + above * np.array(self.up)
        if self.perspective:
            toward = np.array(self.direction) * self.distance + aside
            return self.eye, as_vector(unit_vector(toward))
        return as_vector(np.array(self.eye) + aside), self.direction

    def _facing(self, direction: Any, up: Any) -> Self:
        """Another direction at the same focus; rounding errors are mended."""
        ahead = unit_vector(direction)
        side = unit_vector(cross(ahead, up))
        return replace(self, direction=as_vector(ahead), up=as_vector(cross(side, ahead)))


def turns(camera: Camera, count: int) -> list[Camera]:
    """Once round the upright axis of the picture in so many equal steps, the first as given: for a film."""
    axis: NDArray[np.float64] = np.array(_UP if abs(np.dot(camera.up, _UP)) > 0.3 else camera.up)
    around = []
    for step in range(count):
        degrees = 360 * step / count
        around.append(camera._facing(*(turned(one, axis, degrees) for one in (camera.direction, camera.up))))
    return around
