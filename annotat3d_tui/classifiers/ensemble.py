"""One forest that mixes trees of several ranges of scales, each as often as it is right about what it has not seen.

With few strokes a forest that sees large windows learns where the strokes were, one that does not misses the context:
which is worse depends on the image. So trees are grown on the columns up to each radius, and each range is
tested on marked planes (or strokes) that it was not trained on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import HERE, Progress, in_threads, part, quiet
from annotat3d_tui.classifiers.forest import MOST_TREES, Forest, TreeGrower
from annotat3d_tui.classifiers.model import balance_parameter, seed_parameter
from annotat3d_tui.parameters import parameter

FOLDS = 5
TRIALS = 15
"""Trees that a range is tested with, in each fold."""
TEMPERATURE = 0.1
FLOOR = 0.01
"""Probability below which an error is not counted as worse."""
LEAST_WEIGHT = 0.02
QUICK_TREES, QUICK_TRIALS = 50, 5


@dataclass(frozen=True)
class ScaleEnsemble(TreeGrower):
    """Extra trees on nested ranges of scales, weighted by how likely they find marks that they have not seen.

    One range ends at each radius in the names of the columns and has all columns up to it. Its likelihood L is the
    mean over the labels of the mean logarithm of the probability of the right label, of samples in groups left out of
    the training; its weight is softmax(L / 0.1), and its share of the trees is its weight. Ranges below 0.02 get none.
    Without names of columns or groups all ranges weigh the same.

    Mean Dice of four labelled images, voxel by voxel, four sets of strokes each: 0.785 with ranges that end at 1, 2, 4,
    8, 16 and 32, where 100 extra trees up to 8 have 0.772; half of the samples for each tree are better than a fifth
    (0.789), leaves of 3 than of 10 (0.778), 15 trees that test a range than 5 (0.780).

    >>> ScaleEnsemble.ranges(("none mean", "fft_gauss 1 mean", "fft_gauss 4 mean"))
    [array([0, 1]), array([0, 1, 2])]
    """

    kind = "scale_ensemble"
    trees: int = parameter(150, "number of trees of all ranges", minimum=1, maximum=MOST_TREES)
    share: float = parameter(0.5, "share of the samples that each tree draws", minimum=0.01, maximum=1.0)
    leaf: int = parameter(3, "smallest number of samples in a leaf", minimum=1, maximum=1000)
    tried: float = parameter(0.3, "share of the columns that are tried at a branch", minimum=0.01, maximum=1.0)
    trials: int = parameter(TRIALS, "trees that test a range, in each fold", minimum=1, maximum=MOST_TREES)
    balance: bool = balance_parameter()
    seed: int = seed_parameter()

    @property
    def plan(self) -> dict[str, Any]:
        """How the trees are grown."""
        return {
            "trees": self.trees, "random_thresholds": True, "share": self.share, "balance": self.balance,
            "seed": self.seed, "leaf": self.leaf, "tried": self.tried,
        }  # fmt: skip

    def quick(self) -> Self:
        """With fewer trees, which are enough to tell."""
        return replace(self, trees=min(self.trees, QUICK_TREES), trials=min(self.trials, QUICK_TRIALS))

    @staticmethod
    def ranges(columns: Sequence[str]) -> list[NDArray[np.intp]]:
        """The indices of the columns of each range, from the smallest to the largest."""
        radii = np.array([_radius(name) for name in columns])
        ends = np.unique(radii[radii > 0])
        return [np.flatnonzero(radii <= end) for end in ends] or [np.arange(len(columns))]

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
        """The forest for samples (m, F) float32, their label ids (m,) and the groups (m,) that a fair test parts."""
        from annotat3d_tui.classifiers.training import check_samples
        from annotat3d_tui.classifiers.trees import probabilities

        check_samples(samples, labels, columns)
        ids, classes = np.unique(labels, return_inverse=True)
        ranges = self.ranges(columns) if columns else [np.arange(samples.shape[1])]
        weights = self._weights(samples, classes, ranges, groups, threads, part(progress, 0.0, 0.7, "train"))
        grown = self._grow(samples, classes, ranges, weights, threads, part(progress, 0.7, 0.95, "train"))
        trees, seen, importances = grown
        report = part(progress, 0.95, 1.0, "train")
        out_of_bag = probabilities(trees, samples, excluded=seen, threads=threads, progress=report)
        return Forest(ids.astype(np.uint16), tuple(columns), trees, importances, out_of_bag)

    def _weights(
        self,
        samples: NDArray[np.float32],
        classes: NDArray[np.intp],
        ranges: list[NDArray[np.intp]],
        groups: NDArray[np.intp] | None,
        threads: int,
        progress: Progress,
    ) -> NDArray[np.float64]:
        """The weight of each range, of sum 1."""
        from annotat3d_tui.classifiers.groups import folds_of

        if groups is None or len(ranges) == 1:
            return np.full(len(ranges), 1 / len(ranges))
        fold_of = folds_of(groups, classes, FOLDS)
        found = np.full((len(ranges), len(classes)), np.nan)

        def test(task: tuple[int, int]) -> None:
            number, fold = task
            tested, right = self._tested(samples[:, ranges[number]], classes, fold_of == fold)
            found[number, tested] = right

        tasks = list(product(range(len(ranges)), range(int(fold_of.max()) + 1)))
        in_threads(test, tasks, threads, progress, "train", [len(ranges[number]) for number, _ in tasks])
        likelihood = np.array([_likelihood(one, classes) for one in found])
        weights: NDArray[np.float64] = np.exp((likelihood - likelihood.max()) / TEMPERATURE)
        weights /= weights.sum()
        return weights

    def _tested(
        self, samples: NDArray[np.float32], classes: NDArray[np.intp], left_out: NDArray[np.bool_]
    ) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """Which samples that are left out can be tested, and the probability of their class, by trees of the others."""
        from annotat3d_tui.classifiers.growing import grow
        from annotat3d_tui.classifiers.trees import probabilities

        known, learnt = np.unique(classes[~left_out], return_inverse=True)
        tested = np.flatnonzero(left_out & np.isin(classes, known))
        if len(known) < 2 or len(tested) == 0:
            return np.zeros(0, np.intp), np.zeros(0, np.float32)
        trees, _, _ = grow(samples[~left_out], learnt, **self.plan | {"trees": self.trials}, threads=HERE)
        shares = probabilities(trees, samples[tested], threads=HERE)
        return tested, shares[np.arange(len(tested)), np.searchsorted(known, classes[tested])]

    def _grow(
        self,
        samples: NDArray[np.float32],
        classes: NDArray[np.intp],
        ranges: list[NDArray[np.intp]],
        weights: NDArray[np.float64],
        threads: int,
        progress: Progress,
    ) -> tuple[Any, NDArray[np.bool_], NDArray[np.float64]]:
        """Trees of all ranges, which samples each has seen (t, m), and the importance of each column (F,)."""
        from annotat3d_tui.classifiers.growing import grow
        from annotat3d_tui.classifiers.trees import joined

        counts = allotted(np.where(weights < LEAST_WEIGHT, 0.0, weights), self.trees)
        grown, seen, importances = [], [], np.zeros(samples.shape[1])
        for number in np.flatnonzero(counts):
            step = part(progress, counts[:number].sum() / self.trees, counts[: number + 1].sum() / self.trees)
            plan = self.plan | {"trees": int(counts[number])}
            trees, drawn, important = grow(samples[:, ranges[number]], classes, **plan, threads=threads, progress=step)
            grown.append(replace(trees, feature=_renumbered(trees.feature, ranges[number])))
            seen.append(drawn)
            importances[ranges[number]] += counts[number] * important
        total = importances.sum()
        return joined(grown), np.concatenate(seen), importances / (total if total > 0 else 1.0)


def _likelihood(found: NDArray[np.float64], classes: NDArray[np.intp]) -> float:
    """Mean over the classes of the mean logarithm of `found` (m,), NaN where a sample was not tested; 0 for none."""
    logarithms = np.log(np.maximum(found, FLOOR))
    each = [logarithms[(classes == one) & ~np.isnan(found)] for one in np.unique(classes)]
    return float(np.mean([one.mean() for one in each if len(one)] or [0.0]))


def allotted(weights: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    """`count` things shared out by weights (w,): whole numbers, by the largest remainders, the first of equals.

    >>> allotted(np.array([0.5, 0.3, 0.2]), 11)
    array([6, 3, 2])
    """
    exact = weights / weights.sum() * count
    shared: NDArray[np.intp] = np.floor(exact).astype(np.intp)
    missing = count - shared.sum()
    shared[np.argsort(shared - exact, kind="stable")[:missing]] += 1
    return shared


def _renumbered(feature: NDArray[np.int32], columns: NDArray[np.intp]) -> NDArray[np.int32]:
    return np.where(feature < 0, -1, columns[feature]).astype(np.int32)


def _radius(name: str) -> int:
    """The radius in the name of a column, "<filter> <radius> …"; 0 where there is none."""
    words = name.split()
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
