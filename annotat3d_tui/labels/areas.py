"""Strokes that mark a whole area at once: a polygon, superpixels under a line, what is as grey as a line or a range.

    polygon 2 xy z=40 10,12 30,40 55,41                 filled; depth=2 repeats it on ± 2 slices
    superpixel 2 xy z=40 10,12 30,14                    the superpixels under a line
    flood 2 xy z=40 tol=300 10,12                       voxels as grey as the one at 10,12, ± 300, connected to it
    flood 2 xy z=40 3d tol=300 max=50000 10,12          in all slices, refused where it has more than 50000 voxels
    threshold 2 xy z=40 from=100 to=200                 voxels with grey values from 100 to 200; 3d: in all slices
    threshold 2 xy z=40 from=100 10,12 30,40 55,41      those inside a polygon

Label 0 takes marks away.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidMarkers, InvalidParameter
from annotat3d_tui.labels.colours import check_label
from annotat3d_tui.labels.places import Points, check_place, check_range, place_words, point_words
from annotat3d_tui.labels.planes import Shape, axes_of, in_volume, plane_shape
from annotat3d_tui.labels.raster import centre_line, filled_polygon

MOST = 1_000_000
MOST_MAX = 10**9
FEW = 8


@dataclass(frozen=True)
class Area:
    """An area in slice `position` of a plane, given by points (h, v); label 1…65535, or 0 to erase.

    Raises InvalidParameter for values outside their ranges.
    """

    tool: ClassVar[str]
    least_points: ClassVar[int] = 1

    label: int
    plane: str
    position: int
    points: Points
    depth: int = 0

    def __post_init__(self) -> None:
        if self.label != 0:
            check_label(self.label)
        check_place(self.plane, self.position, self.points, self.depth, least=self.least_points)

    def __str__(self) -> str:
        words = [self.tool, str(self.label)] if self.label else ["erase", self.tool]
        place = place_words(self.plane, self.position, self.depth)
        return " ".join([*words, *place, *self._settings(), *point_words(self.points)])

    def _settings(self) -> list[str]:
        return []

    def line(self, shape: Shape) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows and columns of the pixels of its slice under the line through its points, as far as it is inside."""
        flat_shape = plane_shape(self.plane, shape)
        if not 0 <= self.position < shape[axes_of(self.plane).slice]:
            flat_shape = (0, 0)
        pixels = centre_line(np.array(self.points, np.int64), flat_shape, 0)
        return pixels[:, 1], pixels[:, 0]


@dataclass(frozen=True)
class Polygon(Area):
    """All that lies in a closed polygon or on its outline, in ± depth slices; what it goes round twice is outside."""

    tool = "polygon"

    def voxels(self, shape: Shape) -> NDArray[np.int64]:
        """Flat indices (m,), rising, of the voxels of a (Z, Y, X) volume that it covers."""
        pixels = filled_polygon(np.array(self.points, dtype=np.int64), plane_shape(self.plane, shape))
        layers = ((offset, pixels) for offset in range(-self.depth, self.depth + 1))
        return in_volume(self.plane, self.position, layers, shape)


@dataclass(frozen=True)
class Superpixel(Area):
    """The superpixels under the line through its points, as far as they go on from its slice to the next ones."""

    tool = "superpixel"

    def ids_in(self, superpixels: NDArray[np.integer[Any]]) -> NDArray[np.integer[Any]]:
        """The ids (n,), rising, under its line in (Z, Y, X) ids ≥ 1; 0, where there is none, is left out."""
        z, y, x = superpixels.shape
        rows, columns = self.line((z, y, x))
        if not rows.size:
            return np.empty(0, superpixels.dtype)
        ids = np.unique(np.moveaxis(superpixels, axes_of(self.plane).slice, 0)[self.position, rows, columns])
        return ids[ids > 0]

    def voxels_in(self, superpixels: NDArray[np.integer[Any]], without: Collection[int] = ()) -> NDArray[np.int64]:
        """Flat indices (m,), rising, of their voxels; `without` are ids that are left out."""
        z, y, x = superpixels.shape
        ids = self.ids_in(superpixels)
        ids = ids[~np.isin(ids, list(without))]
        if not ids.size:
            return np.empty(0, np.int64)
        turned = np.moveaxis(superpixels, axes_of(self.plane).slice, 0)
        behind = _layers(turned, ids, self.position - 1, -1)
        layers = [*reversed(behind), *_layers(turned, ids, self.position, 1)]
        return in_volume(self.plane, 0, layers, (z, y, x))


def one_of(values: NDArray[Any], ids: NDArray[Any]) -> NDArray[np.bool_]:
    """Where `values` are one of a few `ids`; of many, `numpy.isin` knows better ways."""
    if len(ids) > FEW:
        return np.isin(values, ids)
    found = np.zeros(values.shape, np.bool_)
    for id in ids:
        found |= values == id
    return found


def _layers(turned: NDArray[Any], ids: NDArray[Any], begin: int, way: int) -> list[tuple[int, NDArray[np.int64]]]:
    """Slice and its pixels with one of `ids`, from slice `begin` on as long as there are any."""
    layers = []
    last = len(turned) if way > 0 else -1
    for index in range(begin, last, way):
        found = np.flatnonzero(one_of(turned[index], ids))
        if not found.size:
            break
        layers.append((index, found))
    return layers


