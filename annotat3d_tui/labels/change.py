"""A change of a label volume as data: which voxels, what they were, what they become.

>>> label = np.zeros((1, 2, 3), np.uint16)
>>> change = Change.of(label, np.array([1, 2]), np.array([7, 7], np.uint16))
>>> change.apply(label)
>>> label.tolist(), change.size
([[[0, 7, 7], [0, 0, 0]]], 2)
>>> Change.from_record(change.to_record()).revert(label)
>>> int(label.max())
0
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import size_text
from annotat3d_tui.errors import InvalidFile, InvalidParameter, ShapeMismatch
from annotat3d_tui.labels.boxes import Box
from annotat3d_tui.labels.colours import HIGHEST_LABEL
from annotat3d_tui.labels.runs import from_text, spread, to_text

_AT_ONCE = 1 << 22


@dataclass(frozen=True, eq=False)
class Change:
    """Voxels of a label volume of `shape` (Z, Y, X) with their ids before and after; those that stay are not in it.

    starts, lengths: (runs,) of flat indices, rising, of one id before and one after, which are (runs,), too.
    """

    shape: tuple[int, ...]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    before: NDArray[np.uint16]
    after: NDArray[np.uint16]

    @classmethod
    def of(cls, label: NDArray[Any], where: NDArray[np.int64], after: NDArray[Any]) -> Self:
        """What gives voxels `where` (m,) (flat, rising, each once) of a label volume the ids `after` (m,)."""
        before = label[np.unravel_index(where, label.shape)].astype(np.uint16)
        after = np.broadcast_to(after, where.shape).astype(np.uint16)
        other = before != after
        return cls._packed(label.shape, where[other], before[other], after[other])

    @classmethod
    def between(cls, label: NDArray[Any], parts: Iterable[tuple[Box, NDArray[Any]]]) -> Self:
        """What puts new ids into boxes of a label volume; a voxel that is in two boxes takes the last."""
        found: list[tuple[NDArray[np.int64], NDArray[np.uint16]]] = []
        for box, new in parts:
            inside = np.flatnonzero(label[box] != new)
            if inside.size:
                corner = [side.start for side in box]
                zyx = [at + first for at, first in zip(np.unravel_index(inside, new.shape), corner, strict=True)]
                where = np.ravel_multi_index(tuple(zyx), label.shape).astype(np.int64)
                found.append((where, new.reshape(-1)[inside].astype(np.uint16)))
        if not found:
            return cls.of(label, np.empty(0, np.int64), np.empty(0, np.uint16))
        where, after = (np.concatenate(columns) for columns in zip(*found, strict=True))
        if len(found) > 1:
            order = np.argsort(where, kind="stable")
            where, after = where[order], after[order]
            last = np.append(np.diff(where) != 0, True)
            where, after = where[last], after[last]
        return cls.of(label, where, after)

    @classmethod
    def _packed(
        cls,
        shape: tuple[int, ...],
        where: NDArray[np.int64],
        before: NDArray[np.uint16],
        after: NDArray[np.uint16],
    ) -> Self:
        if not len(where):
            return cls(shape, np.empty(0, np.int64), np.empty(0, np.int64), before, after)
        new = (np.diff(where) != 1) | (np.diff(before) != 0) | (np.diff(after) != 0)
        first = np.append(0, np.flatnonzero(new) + 1)
        return cls(shape, where[first], np.diff(first, append=len(where)), before[first], after[first])

    @property
    def size(self) -> int:
        """Number of voxels; 0 when nothing would change."""
        return int(self.lengths.sum())

    @property
    def where(self) -> NDArray[np.int64]:
        """Flat indices (m,) of the voxels, rising."""
        return spread(self.starts, self.lengths)

    @property
    def ids(self) -> NDArray[np.uint16]:
        """Ids, rising, that lose or gain a voxel; 0 among them."""
        return np.unique(np.concatenate([self.before, self.after]))

    @property
    def box(self) -> Box | None:
        """The box that holds all the voxels, for a screen to draw again; None when nothing would change."""
        if not len(self.starts):
            return None
        _, height, width = self.shape
        first, last = self.starts, self.starts + self.lengths - 1
        rows = first // width, last // width
        z = slice(int(first[0] // (width * height)), int(last[-1] // (width * height)) + 1)
        one_row = bool((rows[0] == rows[1]).all())
        x = slice(int((first % width).min()), int((last % width).max()) + 1) if one_row else slice(0, width)
        one_plane = bool((rows[0] // height == rows[1] // height).all())
        y = slice(int((rows[0] % height).min()), int((rows[1] % height).max()) + 1) if one_plane else slice(0, height)
        return z, y, x

    def apply(self, label: NDArray[Any]) -> None:
        """Give the voxels their ids after it; raises as `_put`."""
        self._put(label, self.after)

    def revert(self, label: NDArray[Any]) -> None:
        """Give the voxels of an applied change their ids before it; raises as `_put`."""
        self._put(label, self.before)

    def applied(self, label: NDArray[Any]) -> NDArray[Any]:
        """A copy of the label volume with the change, of a type that holds its ids."""
        highest = int(self.after.max(initial=0))
        wide = np.dtype(np.uint16) if highest > np.iinfo(label.dtype).max else label.dtype
        changed = np.array(label, wide)
        self.apply(changed)
        return changed

    def _put(self, label: NDArray[Any], ids: NDArray[np.uint16]) -> None:
        """Raises ShapeMismatch for another volume, InvalidParameter where its type does not hold the ids."""
        if label.shape != self.shape:
            raise ShapeMismatch(
                f"A change of a label volume of {size_text(self.shape)} voxels must be made to it, received one of "
                f"{size_text(label.shape)}: use its own."
            )
        if int(ids.max(initial=0)) > np.iinfo(label.dtype).max:
            raise InvalidParameter(
                f"A label volume of {label.dtype} must take ids up to {np.iinfo(label.dtype).max}, received "
                f"{ids.max()}: convert it to uint16."
            )
        flat = label.reshape(-1)
        if not np.shares_memory(flat, label):
            raise InvalidParameter("A label volume that is changed must be contiguous, received a view: copy it first.")
        ends = np.cumsum(self.lengths)
        begin = 0
        while begin < len(ends):
            done = int(ends[begin - 1]) if begin else 0
            stop = max(int(np.searchsorted(ends, done + _AT_ONCE, "right")), begin + 1)
            runs = slice(begin, stop)
            flat[spread(self.starts[runs], self.lengths[runs])] = np.repeat(ids[runs], self.lengths[runs])
            begin = stop

    def then(self, later: "Change") -> "Change":
        """Both as one, `later` being made after this one."""
        where = np.concatenate([self.where, later.where])
        before = np.concatenate([_spelt(self, self.before), _spelt(later, later.before)])
        after = np.concatenate([_spelt(self, self.after), _spelt(later, later.after)])
        order = np.argsort(where, kind="stable")
        where, before, after = where[order], before[order], after[order]
        first, last = np.diff(where, prepend=-1) != 0, np.append(np.diff(where), 1) != 0
        where, before, after = where[first], before[first], after[last]
        other = before != after
        return Change._packed(self.shape, where[other], before[other], after[other])

    def to_record(self) -> dict[str, Any]:
        """As a line of the journal has it: of a size in proportion to the runs."""
        where = self.where
        return {
            "shape": list(self.shape),
            "before": to_text(where, _spelt(self, self.before)),
            "after": to_text(where, _spelt(self, self.after)),
        }

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Self:
        """The change that `to_record` wrote; raises InvalidFile for anything else."""
        try:
            shape = tuple(int(side) for side in record["shape"])
            (where, before), (again, after) = from_text(record["before"]), from_text(record["after"])
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidFile(f"A change of a label volume must have shape, before and after ({error}).") from None
        if not np.array_equal(where, again) or (len(where) and where[-1] >= np.prod(shape)):
            raise InvalidFile("A change of a label volume must name voxels of it, the same before and after.")
        return cls._packed(shape, where, before, after)

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, Change):
            return NotImplemented
        names = ("starts", "lengths", "before", "after")
        return self.shape == other.shape and all(
            np.array_equal(getattr(self, name), getattr(other, name)) for name in names
        )

    __hash__ = None  # type: ignore[assignment]


def _spelt(change: Change, ids: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """The id of each voxel of a change."""
    return np.repeat(ids, change.lengths)


def check_ids(ids: Iterable[int]) -> None:
    """Raises InvalidParameter unless each id is one that a voxel may have, 0 to 65535."""
    for one in ids:
        if not 0 <= one <= HIGHEST_LABEL:
            raise InvalidParameter(
                f"A label's id must be from 0 to {HIGHEST_LABEL}, received {one}: give an id in that range."
            )
