"""The three planes in which strokes are drawn, as axes of a (Z, Y, X) volume."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidParameter

Shape = tuple[int, int, int]


class Axes(NamedTuple):
    """Axes (0 z, 1 y, 2 x) that count the slices of a plane, its rows (v) and its columns (h)."""

    slice: int
    row: int
    column: int


PLANES: dict[str, Axes] = {"xy": Axes(0, 1, 2), "xz": Axes(1, 0, 2), "yz": Axes(2, 0, 1)}


def axes_of(plane: str) -> Axes:
    """The axes of a plane `xy`, `xz` or `yz`; raises InvalidParameter for another word."""
    if plane not in PLANES:
        raise InvalidParameter(f"A plane must be one of {', '.join(PLANES)}, received {plane!r}: choose one of them.")
    return PLANES[plane]


def plane_shape(plane: str, shape: Shape) -> tuple[int, int]:
    """(rows, columns) of a slice of a volume of `shape` (Z, Y, X)."""
    axes = axes_of(plane)
    return shape[axes.row], shape[axes.column]


def in_volume(
    plane: str, position: int, layers: Iterable[tuple[int, NDArray[np.int64]]], shape: Shape
) -> NDArray[np.int64]:
    """Flat indices (m,), rising, of voxels given slice by slice; slices outside the volume are left out.

    layers: by rising offset from slice `position`, flat indices, rising, of pixels of that slice.

    >>> in_volume("xz", 1, [(-1, np.array([0])), (0, np.array([2, 3]))], (2, 2, 3)).tolist()
    [0, 5, 9]
    """
    axes = axes_of(plane)
    columns = shape[axes.column]
    strides = (shape[1] * shape[2], shape[2], 1)
    parts = []
    for offset, flat in layers:
        if 0 <= position + offset < shape[axes.slice]:
            row, column = np.divmod(flat, columns)
            parts.append(
                row * strides[axes.row] + column * strides[axes.column] + (position + offset) * strides[axes.slice]
            )
    voxels = np.concatenate(parts) if parts else np.empty(0, np.int64)
    if axes.slice != 0:
        voxels.sort()
    return voxels
