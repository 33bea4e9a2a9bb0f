"""Samples -> trees that correct each other. Gradient boosting (Friedman 2001) on histograms (Ke et al. 2017)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, Slab, in_threads, quiet, slabs
from annotat3d_tui.classifiers.model import Classifier, balance_parameter, check_rows, seed_parameter
from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.parameters import parameter

BLOCK_ROWS = 2048
QUICK_ITERATIONS = 40
MOST_TREES = 10_000
"""Trees of all labels together that are grown in a minute; as long again takes every test of them."""
SECONDS = 3e-4, 1.5e-4
"""Of a tree, and of each of its leaves."""


@dataclass(frozen=True)
class Steps:
    """The nodes of all trees, one tree after the other; children and roots are indices into them.

    roots: (t,) uint32; tree i speaks for score i modulo s. feature: (nodes,) int32, the column that is compared, -1 in
    a leaf. threshold: (nodes,) float32, a row goes to the first child when its value is at most this.
    children: (nodes, 2) uint32. value: (nodes,) float64, what a leaf adds. start: (s,) float64, the scores before any
    tree; s is 1 for two labels, whose scores are then 0 and that one, else the number of labels.
    """

    roots: NDArray[np.uint32]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float32]
    children: NDArray[np.uint32]
    value: NDArray[np.float64]
    start: NDArray[np.float64]


@dataclass(frozen=True)
class BoostedModel:
    """A trained boosted classifier as plain arrays; its probabilities are the softmax of its scores.

    labels: (k,) uint16, ascending. columns: names of the columns of the rows it takes, may be empty.
    importances: (F,) of sum 1, or 0 when no tree has a branch: what the branches of a column gained.
    """

    labels: NDArray[np.uint16]
    columns: tuple[str, ...]
    steps: Steps
    importances: NDArray[np.float64]

    @property
    def out_of_bag(self) -> None:
        """None: every tree has seen every sample."""
        return None

    def probabilities(
        self, rows: NDArray[np.float32], *, threads: int = 1, progress: Progress = quiet
    ) -> NDArray[np.float32]:
        """Probability of each label (n, k) for rows (n, F); NaN for a row that holds NaN.

        Raises ShapeMismatch when the rows have another number of columns than the samples had.
        """
        from annotat3d_tui.classifiers.steps import probabilities

        check_rows(rows, len(self.importances))
        result = np.empty((len(rows), len(self.labels)), np.float32)

        def block(slab: Slab) -> None:
            result[slab.write] = probabilities(rows[slab.write], self.steps)

        in_threads(block, slabs(len(rows), BLOCK_ROWS), threads, progress, "classify")
        return result


@dataclass(frozen=True)
class GradientBoosting(Classifier):
    """Small trees, each grown on what the trees before it got wrong.

    A branch chooses among a few columns, drawn anew for each, as in random forests (Breiman 2001), so that not all
    trees live on the few columns that tell the marked voxels apart best, which need not do so in superpixels. Mean
    Dice of four labelled images, preset fast: two made sets of strokes each 0.766 (0.761 at rate 0.1), random forest
    0.763; the given strokes with all columns at rate 0.1 0.674, random forest 0.742.

    >>> samples, labels = np.array([[0.0], [1.0], [8.0], [9.0]], np.float32), np.array([3, 3, 7, 7])
    >>> from annotat3d_tui.classifiers.model import predict
    >>> predict(GradientBoosting(smallest_leaf=1)(samples, labels), np.array([[0.5], [8.5]], np.float32))
    array([3, 7], dtype=uint16)
    """

    kind = "gradient_boosting"
    iterations: int = parameter(100, "number of trees for each label", minimum=1, maximum=2000)
    rate: float = parameter(0.05, "share of the error that each tree corrects", minimum=0.001, maximum=1.0)
    leaves: int = parameter(31, "largest number of leaves of a tree", minimum=2, maximum=1024)
    smallest_leaf: int = parameter(5, "fewest samples in a leaf", minimum=1, maximum=10000)
    column_share: float = parameter(
        0.1, "share of the columns that a branch chooses from, one at least", minimum=0.001, maximum=1.0
    )
    balance: bool = balance_parameter()
    seed: int = seed_parameter()

    def __call__(
        self,
        samples: NDArray[np.float32],
        labels: NDArray[Any],
        *,
        columns: Sequence[str] = (),
        groups: NDArray[np.intp] | None = None,
        threads: int = 1,
        progress: Progress = quiet,
    ) -> BoostedModel:
        """The model for samples (m, F) float32 and their label ids (m,); `groups` and `threads` change nothing."""
        # imported here: scikit-learn takes seconds to import, which a form or --help does not need
        from annotat3d_tui.classifiers.growing_steps import grow
        from annotat3d_tui.classifiers.training import check_samples

        check_samples(samples, labels, columns)
        ids, classes = np.unique(labels, return_inverse=True)
        self.check_labels(len(ids))
        steps, importances = grow(
            samples, classes, iterations=self.iterations, rate=self.rate, leaves=self.leaves,
            smallest_leaf=self.smallest_leaf, column_share=self.column_share, balance=self.balance,
            seed=self.seed, progress=progress,
        )  # fmt: skip
        return BoostedModel(ids.astype(np.uint16), tuple(columns), steps, importances)

    def check_labels(self, count: int) -> None:
        """Raises InvalidParameter when there would be more than 10000 trees."""
        if self._trees(count) <= MOST_TREES:
            return
        fewer = f"give at most {MOST_TREES // count} iterations, or " if count <= MOST_TREES else ""
        raise InvalidParameter(
            f"gradient_boosting must grow at most {MOST_TREES} trees, received {count} labels with {self.iterations} "
            f"trees each: {fewer}choose another classifier."
        )

    def seconds(self, count: int) -> float:
        """Milliseconds for each tree: one for each label and iteration."""
        return self._trees(count) * (SECONDS[0] + SECONDS[1] * self.leaves)

    def _trees(self, count: int) -> int:
        return self.iterations * (count if count > 2 else 1)

    def quick(self) -> Self:
        """With at most 40 trees for each label, which correct as much together."""
        if self.iterations <= QUICK_ITERATIONS:
            return self
        rate = min(self.rate * self.iterations / QUICK_ITERATIONS, max(self.rate, 0.3))
        return replace(self, iterations=QUICK_ITERATIONS, rate=rate)
