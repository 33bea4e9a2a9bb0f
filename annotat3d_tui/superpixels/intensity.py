"""Image -> intensity: voxels of any type on one robust scale 0…65535, lightly smoothed in each slice."""

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui import compiled
from annotat3d_tui.blocks import Progress, Slab, in_threads, quiet, slabs
from annotat3d_tui.compiled import kernel

QUANTILE = 0.001
"""The share of voxels at either end of the scale that is clipped."""

_SAMPLE = 1 << 18
_PLANES = 16


def must_be_compiled(dtype: np.dtype[Any]) -> bool:
    """Whether the compiler must come before images of this type are read, and what it makes could be kept."""
    return compiled.must_be_compiled(_scale, dtype)


def intensity(
    image: NDArray[Any], planes: slice = slice(None), *, threads: int = 1, progress: Progress = quiet
) -> NDArray[np.uint16]:
    """Some planes of `image` (Z, Y, X), scaled so that its quantiles 0.001 and 0.999 are 0 and 65535, and smoothed.

    The quantiles are those of a sample of a quarter of a million voxels, evenly spread over the whole image. What lies
    outside them is clipped; a constant image gives 0. Smoothing weighs 1, 2, 1 along y and x (as a Gaussian of sigma
    0.7 does), borders mirrored; never along z, where slices may be far apart. The voxels are whole or real numbers, all
    finite.

    >>> intensity(np.array([[[-3.0, 0.0, 3.0]]])).tolist()
    [[[8192, 32768, 57343]]]
    """
    low, scale = _normalisation(image)
    chosen = image[planes]
    scaled = np.empty(chosen.shape, np.uint16)
    work = partial(_scale_slab, chosen, low, scale, scaled)
    in_threads(work, slabs(chosen.shape[0], _PLANES), threads, progress, "intensity")
    return scaled


def _normalisation(image: NDArray[Any]) -> tuple[float, float]:
    """`low` and `scale`, so that (voxel / 2 - low) * scale is the intensity: halves, as differences may overflow."""
    step = max(round((image.size / _SAMPLE) ** (1 / 3)), 1)
    steps = (min(step, -(-image.shape[0] // 8)), step, step)  # few planes are all looked at
    sample = np.array(image[:: steps[0], :: steps[1], :: steps[2]]).ravel()
    ends = int(QUANTILE * (sample.size - 1)), sample.size - 1 - int(QUANTILE * (sample.size - 1))
    low, high = (0.5 * float(voxel) for voxel in np.partition(sample, ends)[list(ends)])
    if low == high:  # fewer edges than the quantiles leave out
        low, high = 0.5 * float(image.min()), 0.5 * float(image.max())
    return low, min(65535 / (high - low), 1e300) if high > low else 0.0


def _scale_slab(image: NDArray[Any], low: float, scale: float, scaled: NDArray[np.uint16], slab: Slab) -> None:
    voxels = image[slab.write]
    levels = scaled[slab.write]
    _scale(np.array(voxels, voxels.dtype.newbyteorder("="), order="C"), low, scale, levels)
    _smooth(levels)


@kernel
def _scale(voxels: NDArray[Any], low: float, scale: float, scaled: NDArray[Any]) -> None:
    for z in range(voxels.shape[0]):
        for y in range(voxels.shape[1]):
            source, target = voxels[z, y], scaled[z, y]
            for x in range(source.size):
                level = (np.float64(source[x]) * 0.5 - low) * scale + 0.5
                target[x] = np.uint16(min(max(level, 0.0), 65535.0))


@kernel
def _smooth(levels: NDArray[Any]) -> None:
    """Smooth each plane in place by 1, 2, 1 along y and x; a row is kept until the one below has been made."""
    depth, height, width = levels.shape
    above, here = np.empty(width, np.uint32), np.empty(width, np.uint32)
    across = np.empty(width + 2, np.uint32)
    for z in range(depth):
        plane = levels[z]
        for x in range(width):
            above[x] = plane[0, x]
        for y in range(height):
            row, below = plane[y], plane[min(y + 1, height - 1)]
            for x in range(width):
                here[x] = row[x]
                across[x + 1] = above[x] + 2 * here[x] + below[x]
            across[0], across[width + 1] = across[1], across[width]
            for x in range(width):
                row[x] = (across[x] + 2 * across[x + 1] + across[x + 2] + 8) >> 4
            above, here = here, above
