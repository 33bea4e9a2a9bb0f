"""A volume covered by patches that overlap, so that each voxel is classified away from the border of a patch.

>>> [(tile.start[2], tile.core[2]) for tile in tiles_of((1, 1, 20), (1, 1, 10), (0, 0, 2))]
[(0, slice(0, 7, None)), (5, slice(7, 12, None)), (10, slice(12, 20, None))]
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Place = tuple[slice, slice, slice]


@dataclass(frozen=True)
class Tile:
    """A patch that starts at a voxel (z, y, x) of the volume, and the part of the volume that is kept of it."""

    start: tuple[int, int, int]
    core: Place

    @property
    def inner(self) -> Place:
        """The part that is kept, seen from the patch."""
        z, y, x = (
            slice(kept.start - first, kept.stop - first) for first, kept in zip(self.start, self.core, strict=True)
        )
        return z, y, x


def tiles_of(shape: Sequence[int], patch: Sequence[int], border: Sequence[int]) -> Iterator[Tile]:
    """Patches (Z, Y, X), planes first, whose kept parts cover the volume once.

    What is kept of a patch is at least `border` voxels away from its sides, but for the sides of the volume. A volume
    that is smaller than a patch gets one that reaches beyond its end.
    """
    axes = [_along(*one) for one in zip(shape, patch, border, strict=True)]
    for (z, kept_z), (y, kept_y), (x, kept_x) in itertools.product(*axes):
        yield Tile((z, y, x), (kept_z, kept_y, kept_x))


def tile_count(shape: Sequence[int], patch: Sequence[int], border: Sequence[int]) -> int:
    """How many patches cover a volume."""
    return int(np.prod([len(_starts(*one)) for one in zip(shape, patch, border, strict=True)], dtype=np.int64))


def cut(voxels: NDArray[Any], start: Sequence[int], patch: Sequence[int]) -> NDArray[Any]:
    """The patch that starts at a voxel; beyond the sides the volume is seen in a mirror."""
    stops = [first + side for first, side in zip(start, patch, strict=True)]
    if min(start) >= 0 and all(stop <= length for stop, length in zip(stops, voxels.shape, strict=True)):
        return voxels[tuple(slice(first, stop) for first, stop in zip(start, stops, strict=True))]
    places = [_mirrored(np.arange(*ends), n) for *ends, n in zip(start, stops, voxels.shape, strict=True)]
    inside = tuple(slice(place.min(), place.max() + 1) for place in places)
    return np.ascontiguousarray(voxels[inside])[np.ix_(*(place - place.min() for place in places))]


def _starts(length: int, patch: int, border: int) -> list[int]:
    if length <= patch:
        return [0]
    count = -(-(length - 2 * border) // (patch - 2 * border))
    return [number * (length - patch) // (count - 1) for number in range(count)]


def _along(length: int, patch: int, border: int) -> list[tuple[int, slice]]:
    """First voxels of the patches along an axis, and what is kept: up to the middle of where two overlap."""
    starts = _starts(length, patch, border)
    middles = [(first + patch + second) // 2 for first, second in itertools.pairwise(starts)]
    ends = itertools.pairwise([0, *middles, length])
    return [(start, slice(*kept)) for start, kept in zip(starts, ends, strict=True)]


def _mirrored(places: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    """Places beyond the ends, seen in mirrors that stand on the first and the last voxel."""
    if length == 1:
        return np.zeros_like(places)
    turned = np.abs(places) % (2 * (length - 1))
    return np.asarray(np.minimum(turned, 2 * (length - 1) - turned))
