"""The trees of a forest as plain arrays, and what they say of rows."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, Slab, in_threads, quiet, slabs
from annotat3d_tui.classifiers.codes import coarse, encode
from annotat3d_tui.classifiers.sieve import Sieve, Sieving

BLOCK_ROWS = 2048


@dataclass(frozen=True)
class Trees:
    """The nodes of all trees, one tree after the other; children and roots are indices into them.

    roots: (t,) uint32. feature: (nodes,) int32, the column that is compared, -1 in a leaf.
    threshold: (nodes,) float32, a row goes to the first child when its value is at most this.
    children: (nodes, 2) uint32; in a leaf the first is its row in `values`.
    values: (v, k) float32, the probability of each label; equal leaves share a row.
    """

    roots: NDArray[np.uint32]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float32]
    children: NDArray[np.uint32]
    values: NDArray[np.float32]

    def sieve(self, columns: int) -> Sieve:
        """As rows of `columns` columns are sent through them."""
        return Sieve.of(self.roots, self.feature, self.threshold, self.children, self.values, columns)


def probabilities(
    trees: Trees,
    rows: NDArray[np.float32],
    *,
    excluded: NDArray[np.bool_] | None = None,
    threads: int = 1,
    progress: Progress = quiet,
) -> NDArray[np.float32]:
    """The mean over the trees of each label's probability, (n, k), for rows (n, columns).

    excluded: (t, n), True where a tree must not be asked about a row. A row that no tree is asked about, and
    a row that holds NaN, gets NaN. The sums are whole numbers, so their order cannot matter.
    """
    sieve = trees.sieve(rows.shape[1])
    asked_columns = np.unique(trees.feature[trees.feature >= 0])
    result = np.empty((len(rows), sieve.labels), np.float32)
    own = threading.local()

    def block(slab: Slab) -> None:
        some = rows[slab.write]
        if not hasattr(own, "sieving"):
            own.sieving = Sieving(sieve, len(some))
            own.codes = np.zeros((rows.shape[1], len(some)), sieve.kind)
            own.shares = np.empty((sieve.labels, len(some)), np.float32)
        columns = np.ascontiguousarray(some.T, np.float32)
        for column in asked_columns:
            encode(columns[column], sieve.cuts, column, own.codes[column])
        skipped = None if excluded is None else np.ascontiguousarray(excluded[:, slab.write])
        asked = None if skipped is None else len(trees.roots) - skipped.sum(axis=0)
        shares = own.shares[:, : len(some)]
        sieve.share_out(own.sieving(own.codes, 0, len(some), skipped), shares, asked)
        shares[:, np.isnan(some).any(axis=1)] = np.nan
        result[slab.write] = shares.T

    in_threads(block, slabs(len(rows), BLOCK_ROWS), threads, progress, "classify")
    return result


def joined(parts: Sequence[Trees]) -> Trees:
    """One forest of the trees of several, over the same columns and labels; with at most 255 thresholds a column."""
    nodes = np.cumsum([0] + [len(one.feature) for one in parts])
    values = np.cumsum([0] + [len(one.values) for one in parts])
    children = [
        (one.children + np.where(one.feature < 0, value, node)[:, np.newaxis]).astype(np.uint32)
        for one, node, value in zip(parts, nodes, values, strict=False)
    ]
    feature = np.concatenate([one.feature for one in parts])
    threshold = np.concatenate([one.threshold for one in parts])
    return Trees(
        roots=np.concatenate([one.roots + node for one, node in zip(parts, nodes, strict=False)]).astype(np.uint32),
        feature=feature,
        threshold=coarse(feature, threshold),
        children=np.concatenate(children),
        values=np.concatenate([one.values for one in parts]),
    )
