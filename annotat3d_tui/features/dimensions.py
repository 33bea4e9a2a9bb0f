"""Filters in 2 or 3 dimensions: what the image itself says."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.features.block import Block, Scratch, Source

PAIRS = 12
"""Pairs of neighbouring slices that are looked at, evenly spread."""

CROP = 384
"""Side of the part in the middle of a slice that is looked at, in voxels."""

LARGEST_LAG = 64
LARGEST_3D = 4
"""Lag up to which the volume is filtered in 3 dimensions. Real volumes had lags of 0.3 to 2 or of 12 to 37."""

MODERATE = 1e-12, 1e12
"""Largest values whose squares, and sums of squares, are far from what float32 can hold."""


def choose_dimensions(image: NDArray[Any]) -> tuple[int, float]:
    """2 or 3, and the lag: the distance in a slice at which voxels are as alike as those of neighbouring slices.

    Slices are smoothed by a Gaussian of 1 voxel, their means taken off. The lag is where the
    correlation within slices falls to that between neighbouring slices; up to 4 voxels the volume is filtered
    in 3 dimensions, else slice by slice. A single slice has lag inf and 2 dimensions, and so has a volume whose
    neighbouring slices are less alike than voxels 64 apart (or half a slice); in a constant volume lag is 0.

    Looks at no more than 12 pairs of slices, 384 × 384 voxels of each: a fraction of a second, on any volume.
    """
    from annotat3d_tui.features.convolution import smooth  # brings Numba in

    source = Source.of(image)
    depth, height, width = source.image.shape
    if depth == 1:
        return 2, math.inf
    top, left = max(0, (height - CROP) // 2), max(0, (width - CROP) // 2)
    lower, upper = [], []
    places = np.unique(np.linspace(0, depth - 2, min(PAIRS, depth - 1)).round().astype(int))
    for pair in _moderate([source.image[z : z + 2, top : top + CROP, left : left + CROP] for z in places]):
        smoothed = smooth(Block(Source.of(pair), 0, 2, 2, Scratch()), 1, "first")
        smoothed -= smoothed.mean(axis=(1, 2), keepdims=True)
        lower.append(smoothed[0])
        upper.append(smoothed[1])
    below, above = np.stack(lower), np.stack(upper)
    lag = _lag(below, _correlation(below, above))
    return (3 if lag <= LARGEST_3D else 2), lag


def _moderate(pairs: list[NDArray[Any]]) -> list[NDArray[np.float32]]:
    """The same as float32, divided by the largest where squares of these values would be infinite or 0."""
    largest = max(float(np.abs(pair).max()) for pair in pairs) if pairs[0].dtype.kind == "f" else 0.0
    if largest == 0 or MODERATE[0] <= largest <= MODERATE[1]:
        return [pair.astype(np.float32) for pair in pairs]
    return [(pair / largest).astype(np.float32) for pair in pairs]


def _lag(planes: NDArray[np.float32], sought: float) -> float:
    """Distance in `planes` (n, Y, X) at which the correlation falls to `sought`; interpolated between voxels."""
    before = 1.0
    if sought >= before:
        return 0.0
    for lag in range(1, min(LARGEST_LAG, max(planes.shape[1:]) // 2) + 1):
        here = _correlation_at(planes, lag)
        if here <= sought:
            return lag - 1 + (before - sought) / (before - here)
        before = here
    return math.inf


def _correlation_at(planes: NDArray[np.float32], lag: int) -> float:
    """Average over the two axes of planes, of those that are longer than `lag`."""
    found = []
    if planes.shape[1] > lag:
        found.append(_correlation(planes[:, lag:], planes[:, :-lag]))
    if planes.shape[2] > lag:
        found.append(_correlation(planes[:, :, lag:], planes[:, :, :-lag]))
    return sum(found) / len(found)


def _correlation(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Of values whose mean is 0; two constants are alike (1), a constant and what varies are not (0)."""
    both, one, other = (
        float((a * b).sum(dtype=np.float64)) for a, b in ((first, second), (first, first), (second, second))
    )
    if one == 0 and other == 0:
        return 1.0
    return both / math.sqrt(one * other) if one and other else 0.0
