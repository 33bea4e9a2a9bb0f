"""How bright a volume is: its contrast window and its histogram, from a sample of bounded size."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

PLANES, ROWS, COLUMNS = 24, 192, 192
"""At most so many of each make the sample."""

BARS = "▁▂▃▄▅▆▇█"


def grey_sample(image: NDArray[Any]) -> NDArray[Any]:
    """Finite grey values (1D) taken evenly all over an image (Z, Y, X); empty when it has none."""
    steps = [max(-(-length // most), 1) for length, most in zip(image.shape, (PLANES, ROWS, COLUMNS), strict=True)]
    sample = np.asarray(image[tuple(slice(step // 2, None, step) for step in steps)]).ravel()
    return sample[np.isfinite(sample)] if sample.dtype.kind == "f" else sample


def contrast_window(sample: NDArray[Any], lower: float = 0.5, upper: float = 99.5) -> tuple[float, float]:
    """The grey values drawn black and white: percentiles of a sample; the first is always below the second.

    >>> contrast_window(np.array([7, 7, 7]))
    (6.5, 7.5)
    """
    if not sample.size:
        return 0.0, 1.0
    with np.errstate(over="ignore"):
        low, high = _percentiles(sample, (lower, upper))
    if not low < high:
        low, high = float(sample.min()), float(sample.max())
    return (low, high) if low < high else widened(low)


def _percentiles(sample: NDArray[Any], shares: tuple[float, float]) -> list[float]:
    """As `np.percentile` gives them, which takes eight times as long the first time it is called."""
    places = [share / 100 * (sample.size - 1) for share in shares]
    below = [int(place) for place in places]
    above = [min(place + 1, sample.size - 1) for place in below]
    ordered = np.partition(sample, (*below, *above))
    return [
        float(ordered[low]) * (1 - (place - low)) + float(ordered[high]) * (place - low)
        for place, low, high in zip(places, below, above, strict=True)
    ]


def widened(value: float) -> tuple[float, float]:
    """A window around one grey value, in which it is drawn mid-grey."""
    around = max(abs(value) * 1e-6, 0.5)
    return value - around, value + around


def histogram(sample: NDArray[Any], window: tuple[float, float], bins: int) -> NDArray[np.int64]:
    """How many values of a sample lie in each of `bins` equal parts of a window; those outside count at its ends."""
    low, high = window
    with np.errstate(all="ignore"):
        places = (sample.astype(np.float64) - low) * (bins / (high - low))
    places = np.nan_to_num(places, posinf=bins - 1).clip(0, bins - 1).astype(np.int64)
    return np.bincount(places, minlength=bins)


def bars(counts: NDArray[Any]) -> str:
    """A histogram as a line of text, heights by square root so that small counts are seen.

    >>> bars(np.array([0, 1, 4, 64]))
    '▁▂▃█'
    """
    most = max(int(counts.max(initial=0)), 1)
    heights = np.ceil(np.sqrt(counts / most) * (len(BARS) - 1)).astype(int)
    return "".join(BARS[height] for height in heights)
