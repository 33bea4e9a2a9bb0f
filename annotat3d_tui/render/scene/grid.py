"""How the voxels of a volume lie in space: the box they fill, and from voxels to lengths and back."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.render.oblique import Vector

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Grid:
    """A volume of `shape` (Z, Y, X) whose voxels measure `voxel_size` (z, y, x) in `unit`.

    The box begins at 0 0 0; the middle of the voxel 0 0 0 lies half a voxel inside.

    >>> Grid((1, 1, 4), (3.0, 1.0, 0.5)).extent
    (3.0, 1.0, 2.0)
    """

    shape: tuple[int, int, int]
    voxel_size: Vector = (1.0, 1.0, 1.0)
    unit: str = "voxel"

    @property
    def extent(self) -> Vector:
        """Lengths of the box."""
        z, y, x = (count * size for count, size in zip(self.shape, self.voxel_size, strict=True))
        return z, y, x

    @property
    def middle(self) -> Vector:
        """The place in the middle of the box."""
        z, y, x = (length / 2 for length in self.extent)
        return z, y, x

    @property
    def diagonal(self) -> float:
        """From corner to corner."""
        return float(np.linalg.norm(self.extent))

    @property
    def corners(self) -> Floats:
        """The eight corners (8, 3) of the box."""
        cube: Floats = np.array([[z, y, x] for z in (0, 1) for y in (0, 1) for x in (0, 1)], float)
        return np.asarray(cube * np.array(self.extent))

    def place_of(self, voxel: Vector) -> Vector:
        """Where a place in voxels lies, whose whole numbers are the middles of voxels.

        >>> Grid((4, 4, 4), (2.0, 1.0, 1.0)).place_of((0, 0, 3))
        (1.0, 0.5, 3.5)
        """
        z, y, x = ((at + 0.5) * size for at, size in zip(voxel, self.voxel_size, strict=True))
        return z, y, x

    def voxel_at(self, place: Vector | Floats) -> Vector:
        """The place in voxels of a place in lengths: what `place_of` undoes."""
        z, y, x = (float(at) / size - 0.5 for at, size in zip(place, self.voxel_size, strict=True))
        return z, y, x

    def nearest_voxel(self, place: Vector | Floats) -> tuple[int, int, int]:
        """The voxel that holds a place, or the nearest to it."""
        z, y, x = (
            min(max(int(np.floor(at + 0.5)), 0), count - 1)
            for at, count in zip(self.voxel_at(place), self.shape, strict=True)
        )
        return z, y, x


def cross(one: Any, other: Any) -> Floats:
    """The cross product of vectors (z, y, x): at right angles to both, x × y being z.

    >>> cross((0, 0, 1), (0, 1, 0)).tolist()
    [1.0, 0.0, 0.0]
    """
    a, b = (np.asarray(vector, float) for vector in (one, other))
    return np.array([a[2] * b[1] - a[1] * b[2], a[0] * b[2] - a[2] * b[0], a[1] * b[0] - a[0] * b[1]])


def unit_vector(vector: Any) -> Floats:
    """A vector of length 1 of the same direction."""
    values = np.asarray(vector, float)
    return np.asarray(values / np.linalg.norm(values))


def turned(vector: Any, axis: Any, degrees: float) -> Floats:
    """A vector turned about an axis of length 1, as a right-handed screw turns (Rodrigues).

    >>> turned((0, 0, 1), (1, 0, 0), 90).round(9).tolist()
    [0.0, 1.0, 0.0]
    """
    vector, axis, angle = np.asarray(vector, float), np.asarray(axis, float), np.radians(degrees)
    along = axis * (axis @ vector) * (1 - np.cos(angle))
    return np.asarray(vector * np.cos(angle) + cross(axis, vector) * np.sin(angle) + along)


def as_vector(values: Any) -> Vector:
    """Three numbers as a tuple, without -0 and without rounding errors around 0."""
    z, y, x = (float(value) + 0.0 for value in np.where(np.abs(values) < 1e-12, 0.0, values))
    return z, y, x
