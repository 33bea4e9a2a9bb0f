"""Feature selection by permutation importance (Breiman 2001, Machine Learning 45, 5).

A column matters as much as the probability of the right label falls (its mean over the samples of a label, then over
the labels) when its values are shuffled among samples that the model has not learned from: their planes, or strokes,
were left out. The importance is its share of what all columns matter together. The accuracy itself would not do: where
marks are easy, or columns say nearly the same, nothing is lost by shuffling one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, part, quiet
from annotat3d_tui.classifiers.model import Classifier, Model
from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.parameters import Parameters, parameter

FOLDS = 3


class Selection(NamedTuple):
    """kept: indices of the columns that stay, ascending. importances: (F,) of all, of sum 1, or all 0."""

    kept: NDArray[np.intp]
    importances: NDArray[np.float64]


@dataclass(frozen=True)
class PermutationSelection(Parameters):
    """Which features to drop."""

    kind = "permutation"
    threshold: float = parameter(0.01, "features of lower importance are dropped", minimum=0.0, maximum=1.0)
    repeats: int = parameter(3, "how often each feature is shuffled", minimum=1, maximum=100)

    def __call__(
        self,
        classifier: Classifier,
        samples: NDArray[np.float32],
        labels: NDArray[Any],
        groups: NDArray[np.intp],
        columns: Sequence[str],
        *,
        threads: int = 1,
        progress: Progress = quiet,
    ) -> Selection:
        """The columns of samples (m, F) that a classifier needs; labels, groups: (m,).

        Where no group can be left out, since each label is in one only, every third sample is. Raises InvalidParameter
        when nothing reaches the threshold.
        """
        importances = self._importances(classifier, samples, labels, groups, columns, threads, progress)
        kept = np.flatnonzero(importances >= self.threshold)
        if not len(kept):
            best = int(importances.argmax())
            raise InvalidParameter(
                f"Feature selection must keep at least one feature, received a highest importance of "
                f"{importances[best]:.3g} ({columns[best]}), below the threshold {self.threshold:g}: "
                "give a lower threshold."
            )
        return Selection(kept, importances)

    def _importances(
        self,
        classifier: Classifier,
        samples: NDArray[np.float32],
        labels: NDArray[Any],
        groups: NDArray[np.intp],
        columns: Sequence[str],
        threads: int,
        progress: Progress,
    ) -> NDArray[np.float64]:
        fold_of = _folds(labels, groups)
        random = np.random.default_rng(classifier.seed)
        count = int(fold_of.max()) + 1
        lost = np.zeros(samples.shape[1])
        for fold in range(count):
            step = part(progress, fold / count, (fold + 1) / count, "select")
            kept = fold_of != fold
            tested = ~kept & np.isin(labels, np.unique(labels[kept]))
            if len(np.unique(labels[kept])) < 2 or not tested.any():
                continue
            model = classifier.quick()(
                samples[kept], labels[kept], columns=columns, groups=groups[kept], threads=threads, progress=step
            )
            lost += _lost(model, samples[tested], labels[tested], self.repeats, random, threads)
        matters = np.maximum(lost, 0)
        return np.asarray(matters / (matters.sum() or 1.0))


def _folds(labels: NDArray[Any], groups: NDArray[np.intp]) -> NDArray[np.intp]:
    """The fold of each sample (m,): whole groups, unless each label is in one fold only."""
    from annotat3d_tui.classifiers.groups import folds_of  # brings in Numba, which a form does without

    fold_of = folds_of(groups, labels, FOLDS)
    if any(len(np.unique(fold_of[labels == label])) > 1 for label in np.unique(labels)):
        return fold_of
    place = np.empty(len(labels), np.intp)
    for label in np.unique(labels):
        here = np.flatnonzero(labels == label)
        place[here] = np.arange(len(here)) % FOLDS
    return place


def _lost(
    model: Model,
    samples: NDArray[np.float32],
    labels: NDArray[Any],
    repeats: int,
    random: "np.random.Generator",
    threads: int,
) -> NDArray[np.float64]:
    """How much probability of the right label each column is worth (F,), times the number of samples."""
    count, width = samples.shape
    whole = _right(model, samples, labels, threads)
    lost = np.zeros(width)
    for column in range(width):
        shuffled = np.tile(samples, (repeats, 1))
        for repeat in range(repeats):
            shuffled[repeat * count : (repeat + 1) * count, column] = random.permutation(samples[:, column])
        lost[column] = (whole - _right(model, shuffled, np.tile(labels, repeats), threads)) * count
    return lost


def _right(model: Model, samples: NDArray[np.float32], labels: NDArray[Any], threads: int) -> float:
    """The mean over the labels of the mean probability that their samples (m, F) get for them."""
    found = model.probabilities(samples, threads=threads)
    right = found[np.arange(len(labels)), np.searchsorted(model.labels, labels)]
    return float(np.mean([right[labels == label].mean(dtype=np.float64) for label in np.unique(labels)]))
