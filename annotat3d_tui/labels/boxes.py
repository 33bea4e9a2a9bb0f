"""The box around each label, found in one pass; so a tool looks only where there is something to do.

>>> label = np.zeros((2, 3, 4), np.uint16)
>>> label[1, 1:, 2] = 5
>>> Boxes.of(label)[5]
(slice(1, 2, None), slice(1, 3, None), slice(2, 3, None))
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, quiet, slabs
from annotat3d_tui.errors import InvalidFile, InvalidParameter, UnknownType
from annotat3d_tui.labels.colours import HIGHEST_LABEL

Box = tuple[slice, slice, slice]
"""Planes, rows and columns of a part of a volume, each from a start to a stop."""
_AT_ONCE = 1 << 18
"""Voxels that are looked at between two reports."""


@dataclass(frozen=True, eq=False)
class Boxes:
    """The box around each id of a label volume; table: (65536, 6) int32, first z, y, x and last + 1, of none 0."""

    shape: tuple[int, int, int]
    table: NDArray[np.int32]

    @classmethod
    def of(cls, label: NDArray[Any], progress: Progress = quiet) -> Self:
        """Those of a label volume (Z, Y, X); raises as `check_label_volume`, and InvalidFile for ids above 65535."""
        from annotat3d_tui.labels.box_kernels import widen

        check_label_volume(label)
        table = np.zeros((HIGHEST_LABEL + 1, 6), np.int32)
        table[:, :3] = np.iinfo(np.int32).max
        for slab in slabs(label.shape[0], max(_AT_ONCE // label[0].size, 1)):
            widen(plain_ids(label[slab.write]), slab.start, table)
            progress(slab.stop / label.shape[0], "looking at the labels")
        table[table[:, 3] == 0] = 0
        return cls((label.shape[0], label.shape[1], label.shape[2]), table)

    @property
    def ids(self) -> NDArray[np.int64]:
        """Ids, rising, that are there; 0 may be among them."""
        return np.flatnonzero(self.table[:, 3])

    @property
    def labels(self) -> list[int]:
        """Ids above 0, rising, that are there."""
        return [one for one in self.ids.tolist() if one]

    def __contains__(self, id: int) -> bool:
        return 0 <= id <= HIGHEST_LABEL and bool(self.table[id, 3])

    def __getitem__(self, id: int) -> Box:
        """The box around an id; raises InvalidParameter where there is none."""
        if id not in self:
            raise InvalidParameter(f"The label volume must hold label {id}, it does not: choose one that it holds.")
        return box_of(self.table[id])

    def around(self, ids: Iterable[int], by: int | tuple[int, int, int] = 0) -> Box | None:
        """The box around all of these ids that are there, grown by so many voxels; None when none is."""
        rows = self.table[[one for one in ids if one in self]]
        if not len(rows):
            return None
        return grown(box_of(np.concatenate([rows[:, :3].min(0), rows[:, 3:].max(0)])), by, self.shape)

    def meeting(self, box: Box) -> NDArray[np.int64]:
        """Ids, rising, that may be in a box: theirs and it have a voxel in common."""
        first, last = [side.start for side in box], [side.stop for side in box]
        return np.flatnonzero(((self.table[:, :3] < last) & (self.table[:, 3:] > first)).all(1))

    def sides(self) -> NDArray[np.int32]:
        """(65536, 3) lengths of the boxes along z, y, x; 0 where there is no such id."""
        return self.table[:, 3:] - self.table[:, :3]


def box_of(row: NDArray[Any]) -> Box:
    """A box from first z, y, x and last + 1."""
    z, y, x = (slice(int(row[axis]), int(row[axis + 3])) for axis in range(3))
    return z, y, x


def grown(box: Box, by: int | tuple[int, int, int], shape: tuple[int, ...]) -> Box:
    """A box with so many voxels around it, as far as the volume goes.

    >>> grown((slice(1, 2), slice(0, 3), slice(4, 5)), (0, 1, 2), (9, 9, 6))
    (slice(1, 2, None), slice(0, 4, None), slice(2, 6, None))
    """
    steps = (by, by, by) if isinstance(by, int) else by
    z, y, x = (
        slice(max(side.start - step, 0), min(side.stop + step, length))
        for side, step, length in zip(box, steps, shape, strict=True)
    )
    return z, y, x


def within(inner: Box, outer: Box) -> Box:
    """Where a box lies inside another one that holds it."""
    z, y, x = (slice(a.start - b.start, a.stop - b.start) for a, b in zip(inner, outer, strict=True))
    return z, y, x


def whole(shape: tuple[int, ...]) -> Box:
    """The box of a whole volume."""
    return slice(0, shape[0]), slice(0, shape[1]), slice(0, shape[2])


def voxels_in(box: Box) -> int:
    """How many voxels a box holds."""
    return int(np.prod([side.stop - side.start for side in box]))


def around_all(boxes: Iterable[Box]) -> Box:
    """The box around boxes, of which there must be one.

    >>> around_all([np.s_[0:1, 0:3, 4:5], np.s_[0:2, 1:2, 4:6]])
    (slice(0, 2, None), slice(0, 3, None), slice(4, 6, None))
    """
    z, y, x = (
        slice(min(one.start for one in sides), max(one.stop for one in sides)) for sides in zip(*boxes, strict=True)
    )
    return z, y, x


def joined(boxes: list[Box]) -> Iterator[list[int]]:
    """Numbers of boxes in groups: those of different groups have no voxel in common, and do not touch."""
    left = set(range(len(boxes)))
    firsts = np.array([[side.start for side in box] for box in boxes]).reshape(-1, 3)
    lasts = np.array([[side.stop for side in box] for box in boxes]).reshape(-1, 3)
    while left:
        group, waiting = [], [min(left)]
        left.discard(waiting[0])
        while waiting:
            one = waiting.pop()
            group.append(one)
            near = (firsts <= lasts[one]).all(1) & (lasts >= firsts[one]).all(1)
            beside = left.intersection(np.flatnonzero(near).tolist())
            left -= beside
            waiting.extend(beside)
        yield sorted(group)


def check_label_volume(label: NDArray[Any]) -> None:
    """Raises UnknownType for fractions, InvalidParameter unless there are three axes with a voxel."""
    if label.dtype.kind not in "uib":
        raise UnknownType(f"A label volume must be of whole numbers, received {label.dtype}: give label ids.")
    if label.ndim != 3 or 0 in label.shape:
        raise InvalidParameter(f"A label volume must be (Z, Y, X), received the shape {label.shape}: give three axes.")


def ids_of(label: NDArray[Any]) -> NDArray[np.uint16]:
    """A copy of label ids as uint16, contiguous; raises InvalidFile for ids outside 0…65535."""
    return np.array(as_ids(label), np.uint16, order="C")


def plain_ids(label: NDArray[Any]) -> NDArray[np.uint16]:
    """Label ids as uint16, contiguous and not to be written, as they lie where they are if they lie so; as `as_ids`."""
    ids = np.ascontiguousarray(as_ids(label))
    ids.flags.writeable = False
    return ids


def renamed(label: NDArray[Any], names: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """The name (65536,) of each label id (Z, Y, X); raises as `as_ids`."""
    from annotat3d_tui.labels.box_kernels import renamed as rename

    ids = plain_ids(label)
    named = np.empty(ids.shape, np.uint16)
    rename(ids, names, named)
    return named


def as_ids(label: NDArray[Any]) -> NDArray[np.uint16]:
    """Label ids as uint16, as they lie where they are, else copied; raises as `ids_of`. They are not to be written."""
    if label.dtype.itemsize > 2 or label.dtype.kind == "i":
        lowest, highest = int(label.min(initial=0)), int(label.max(initial=0))
        if lowest < 0 or highest > HIGHEST_LABEL:
            wrong = lowest if lowest < 0 else highest
            raise InvalidFile(
                f"Ids of a label volume must be from 0 to {HIGHEST_LABEL}, received {wrong}: renumber them."
            )
    ids = label.astype(np.uint16, copy=False).view(np.ndarray)
    ids.flags.writeable = False  # as opened files are, so that kernels are compiled once for both
    return ids
