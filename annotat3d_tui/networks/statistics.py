"""What many voxels have in common, block by block: mean, deviation, extremes, and how many have each label."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import inf, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

_VOXELS_AT_ONCE = 1 << 20
_COUNTED = 1 << 20
"""Ids within a range as wide as this are counted in a table."""


@dataclass(frozen=True)
class Spread:
    """How the finite values of some voxels are spread; two spreads add up to that of all their voxels.

    squares: sum of squared differences from the mean. not_finite: voxels that are NaN or infinite.

    >>> both = spread_of([np.array([1.0, np.nan])]) + spread_of([np.array([3.0])])
    >>> both.mean, both.std, both.minimum, both.maximum, both.not_finite
    (2.0, 1.0, 1.0, 3.0, 1)
    """

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0
    minimum: float = inf
    maximum: float = -inf
    not_finite: int = 0

    @property
    def std(self) -> float:
        """Standard deviation; 0 of no voxels."""
        return sqrt(self.squares / self.count) if self.count else 0.0

    def __add__(self, other: "Spread") -> "Spread":
        """As Chan, Golub and LeVeque (1979) add them."""
        if not (count := self.count + other.count):
            return Spread(not_finite=self.not_finite + other.not_finite)
        apart = other.mean - self.mean
        return Spread(
            count,
            self.mean + apart * other.count / count,
            self.squares + other.squares + apart * apart * self.count * other.count / count,
            min(self.minimum, other.minimum),
            max(self.maximum, other.maximum),
            self.not_finite + other.not_finite,
        )


def spread_of(blocks: Iterable[NDArray[Any]]) -> Spread:
    """The spread of all voxels of some blocks, in float64."""
    return sum((_spread(piece) for block in blocks for piece in _pieces(block)), Spread())


def count_labels(blocks: Iterable[NDArray[Any]], most: int | None = None) -> dict[int, int]:
    """How many voxels have each whole number, by rising number; counting ends once more than `most` were found.

    >>> count_labels([np.array([[3, 0, 3]], np.uint8), np.array([[7]])])
    {0: 1, 3: 2, 7: 1}
    """
    found: dict[int, int] = {}
    for block in blocks:
        for piece in _pieces(block):
            for label, count in _counted(piece):
                found[label] = found.get(label, 0) + count
        if most is not None and len(found) > most:
            break
    return dict(sorted(found.items()))


def _pieces(block: NDArray[Any]) -> Iterator[NDArray[Any]]:
    flat = block.reshape(-1)
    for start in range(0, len(flat), _VOXELS_AT_ONCE):
        yield flat[start : start + _VOXELS_AT_ONCE]


def _spread(voxels: NDArray[Any]) -> Spread:
    values = voxels
    if voxels.dtype.kind == "f" and not np.isfinite(voxels).all():
        values = voxels[np.isfinite(voxels)]
    missing = len(voxels) - len(values)
    if not len(values):
        return Spread(not_finite=missing)
    exact = values.astype(np.float64)
    mean = float(exact.mean())
    exact -= mean
    return Spread(len(values), mean, float(np.dot(exact, exact)), float(values.min()), float(values.max()), missing)


def _counted(ids: NDArray[Any]) -> Iterator[tuple[int, int]]:
    if not len(ids):
        return
    if ids.dtype.kind == "b":
        ids = ids.view(np.uint8)
    low, high = int(ids.min()), int(ids.max())
    if high - low < _COUNTED:
        counts = np.bincount((ids.astype(np.int64) - low) if low or ids.dtype.itemsize == 8 else ids)
        for place in np.flatnonzero(counts).tolist():
            yield low + place, int(counts[place])
    else:
        values, times = np.unique(ids, return_counts=True)
        yield from zip(values.tolist(), times.tolist(), strict=True)
