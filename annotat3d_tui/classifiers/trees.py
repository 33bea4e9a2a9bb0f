"""The trees of a forest as plain arrays, and how rows are sent through them.

As in training, the rows of a block are parted at each node: those at or below its threshold go left, the
others right. Against walking each row from root to leaf nothing waits on the previous step and no branch
depends on a value, and a node without rows costs nothing.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, Slab, in_threads, quiet, slabs
from annotat3d_tui.compiled import kernel

BLOCK_ROWS = 8192
_ONE = np.uint64(1)


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

    @property
    def most_nodes(self) -> int:
        """The number of nodes of the largest tree."""
        return int(np.diff(self.roots, append=len(self.feature)).max())


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
    whole = np.rint(trees.values * (2**30 // len(trees.roots))).astype(np.int32)
    result = np.empty((len(rows), whole.shape[1]), np.float32)

    def block(slab: Slab) -> None:
        some = rows[slab.write]
        skipped: NDArray[np.bool_] = np.isnan(some).any(axis=1).reshape(1, -1)
        if excluded is not None:
            skipped = skipped | excluded[:, slab.write]
        result[slab.write] = _shares(_votes(trees, whole, some, skipped))

    in_threads(block, slabs(len(rows), BLOCK_ROWS), threads, progress, "classify")
    return result


def _votes(
    trees: Trees, values: NDArray[np.int32], rows: NDArray[np.float32], skipped: NDArray[np.bool_]
) -> NDArray[np.int32]:
    count = len(rows)
    votes = np.zeros((count, values.shape[1]), np.int32)
    columns = np.ascontiguousarray(rows.T, np.float32)
    lists = np.empty(2 * count, np.uint32)
    pending = np.empty((trees.most_nodes + 1, 4), np.uint32)
    nodes = (trees.roots, trees.feature, trees.threshold, trees.children)
    _part_rows(columns, skipped, *nodes, values, votes, lists, pending)
    return votes


def _shares(votes: NDArray[np.int32]) -> NDArray[np.float64]:
    total = votes.sum(axis=1, keepdims=True)
    shares = np.full(votes.shape, np.nan)
    np.divide(votes, total, out=shares, where=total > 0)
    return shares


@kernel
def _part_rows(
    columns: NDArray[np.float32],
    skipped: NDArray[np.bool_],
    roots: NDArray[np.uint32],
    feature: NDArray[np.int32],
    threshold: NDArray[np.float32],
    children: NDArray[np.uint32],
    values: NDArray[np.int32],
    votes: NDArray[np.int32],
    lists: NDArray[np.uint32],
    pending: NDArray[np.uint32],
) -> None:
    """Add to votes (n, k) what each tree says of each row of columns (F, n).

    A pending piece of work is (node, first row, last row + 1, which half of `lists` holds the rows). Indices
    are unsigned, since Numba makes signed ones check for being negative, which halves the speed.
    """
    half = np.uint64(columns.shape[1])
    for tree in range(roots.size):
        asked = _list_asked(skipped[min(tree, skipped.shape[0] - 1)], lists)
        top = _push(pending, np.uint64(0), roots[tree], np.uint64(0), asked, np.uint64(0))
        while top > 0:
            top -= _ONE
            node, first, last = np.uint64(pending[top, 0]), np.uint64(pending[top, 1]), np.uint64(pending[top, 2])
            source = np.uint64(pending[top, 3]) * half
            if feature[node] < 0:
                _add_leaf(votes, values, np.uint64(children[node, 0]), lists, source + first, source + last)
                continue
            column, other = np.uint64(feature[node]), np.uint64(source == 0)
            middle = _part(columns, column, threshold[node], lists, source, other * half, first, last)
            top = _push(pending, top, children[node, 0], first, middle, other)
            top = _push(pending, top, children[node, 1], middle, last, other)


@kernel
def _list_asked(skipped: NDArray[np.bool_], lists: NDArray[np.uint32]) -> Any:
    """Write the rows that are not skipped to the front of `lists`; return how many."""
    asked = np.uint64(0)
    for row in range(np.uint64(skipped.size)):
        lists[asked] = row
        asked += np.uint64(not skipped[row])
    return asked


@kernel
def _push(pending: NDArray[np.uint32], top: Any, node: Any, first: Any, last: Any, half: Any) -> Any:
    """Put rows `first` to `last` of a node on the pile, unless there are none; return its new height."""
    if last > first:
        pending[top, 0], pending[top, 1], pending[top, 2], pending[top, 3] = node, first, last, half
        top += _ONE
    return top


@kernel
def _part(
    columns: NDArray[np.float32],
    column: Any,
    threshold: Any,
    lists: NDArray[np.uint32],
    source: Any,
    target: Any,
    first: Any,
    last: Any,
) -> Any:
    """Copy rows `first` to `last` from one half of `lists` to the other, the lower ones to its front."""
    left, right = target + first, target + last - _ONE
    for position in range(source + first, source + last):
        row = lists[position]
        above = np.uint64(columns[column, np.uint64(row)] > threshold)
        lists[left] = row
        lists[right] = row
        left += _ONE - above
        right -= above
    return left - target


@kernel
def _add_leaf(
    votes: NDArray[np.int32], values: NDArray[np.int32], leaf: Any, lists: NDArray[np.uint32], start: Any, stop: Any
) -> None:
    for position in range(start, stop):
        row = np.uint64(lists[position])
        for label in range(np.uint64(votes.shape[1])):
            votes[row, label] += values[leaf, label]
