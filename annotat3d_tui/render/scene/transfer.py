"""From grey values to colour and opacity: how the image is seen as a volume."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.render.colormaps import ramp
from annotat3d_tui.render.scene.scene import MAXIMUM, MIST, SOFT, SOLID, Scene
from annotat3d_tui.render.slice import Window

STEPS = 64
BINS = 256
SURFACE = 0.72
"""The share of the colour map, from its dark end, that a surface has."""


@dataclass(frozen=True)
class Transfer:
    """Rising grey values with their colours (n, 3), 0…1, and opacities (n,), 0…1, a unit of length long.

    unit: that length, in diagonals of the box; 0 for the finest voxel. shaded: lit as a surface. brightest: only the
    most opaque value along a look is seen.
    """

    greys: NDArray[np.float64]
    colours: NDArray[np.float64]
    opacities: NDArray[np.float64]
    unit: float
    shaded: bool
    brightest: bool


def transfer_of(scene: Scene, window: Window, threshold: float) -> Transfer:
    """What a scene asks for; window and threshold as they were settled for the image."""
    low, high = window
    width = max(high - low, 1e-12)
    at = np.linspace(0.0, 1.0, STEPS)
    if scene.opacity == SOLID:
        edge = 0.05 * width
        greys = np.array([min(low, threshold - 2 * edge), threshold - edge, threshold, threshold + edge])
        opacities, unit = np.array([0.0, 0.0, 0.5, 1.0]), 0.0
        greys, opacities = np.append(greys, max(high, threshold + 2 * edge)), np.append(opacities, 1.0)
    else:
        begin = threshold if threshold < high else high - 0.01 * width
        greys = begin + at * max(high - begin, 1e-12)
        opacities, unit = {
            SOFT: (0.6 * at**1.5, 0.02),
            MIST: (0.16 * at, 0.02),
            MAXIMUM: (at, 0.02),
        }[scene.opacity]
        opacities = np.where(at > 0, opacities, 0.0)
        greys, opacities = np.insert(greys, 0, greys[0] - 1e-6 * width), np.insert(opacities, 0, 0.0)
    colour_at = np.unique(np.concatenate([greys, low + at * width]))
    if scene.opacity == SOLID:  # a surface is seen where it has the threshold: that is to be bright
        index = SURFACE + (1 - SURFACE) * (colour_at - threshold) / max(high - threshold, 1e-3 * width)
    else:
        index = (colour_at - low) / width
    shades = ramp(scene.colormap, BINS) / 255.0
    colours = shades[np.rint(index.clip(0, 1) * (BINS - 1)).astype(int)]
    return Transfer(
        colour_at,
        colours,
        np.interp(colour_at, greys, opacities),
        unit,
        scene.opacity == SOLID,
        scene.opacity == MAXIMUM,
    )


def parting_grey(sample: NDArray[Any]) -> float:
    """The grey value that best parts bright from dark (Otsu, *IEEE Trans. SMC* 9, 1979); 0 for no sample.

    >>> bool(2 < parting_grey(np.array([1, 1, 2, 8, 9, 9])) < 8)
    True
    """
    if not sample.size:
        return 0.0
    low, high = float(sample.min()), float(sample.max())
    if not low < high:
        return low
    with np.errstate(over="ignore"):
        places = (sample.astype(np.float64) - low) * (BINS / (high - low))
    counts = np.bincount(np.nan_to_num(places).clip(0, BINS - 1).astype(np.int64), minlength=BINS)
    below, sums = np.cumsum(counts), np.cumsum(counts * (np.arange(BINS) + 0.5))
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = (sums[-1] * below / below[-1] - sums) ** 2 / (below * (below[-1] - below))
    apart = np.nan_to_num(apart[:-1])
    best = np.flatnonzero(apart >= apart.max() * (1 - 1e-9))
    return low + (high - low) * float(best.mean() + 1) / BINS
