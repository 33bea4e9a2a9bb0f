"""Samples -> flat borders between labels. Linear support vector machine (Cortes & Vapnik 1995), one label against all.

Solver: LIBLINEAR (Fan et al. 2008) as scikit-learn brings it, in the primal, which draws no random numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, Slab, in_threads, part, quiet, slabs
from annotat3d_tui.classifiers.model import Classifier, balance_parameter, check_rows, seed_parameter
from annotat3d_tui.parameters import parameter

BLOCK_ROWS = 8192


@dataclass(frozen=True)
class LinearModel:
    """A trained linear classifier as plain arrays.

    labels: (k,) uint16, ascending. columns: names of the columns of the rows it takes, may be empty.
    weights: (k, F), offsets: (k,): the margin of a label is weights @ row + offset; the highest wins, and the
    probabilities are exp(sharpness · margin), divided by their sum.
    importances: (F,) of sum 1, or 0 without a weight: mean size of the weights of standardised columns.
    """

    labels: NDArray[np.uint16]
    columns: tuple[str, ...]
    weights: NDArray[np.float64]
    offsets: NDArray[np.float64]
    sharpness: float
    importances: NDArray[np.float64]

    @property
    def out_of_bag(self) -> None:
        """None: it has no parts that have not seen a sample."""
        return None

    def probabilities(
        self, rows: NDArray[np.float32], *, threads: int = 1, progress: Progress = quiet
    ) -> NDArray[np.float32]:
        """Probability of each label (n, k) for rows (n, F); NaN for a row that holds NaN.

        Raises ShapeMismatch when the rows have another number of columns than the samples had.
        """
        from annotat3d_tui.classifiers.margins import probabilities

        check_rows(rows, self.weights.shape[1])
        result = np.empty((len(rows), len(self.labels)), np.float32)

        def block(slab: Slab) -> None:
            result[slab.write] = probabilities(rows[slab.write], self.weights, self.offsets, self.sharpness)

        in_threads(block, slabs(len(rows), BLOCK_ROWS), threads, progress, "classify")
        return result


@dataclass(frozen=True)
class LinearSVM(Classifier):
    """A flat border between each label and the others, as wide as `c` lets it be.

    Columns are standardised by mean and standard deviation of the samples. Probabilities are calibrated: one
    sharpness for all labels (temperature scaling, Guo et al. 2017) is fitted to the margins of samples of folds that
    were held out, with groups kept whole; so the most probable label stays that of the largest margin.

    No `c` suits all images. Mean Dice of four labelled ones, two sets of strokes each, at 1 and at 0.1 over the number
    of samples (about 0.00004 for two labels): 0.790 and 0.859 on nuclei, 0.657 and 0.743 on membranes, but 0.603 and
    0.504 with four labels, 0.529 and 0.363 with eight.

    >>> samples, labels = np.array([[0.0], [1.0], [8.0], [9.0]], np.float32), np.array([3, 3, 7, 7])
    >>> from annotat3d_tui.classifiers.model import predict
    >>> predict(LinearSVM()(samples, labels), np.array([[0.5], [8.5]], np.float32))
    array([3, 7], dtype=uint16)
    """

    kind = "linear_svm"
    c: float = parameter(
        1.0, "penalty of a sample beyond the border: a high one follows the markers closely", minimum=1e-6, maximum=1e6
    )
    calibrate: bool = parameter(True, "fit the probabilities to samples that were held out")
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
    ) -> LinearModel:
        """The model for samples (m, F) float32 and their label ids (m,); without `groups` each is one."""
        # imported here: scikit-learn and Numba take seconds to import, which a form or --help does not need
        from annotat3d_tui.classifiers.borders import calibrated, fitted
        from annotat3d_tui.classifiers.training import check_samples

        check_samples(samples, labels, columns)
        ids, classes = np.unique(labels, return_inverse=True)
        rows = samples.astype(np.float64)
        step = part(progress, 0.0, 0.2 if self.calibrate else 1.0, "train")
        step(0.0, "")
        border = fitted(rows, classes, len(ids), self.c, self.balance)
        step(1.0, "")
        sharpness = 1.0
        if self.calibrate:
            kept = np.arange(len(labels)) if groups is None else groups
            step = part(progress, 0.2, 1.0, "train")
            sharpness = calibrated(rows, classes, kept, self.c, self.balance, threads, step)
        sizes = np.abs(border.standardised).mean(axis=0)
        total = sizes.sum()
        return LinearModel(
            ids.astype(np.uint16), tuple(columns), border.weights, border.offsets, sharpness,
            sizes / (total if total > 0 else 1.0),
        )  # fmt: skip

    def quick(self) -> Self:
        """Without calibration, which does not change the label."""
        return replace(self, calibrate=False)
