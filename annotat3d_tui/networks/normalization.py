"""Grey values brought to mean 0 and deviation 1, so that a network sees images of any detector alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.networks.statistics import Spread, spread_of

NORMALIZATIONS = ("image", "dataset", "none")
"""By the moments of each image, by those of all images of the dataset, or not at all."""
_FINEST = 2.0**-24
"""Differences below this share of a value are lost in float32."""


@dataclass(frozen=True)
class Moments:
    """Mean and standard deviation of grey values."""

    mean: float
    std: float

    def normalized(self, voxels: NDArray[Any]) -> NDArray[np.float32]:
        """(voxels - mean) / std as float32 of the same shape; an image without contrast is only shifted.

        >>> Moments(10.0, 2.0).normalized(np.array([10, 14], np.uint8))
        array([0., 2.], dtype=float32)
        """
        scale = max(self.std, _FINEST * abs(self.mean)) or 1.0
        result = voxels.astype(np.float32)
        result -= np.float32(self.mean)
        result /= np.float32(scale)
        return result


RAW = Moments(0.0, 1.0)
"""They leave an image as it is."""


def moments_of(blocks: Iterable[NDArray[Any]]) -> Moments:
    """Mean and standard deviation of all finite voxels of some blocks, of any type, in one pass in float64."""
    return moments_of_spread(spread_of(blocks))


def moments_of_spread(spread: Spread) -> Moments:
    """The moments of a spread."""
    return Moments(spread.mean, spread.std)


def common_moments(moments: Sequence[Moments]) -> Moments:
    """The moments of all images together, each counting the same, as each gives as many samples.

    >>> common_moments([Moments(0.0, 1.0), Moments(2.0, 1.0)])
    Moments(mean=1.0, std=1.4142135623730951)
    """
    mean = sum(one.mean for one in moments) / len(moments)
    squares = sum(one.std**2 + (one.mean - mean) ** 2 for one in moments) / len(moments)
    return Moments(mean, sqrt(squares))


def moments_for(normalization: str, moments: Sequence[Moments]) -> tuple[Moments, ...]:
    """By which each image is normalized, from the moments of each; raises InvalidParameter for an unknown way."""
    if normalization not in NORMALIZATIONS:
        raise InvalidParameter(
            f"normalization must be one of {', '.join(NORMALIZATIONS)}, received {normalization!r}: choose one."
        )
    if normalization == "image":
        return tuple(moments)
    return (common_moments(moments) if normalization == "dataset" else RAW,) * len(moments)
