"""Fit the flat borders of a linear support vector machine, and how sharp its probabilities are."""

import warnings
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import LinearSVC

from annotat3d_tui.blocks import Progress, in_threads
from annotat3d_tui.classifiers.groups import folds_of
from annotat3d_tui.classifiers.margins import margins

FOLDS = 5
STEPS = 2000
SHARPEST = 1e3


class Borders(NamedTuple):
    """Weights (k, F) and offsets (k,) for rows as they are; `standardised` (k, F): weights for standardised ones."""

    weights: NDArray[np.float64]
    offsets: NDArray[np.float64]
    standardised: NDArray[np.float64]


def fitted(rows: NDArray[np.float64], classes: NDArray[np.intp], count: int, c: float, balance: bool) -> Borders:
    """The borders between `count` classes for rows (m, F) and their classes (m,) from 0, two at least of which occur.

    A class that does not occur gets a margin of minus infinity. A constant column gets no weight. A border that is
    not settled after 2000 steps is taken as it is: that is so for huge `c` alone, where further steps change nothing
    that a person would see.
    """
    with warnings.catch_warnings():
        _silence()
        return _fit(rows, classes, count, c, balance)


def _silence() -> None:
    """What scikit-learn warns of is known: borders that are not settled, and labels with few samples each."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)


def _fit(rows: NDArray[np.float64], classes: NDArray[np.intp], count: int, c: float, balance: bool) -> Borders:
    present, known = np.unique(classes, return_inverse=True)
    mean, spread = rows.mean(axis=0), rows.std(axis=0)
    constant = rows.min(axis=0) == rows.max(axis=0)
    scale = np.divide(1.0, spread, out=np.zeros_like(spread), where=~constant & (spread > 0))
    sizes = np.bincount(known)
    weights = len(known) / (len(sizes) * sizes[known]) if balance else np.ones(len(known))
    svm = LinearSVC(C=c, dual=False, max_iter=STEPS)
    svm.fit((rows - mean) * scale, known, sample_weight=weights)
    two_sided = len(present) > 2
    slopes = svm.coef_ if two_sided else np.concatenate([-svm.coef_, svm.coef_])
    offsets = svm.intercept_ if two_sided else np.concatenate([-svm.intercept_, svm.intercept_])
    standardised = np.zeros((count, rows.shape[1]))
    standardised[present] = slopes
    shifted = np.full(count, -np.inf)
    shifted[present] = offsets - (slopes * scale) @ mean
    return Borders(standardised * scale, shifted, standardised)


def calibrated(
    rows: NDArray[np.float64],
    classes: NDArray[np.intp],
    groups: NDArray[np.intp],
    c: float,
    balance: bool,
    threads: int,
    progress: Progress,
) -> float:
    """The factor of the margins that makes held-out samples most likely, each class counting the same.

    Each fold of whole groups is judged by borders between the classes of the other folds; samples of a class that has
    none there are left out. Without any that can be judged so, those trained on judge themselves.
    """
    fold_of, count = folds_of(groups, classes, FOLDS), int(classes.max()) + 1
    held_out = np.full((len(rows), count), np.nan)

    def fold(one: int) -> None:
        kept = fold_of != one
        if len(np.unique(classes[kept])) >= 2:
            tested = ~kept & np.isin(classes, classes[kept])
            borders = _fit(rows[kept], classes[kept], count, c, balance)
            held_out[tested] = np.where(
                np.isneginf(borders.offsets),
                -np.inf,
                margins(rows[tested], borders.weights, np.nan_to_num(borders.offsets, neginf=0.0)),
            )

    with warnings.catch_warnings():  # which is not for threads: it is done for all of them
        _silence()
        in_threads(fold, range(int(fold_of.max()) + 1), threads, progress, "train")
    known = ~np.isnan(held_out[:, 0])
    if len(np.unique(classes[known])) < 2:
        borders = fitted(rows, classes, count, c, balance)
        held_out, known = margins(rows, borders.weights, borders.offsets), np.ones(len(rows), np.bool_)
    return _sharpest(held_out[known], classes[known])


def _sharpest(found: NDArray[np.float64], classes: NDArray[np.intp]) -> float:
    weights = 1.0 / np.bincount(classes)[classes]
    right = found[np.arange(len(classes)), classes]

    def surprise(exponent: float) -> float:
        factor = np.exp(exponent)
        return float(weights @ (logsumexp(factor * found, axis=1) - factor * right))

    limit = np.log(SHARPEST)
    return float(np.exp(minimize_scalar(surprise, bounds=(-limit, limit), method="bounded").x))