@dataclass(frozen=True)
class Flood(Area):
    """Voxels connected to the line through its points whose grey values are within ± tolerance of those on the line.

    Neighbours share a side, in the slice or, when `solid`, in the volume. most: so many voxels may be found.
    """

    tool = "flood"

    tolerance: float = 0.0
    solid: bool = False
    most: int = MOST

    def __post_init__(self) -> None:
        super().__post_init__()
        if not (math.isfinite(self.tolerance) and self.tolerance >= 0):
            raise InvalidParameter(
                f"The tolerance of a flood must be a number from 0, received {self.tolerance}: give tol=300 or so."
            )
        check_range("The max of a flood", self.most, 1, MOST_MAX)

    def _settings(self) -> list[str]:
        most = [f"max={self.most}"] if self.most != MOST else []
        return [*(["3d"] if self.solid else []), f"tol={number_text(self.tolerance)}", *most]

    def voxels_in(self, image: NDArray[Any]) -> NDArray[np.int64]:
        """Flat indices (m,), rising, of what it finds in an image (Z, Y, X).

        Raises InvalidMarkers when that is more than `most`.
        """
        from annotat3d_tui.labels.flood import flooded  # brings in Numba

        z, y, x = image.shape
        axes = axes_of(self.plane)
        rows, columns = self.line((z, y, x))
        if not rows.size:
            return np.empty(0, np.int64)
        place: list[Any] = [self.position] * 3
        place[axes.row], place[axes.column] = rows, columns
        if self.solid:
            seeds = np.ravel_multi_index(np.broadcast_arrays(*place), image.shape).astype(np.int64)
            found = flooded(image, seeds, self.tolerance, self.most)
        else:
            pixels = np.ascontiguousarray(np.moveaxis(image, axes.slice, 0)[self.position])
            seeds = rows * pixels.shape[1] + columns
            found = flooded(pixels[None], seeds, self.tolerance, self.most)
            found = found if found is None else in_volume(self.plane, self.position, [(0, found)], (z, y, x))
        if found is None:
            raise InvalidMarkers(
                f"A flood must find at most {self.most} voxels, received more with tolerance "
                f"{number_text(self.tolerance)}: give a smaller tolerance, or allow more with max=."
            )
        return found


@dataclass(frozen=True)
class Threshold(Area):
    """Voxels of a slice, or when `solid` of all slices, with grey values from `low` to `high`, both among them.

    points: of a polygon outside which nothing is marked, in every slice; none: the whole slice. most: so many voxels
    may be found.
    """

    tool = "threshold"
    least_points = 0

    low: float = -math.inf
    high: float = math.inf
    solid: bool = False
    most: int = MOST_MAX

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.low <= self.high or (self.low, self.high) == (-math.inf, math.inf):
            raise InvalidParameter(
                f"A threshold must have a range of grey values, received from {self.low} to {self.high}: give from= or "
                "to=, the first one not higher."
            )
        check_range("The max of a threshold", self.most, 1, MOST_MAX)

    def _settings(self) -> list[str]:
        limits = [f"from={number_text(self.low)}"] if self.low > -math.inf else []
        limits += [f"to={number_text(self.high)}"] if self.high < math.inf else []
        most = [f"max={self.most}"] if self.most != MOST_MAX else []
        return [*(["3d"] if self.solid else []), *limits, *most]

    def voxels_in(self, image: NDArray[Any]) -> NDArray[np.int64]:
        """Flat indices (m,), rising, of what it finds in an image (Z, Y, X), slice by slice.

        Raises InvalidMarkers when that is more than `most`.
        """
        z, y, x = image.shape
        turned = np.moveaxis(image, axes_of(self.plane).slice, 0)
        inside = self._inside((z, y, x))
        slices = range(len(turned)) if self.solid else range(self.position, self.position + 1)
        layers, count = [], 0
        for index in slices:
            if not 0 <= index < len(turned):
                continue
            pixels = turned[index].reshape(-1) if inside is None else turned[index].reshape(-1)[inside]
            found = np.flatnonzero((pixels >= self.low) & (pixels <= self.high))
            layers.append((index, found if inside is None else inside[found]))
            count += found.size
            if count > self.most:
                raise InvalidMarkers(
                    f"A threshold must find at most {self.most} voxels, received more: give a smaller range, or allow "
                    "more with max=."
                )
        return in_volume(self.plane, 0, layers, (z, y, x))

    def _inside(self, shape: Shape) -> NDArray[np.int64] | None:
        """The pixels of a slice that lie in the polygon; None where there is none."""
        if not self.points:
            return None
        return filled_polygon(np.array(self.points, np.int64), plane_shape(self.plane, shape))


def number_text(number: float) -> str:
    """A number that reads back the same, without a needless fraction.

    >>> number_text(300.0), number_text(0.05)
    ('300', '0.05')
    """
    return str(int(number)) if number == int(number) else repr(float(number))
