"""Grey values as 8-bit codes that keep their order, for filters that count."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel
from annotat3d_tui.features.block import Block, Source, sampled
from annotat3d_tui.features.borders import reflected
from annotat3d_tui.features.lines import Array, Number

TAIL = 16
"""Codes kept on either side for values beyond the range."""

BEND = 2.0
"""Steps beyond the range at which tails begin to bend: they reach as far as 27 times the range."""

LEVELS = 255 - 2 * TAIL


@dataclass(frozen=True)
class Codes:
    """Code of a value: TAIL + (value − low) / step, rounded; beyond the range the step grows with the distance."""

    low: float
    step: float
    tail: int

    @classmethod
    def of(cls, source: Source) -> "Codes":
        """8-bit images are their own codes; others have 223 steps from the 0.5th to the 99.5th percentile.

        Percentiles are those of the voxels that decide the centre, as many at most as 4096. A step is 1 at least
        in images of integers, so those of a range up to 223 keep their values.
        """
        image = source.image
        if image.dtype == np.uint8:
            return cls(0.0, 1.0, 0)
        sample = sampled(image)
        cut = sample.size // 200
        low, high = float(np.float32(sample[cut])), float(np.float32(sample[-1 - cut]))
        step = (high - low) / LEVELS
        return cls(low, max(step, 1.0) if image.dtype.kind in "iu" else step or 1.0, TAIL)

    @property
    def values(self) -> NDArray[np.float32]:
        """The value of each code (256,)."""
        steps = np.arange(256.0) - self.tail
        if self.tail:
            for beyond, sign in ((-steps, -1), (steps - LEVELS, 1)):
                out = beyond > 0
                edge = 0 if sign < 0 else LEVELS
                steps[out] = edge + sign * BEND * np.expm1(beyond[out] / BEND)
        values: NDArray[np.float32] = (self.low + self.step * steps).astype(np.float32)
        return values

    def window(self, block: Block, radius: int, spare: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Codes of a block with borders of `radius` voxels and, along x, `spare` voxels more that hold anything.

        As (array, where): plane `start − reach + i` is plane `where[i]` of the array (k, Y + 2 radius, …).
        """
        planes, where = block.window(radius)
        _, height, width = block.shape
        rows, places = reflected(-radius, height + radius, height), reflected(-radius, width + radius, width)
        codes = block.scratch.array("codes", (planes.shape[0], rows.size, places.size + spare), np.uint8)
        line = block.scratch.array("line", (width,))
        _encode(planes, rows, places, np.float32(self.low), np.float32(1 / self.step), self.tail, line, codes)
        return codes, where


@kernel
def _encode(
    planes: Array, rows: Array, places: Array, low: Number, scale: Number, tail: int, line: Array, codes: Array
) -> None:
    width = planes.shape[2]
    radius = (places.size - width) // 2
    for z in range(planes.shape[0]):
        for k in range(rows.size):
            row, out = planes[z, rows[k]], codes[z, k]
            inner = out[radius : radius + width]
            for i in range(width):
                line[i] = scale * (np.float32(row[i]) - low)
            if tail:
                _bend(line)
            for i in range(width):
                inner[i] = np.int32(line[i] + np.float32(tail + 0.5))
            for i in range(radius):
                out[i] = inner[places[i]]
                out[radius + width + i] = inner[places[radius + width + i]]


@kernel
def _bend(line: Array) -> None:
    """Bend values below 0 and above LEVELS, so that they end at TAIL beyond."""
    for i in range(line.size):
        value = line[i]
        if value < 0:
            line[i] = -min(np.float32(TAIL), np.float32(BEND * math.log(1 - value / BEND)))
        elif value > LEVELS:
            beyond = np.float32(BEND * math.log(1 + (value - LEVELS) / BEND))
            line[i] = LEVELS + min(np.float32(TAIL), beyond)
