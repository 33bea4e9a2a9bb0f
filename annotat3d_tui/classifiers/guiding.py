"""What the guided filter does at each voxel, between the means of boxes; arrays (Z, Y, X) float32, in place."""

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel

Values = NDArray[np.float32]
STEPS, STEP = np.float32(4096), np.float32(1 / 4096)
"""Probabilities are rounded to multiples of 1/4096: in a constant image all voxels stay equal."""


def invert(mean: Values, spread: Values, epsilon: float) -> None:
    """Replace the means of squares by 1 / (mean of squares - mean² + epsilon); `mean` is the mean.

    In NumPy, whose division is exact: see `boxes`.
    """
    for means, spreads in zip(mean, spread, strict=True):
        spreads -= means * means
        np.maximum(spreads, 0, out=spreads)
        spreads += np.float32(epsilon)
        np.reciprocal(spreads, out=spreads)


@kernel
def products(light: Values, chance: Values, both: Values) -> None:
    """both = light × chance."""
    lights, chances, boths = light.reshape(light.size), chance.reshape(chance.size), both.reshape(both.size)
    for i in range(lights.size):
        boths[i] = lights[i] * chances[i]


@kernel
def covariance(mean: Values, inverse: Values, both: Values, chance: Values) -> None:
    """From the means of products and of probabilities: both = slope of the line of each box, chance = its offset."""
    means, inverses = mean.reshape(mean.size), inverse.reshape(inverse.size)
    boths, chances = both.reshape(both.size), chance.reshape(chance.size)
    for i in range(means.size):
        slope = (boths[i] - means[i] * chances[i]) * inverses[i]
        boths[i] = slope
        chances[i] -= slope * means[i]


@kernel
def finish(light: Values, slope: Values, offset: Values, chance: Values) -> None:
    """chance = mean slope × light + mean offset, from 0 to 1 and rounded."""
    lights, slopes = light.reshape(light.size), slope.reshape(slope.size)
    offsets, chances = offset.reshape(offset.size), chance.reshape(chance.size)
    for i in range(lights.size):
        value = min(max(slopes[i] * lights[i] + offsets[i], np.float32(0)), np.float32(1))
        chances[i] = np.float32(np.int32(value * STEPS + np.float32(0.5))) * STEP


@kernel
def rest(chances: Values) -> None:
    """The last of the probabilities (k, Z, Y, X) is what the others leave of 1; they are scaled where they are more.

    Each was smoothed by itself and cut to 0…1, so that several may be more than 1 together.
    """
    flat = chances.reshape(chances.shape[0], chances[0].size)
    last = flat[flat.shape[0] - 1]
    for i in range(last.size):
        last[i] = 1
    for label in range(flat.shape[0] - 1):
        one = flat[label]
        for i in range(last.size):
            last[i] -= one[i]
    for i in range(last.size):
        if last[i] < 0:
            share = np.float32(1) / (np.float32(1) - last[i])
            for label in range(flat.shape[0] - 1):
                flat[label, i] *= share
            last[i] = np.float32(0)
