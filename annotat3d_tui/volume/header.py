"""What a file that is written says of its volume, and in which way it is kept."""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Header:
    """Shape (Z, Y, X), type, and voxel size (z, y, x) in `unit`.

    compress: without loss, where the format can. labels: ids, of which no mean may be taken. inside: the path in a file
    that holds several volumes.
    """

    shape: tuple[int, int, int]
    dtype: np.dtype[Any]
    voxel_size: tuple[float, float, float] = (1.0, 1.0, 1.0)
    unit: str = "voxel"
    compress: bool = False
    labels: bool = False
    inside: str = ""
