"""The feature table: what superpixels and marked voxels look like."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

POOLS = ("mean", "minimum", "maximum")
"""What a superpixel can have of its voxels' values."""


@dataclass(frozen=True)
class Table:
    """Features of superpixels and of marked voxels, in the same columns.

    Row i of `superpixels` (n, columns) is superpixel i + 1; it is NaN where the superpixel was not
    looked at, in a preview. Each column is contiguous (Fortran order). Row i of `voxels` (m, columns) is
    marked voxel i: a voxel counts as a superpixel of one voxel. `dimensions` (2 or 3) are those in
    which filters were evaluated.
    """

    columns: tuple[str, ...]
    superpixels: NDArray[np.float32] | None
    voxels: NDArray[np.float32] | None
    dimensions: int
