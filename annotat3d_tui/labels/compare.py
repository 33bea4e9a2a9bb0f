"""How well a label volume agrees with the truth."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, quiet, size_text, slabs
from annotat3d_tui.compiled import kernel
from annotat3d_tui.errors import InvalidFile, ShapeMismatch, UnknownType

HIGHEST_LABEL = 65535
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
    planes: int = 8,
    progress: Progress = quiet,
) -> Agreement:
    """The agreement of a label volume with the truth, both (Z, Y, X) of label ids from 0 to 65535.

    Voxels are left out where the truth is 0 or `ignore` (Z, Y, X) is above 0: give the markers, so that what a person
    marked does not count. The volumes may be memory-mapped: `planes` of them are read at a time.
    Raises ShapeMismatch, UnknownType for volumes that are not of whole numbers, InvalidFile when no voxel is left.

    >>> truth = np.array([[[1, 1, 2, 0]]])
    >>> compare(np.array([[[1, 2, 2, 2]]]), truth).accuracy
    0.6666666666666666
    """
    _check("The truth", truth, labels.shape)
    _check("The label volume", labels, labels.shape)
    if ignore is not None:
        _check("The volume of voxels to ignore", ignore, labels.shape)
    index_of = np.full(HIGHEST_LABEL + 1, -1, np.int32)
    index_of[0] = 0
    counts = np.zeros((1, 1), np.int64)
    for slab in slabs(labels.shape[0], planes):
        pair = [_ids(volume[slab.read], name) for volume, name in ((labels, "label volume"), (truth, "truth"))]
        out = pair[1] == 0 if ignore is None else (pair[1] == 0) | (np.asarray(ignore[slab.read]).reshape(-1) > 0)
        seen = np.zeros(HIGHEST_LABEL + 1, np.bool_)
        _mark_seen(pair[0], pair[1], out, seen)
        counts = _room_for(np.flatnonzero(seen & (index_of < 0)), index_of, counts)
        _count_pairs(pair[0], pair[1], out, index_of, counts)
        progress(slab.stop / labels.shape[0], "compare")
    return _agreement(index_of, counts)


def _check(who: str, volume: NDArray[Any], shape: tuple[int, ...]) -> None:
    if volume.dtype.kind not in "uib":
        raise UnknownType(f"{who} must be of whole numbers, received {volume.dtype}: give a volume of label ids.")
    if volume.shape != shape:
        raise ShapeMismatch(
            f"{who} must have the label volume's size {size_text(shape)}, received {size_text(volume.shape)}: "
            "give that of the same image."
        )


def _ids(planes: NDArray[Any], name: str) -> NDArray[np.uint16]:
    if planes.dtype.itemsize > 1 and planes.dtype != np.uint16:
        lowest, highest = int(planes.min(initial=0)), int(planes.max(initial=0))
        if lowest < 0 or highest > HIGHEST_LABEL:
            wrong = lowest if lowest < 0 else highest
            raise InvalidFile(
                f"Label ids of the {name} must be from 0 to {HIGHEST_LABEL}, received {wrong}: renumber them."
            )
    return np.ascontiguousarray(planes).astype(np.uint16, copy=False).reshape(-1)


def _room_for(new: NDArray[np.intp], index_of: NDArray[np.int32], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give each new label id the next index, and the counts a row and a column for it."""
    size = len(counts) + len(new)
    if size > MOST_LABELS:
        raise InvalidFile(
            f"The two volumes must hold at most {MOST_LABELS - 1} labels together, received more: "
            "give volumes of classes, not of single objects."
        )
    index_of[new] = np.arange(len(counts), size)
    grown = np.zeros((size, size), np.int64)
    grown[: len(counts), : len(counts)] = counts
    return grown


def _agreement(index_of: NDArray[np.int32], counts: NDArray[np.int64]) -> Agreement:
    if not counts.any():
        raise InvalidFile(
            "The truth must hold a label outside the ignored voxels, received none: there is nothing to compare."
        )
    ids = np.flatnonzero(index_of > 0)
    places = index_of[ids]
    return Agreement(
        labels=tuple(ids.tolist()),
        confusion=tuple(tuple(row) for row in counts[np.ix_(places, places)].tolist()),
        unlabelled=tuple(counts[places, 0].tolist()),
    )


@kernel
def _mark_seen(labels: NDArray[Any], truth: NDArray[Any], out: NDArray[np.bool_], seen: NDArray[np.bool_]) -> None:
    for voxel in range(np.uint64(labels.size)):
        if not out[voxel]:
            seen[np.uint64(labels[voxel])] = True
            seen[np.uint64(truth[voxel])] = True


@kernel
def _count_pairs(
    labels: NDArray[Any],
    truth: NDArray[Any],
    out: NDArray[np.bool_],
    index_of: NDArray[np.int32],
    counts: NDArray[np.int64],
) -> None:
    for voxel in range(np.uint64(labels.size)):
        if not out[voxel]:
            counts[index_of[np.uint64(truth[voxel])], index_of[np.uint64(labels[voxel])]] += 1
