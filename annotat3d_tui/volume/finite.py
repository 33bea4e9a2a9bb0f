"""NaN and infinities replaced by the extremes of what is finite, and the exact range of values."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.allocation import empty
from annotat3d_tui.errors import InvalidFile
from annotat3d_tui.volume.source import array_blocks

LARGEST, SMALLEST, FINEST = 1e15, 1e-30, 2.0**-20
"""Size of a value, and range of all, beyond which squares leave float32; and the range, as a share of the values, that
its 24 bits still resolve into steps."""
_CACHE_BYTES = 1 << 21  # one block is read for its extremes, and perhaps again for its finite ones


class ValueRange(NamedTuple):
    """Smallest and largest finite value, and how many voxels are NaN or infinite.

    Both values are whole numbers for a whole-number type. A volume without any finite value has
    the range 0…0.
    """

    minimum: float
    maximum: float
    not_finite: int


def value_range(data: NDArray[Any]) -> ValueRange:
    """The exact range of a volume, read once, block by block.

    >>> value_range(np.array([[[1.5, np.nan, -2.0, np.inf]]]))
    ValueRange(minimum=-2.0, maximum=1.5, not_finite=2)
    """
    return range_of_blocks(array_blocks(data, _CACHE_BYTES))


def range_of_blocks(blocks: Iterable[NDArray[Any]]) -> ValueRange:
    """The exact range of all blocks."""
    ranges = [_range_of(block) for block in blocks]
    lows, highs, missing = zip(*ranges, strict=True)
    if all(low > high for low, high in zip(lows, highs, strict=True)):
        return ValueRange(0, 0, sum(missing))
    return ValueRange(min(lows), max(highs), sum(missing))


def finite(data: NDArray[Any]) -> tuple[NDArray[Any], int]:
    """The volume with NaN and −inf as its finite minimum, +inf as its finite maximum, and their count.

    A volume with nothing to replace is returned as it is, so that it stays memory-mapped; only
    another one is copied. Raises InvalidFile when no voxel is finite, or where 32 bits cannot compute with the values.

    >>> finite(np.array([[[1.5, np.nan, -2.0, np.inf]]]))
    (array([[[ 1.5, -2. , -2. ,  1.5]]]), 2)
    """
    if data.dtype.kind != "f" and data.dtype.itemsize < 4:
        return data, 0
    low, high, not_finite = value_range(data)
    if not_finite == data.size:
        raise InvalidFile("The image must hold numbers, every voxel is NaN or infinite: give another image.")
    check_range(low, high, data.dtype)
    if not not_finite:
        return data, 0
    replaced = empty(data.shape, data.dtype)
    for old, new in zip(array_blocks(data), array_blocks(replaced), strict=True):
        new[...] = old
        np.nan_to_num(new, copy=False, nan=low, posinf=high, neginf=low)
    return replaced, not_finite


def check_range(low: float, high: float, dtype: np.dtype[Any]) -> None:
    """Raises InvalidFile unless squares of the values, and differences between them, can be told in float32."""
    largest, width = max(-low, high), 0.5 * high - 0.5 * low
    problem = ""
    if largest > LARGEST:
        problem = f"be at most {LARGEST:g} in size"
    elif 0 < width < SMALLEST:
        problem = f"differ by more than {SMALLEST:g}"
    elif (dtype.kind, dtype.itemsize) != ("f", 4) and 0 < width < FINEST * largest:
        problem = "differ by more than a millionth of their size"
    if problem:
        raise InvalidFile(
            f"The values of the image must {problem}, received {low:.9g} to {high:.9g}: "
            "rescale it, as annotat3d convert --dtype uint16 --rescale does."
        )


def _range_of(block: NDArray[Any]) -> ValueRange:
    """The range of one block, infinity…−infinity when nothing in it is finite."""
    low, high = block.min().item(), block.max().item()  # both are NaN when one voxel is
    if np.isfinite(low) and np.isfinite(high):
        return ValueRange(low, high, 0)
    values = block[np.isfinite(block)]
    if not values.size:
        return ValueRange(np.inf, -np.inf, block.size)
    return ValueRange(values.min().item(), values.max().item(), block.size - values.size)
