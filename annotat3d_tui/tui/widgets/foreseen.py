"""What a flood would take, found before it is asked for."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.labels.areas import Flood
from annotat3d_tui.labels.planes import Shape, axes_of
from annotat3d_tui.tui.widgets.reticle import Footprint


@dataclass(frozen=True, eq=False)
class Foreseen:
    """The voxels of a flood: those in its slice, and how many there are; None where there are too many."""

    stroke: Flood
    footprint: Footprint
    voxels: int | None

    @classmethod
    def of(cls, stroke: Flood, where: NDArray[np.int64] | None, shape: Shape) -> "Foreseen":
        """From flat indices (m,) in a volume of `shape` (Z, Y, X), or None where a flood was refused.

        >>> seen = Foreseen.of(Flood(1, "xy", 1, ((0, 0),), tolerance=2.0), np.array([0, 6, 8]), (2, 2, 3))
        >>> [part.tolist() for part in seen.footprint], seen.voxels
        ([[0, 0], [0, 2]], 3)
        """
        axes = axes_of(stroke.plane)
        found = np.unravel_index(np.empty(0, np.int64) if where is None else where, shape)
        here = found[axes.slice] == stroke.position
        footprint = found[axes.row][here], found[axes.column][here]
        return cls(stroke, footprint, None if where is None else len(where))

    @property
    def words(self) -> str:
        """How much it takes."""
        if self.voxels is None:
            return "too many voxels"
        return f"{self.voxels} voxel{'s' * (self.voxels != 1)}"
