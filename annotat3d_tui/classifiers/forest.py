"""Samples -> forest -> labels. Random forest (Breiman 2001) and extra trees (Geurts, Ernst, Wehenkel 2006)."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, part, quiet
from annotat3d_tui.classifiers.model import Classifier, balance_parameter, check_rows, seed_parameter
from annotat3d_tui.parameters import parameter

if TYPE_CHECKING:
    from annotat3d_tui.classifiers.trees import Trees

MOST_TREES = 2000
QUICK_TREES = 50


@dataclass(frozen=True)
class Forest:
    """A trained classifier as plain arrays.

    labels: (k,) uint16, ascending. columns: names of the columns of the rows it takes, may be empty.
    importances: (F,) of sum 1, or 0 when no tree has a branch: mean decrease in Gini impurity.
    out_of_bag: (m, k) float32, probabilities of the training samples from the trees that have not seen them; NaN
    for a sample which every tree has seen.
    """

    labels: NDArray[np.uint16]
    columns: tuple[str, ...]
    trees: "Trees"
    importances: NDArray[np.float64]
    out_of_bag: NDArray[np.float32]

    def probabilities(
        self, rows: NDArray[np.float32], *, threads: int = 1, progress: Progress = quiet
    ) -> NDArray[np.float32]:
        """Probability of each label (n, k) for rows (n, F); NaN for a row that holds NaN.

        Raises ShapeMismatch when the rows have another number of columns than the samples had.
        """
        from annotat3d_tui.classifiers.trees import probabilities

        check_rows(rows, len(self.importances))
        return probabilities(self.trees, rows, threads=threads, progress=progress)


@dataclass(frozen=True)
class TreeGrower(Classifier):
    """Parameters that train a forest when called; each kind says how its trees are grown."""

    trees: int = parameter(100, "number of trees", minimum=1, maximum=MOST_TREES)

    @property
    @abstractmethod
    def plan(self) -> dict[str, Any]:
        """What `growing.grow` is told: trees, random_thresholds, share, balance, seed."""

    def __call__(
        self,
        samples: NDArray[np.float32],
        labels: NDArray[Any],
        *,
        columns: Sequence[str] = (),
        groups: NDArray[np.intp] | None = None,
        threads: int = 1,
        progress: Progress = quiet,
    ) -> Forest:
        """The forest for samples (m, F) float32 and their label ids (m,); `groups` change nothing."""
        return _train(samples, labels, columns, self.plan, threads, progress)

    def quick(self) -> Self:
        """With at most 50 trees, which is enough to tell."""
        return replace(self, trees=min(self.trees, QUICK_TREES))


@dataclass(frozen=True)
class RandomForest(TreeGrower):
    """Trees with the best of sqrt(F) splits at each node, each on a bootstrap sample; as the original has it.

    >>> samples, labels = np.array([[0.0], [1.0], [8.0], [9.0]], np.float32), np.array([3, 3, 7, 7])
    >>> forest = RandomForest(trees=20)(samples, labels)
    >>> from annotat3d_tui.classifiers.model import predict
    >>> predict(forest, np.array([[0.5], [8.5]], np.float32))
    array([3, 7], dtype=uint16)
    """

    kind = "random_forest"
    trees: int = parameter(200, "number of trees", minimum=1, maximum=MOST_TREES)
    balance: bool = balance_parameter()
    seed: int = seed_parameter()

    @property
    def plan(self) -> dict[str, Any]:
        """How the trees are grown."""
        return {
            "trees": self.trees, "random_thresholds": False, "share": 1.0, "balance": self.balance, "seed": self.seed
        }  # fmt: skip


@dataclass(frozen=True)
class ExtraTrees(TreeGrower):
    """Trees with random thresholds at each node, each on a small bootstrap sample.

    Marked voxels of one stroke are near copies, so that what makes the trees differ makes them better. Mean Dice on
    four labelled images, three sets of strokes each, with 29 and 5 columns: share 0.2 has 0.777 and 0.747, share 1.0
    0.775 and 0.738, the random forest 0.769 and 0.729; training takes 0.14, 0.23 and 1.9 s.
    """

    kind = "extra_trees"
    trees: int = parameter(100, "number of trees", minimum=1, maximum=MOST_TREES)
    share: float = parameter(0.2, "share of the samples that each tree draws", minimum=0.01, maximum=1.0)
    balance: bool = balance_parameter()
    seed: int = seed_parameter()

    @property
    def plan(self) -> dict[str, Any]:
        """How the trees are grown."""
        return {
            "trees": self.trees, "random_thresholds": True, "share": self.share, "balance": self.balance,
            "seed": self.seed,
        }  # fmt: skip


def _train(
    samples: NDArray[np.float32],
    labels: NDArray[Any],
    columns: Sequence[str],
    plan: dict[str, Any],
    threads: int,
    progress: Progress,
) -> Forest:
    # imported here: scikit-learn and Numba take seconds to import, which a form or --help does not need
    from annotat3d_tui.classifiers.growing import grow
    from annotat3d_tui.classifiers.training import check_samples
    from annotat3d_tui.classifiers.trees import probabilities

    check_samples(samples, labels, columns)
    ids, classes = np.unique(labels, return_inverse=True)
    trees, seen, importances = grow(samples, classes, **plan, threads=threads, progress=part(progress, 0.0, 0.95))
    report = part(progress, 0.95, 1.0, "train")
    out_of_bag = probabilities(trees, samples, excluded=seen, threads=threads, progress=report)
    return Forest(ids.astype(np.uint16), tuple(columns), trees, importances, out_of_bag)
