"""How many voxels each superpixel has, and in which blocks: so that its sum is dropped when its last block is in."""

import threading

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.allocation import empty
from annotat3d_tui.compiled import kernel
from annotat3d_tui.features.block import read_only
from annotat3d_tui.features.lines import Array


class Census:
    """`count` superpixels with ids from `after` + 1 in blocks 0, 1, …

    Each block is looked at once, in any order, then `settle` closes it.

    `voxels` (count,) int64 of each superpixel, and whether it is `unseen`, in no block; index i is superpixel
    `after` + i + 1, here and in all lists.
    """

    def __init__(self, count: int, blocks: int, after: int = 0) -> None:
        self.after = after
        self.voxels = empty(count, np.int64)
        self.unseen = np.ones(count, np.bool_)
        self._first, self._last = empty(count, np.int32), empty(count, np.int32)
        self.voxels[:], self._first[:], self._last[:] = 0, blocks, -1
        self._ranges = [(count, 0)] * blocks
        self._closing: list[NDArray[np.int32]] = []
        self._open: list[NDArray[np.int32]] = []
        self._lock = threading.Lock()

    def look(self, number: int, superpixels: NDArray[np.int32]) -> None:
        """Count the voxels of block `number`, which has these `superpixels` (planes, Y, X)."""
        if superpixels.size == 0:
            return
        low, high = int(superpixels.min()) - self.after - 1, int(superpixels.max()) - self.after
        voxels = np.zeros(high - low, np.int64)
        _count(read_only(superpixels), self.after + low + 1, voxels)
        here = voxels > 0
        part = slice(low, high)
        with self._lock:
            self._ranges[number] = (low, high)
            self.voxels[part] += voxels
            np.minimum(self._first[part], number, out=self._first[part], where=here)
            np.maximum(self._last[part], number, out=self._last[part], where=here)

    def settle(self) -> None:
        """All blocks have been looked at."""
        self.unseen = self.voxels == 0
        still = np.zeros(0, np.int32)
        for number, (low, high) in enumerate(self._ranges):
            first, last = self._first[low:high], self._last[low:high]
            opened = np.flatnonzero((first == number) & (last > number))
            self._closing.append((np.flatnonzero(last == number) + low).astype(np.int32))
            still = np.concatenate([still[self._last[still] > number], (opened + low).astype(np.int32)])
            self._open.append(still)
        del self._first, self._last

    def closing(self, number: int) -> NDArray[np.int32]:
        """Superpixels whose last voxels are in block `number`."""
        return self._closing[number]

    def open_after(self, number: int) -> NDArray[np.int32]:
        """Superpixels that have voxels up to block `number` and beyond it; none before the first block."""
        return self._open[number] if number >= 0 else np.zeros(0, np.int32)

    def span(self, number: int) -> tuple[int, int]:
        """First and last + 1 of the superpixels that are in block `number` or open before it."""
        low, high = self._ranges[number]
        still = self.open_after(number - 1)
        return (min(low, int(still.min())), max(high, int(still.max()) + 1)) if still.size else (low, high)


@kernel
def _count(superpixels: Array, first: int, voxels: Array) -> None:
    ids = superpixels.reshape(superpixels.size)
    for i in range(ids.size):
        voxels[ids[i] - first] += 1
