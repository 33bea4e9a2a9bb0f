"""How rows are sent through trees: every row by every node, 32 or more at a time.

The leaves of a tree are numbered from left to right. A row that has come to a node is known by the number of the
node's leftmost leaf; if it goes right it gets that of its right child's. Nodes are taken parents first, left
before right, so that this one rule brings each row to its leaf:

    number = right where number == left and code > threshold else number

It has no branch and reads memory in order, so that the compiler makes vector instructions of it; on
codes of one byte (`codes`) a node costs a row 0.02 ns or so, where walking from root to leaf costs 1 ns a step.
A node that no row of a block can reach, or where all must go one way, costs nothing: neighbours in an image are alike.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.classifiers.codes import Cuts
from annotat3d_tui.compiled import kernel

WHOLE = 2**30
"""The votes of all trees on a row; votes are whole numbers, so that their order cannot matter."""
HALF, LOWER = np.uint64(32), np.uint64(2**32 - 1)
"""Bits of the votes for one label; those for two are added as one number of 64 bits."""


@dataclass(frozen=True)
class Sieve:
    """The nodes of a forest in the order in which rows pass them, and what its leaves say.

    nodes: (branches, 5) int32: column, leftmost leaf, leftmost leaf of the right child, branches in the subtree, and
    code of the threshold. tree_nodes, tree_leaves: (t + 1,) where the branches and leaves of each tree begin.
    votes: (pairs, leaves) uint64, what each leaf says for each pair of labels but the last label, whose votes are what
    is left of `share`, the votes of a tree.
    """

    cuts: Cuts
    kind: np.dtype[Any]
    nodes: NDArray[np.int32]
    tree_nodes: NDArray[np.int64]
    tree_leaves: NDArray[np.int64]
    votes: NDArray[np.uint64]
    labels: int
    share: int

    @classmethod
    def of(
        cls,
        roots: NDArray[np.uint32],
        feature: NDArray[np.int32],
        threshold: NDArray[np.float32],
        children: NDArray[np.uint32],
        values: NDArray[np.float32],
        columns: int,
    ) -> "Sieve":
        """The sieve of trees, see `trees.Trees`, for rows of `columns` columns."""
        cuts = Cuts.of(feature, threshold, columns)
        nodes = np.zeros((len(feature), 5), np.int32)
        leaves = np.zeros(len(feature), np.int64)
        tree_nodes, tree_leaves = np.zeros((2, len(roots) + 1), np.int64)
        pending = np.zeros((len(feature) + 1, 2), np.int64)
        codes = cuts.codes_of_thresholds(feature, threshold)
        _lay_out(roots, feature, codes, children, nodes, leaves, tree_nodes, tree_leaves, pending)
        nodes, leaves = nodes[: tree_nodes[-1]], leaves[: tree_leaves[-1]]
        most = int(np.diff(tree_leaves).max())
        share = WHOLE // len(roots)
        labels = values.shape[1]
        votes = np.zeros((2 * (labels // 2), len(leaves)), np.uint64)
        votes[: labels - 1] = np.rint(values[leaves, : labels - 1].T * share)
        votes = votes[0::2] | votes[1::2] << HALF
        kind = np.promote_types(cuts.kind, np.min_scalar_type(most - 1))
        return cls(cuts, kind, nodes, tree_nodes, tree_leaves, votes, labels, share)

    def share_out(
        self, votes: NDArray[np.uint64], shares: NDArray[np.float32], asked: int | NDArray[np.intp] | None = None
    ) -> None:
        """Write to `shares` (k, n) what each label has of the votes (pairs, n); NaN where no tree was asked.

        asked: trees that have voted on all rows, or on each (n,); all, if not given.
        """
        trees = len(self.tree_nodes) - 1 if asked is None else asked
        total = np.broadcast_to(trees, votes.shape[1]) * float(self.share)
        left = total.copy()
        for label in range(self.labels):
            cast = left
            if label < self.labels - 1:
                cast = (votes[label // 2] >> HALF if label % 2 else votes[label // 2] & LOWER).astype(np.float64)
                left -= cast
            shares[label] = np.maximum(cast, 0, out=cast) / total if asked is None else _over(cast, total)


def _over(cast: NDArray[np.float64], total: NDArray[np.float64]) -> NDArray[np.float64]:
    shares = np.full(len(cast), np.nan)
    np.divide(cast, total, out=shares, where=total > 0)
    return shares


class Sieving:
    """The memory in which one thread sends blocks of up to `rows` rows through a sieve."""

    def __init__(self, sieve: Sieve, rows: int) -> None:
        columns = len(sieve.cuts.starts) - 1
        self._sieve = sieve
        self._asked = np.diff(sieve.cuts.starts) > 1
        self._low, self._high = np.zeros((2, columns), np.int32)
        self._numbers = np.empty(rows, sieve.kind)
        self._reached = np.empty(int(np.diff(sieve.tree_leaves).max()), np.bool_)
        self._votes = np.empty((len(sieve.votes), rows), np.uint64)

    def __call__(
        self, codes: NDArray[Any], start: int, stop: int, skipped: NDArray[np.bool_] | None = None
    ) -> NDArray[np.uint64]:
        """Votes (pairs, stop - start) of the trees on rows `start` to `stop` of codes (F, n).

        Overwritten by the next call. skipped: (t, stop - start), True where a tree is not asked about a row.
        """
        numbers, votes = self._numbers[: stop - start], self._votes[:, : stop - start]
        one = self._sieve
        _find_range(codes, start, stop, self._asked, self._low, self._high)
        for_tree = _NOT_SKIPPED if skipped is None else skipped
        _sieve(
            codes, start, stop, self._low, self._high, one.nodes, one.tree_nodes, one.tree_leaves, one.votes, numbers,
            self._reached, for_tree, self._votes,
        )  # fmt: skip
        return votes


_NOT_SKIPPED = np.zeros((0, 0), np.bool_)


@kernel
def _lay_out(
    roots: NDArray[np.uint32],
    feature: NDArray[np.int32],
    codes: NDArray[Any],
    children: NDArray[np.uint32],
    nodes: NDArray[np.int32],
    leaves: NDArray[np.int64],
    tree_nodes: NDArray[np.int64],
    tree_leaves: NDArray[np.int64],
    pending: NDArray[np.int64],
) -> None:
    """Number branches and leaves of each tree depth first; `leaves` gets the row of values of each leaf.

    Pending are a node, and the branch whose right child it is (-1: of none).
    """
    branch, leaf = 0, 0
    for tree in range(roots.size):
        first_branch, first_leaf, top = branch, leaf, 1
        pending[0, 0], pending[0, 1] = roots[tree], -1
        while top > 0:
            top -= 1
            node, above = pending[top, 0], pending[top, 1]
            if above >= 0:
                nodes[above, 2] = leaf - first_leaf
            if feature[node] < 0:
                leaves[leaf] = children[node, 0]
                leaf += 1
                continue
            nodes[branch, 0], nodes[branch, 1], nodes[branch, 4] = feature[node], leaf - first_leaf, codes[node]
            pending[top, 0], pending[top, 1] = children[node, 1], branch
            pending[top + 1, 0], pending[top + 1, 1] = children[node, 0], -1
            branch, top = branch + 1, top + 2
        _measure(nodes[first_branch:branch])
        tree_nodes[tree + 1], tree_leaves[tree + 1] = branch, leaf


@kernel
def _measure(nodes: NDArray[np.int32]) -> None:
    """How many branches the subtree of each branch of a tree has, itself included."""
    for branch in range(nodes.shape[0] - 1, -1, -1):
        size = 1
        for child in (1, 2):  # the left one has the same leftmost leaf, the right one that of column 2
            following = branch + size
            if following < nodes.shape[0] and nodes[following, 1] == nodes[branch, child]:
                size += nodes[following, 3]
        nodes[branch, 3] = size


@kernel
def _find_range(
    codes: NDArray[Any],
    start: int,
    stop: int,
    asked: NDArray[np.bool_],
    low: NDArray[np.int32],
    high: NDArray[np.int32],
) -> None:
    """The lowest and the highest code of some rows in each column that is asked for."""
    for column in range(codes.shape[0]):
        if asked[column]:
            row = codes[column, start:stop]
            least, most = row[0], row[0]
            for i in range(row.size):
                least, most = min(least, row[i]), max(most, row[i])
            low[column], high[column] = least, most


@kernel
def _sieve(
    codes: NDArray[Any],
    start: int,
    stop: int,
    low: NDArray[np.int32],
    high: NDArray[np.int32],
    nodes: NDArray[np.int32],
    tree_nodes: NDArray[np.int64],
    tree_leaves: NDArray[np.int64],
    leaf_votes: NDArray[np.uint64],
    numbers: NDArray[Any],
    reached: NDArray[np.bool_],
    skipped: NDArray[np.bool_],
    votes: NDArray[np.uint64],
) -> None:
    """Write to votes (pairs, …) what the trees say of rows `start` to `stop` of codes (F, n)."""
    votes[:, : stop - start] = 0
    for tree in range(tree_nodes.size - 1):
        _number(codes, start, stop, low, high, nodes[tree_nodes[tree] : tree_nodes[tree + 1]], numbers, reached)
        for pair in range(votes.shape[0]):
            said = leaf_votes[pair, tree_leaves[tree] : tree_leaves[tree + 1]]
            if skipped.size > 0:
                _add_asked(said, numbers, skipped[tree], votes[pair])
            else:
                _add(said, numbers, votes[pair])


@kernel
def _number(
    codes: NDArray[Any],
    start: int,
    stop: int,
    low: NDArray[np.int32],
    high: NDArray[np.int32],
    nodes: NDArray[np.int32],
    numbers: NDArray[Any],
    reached: NDArray[np.bool_],
) -> None:
    """Give each row the number of its leaf; `reached` says whether any row may be at a number."""
    for i in range(numbers.size):
        numbers[i] = 0
    reached[0] = True
    branch = np.uint64(0)
    while branch < np.uint64(nodes.shape[0]):
        column, left = np.uint64(nodes[branch, 0]), numbers.dtype.type(nodes[branch, 1])
        right, code = numbers.dtype.type(nodes[branch, 2]), codes.dtype.type(nodes[branch, 4])
        if not reached[left]:
            branch += np.uint64(nodes[branch, 3])
            continue
        reached[right] = code < high[column]
        if reached[right]:
            reached[left] = code >= low[column]
            row = codes[column, start:stop]
            for i in range(numbers.size):
                numbers[i] = right if (numbers[i] == left) & (row[i] > code) else numbers[i]
        branch += np.uint64(1)


@kernel
def _add(said: NDArray[np.uint64], numbers: NDArray[Any], votes: NDArray[np.uint64]) -> None:
    for i in range(numbers.size):
        votes[i] += said[np.uint64(numbers[i])]


@kernel
def _add_asked(
    said: NDArray[np.uint64], numbers: NDArray[Any], skipped: NDArray[np.bool_], votes: NDArray[np.uint64]
) -> None:
    for i in range(numbers.size):
        if not skipped[i]:
            votes[i] += said[np.uint64(numbers[i])]
