"""A plane of a volume as a 2D view, and from a point in the plane to a voxel and back.

Which axes run across and down is the table of `labels.planes`; points in a plane are (h, v): along its columns, along
its rows.
"""

from typing import Any, TypeVar

from numpy.typing import NDArray

from annotat3d_tui.labels.planes import axes_of

Number = TypeVar("Number", int, float)


def plane_view(volume: NDArray[Any], plane: str, index: int) -> NDArray[Any]:
    """Slice `index` of a (Z, Y, X) volume as a 2D view (rows, columns), without copying."""
    where: list[slice | int] = [slice(None)] * 3
    where[axes_of(plane).slice] = index
    return volume[tuple(where)]


def plane_size(size: tuple[Number, ...], plane: str) -> tuple[Number, Number]:
    """(rows, columns) of a slice from a (z, y, x) shape; from a (z, y, x) voxel size, the size of its pixels.

    >>> plane_size((5, 6, 7), "yz")
    (5, 6)
    """
    axes = axes_of(plane)
    return size[axes.row], size[axes.column]


def voxel_of(point: tuple[Number, Number], index: Number, plane: str) -> tuple[Number, Number, Number]:
    """(z, y, x) of the point (h, v) of slice `index`.

    >>> voxel_of((7, 5), 6, "xz")
    (5, 6, 7)
    """
    axes = axes_of(plane)
    at = {axes.slice: index, axes.row: point[1], axes.column: point[0]}
    return at[0], at[1], at[2]


def point_of(voxel: tuple[Number, ...], plane: str) -> tuple[Number, Number]:
    """(h, v) of a voxel (z, y, x) in its slice.

    >>> point_of((5, 6, 7), "xz")
    (7, 5)
    """
    axes = axes_of(plane)
    return voxel[axes.column], voxel[axes.row]


def index_of(voxel: tuple[Number, ...], plane: str) -> Number:
    """The slice of the plane in which a voxel (z, y, x) lies."""
    return voxel[axes_of(plane).slice]
