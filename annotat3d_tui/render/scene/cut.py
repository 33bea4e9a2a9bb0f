"""The clipping plane: what lies on one side of it is cut away from volume and meshes."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.render.oblique import Oblique, Vector
from annotat3d_tui.render.scene.grid import Grid, as_vector

LOCKED = "The clipping plane is locked: unlock it to move it."


@dataclass(frozen=True)
class Cut:
    """A plane, in voxels as the slice view has it. What lies before it, against its normal, is cut away; flipped, what
    lies behind it. A locked one does not move: those acts raise InvalidParameter.

    >>> Cut(Oblique((5, 0, 0))).keeps(np.array([[4, 0, 0], [6, 0, 0]]), Grid((9, 9, 9))).tolist()
    [False, True]
    """

    plane: Oblique
    flipped: bool = False
    locked: bool = False

    @classmethod
    def through(cls, grid: Grid, normal: Vector = (1.0, 0.0, 0.0)) -> Self:
        """The plane through the middle of a grid with a normal (z, y, x)."""
        return cls(Oblique(grid.voxel_at(grid.middle)).facing(normal))

    @property
    def normal(self) -> Vector:
        """Of length 1, towards what is kept."""
        return as_vector(np.array(self.plane.normal) * (-1.0 if self.flipped else 1.0))

    def keeps(self, voxels: NDArray[np.float64], grid: Grid) -> NDArray[np.bool_]:
        """Which places (n, 3), in voxels, are on the side that is kept."""
        away = (np.asarray(voxels) - np.array(self.plane.position)) * np.array(grid.voxel_size)
        return np.asarray(away @ np.array(self.normal) >= 0)

    def moved(self, steps: float, grid: Grid) -> Self:
        """Along the plane's own normal by so many finest voxels; it stops at the corners of the box."""
        self._check_unlocked()
        plane = self.plane.moved(0, 0, steps, grid.voxel_size)
        reach = (grid.corners - np.array(grid.place_of(plane.position))) @ np.array(plane.normal)
        beyond = max(float(reach.min()), 0.0) or min(float(reach.max()), 0.0)
        return replace(self, plane=plane.moved(0, 0, beyond / min(grid.voxel_size), grid.voxel_size))

    def turned(self, columns: float, rows: float) -> Self:
        """About its place, by degrees, as the slice view turns it."""
        self._check_unlocked()
        return replace(self, plane=self.plane.turned(columns, rows))

    def facing(self, normal: Vector) -> Self:
        """With another normal (z, y, x) through the same place."""
        self._check_unlocked()
        return replace(self, plane=self.plane.facing(normal))

    def flip(self) -> Self:
        """The other side is kept."""
        return replace(self, flipped=not self.flipped)

    def lock(self) -> Self:
        """It no longer moves, or does again."""
        return replace(self, locked=not self.locked)

    def _check_unlocked(self) -> None:
        if self.locked:
            raise InvalidParameter(LOCKED)
