"""Values of voxels -> values of superpixels: mean, minimum, maximum."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel
from annotat3d_tui.features.block import read_only
from annotat3d_tui.features.census import Census
from annotat3d_tui.features.lines import Array


class Pool:
    """One feature's values in superpixels, taken in block by block, in order.

    `columns` (count, pools) is where they go, one column for each way of `pooling`; superpixels without
    voxels get NaN. Sums are float64, added in the order of the voxels (exact for integers up to 2^53), and are
    kept only while their superpixel has voxels to come.
    """

    def __init__(self, columns: NDArray[np.float32], pooling: tuple[str, ...], census: Census) -> None:
        self._census = census
        self._column = {pool: columns[:, place] for place, pool in enumerate(pooling)}
        self._open_sums = np.zeros(0)
        for pool, column in self._column.items():
            if pool != "mean":  # a mean is written once, when its superpixel is whole
                column.fill(np.inf if pool == "minimum" else -np.inf)
            column[census.unseen] = np.nan

    def add(self, number: int, values: NDArray[Any], superpixels: NDArray[np.int32]) -> None:
        """Take in `values` (planes, Y, X) of block `number`, whose voxels lie in `superpixels` (planes, Y, X)."""
        least, greatest = self._column.get("minimum"), self._column.get("maximum")
        mean = self._column.get("mean")
        low, high = self._census.span(number)
        sums = None
        if mean is not None:
            sums = np.zeros(high - low)
            sums[self._census.open_after(number - 1) - low] = self._open_sums
        first = self._census.after + 1
        _pool(read_only(values), read_only(superpixels), first + low, first, sums, least, greatest)
        if mean is not None and sums is not None:
            closing = self._census.closing(number)
            mean[closing] = sums[closing - low] / self._census.voxels[closing]
            self._open_sums = sums[self._census.open_after(number) - low]


@kernel
def _pool(
    values: Array,
    superpixels: Array,
    opened: int,
    first: int,
    sums: Array | None,
    least: Array | None,
    greatest: Array | None,
) -> None:
    """`sums` are those of superpixel `opened` and on, extrema of `first` and on; what is None is compiled away."""
    flat, ids = values.reshape(values.size), superpixels.reshape(superpixels.size)
    for i in range(flat.size):
        value = flat[i]
        if sums is not None:
            sums[ids[i] - opened] += value
        if least is not None:
            least[ids[i] - first] = min(least[ids[i] - first], np.float32(value))
        if greatest is not None:
            greatest[ids[i] - first] = max(greatest[ids[i] - first], np.float32(value))
