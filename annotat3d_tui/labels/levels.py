"""Grey values of an image as levels 0…255 of its own range, and their means over 3×3×3 voxels, part by part."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.labels import forest
from annotat3d_tui.labels.boxes import Box, grown, within

LOW, HIGH = 1.0, 99.0
"""Percentiles of the grey values that are the levels 0 and 255."""
SAMPLES = 1 << 18


class Levels:
    """The image (Z, Y, X), whose values are finite; its range is that of a regular sample of its voxels."""

    def __init__(self, image: NDArray[Any]) -> None:
        self.image = image
        step = max(round((image.size / SAMPLES) ** (1 / 3)), 1)
        low, high = np.percentile(np.asarray(image[::step, ::step, ::step], np.float64), (LOW, HIGH))
        self.low, self.per_value = float(low), 255.0 / (high - low) if high > low else 0.0

    def means(self, box: Box, out: NDArray[np.uint8]) -> None:
        """Write the means in a box into `out`, which has a border of one voxel more that is left as it is."""
        around = grown(box, 1, self.image.shape)
        levels = np.empty([side.stop - side.start for side in around], np.uint8)
        for plane, z in zip(levels, range(around[0].start, around[0].stop), strict=True):
            values = self.image[z, around[1], around[2]].astype(np.float32)
            values -= np.float32(self.low)
            values *= np.float32(self.per_value)
            np.clip(values, 0, 255, out=values)
            plane[...] = np.rint(values, out=values)
        inside = within(box, around)
        forest.smooth(levels, (inside[0].start, inside[1].start, inside[2].start), out)
