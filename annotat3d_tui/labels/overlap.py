"""How many voxels each pair of labels of two volumes has in common: all that measures of agreement are made of.

>>> pairs = Overlap.of(np.array([[[1, 2, 2, 2]]]), np.array([[[1, 1, 2, 0]]]))
>>> pairs.truth.tolist(), pairs.given.tolist(), pairs.counts.tolist()
([1, 1, 2], [1, 2, 2], [1, 1, 1])
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, quiet, size_text, slabs
from annotat3d_tui.compiled import kernel
from annotat3d_tui.errors import InvalidFile, ShapeMismatch, UnknownType
from annotat3d_tui.labels.colours import HIGHEST_LABEL

_BITS = 16


@dataclass(frozen=True, eq=False)
class Overlap:
    """Pairs of labels by that of the truth, then that given: (n,) int64 each, and the voxels that have both."""

    truth: NDArray[np.int64]
    given: NDArray[np.int64]
    counts: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        labels: NDArray[Any],
        truth: NDArray[Any],
        *,
        ignore: NDArray[Any] | None = None,
        zero_counts: bool = False,
        planes: int = 8,
        progress: Progress = quiet,
    ) -> Self:
        """The pairs of a label volume and the truth, both (Z, Y, X) of label ids from 0 to 65535.

        Voxels are left out where `ignore` (Z, Y, X) is above 0, and where the truth is 0 unless `zero_counts`: then 0
        is a label like others. The volumes may be memory-mapped: `planes` of them are read at a time.
        Raises ShapeMismatch, UnknownType for volumes that are not of whole numbers, InvalidFile when no voxel is left.
        """
        check_pair(labels, truth, ignore)
        keys, counts = np.full(1 << 10, -1, np.int64), np.zeros(1 << 10, np.int64)
        for slab in slabs(labels.shape[0], planes):
            given, right = (_ids(one[slab.read], name) for one, name in ((labels, "label volume"), (truth, "truth")))
            compared = compared_in(right, None if ignore is None else ignore[slab.read], zero_counts)
            keys, counts = _count(given.reshape(-1), right.reshape(-1), compared.reshape(-1), keys, counts)
            progress(slab.stop / labels.shape[0], "compare")
        there = keys >= 0
        keys, counts = keys[there], counts[there]
        if not len(keys):
            raise InvalidFile(
                "The truth must hold a label outside the ignored voxels, received none: there is nothing to compare."
            )
        order = np.argsort(keys)
        return cls(keys[order] >> _BITS, keys[order] & HIGHEST_LABEL, counts[order])

    @property
    def labels(self) -> NDArray[np.int64]:
        """Ids, rising, that either volume has."""
        return np.union1d(self.truth, self.given)

    @property
    def voxels(self) -> int:
        """How many were compared."""
        return int(self.counts.sum())

    def sizes(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """(2^16,) voxels of each label: of the truth where `ids` are `truth`, else of the volume given."""
        return np.bincount(ids, self.counts, HIGHEST_LABEL + 1).astype(np.int64)


def check_pair(labels: NDArray[Any], truth: NDArray[Any], ignore: NDArray[Any] | None = None) -> None:
    """Raises ShapeMismatch or UnknownType unless two label volumes, and what to ignore, can be compared."""
    _check("The truth", truth, labels.shape)
    _check("The label volume", labels, labels.shape)
    if ignore is not None:
        _check("The volume of voxels to ignore", ignore, labels.shape)


def compared_in(truth: NDArray[Any], ignore: NDArray[Any] | None, zero_counts: bool) -> NDArray[np.bool_]:
    """Which voxels of a part of the truth (Z, Y, X) are compared, in memory of its own."""
    compared: NDArray[np.bool_] = np.ones(truth.shape, np.bool_) if zero_counts else np.asarray(truth != 0)
    if ignore is not None:
        compared &= np.asarray(ignore) <= 0
    return np.ascontiguousarray(compared)


def _check(who: str, volume: NDArray[Any], shape: tuple[int, ...]) -> None:
    if volume.dtype.kind not in "uib":
        raise UnknownType(f"{who} must be of whole numbers, received {volume.dtype}: give a volume of label ids.")
    if volume.shape != shape:
        raise ShapeMismatch(
            f"{who} must have the label volume's size {size_text(shape)}, received {size_text(volume.shape)}: "
            "give that of the same image."
        )


def _ids(planes: NDArray[Any], name: str) -> NDArray[np.uint16]:
    if planes.dtype.itemsize > 2 or planes.dtype.kind == "i":
        lowest, highest = int(planes.min(initial=0)), int(planes.max(initial=0))
        if lowest < 0 or highest > HIGHEST_LABEL:
            wrong = lowest if lowest < 0 else highest
            raise InvalidFile(
                f"Label ids of the {name} must be from 0 to {HIGHEST_LABEL}, received {wrong}: renumber them."
            )
    return np.array(planes, np.uint16, order="C")


@kernel
def _count(
    labels: NDArray[np.uint16],
    truth: NDArray[np.uint16],
    compared: NDArray[np.bool_],
    keys: NDArray[np.int64],
    counts: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count the pairs of flat volumes into a table, -1 where it is free; returns it, larger where it was too small."""
    held = 0
    for slot in range(keys.size):
        held += keys[slot] >= 0
    before: Any = -1
    slot = 0
    for voxel in range(labels.size):
        if not compared[voxel]:
            continue
        key = (np.int64(truth[voxel]) << 16) | np.int64(labels[voxel])
        if key != before:
            before = key
            slot = _slot(keys, key)
            if keys[slot] < 0:
                if 2 * (held + 1) > keys.size:
                    keys, counts = _moved(keys, counts)
                    slot = _slot(keys, key)
                keys[slot] = key
                held += 1
        counts[slot] += 1
    return keys, counts


@kernel
def _slot(keys: NDArray[np.int64], key: Any) -> Any:
    """Where a key is in the table, or may be put."""
    slot = ((key * 0x9E3779B97F4A7C) >> 20) & (keys.size - 1)
    while keys[slot] >= 0 and keys[slot] != key:
        slot = (slot + 1) & (keys.size - 1)
    return slot


@kernel
def _moved(keys: NDArray[np.int64], counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The table with more room."""
    more_keys, more_counts = np.full(4 * keys.size, -1, np.int64), np.zeros(4 * keys.size, np.int64)
    for old in range(keys.size):
        if keys[old] >= 0:
            slot = _slot(more_keys, keys[old])
            more_keys[slot], more_counts[slot] = keys[old], counts[old]
    return more_keys, more_counts
