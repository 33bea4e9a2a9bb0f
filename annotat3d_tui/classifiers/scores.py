"""How well a forest knows the markers, measured on samples that it was not trained on.

Out-of-bag scores cost nothing, but they are too good: a tree that has not seen a voxel has seen its neighbours in the
same stroke, which are near copies. Cross-validation keeps whole planes, or whole strokes, away from the training: it
says how a part of the image without marks will do.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, part, quiet
from annotat3d_tui.classifiers.groups import folds_of
from annotat3d_tui.classifiers.model import Classifier, Model, most_probable, predict
from annotat3d_tui.errors import InvalidFile

OUT_OF_BAG = "out of bag"
TOO_GOOD = 0.9
"""Accuracy out of bag from which on it says little: near copies are nearly always found."""
ADVICE = "mark each label on two slices, and it is tested on one it has not seen"
FOLDS = 5


@dataclass(frozen=True)
class Scores:
    """Agreement of predicted and marked labels, over the samples that could be tested.

    labels: the k label ids. samples: of each label, all that were marked. confusion: (k, k) counts, a row for each
    marked label, a column for each predicted one. left_out: samples that could not be tested and count nowhere.
    """

    method: str
    labels: tuple[int, ...]
    samples: tuple[int, ...]
    confusion: tuple[tuple[int, ...], ...]
    left_out: int = 0

    @property
    def out_of_bag(self) -> bool:
        """Whether the forest has learned from near copies of the tested samples, so that it looks too good."""
        return self.method == OUT_OF_BAG

    @property
    def warning(self) -> str:
        """Why the numbers are not to be trusted, and what to do; empty where samples were held out.

        >>> Scores("out of bag", (1, 2), (3, 2), ((0, 3), (1, 1))).warning.partition(":")[0]
        'tested beside what it learned from'
        """
        if not self.out_of_bag:
            return ""
        if not self.tested:
            return f"nothing could be tested: {ADVICE}"
        return (
            f"{'too good to be true' if self.accuracy >= TOO_GOOD else 'tested beside what it learned from'}: {ADVICE}"
        )

    @property
    def complete(self) -> bool:
        """Whether samples of every label could be tested."""
        return all(sum(row) > 0 for row in self.confusion)

    @property
    def tested(self) -> int:
        """Number of samples that were tested."""
        return sum(map(sum, self.confusion))

    @property
    def accuracy(self) -> float:
        """Share of the tested samples whose label was found; NaN when none was tested."""
        right = sum(self.confusion[label][label] for label in range(len(self.labels)))
        return right / self.tested if self.tested else math.nan

    @property
    def dice(self) -> tuple[float, ...]:
        """Of each label 2·right / (marked + predicted); NaN for one that was neither tested nor predicted."""
        counts = np.array(self.confusion)
        both = counts.sum(axis=0) + counts.sum(axis=1)
        right = 2 * counts.diagonal()
        return tuple(float(one) / int(all_) if all_ else math.nan for one, all_ in zip(right, both, strict=True))

    @property
    def mean_dice(self) -> float:
        """Mean over the labels that have a Dice; NaN when none has."""
        known = [dice for dice in self.dice if not math.isnan(dice)]
        return sum(known) / len(known) if known else math.nan

    def lines(self, names: Mapping[int, str] | None = None) -> list[str]:
        """As people read it: accuracy, and Dice and number of samples of each label; `names` are those of the labels.

        >>> print(*Scores("out of bag", (1, 2), (3, 2), ((3, 0), (0, 2))).lines({1: "Pore"}), sep="\\n")
        accuracy      1.000 on the markers, out of bag; Dice 1.000
          Pore        Dice 1.000  3 samples
          label 2     Dice 1.000  2 samples
          too good to be true: mark each label on two slices, and it is tested on one it has not seen
        """
        lines = [f"accuracy      {_text(self.accuracy)} on the markers, {self.method}; Dice {_text(self.mean_dice)}"]
        for label, dice, count in zip(self.labels, self.dice, self.samples, strict=True):
            name = (names or {}).get(label, f"label {label}")
            lines.append(f"  {name:<11} Dice {_text(dice)}  {count} samples")
        return [*lines, f"  {self.warning}"] if self.warning else lines

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it; None for a number that is not known."""
        return {
            "method": self.method,
            "accuracy": _known(self.accuracy),
            "mean_dice": _known(self.mean_dice),
            "labels": list(self.labels),
            "dice": [_known(dice) for dice in self.dice],
            "samples": list(self.samples),
            "confusion": [list(row) for row in self.confusion],
            "left_out": self.left_out,
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The scores that `to_dict` wrote; raises InvalidFile when they are not such."""
        try:
            return cls(
                str(values["method"]),
                labels=tuple(map(int, values["labels"])),
                samples=tuple(map(int, values["samples"])),
                confusion=tuple(tuple(map(int, row)) for row in values["confusion"]),
                left_out=int(values["left_out"]),
            )
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise InvalidFile(
                f"Scores must hold method, labels, samples, confusion and left_out, received {values}: apply again."
            ) from error


def out_of_bag_scores(model: Model, labels: NDArray[Any]) -> Scores:
    """Scores of each training sample by the trees that have not seen it; `labels` (m,) are those it was trained with.

    A sample which every tree has seen is left out, and all are where the model has no such parts.
    """
    if model.out_of_bag is None:
        return _scores(OUT_OF_BAG, labels, np.zeros(len(labels), np.uint16))
    return _scores(OUT_OF_BAG, labels, most_probable(model.labels, model.out_of_bag))


def cross_validated_scores(
    classifier: Classifier,
    samples: NDArray[np.float32],
    labels: NDArray[Any],
    groups: NDArray[np.intp],
    *,
    columns: Sequence[str] = (),
    of: str = "groups",
    folds: int = FOLDS,
    threads: int = 1,
    progress: Progress = quiet,
) -> Scores:
    """Scores of each sample by a forest that was trained without its group.

    samples: (m, F) float32; labels, groups: (m,), see `groups.groups_of`, which also says what they are `of`; columns:
    F names, which some classifiers read. Groups are put into at most `folds` folds; each model is the classifier's
    `quick` one. Left out are samples of a label that is marked in one fold only, and those of a fold without which one
    label is left.
    """
    fold_of = folds_of(groups, labels, folds)
    quick = classifier.quick()
    predicted = np.zeros(len(labels), np.uint16)
    count = int(fold_of.max(initial=-1)) + 1
    for fold in range(count):
        step = part(progress, fold / count, (fold + 1) / count, "test")
        kept = fold_of != fold
        known = np.unique(labels[kept])
        tested = ~kept & np.isin(labels, known)
        if len(known) >= 2 and tested.any():
            model = quick(
                samples[kept], labels[kept], columns=columns, groups=groups[kept], threads=threads, progress=step
            )
            predicted[tested] = predict(model, samples[tested], threads=threads)
    return _scores(f"cross-validated over {of}", labels, predicted)


def _scores(method: str, labels: NDArray[Any], predicted: NDArray[np.uint16]) -> Scores:
    """Scores of predicted labels (m,), 0 where a sample could not be tested."""
    ids, samples = np.unique(labels, return_counts=True)
    tested = predicted > 0
    confusion = np.zeros((len(ids), len(ids)), np.intp)
    np.add.at(confusion, (np.searchsorted(ids, labels[tested]), np.searchsorted(ids, predicted[tested])), 1)
    return Scores(
        method,
        labels=tuple(ids.tolist()),
        samples=tuple(samples.tolist()),
        confusion=tuple(tuple(row) for row in confusion.tolist()),
        left_out=int((~tested).sum()),
    )


def _text(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}"


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
