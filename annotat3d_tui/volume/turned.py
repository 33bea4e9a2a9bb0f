"""A second copy of a large volume, turned so that a slice across x lies together: on the disk it costs no whole file.

The planes are cut into slabs of `SLAB`; of each slab (planes, Y, X) the file has the bricks of all its planes and rows
and one column, one after another: (X, planes, Y). A slice across x is then one piece a slab, without a byte beside it,
where bricks as wide as they are high would give a multiple of it; and the copy is written, and goes on, slab by slab.
Chunks that suit how an array is read: Sarawagi & Stonebraker 1994, doi:10.1109/ICDE.1994.283048.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import slabs
from annotat3d_tui.mapped.advice import wanted

SLAB = 32
PART_BYTES = 1 << 24
"""As much of a slab is turned at once."""
_SIDE = 32


@dataclass(frozen=True)
class Turned:
    """The voxels of a volume of `shape` (Z, Y, X), slab after slab, each (X, planes, Y), in an array of one dimension.

    >>> volume = np.arange(24).reshape(2, 3, 4)
    >>> Turned(np.concatenate(list(turned_parts(volume))), volume.shape).plane(1)
    array([[ 1,  5,  9],
           [13, 17, 21]])
    """

    data: NDArray[Any]
    shape: tuple[int, ...]

    def plane(self, index: int) -> NDArray[Any]:
        """The slice (Z, Y) across x at `index`, copied."""
        depth, height, width = self.shape
        found = np.empty((depth, height), self.data.dtype)
        pieces = []
        for slab in slabs(depth, SLAB):
            size = (slab.stop - slab.start) * height
            start = slab.start * height * width + index * size
            pieces.append(slice(start, start + size))
        step = self.data.itemsize
        wanted(self.data, [(piece.start * step, (piece.stop - piece.start) * step) for piece in pieces])
        for slab, piece in zip(slabs(depth, SLAB), pieces, strict=True):
            found[slab.write] = self.data[piece].reshape(-1, height)
        return found


def turned_parts(volume: NDArray[Any], first: int = 0) -> Iterator[NDArray[Any]]:
    """What the file of a volume (Z, Y, X) has from plane `first` on, the first of a slab, in parts of one dimension."""
    depth, height, width = volume.shape
    for start in range(first, depth, SLAB):
        planes = volume[start : start + SLAB]
        columns = max(PART_BYTES // (len(planes) * height * volume.itemsize), 1)
        for left in range(0, width, columns):
            yield _turned(planes[:, :, left : left + columns]).ravel()


def _turned(box: NDArray[Any]) -> NDArray[Any]:
    """(planes, Y, X) -> (X, planes, Y), by squares that fit the processor's cache."""
    depth, height, width = box.shape
    found = np.empty((width, depth, height), box.dtype)
    for z in range(depth):
        for y in range(0, height, _SIDE):
            for x in range(0, width, _SIDE):
                found[x : x + _SIDE, z, y : y + _SIDE] = box[z, y : y + _SIDE, x : x + _SIDE].T
    return found
