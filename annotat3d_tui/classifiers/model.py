"""What a classifier is to the rest: parameters that learn from samples, and the model that they give."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, quiet
from annotat3d_tui.errors import ShapeMismatch
from annotat3d_tui.parameters import Parameters, parameter

HIGHEST_SEED = 2**32 - 1


class Model(Protocol):
    """A trained classifier as plain arrays.

    labels: (k,) uint16, ascending. columns: names of the columns of the rows it takes, may be empty.
    importances: (F,) of sum 1, or 0 where nothing distinguishes the labels.
    out_of_bag: (m, k) float32, probabilities of the training samples from parts of the model that have not seen them,
    NaN for a sample which every part has seen; None for a model that has no such parts.
    """

    @property
    def labels(self) -> NDArray[np.uint16]: ...

    @property
    def columns(self) -> tuple[str, ...]: ...

    @property
    def importances(self) -> NDArray[np.float64]: ...

    @property
    def out_of_bag(self) -> NDArray[np.float32] | None: ...

    def probabilities(
        self, rows: NDArray[np.float32], *, threads: int = 1, progress: Progress = quiet
    ) -> NDArray[np.float32]:
        """Probability of each label (n, k) for rows (n, F); NaN for a row that holds NaN.

        Raises ShapeMismatch when the rows have another number of columns than the samples had.
        """
        ...


class Classifier(Parameters, ABC):
    """Parameters that train a model when called."""

    seed: int

    @abstractmethod
    def __call__(
        self,
        samples: NDArray[np.float32],
        labels: NDArray[Any],
        *,
        columns: Sequence[str] = (),
        groups: NDArray[np.intp] | None = None,
        threads: int = 1,
        progress: Progress = quiet,
    ) -> Model:
        """The model for samples (m, F) float32 and their label ids (m,); the same for any number of threads.

        groups: (m,) which samples a fair test keeps together, for a classifier that tests parts of itself.
        Raises InvalidMarkers for fewer than two labels, InvalidParameter for values that are not finite, Cancelled.
        """

    def check_labels(self, count: int) -> None:
        """Raises InvalidParameter where it would take too long to learn so many labels."""

    def seconds(self, count: int) -> float:
        """About how long it learns so many labels; 0 where that is soon done, however many."""
        return 0.0

    def quick(self) -> Self:
        """The same, cheaper, where it only has to be told how well it does."""
        return self


def balance_parameter() -> Any:
    """The field `balance` of every classifier."""
    return parameter(True, "each label counts the same, however many samples it has")


def seed_parameter() -> Any:
    """The field `seed` of every classifier."""
    return parameter(0, "start of the random numbers", minimum=0, maximum=HIGHEST_SEED)


def predict(
    model: Model, rows: NDArray[np.float32], *, threads: int = 1, progress: Progress = quiet
) -> NDArray[np.uint16]:
    """The most probable label id (n,) of each row (n, F), the lower one of equals; 0 for a row that holds NaN."""
    return most_probable(model.labels, model.probabilities(rows, threads=threads, progress=progress))


def most_probable(labels: NDArray[np.uint16], probabilities: NDArray[np.float32]) -> NDArray[np.uint16]:
    """The label id with the highest probability (n, k), the lower one of equals, 0 where they are NaN.

    >>> most_probable(np.array([1, 5], np.uint16), np.array([[0.5, 0.5], [0.1, 0.9], [np.nan, np.nan]], np.float32))
    array([1, 5, 0], dtype=uint16)
    """
    known = ~np.isnan(probabilities[:, 0])
    return np.where(known, labels[probabilities.argmax(axis=1)], 0).astype(np.uint16)


def check_rows(rows: NDArray[Any], columns: int) -> None:
    """Raises ShapeMismatch unless the rows have as many columns as the samples of a model had."""
    if rows.ndim != 2 or rows.shape[1] != columns:
        raise ShapeMismatch(
            f"The table must have the {columns} columns that this classifier was trained on, "
            f"received one of shape {rows.shape}: compute it with the same features."
        )


def smallest_leaf_for(wanted: int, counts: NDArray[np.intp]) -> int:
    """The fewest samples in a leaf, as wanted, unless a label has so few that it could have no leaf of its own.

    counts: (k,) samples of each label.

    >>> smallest_leaf_for(3, np.array([40, 6])), smallest_leaf_for(3, np.array([40, 1]))
    (3, 1)
    """
    return max(1, min(wanted, int(counts.min()) // 2))
