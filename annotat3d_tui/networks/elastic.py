"""Elastic deformation: every voxel is fetched from a place nearby, and neighbours from neighbouring places.

Source: Simard, Steinkraus, Platt 2003, https://doi.org/10.1109/ICDAR.2003.1227801: random shifts, smoothed by a
Gaussian of sigma, times alpha. Here they are drawn on a coarse grid, two sigma wide, and brought to the voxels by cubic
B-splines, with the mean square that theirs would have.
"""

from functools import lru_cache
from math import ceil, pi, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel
from annotat3d_tui.networks.dataset import Sample


def bent(sample: Sample, alpha: float, sigma: float, rng: "np.random.Generator") -> Sample:
    """The sample, (Z, Y, X), with its image interpolated linearly, label and weight taken from the nearest voxel.

    In 2D (Z is 1) nothing is shifted along z.
    """
    field = shifts(sample.image.shape, alpha, sigma, rng)
    given = [np.ascontiguousarray(part) for part in (sample.image, sample.label, sample.weight)]
    result = Sample(np.empty_like(sample.image), np.empty_like(sample.label), np.empty_like(sample.weight))
    _fetch(given[0], given[1], given[2], field, result.image, result.label, result.weight)
    return result


def shifts(shape: tuple[int, ...], alpha: float, sigma: float, rng: "np.random.Generator") -> NDArray[np.float32]:
    """Shifts (3, Z, Y, X) in voxels along z, y, x, smooth over about `sigma` voxels."""
    axes = [axis for axis, side in enumerate(shape) if side > 1]
    field = np.zeros((3, *shape), np.float32)
    size = alpha / sqrt(3) * (1 / (2 * sqrt(pi) * sigma)) ** (len(axes) / 2)
    spacing = max(2.0, 2.0 * sigma)
    for axis in axes:
        knots = rng.standard_normal([_knots(side, spacing) for side in shape], np.float32)
        found = _spread(knots, shape, spacing)
        field[axis] = found * np.float32(size / max(float(found.std()), 1e-6))
    return field


def _spread(knots: NDArray[np.float32], shape: tuple[int, ...], spacing: float) -> NDArray[np.float32]:
    """Values on a coarse grid -> on every voxel: along z, then y, then x, in products too small for threads."""
    z, y, x = (_splines(side, spacing) for side in shape)
    planes = np.matmul(z, knots.reshape(len(knots), -1)).reshape(len(z), *knots.shape[1:])
    return np.asarray(np.matmul(np.matmul(y, planes), x.T))


def _knots(side: int, spacing: float) -> int:
    return 1 if side == 1 else ceil(side / spacing) + 3


@lru_cache(64)
def _splines(side: int, spacing: float) -> NDArray[np.float32]:
    """Cubic B-splines (side, knots): how much each knot counts at each voxel."""
    if side == 1:
        return np.ones((1, 1), np.float32)
    places = np.arange(side) / spacing
    first = places.astype(np.int64)
    u = places - first
    parts = ((1 - u) ** 3 / 6, (3 * u**3 - 6 * u**2 + 4) / 6, (-3 * u**3 + 3 * u**2 + 3 * u + 1) / 6, u**3 / 6)
    result = np.zeros((side, _knots(side, spacing)), np.float32)
    for offset, share in enumerate(parts):
        result[np.arange(side), first + offset] = share
    return result


@kernel
def _fetch(image: Any, label: Any, weight: Any, field: Any, new_image: Any, new_label: Any, new_weight: Any) -> None:
    depth, height, width = image.shape
    for z in range(depth):
        for y in range(height):
            for x in range(width):
                at_z = min(max(z + field[0, z, y, x], 0.0), depth - 1.0)
                at_y = min(max(y + field[1, z, y, x], 0.0), height - 1.0)
                at_x = min(max(x + field[2, z, y, x], 0.0), width - 1.0)
                near_z, near_y, near_x = int(at_z + 0.5), int(at_y + 0.5), int(at_x + 0.5)
                new_label[z, y, x] = label[near_z, near_y, near_x]
                new_weight[z, y, x] = weight[near_z, near_y, near_x]
                z0, y0, x0 = int(at_z), int(at_y), int(at_x)
                z1, y1, x1 = min(z0 + 1, depth - 1), min(y0 + 1, height - 1), min(x0 + 1, width - 1)
                c, b, a = np.float32(at_z - z0), np.float32(at_y - y0), np.float32(at_x - x0)
                top = image[z0, y0, x0] + a * (image[z0, y0, x1] - image[z0, y0, x0])
                top += b * (image[z0, y1, x0] + a * (image[z0, y1, x1] - image[z0, y1, x0]) - top)
                low = image[z1, y0, x0] + a * (image[z1, y0, x1] - image[z1, y0, x0])
                low += b * (image[z1, y1, x0] + a * (image[z1, y1, x1] - image[z1, y1, x0]) - low)
                new_image[z, y, x] = top + c * (low - top)
