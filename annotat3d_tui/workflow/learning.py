"""Training samples -> a trained classifier, and how well it does on what it has not seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, part, quiet
from annotat3d_tui.classifiers.model import Model
from annotat3d_tui.classifiers.scores import Scores, cross_validated_scores, out_of_bag_scores
from annotat3d_tui.classifiers.selection import PermutationSelection
from annotat3d_tui.classifiers.training import check_markers
from annotat3d_tui.classifiers.training_data import TrainingData, joined
from annotat3d_tui.errors import InvalidMarkers
from annotat3d_tui.workflow.settings import Segmentation


@dataclass(frozen=True)
class Trained:
    """A classifier that has learned, with all that decides what it gives.

    parameters: settled. samples: what it learned from. importances: (F,) of all columns of the samples: how much is
    lost without one where features were selected, else how much the model uses it.
    """

    parameters: Segmentation
    model: Model
    samples: TrainingData
    importances: NDArray[np.float64]

    @property
    def columns(self) -> NDArray[np.intp]:
        """Which columns of the table the model takes."""
        place = {name: number for number, name in enumerate(self.samples.columns)}
        return np.array([place[name] for name in self.model.columns], np.intp)

    def importance_of(self) -> dict[str, float]:
        """The importance of each column, the highest first."""
        order = np.argsort(-self.importances, kind="stable")
        return {self.samples.columns[one]: float(self.importances[one]) for one in order}

    def rows(self, table: NDArray[np.float32]) -> NDArray[np.float32]:
        """The columns of a table (n, columns) that the model takes."""
        columns = self.columns
        return table if len(columns) == table.shape[1] else table[:, columns]


def gathered(own: TrainingData | None, others: Sequence[TrainingData], names: dict[int, str]) -> TrainingData:
    """All training samples: those of the image and of files; raises InvalidMarkers unless there are two labels."""
    found = [one for one in (own, *others) if one is not None]
    if not found:
        check_markers(np.zeros(0), names)
        raise InvalidMarkers("Samples must hold at least two labels, received none: mark some voxels of each of two.")
    samples = reduce(joined, found)
    check_markers(samples.labels, names or dict(samples.names))
    return samples


def learn(samples: TrainingData, parameters: Segmentation, *, threads: int = 1, progress: Progress = quiet) -> Trained:
    """Train the classifier of settled parameters; its features are selected first where that is wanted."""
    selection = parameters.selection
    found = None
    kept = np.arange(len(samples.columns))
    if isinstance(selection, PermutationSelection):
        found = selection(
            parameters.classifier, samples.rows, samples.labels, samples.groups, samples.columns, threads=threads,
            progress=part(progress, 0.0, 0.6),
        )  # fmt: skip
        kept = found.kept
    model = parameters.classifier(
        np.ascontiguousarray(samples.rows[:, kept]),
        samples.labels,
        columns=[samples.columns[one] for one in kept],
        groups=samples.groups,
        threads=threads,
        progress=part(progress, 0.0 if found is None else 0.6, 1.0, "train"),
    )
    importances = np.zeros(len(samples.columns))
    importances[kept] = model.importances
    return Trained(parameters, model, samples, importances if found is None else found.importances)


def scores_of(trained: Trained, *, threads: int = 1, progress: Progress = quiet) -> tuple[Scores, Scores]:
    """Scores of the samples, each tested by a model that has not seen its plane (or stroke), and out of bag.

    The first are out of bag, too, where that cannot be done. The second are too good: the model has seen neighbours.
    """
    samples, columns = trained.samples, trained.columns
    out_of_bag = out_of_bag_scores(trained.model, samples.labels)
    held_out = cross_validated_scores(
        trained.parameters.classifier,
        samples.rows[:, columns],
        samples.labels,
        samples.groups,
        columns=trained.model.columns,
        of=samples.groups_are,
        threads=threads,
        progress=progress,
    )
    return (held_out if held_out.complete or not out_of_bag.complete else out_of_bag), out_of_bag
