"""What is connected to some voxels and about as grey as they are: a flood that runs along rows, span by span.

Source: A. R. Smith, Tint fill, SIGGRAPH 1979 (doi:10.1145/800249.807456), here with a third axis.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel
from annotat3d_tui.labels.runs import spread


def flooded(image: NDArray[Any], seeds: NDArray[np.int64], tolerance: float, most: int) -> NDArray[np.int64] | None:
    """Flat indices (m,), rising, of voxels connected to `seeds` by sides and within ± tolerance of their grey values.

    image: (Z, Y, X), finite. seeds: (n,) flat indices, n ≥ 1. None when it would be more than `most` voxels.

    >>> flooded(np.array([[[5, 6, 9, 5]]], np.uint8), np.array([0]), 1.0, 100).tolist()
    [0, 1]
    """
    image = np.asarray(image).view()
    image.flags.writeable = False  # as opened files are, so that the kernel is compiled once for both
    grey = image[np.unravel_index(seeds, image.shape)]
    low, high = float(grey.min()) - tolerance, float(grey.max()) + tolerance
    seen = np.zeros(image.shape, np.bool_)  # the system gives memory only to pages that are touched
    starts, lengths, count = _flood(image, seeds, low, high, most, seen)
    if count > most:
        return None
    order = np.argsort(starts)
    return spread(starts[order], lengths[order])


@kernel
def _flood(
    image: NDArray[Any], seeds: NDArray[np.int64], low: float, high: float, most: int, seen: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Start and length of each span found, and how many voxels they hold; it stops once these are more than `most`."""
    depth, rows, columns = image.shape
    waiting = np.empty(1024 + len(seeds), np.int64)
    waiting[: len(seeds)] = seeds
    held = len(seeds)
    starts, lengths = np.empty(1024, np.int64), np.empty(1024, np.int64)
    spans = count = 0
    while held > 0 and count <= most:
        held -= 1
        place, x = divmod(waiting[held], columns)
        z, y = divmod(place, rows)
        if seen[z, y, x] or not low <= image[z, y, x] <= high:
            continue
        first = last = x
        while first > 0 and not seen[z, y, first - 1] and low <= image[z, y, first - 1] <= high:
            first -= 1
        while last + 1 < columns and not seen[z, y, last + 1] and low <= image[z, y, last + 1] <= high:
            last += 1
        seen[z, y, first : last + 1] = True
        if spans == len(starts):
            starts, lengths = np.append(starts, np.empty_like(starts)), np.append(lengths, np.empty_like(lengths))
        starts[spans], lengths[spans] = place * columns + first, last - first + 1
        spans += 1
        count += last - first + 1
        if held + 2 * (last - first + 2) > len(waiting):
            waiting = np.append(waiting, np.empty(len(waiting) + 4 * columns, np.int64))
        for side in range(4):
            beside_z = z + (side == 0) - (side == 1)
            beside_y = y + (side == 2) - (side == 3)
            if not (0 <= beside_z < depth and 0 <= beside_y < rows):
                continue
            inside = False
            for at in range(first, last + 1):
                fits = not seen[beside_z, beside_y, at] and low <= image[beside_z, beside_y, at] <= high
                if fits and not inside:
                    waiting[held] = (beside_z * rows + beside_y) * columns + at
                    held += 1
                inside = fits
    return starts[:spans], lengths[:spans], count
