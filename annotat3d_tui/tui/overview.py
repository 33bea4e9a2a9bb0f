"""Numbers that the panels show: shares of labels, the histogram. Arrays in, small things out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, quiet
from annotat3d_tui.render.histogram import Histogram
from annotat3d_tui.render.percentiles import grey_sample, histogram, widened

BINS = 64
PERCENTILES = 1001
"""From 0 to 100 by 0.1."""


def label_shares(label: NDArray[Any], progress: Progress = quiet) -> dict[int, float]:
    """Share (0…1) of the voxels of a label volume (Z, Y, X) that each label has, plane by plane; 0 is left out.

    >>> label_shares(np.array([[[1, 1], [2, 0]]]))
    {1: 0.5, 2: 0.25}
    """
    counts: dict[int, int] = {}
    for z, plane in enumerate(label):
        progress(z / len(label), "count voxels")
        found = np.bincount(plane.ravel())
        for value in np.flatnonzero(found):
            counts[int(value)] = counts.get(int(value), 0) + int(found[value])
    return {value: counts[value] / label.size for value in sorted(counts) if value}


def centroid(label: NDArray[Any], id: int) -> tuple[int, int, int] | None:
    """The voxel (z, y, x) in the middle of a label of a label volume (Z, Y, X); None when it is not there.

    >>> centroid(np.array([[[0, 3, 3, 3]]]), 3)
    (0, 0, 2)
    """
    count, sums = 0, np.zeros(3)
    for z, plane in enumerate(label):
        rows, columns = np.nonzero(plane == id)
        count += rows.size
        sums += (z * rows.size, rows.sum(), columns.sum())
    if not count:
        return None
    z, y, x = np.rint(sums / count).astype(int).tolist()
    return z, y, x


def histogram_of(image: NDArray[Any]) -> Histogram:
    """Counts in equal bins over the whole range of a sample of the image (Z, Y, X)."""
    sample = grey_sample(image)
    low, high = (float(sample.min()), float(sample.max())) if sample.size else (0.0, 1.0)
    if not low < high:
        low, high = widened(low)
    counts = tuple(histogram(sample, (low, high), BINS).tolist())
    places = np.linspace(0, sample.size - 1, PERCENTILES if sample.size else 0).round().astype(int)
    return Histogram(counts, low, high, tuple(np.sort(sample)[places].astype(float).tolist()))
