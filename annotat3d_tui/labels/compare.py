"""How well a label volume agrees with the truth."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, quiet
from annotat3d_tui.errors import InvalidFile

if TYPE_CHECKING:
    from annotat3d_tui.labels.overlap import Overlap

MOST_LABELS = 4096


@dataclass(frozen=True)
class Agreement:
    """Agreement of a label volume with the truth, over the voxels that were compared.

    labels: the k label ids found in either, ascending. confusion: (k, k) voxels, a row for each label of the truth,
    a column for each label given. unlabelled: of each label of the truth, voxels that have no label; they are wrong.
    A label that only one of the two holds has Dice and IoU 0; one that neither holds is not listed.
    """

    labels: tuple[int, ...]
    confusion: tuple[tuple[int, ...], ...]
    unlabelled: tuple[int, ...]

    @property
    def voxels(self) -> int:
        """Number of voxels compared."""
        return sum(map(sum, self.confusion)) + sum(self.unlabelled)

    @property
    def accuracy(self) -> float:
        """Share of the voxels that have the label of the truth."""
        return sum(self._right) / self.voxels

    @property
    def dice(self) -> tuple[float, ...]:
        """Of each label 2·|both| / (|truth| + |given|)."""
        sizes = zip(self._right, self.in_truth, self.given, strict=True)
        return tuple(2 * right / (truth + given) for right, truth, given in sizes)

    @property
    def iou(self) -> tuple[float, ...]:
        """Of each label |both| / |either|, the Jaccard index."""
        sizes = zip(self._right, self.in_truth, self.given, strict=True)
        return tuple(right / (truth + given - right) for right, truth, given in sizes)

    @property
    def mean_dice(self) -> float:
        """Mean over the labels."""
        return math.fsum(self.dice) / len(self.labels)

    @property
    def mean_iou(self) -> float:
        """Mean over the labels."""
        return math.fsum(self.iou) / len(self.labels)

    @property
    def in_truth(self) -> tuple[int, ...]:
        """Voxels of each label in the truth."""
        return tuple(sum(row) + none for row, none in zip(self.confusion, self.unlabelled, strict=True))

    @property
    def given(self) -> tuple[int, ...]:
        """Voxels of each label in the label volume."""
        return tuple(map(sum, zip(*self.confusion, strict=True)))

    @property
    def _right(self) -> tuple[int, ...]:
        return tuple(row[label] for label, row in enumerate(self.confusion))

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "voxels": self.voxels,
            "accuracy": self.accuracy,
            "mean_dice": self.mean_dice,
            "mean_iou": self.mean_iou,
            "labels": list(self.labels),
            "dice": list(self.dice),
            "iou": list(self.iou),
            "confusion": [list(row) for row in self.confusion],
            "unlabelled": list(self.unlabelled),
        }

    def lines(self, names: Mapping[int, str] | None = None) -> list[str]:
        """A small table for people; `names` are those of the labels.

        >>> print(*Agreement((1, 2), ((6, 2), (0, 8)), (0, 0)).lines({1: "Pore"}), sep="\\n")
        label    Dice    IoU  voxels
        1 Pore  0.857  0.750       8
        2       0.889  0.800       8
        mean    0.873  0.775      16
        accuracy 0.875 of 16 voxels
        """
        known = names or {}
        shown = [f"{label} {known.get(label, '')}".rstrip() for label in self.labels]
        rows = [*zip(shown, self.dice, self.iou, self.in_truth, strict=True)]
        rows.append(("mean", self.mean_dice, self.mean_iou, self.voxels))
        width = max(len("label"), *(len(name) for name, *_ in rows))
        digits = max(len("voxels"), len(str(self.voxels)))
        table = [f"{name:{width}}  {dice:.3f}  {iou:.3f}  {voxels:{digits}}" for name, dice, iou, voxels in rows]
        head = f"{'label':{width}}   Dice    IoU  {'voxels':>{digits}}"
        return [head, *table, f"accuracy {self.accuracy:.3f} of {self.voxels} voxels"]


def compare(
    labels: NDArray[Any],
    truth: NDArray[Any],
    *,
    ignore: NDArray[Any] | None = None,
    zero_counts: bool = False,
    planes: int = 8,
    progress: Progress = quiet,
) -> Agreement:
    """The agreement of a label volume with the truth, both (Z, Y, X) of label ids from 0 to 65535.

    What is left out, how `planes` are read and what is raised is as of `Overlap.of`; give the markers as what to
    ignore, so that what a person marked does not count. Raises InvalidFile, too, for more than 4095 labels.

    >>> truth = np.array([[[1, 1, 2, 0]]])
    >>> compare(np.array([[[1, 2, 2, 2]]]), truth).accuracy
    0.6666666666666666
    """
    from annotat3d_tui.labels.overlap import Overlap  # brings in Numba

    return agreement(
        Overlap.of(labels, truth, ignore=ignore, zero_counts=zero_counts, planes=planes, progress=progress),
        zero_counts=zero_counts,
    )


def agreement(pairs: "Overlap", *, zero_counts: bool = False) -> Agreement:
    """From the voxels that pairs of labels have in common; zero_counts: 0 is a label like others, not `unlabelled`.

    Raises InvalidFile for more than 4095 labels.
    """
    ids = pairs.labels if zero_counts else np.union1d(pairs.labels, [0])
    if len(ids) > MOST_LABELS:
        raise InvalidFile(
            f"The two volumes must hold at most {MOST_LABELS - 1} labels together, received more: "
            "give volumes of classes, not of single objects."
        )
    counts = np.zeros((len(ids), len(ids)), np.int64)
    counts[np.searchsorted(ids, pairs.truth), np.searchsorted(ids, pairs.given)] = pairs.counts
    first = 0 if zero_counts else 1
    return Agreement(
        labels=tuple(ids[first:].tolist()),
        confusion=tuple(tuple(row) for row in counts[first:, first:].tolist()),
        unlabelled=(0,) * len(ids) if zero_counts else tuple(counts[1:, 0].tolist()),
    )
