"""Columns of features as codes of one byte: between which of a forest's thresholds each value lies.

A forest only ever asks whether a value is above a threshold. With the distinct thresholds of a column in
ascending order, its cuts, the code of a value is how many of them it is above: the value is above cut c if and only if
its code is above c. So the codes decide as the values do, exactly, and 32 or 64 of them are compared at a time.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel

MOST_CUTS = 255
"""Cuts of a column up to which its codes fit a byte."""
CHUNK = 2048
"""Values that become codes together."""


@dataclass(frozen=True)
class Cuts:
    """The cuts of each column: those of column f are `values[starts[f]:starts[f + 1]]`, filled up with infinity.

    Each column has a power of two of them, at least one more than there are thresholds, so that it is halved evenly.
    """

    values: NDArray[np.float32]
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, feature: NDArray[np.int32], threshold: NDArray[np.float32], columns: int) -> "Cuts":
        """The cuts of `columns` columns, from the column (-1: none) and threshold of each node (nodes,).

        >>> Cuts.of(np.array([0, 0, -1, 2]), np.array([7, 5, 0, 1], np.float32), 3).values.tolist()
        [5.0, 7.0, inf, inf, inf, 1.0, inf]
        """
        lists = []
        for column in range(columns):
            cuts = np.unique(threshold[feature == column])
            filled = np.full(1 << len(cuts).bit_length(), np.inf, np.float32)
            filled[: len(cuts)] = cuts
            lists.append(filled)
        starts = np.cumsum([0] + [len(one) for one in lists])
        return cls(np.concatenate(lists) if lists else np.zeros(0, np.float32), starts)

    @property
    def kind(self) -> np.dtype[Any]:
        """The type of the codes: uint8, or a wider one for columns with more than 255 cuts."""
        return np.min_scalar_type(int(np.diff(self.starts).max(initial=1)) - 1)

    def codes_of_thresholds(self, feature: NDArray[np.int32], threshold: NDArray[np.float32]) -> NDArray[Any]:
        """Code of the threshold of each node (nodes,): values at or below it have this code or a lower one."""
        codes = np.zeros(len(feature), self.kind)
        for column in range(len(self.starts) - 1):
            asking = feature == column
            codes[asking] = np.searchsorted(
                self.values[self.starts[column] : self.starts[column + 1]], threshold[asking]
            )
        return codes


def coarse(feature: NDArray[np.int32], threshold: NDArray[np.float32]) -> NDArray[np.float32]:
    """The thresholds of nodes (nodes,) with at most 255 different ones in each column, so that its codes fit a byte.

    A column with more of them keeps 255, as evenly spread among them as can be; the others become the nearest of these.

    >>> thresholds = np.arange(1000, dtype=np.float32)
    >>> few = coarse(np.zeros(1000, np.int32), thresholds)
    >>> len(np.unique(few)), float(np.abs(few - thresholds).max())
    (255, 2.0)
    """
    coarsened = threshold.copy()
    for column in np.unique(feature[feature >= 0]):
        asking = feature == column
        distinct = np.unique(threshold[asking])
        if len(distinct) > MOST_CUTS:
            every = np.sort(threshold[asking])
            kept = np.unique(every[((np.arange(MOST_CUTS) + 0.5) / MOST_CUTS * len(every)).astype(np.intp)])
            between = kept[:-1] + (kept[1:] - kept[:-1]) / 2
            coarsened[asking] = kept[np.searchsorted(between, threshold[asking])]
    return coarsened


def encode(values: NDArray[np.float32], cuts: Cuts, column: int, codes: NDArray[Any]) -> None:
    """Write the codes of the values (n,) of a column to `codes` (n,); NaN gets code 0."""
    _encode(values, cuts.values[cuts.starts[column] : cuts.starts[column + 1]], codes)


@kernel
def _encode(values: NDArray[np.float32], cuts: NDArray[np.float32], codes: NDArray[Any]) -> None:
    """Halve the cuts of many values at once, so that no step waits for the one before."""
    found = np.empty(CHUNK, np.uint32)
    for start in range(0, values.size, CHUNK):
        some, out = values[start : start + CHUNK], codes[start : start + CHUNK]
        for i in range(some.size):
            found[i] = 0
        half = np.uint64(cuts.size >> 1)
        while half > 0:
            for i in range(some.size):
                below = np.uint64(found[i])
                found[i] = below + half * np.uint64(some[i] > cuts[below + half - np.uint64(1)])
            half >>= np.uint64(1)
        for i in range(some.size):
            out[i] = found[i]
