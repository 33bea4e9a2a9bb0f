"""All marked voxels of a volume, kept sparsely: only blocks of 8×8×8 voxels that a stroke has touched take memory.

>>> markers = Markers((1, 4, 5))
>>> markers.apply(markers.edit(np.array([6, 7]), 2, stroke=1))
>>> markers.plane("xy", 0)[1]
array([0, 2, 2, 0, 0], dtype=uint16)
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import size_text
from annotat3d_tui.errors import InvalidMarkers, InvalidParameter
from annotat3d_tui.labels.colours import HIGHEST_LABEL
from annotat3d_tui.labels.edit import Edit, Number
from annotat3d_tui.labels.planes import Shape, axes_of
from annotat3d_tui.labels.runs import spread
from annotat3d_tui.labels.strokes import Stroke

SIDE = 8
KEPT = {
    "block_of_row": np.int64, "run_starts": np.int64, "run_lengths": np.uint16, "run_labels": np.uint16,
    "run_strokes": np.uint32, "stroke_keys": np.int64, "stroke_voxels": np.int64, "slices_z": np.int64,
    "slices_y": np.int64, "slices_x": np.int64,
}  # fmt: skip
"""Columns of numbers that are all there is to know of markers: see `Markers.kept`."""
_AT_ONCE = 1 << 20


@dataclass
class Count:
    """How much of a label is marked."""

    voxels: int = 0
    strokes: int = 0


class Markers:
    """Label id (uint16) and stroke id (uint32) of each marked voxel of a volume of `shape` (Z, Y, X); 0 is unmarked.

    An edit is made from the markers as they are, then applied and reverted; markers are changed in no other way.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        if len(shape) != 3 or min(shape) < 1:
            raise InvalidParameter(f"Markers must have a shape of three sides from 1, received {shape}: give Z, Y, X.")
        self.shape: Shape = (shape[0], shape[1], shape[2])
        self._grid = tuple(-(-side // SIDE) for side in self.shape)
        # block -> row of the pool; row 0 is never written. The system gives memory only to pages that are touched.
        self._row_of_block = np.zeros(prod(self._grid), np.int32)
        self._block_of_row = np.zeros(1, np.int64)
        self._labels = np.zeros((1, SIDE**3), np.uint16)
        self._strokes = np.zeros((1, SIDE**3), np.uint32)
        self._rows = 1
        self._voxels_of_stroke: dict[int, int] = {}  # by label << 32 | stroke
        self._counts: dict[int, Count] = {}
        self._slices = tuple(np.zeros(side, np.int64) for side in self.shape)
        self._packed: _Packed | None = None

    def __len__(self) -> int:
        """Number of marked voxels."""
        return int(self._slices[0].sum())

    # making edits

    def edit(
        self, where: NDArray[np.int64], labels: NDArray[np.integer] | int, stroke: NDArray[np.uint32] | int
    ) -> Edit:
        """The edit that gives voxels `where` (m,) (flat, each once) these labels (0 takes the mark away).

        labels: one id or (m,); stroke: the id of theirs, one or (m,). Voxels that would not change are left out.
        Raises InvalidMarkers for voxels outside the volume and labels outside 0…65535.
        """
        where = np.asarray(where, dtype=np.int64)
        given = np.asarray(labels)
        self._check(where, given)
        order = np.argsort(where, kind="stable") if np.any(np.diff(where) <= 0) else slice(None)
        where, after = where[order], np.broadcast_to(given, where.shape)[order].astype(np.uint16)
        if np.any(np.diff(where) == 0):
            raise InvalidMarkers("An edit must name each voxel once, received one twice: leave out the second.")
        strokes = np.broadcast_to(np.asarray(stroke), where.shape)[order]
        strokes_after = np.where(after != 0, strokes, 0).astype(np.uint32)
        before, strokes_before = self.at(where)
        changed = (before != after) | (strokes_before != strokes_after)
        return Edit.of(where[changed], before[changed], after[changed], strokes_before[changed], strokes_after[changed])

    def stroke_edit(self, stroke: Stroke, number: int) -> Edit:
        """The edit that draws (or erases with) `stroke`, its voxels getting `number` as stroke id."""
        return self.edit(stroke.voxels(self.shape), stroke.label, number)

    # changing

    def apply(self, edit: Edit) -> None:
        """Give the voxels of an edit their labels and strokes after it."""
        self._change(edit, edit.labels_before, edit.labels_after, edit.strokes_before, edit.strokes_after)

    def revert(self, edit: Edit) -> None:
        """Give the voxels of an applied edit their labels and strokes before it."""
        self._change(edit, edit.labels_after, edit.labels_before, edit.strokes_after, edit.strokes_before)

    # reading

    def at(self, where: NDArray[np.int64]) -> tuple[NDArray[np.uint16], NDArray[np.uint32]]:
        """Labels and stroke ids (m,) of voxels `where` (m,) (flat)."""
        labels, strokes = np.empty(len(where), np.uint16), np.empty(len(where), np.uint32)
        for begin in range(0, len(where), _AT_ONCE):
            part = slice(begin, begin + _AT_ONCE)
            blocks, inside, _ = self._place(where[part])
            rows = self._row_of_block[blocks]
            self._unpack(rows)
            labels[part], strokes[part] = self._labels[rows, inside], self._strokes[rows, inside]
        return labels, strokes

    def plane(self, plane: str, index: int) -> NDArray[np.uint16]:
        """Labels (rows, columns) of slice `index` of a plane: xy gives (Y, X), xz gives (Z, X), yz gives (Z, Y)."""
        return self._plane(self._labels, plane, index)

    def strokes_plane(self, plane: str, index: int) -> NDArray[np.uint32]:
        """Stroke ids (rows, columns) of slice `index` of a plane."""
        return self._plane(self._strokes, plane, index)

    def coordinates(self) -> tuple[NDArray[np.int64], NDArray[np.uint16], NDArray[np.uint32]]:
        """(m, 3) z, y, x of all marked voxels in raster order, their labels (m,) and stroke ids (m,)."""
        where, labels, strokes = self.voxels()
        return np.stack(np.unravel_index(where, self.shape), axis=1).astype(np.int64), labels, strokes

    def voxels(self) -> tuple[NDArray[np.int64], NDArray[np.uint16], NDArray[np.uint32]]:
        """Flat indices (m,), rising, of all marked voxels, their labels (m,) and stroke ids (m,)."""
        self._unpack(slice(None))
        rows, inside = np.nonzero(self._labels[: self._rows])
        corner = np.unravel_index(self._block_of_row[rows], self._grid)
        offset = np.unravel_index(inside, (SIDE, SIDE, SIDE))
        zyx = tuple(block * SIDE + within for block, within in zip(corner, offset, strict=True))
        where = np.ravel_multi_index(zyx, self.shape).astype(np.int64)
        order = np.argsort(where)
        rows, inside = rows[order], inside[order]
        return where[order], self._labels[rows, inside], self._strokes[rows, inside]

    def to_volume(self) -> NDArray[np.uint8] | NDArray[np.uint16]:
        """The markers as a volume (Z, Y, X): uint8, or uint16 where a label is above 255."""
        where, labels, _ = self.voxels()
        small = labels.max(initial=0) <= np.iinfo(np.uint8).max
        volume = np.zeros(self.shape, np.uint8 if small else np.uint16)
        volume.reshape(-1)[where] = labels
        return volume

    def counts(self) -> dict[int, Count]:
        """Marked voxels and strokes of each label that has any, by rising id."""
        return {label: replace(self._counts[label]) for label in sorted(self._counts)}

    def count(self, label: int) -> Count:
        """How much of one label is marked."""
        return replace(self._counts.get(label, Count()))

    def slices_with_markers(self, plane: str) -> NDArray[np.int64]:
        """Number of marked voxels in each slice of a plane."""
        return self._slices[axes_of(plane).slice].copy()

    # keeping

    def kept(self) -> dict[str, NDArray[Any]]:
        """Everything, as columns of numbers from which `of_kept` makes the same markers.

        Marked voxels are runs of neighbours of one stroke in a block of the pool; stroke_keys are label << 32 | stroke.
        """
        self._unpack(slice(None))
        labels, strokes = self._labels[: self._rows].reshape(-1), self._strokes[: self._rows].reshape(-1)
        where = np.flatnonzero(labels)
        labels, strokes = labels[where], strokes[where]
        new = (np.diff(where, prepend=-2) != 1) | (where % SIDE**3 == 0)
        new[1:] |= (np.diff(labels) != 0) | (np.diff(strokes) != 0)
        first = np.flatnonzero(new)
        return {
            "block_of_row": self._block_of_row[: self._rows],
            "run_starts": where[first],
            "run_lengths": np.diff(first, append=len(where)).astype(np.uint16),
            "run_labels": labels[first],
            "run_strokes": strokes[first],
            "stroke_keys": np.fromiter(self._voxels_of_stroke.keys(), np.int64),
            "stroke_voxels": np.fromiter(self._voxels_of_stroke.values(), np.int64),
            **{f"slices_{axis}": slices for axis, slices in zip("zyx", self._slices, strict=True)},
        }

    @classmethod
    def of_kept(cls, shape: tuple[int, ...], kept: Mapping[str, NDArray[Any]]) -> Self:
        """The markers of a volume of `shape` (Z, Y, X) that `kept` told."""
        markers = cls(shape)
        blocks = kept["block_of_row"].copy()
        markers._rows, markers._block_of_row = len(blocks), blocks
        markers._row_of_block[blocks[1:]] = np.arange(1, len(blocks))
        markers._labels = np.zeros((len(blocks), SIDE**3), np.uint16)
        markers._strokes = np.zeros((len(blocks), SIDE**3), np.uint32)
        markers._packed = _Packed(kept, len(blocks))
        markers._slices = tuple(kept[f"slices_{axis}"].copy() for axis in "zyx")
        keys, voxels = kept["stroke_keys"], kept["stroke_voxels"]
        markers._voxels_of_stroke = dict(zip(keys.tolist(), voxels.tolist(), strict=True))
        labels = keys >> 32
        strokes_of = np.bincount(labels)
        voxels_of = np.bincount(labels, voxels)
        markers._counts = {
            int(label): Count(int(voxels_of[label]), int(strokes_of[label])) for label in np.flatnonzero(strokes_of)
        }
        return markers

    # inside

    def _unpack(self, rows: NDArray[np.integer] | slice) -> None:
        """Fill rows of the pool that are still only kept: of years of marks few are looked at in a session."""
        if self._packed is None:
            return
        where, labels, strokes = self._packed.taken(rows)
        self._labels.reshape(-1)[where], self._strokes.reshape(-1)[where] = labels, strokes
        if not self._packed.waiting.any():
            self._packed = None

    def _check(self, where: NDArray[np.int64], labels: NDArray[np.integer]) -> None:
        if len(where) and not (where.min() >= 0 and where.max() < prod(self.shape)):
            raise InvalidMarkers(
                f"Marked voxels must lie inside the volume of {size_text(self.shape)}, received index "
                f"{int(where.min() if where.min() < 0 else where.max())}: mark inside."
            )
        if labels.size and not (labels.min() >= 0 and labels.max() <= HIGHEST_LABEL):
            raise InvalidMarkers(
                f"A mark must have a label from 1 to {HIGHEST_LABEL}, or 0 for none, received "
                f"{int(labels.min() if labels.min() < 0 else labels.max())}: use another label."
            )

    def _place(
        self, where: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], tuple[NDArray[np.int64], ...]]:
        """Block of each voxel, where it lies inside that, and its z, y, x."""
        in_plane, x = np.divmod(where, self.shape[2])
        z, y = np.divmod(in_plane, self.shape[1])
        _, down, across = self._grid
        blocks = ((z // SIDE) * down + y // SIDE) * across + x // SIDE
        return blocks, ((z % SIDE) * SIDE + y % SIDE) * SIDE + x % SIDE, (z, y, x)

    def _change(
        self,
        edit: Edit,
        old: NDArray[np.uint16],
        new: NDArray[np.uint16],
        old_strokes: NDArray[np.uint32],
        new_strokes: NDArray[np.uint32],
    ) -> None:
        where = edit.where
        for begin in range(0, len(where), _AT_ONCE):
            part = slice(begin, begin + _AT_ONCE)
            blocks, inside, zyx = self._place(where[part])
            rows = self._rows_for(blocks)
            self._unpack(rows)
            self._labels[rows, inside], self._strokes[rows, inside] = new[part], new_strokes[part]
            gained = (new[part] != 0).astype(np.int64) - (old[part] != 0)
            for slices, index in zip(self._slices, zyx, strict=True):
                np.add.at(slices, index, gained)
        self._tally(old, old_strokes, -1)
        self._tally(new, new_strokes, +1)

    def _rows_for(self, blocks: NDArray[np.int64]) -> NDArray[np.int32]:
        """Rows of the pool that hold these blocks; new ones are added."""
        rows = self._row_of_block[blocks]
        if not np.all(rows):
            new = np.unique(blocks[rows == 0])
            needed = self._rows + len(new)
            if needed > len(self._labels):
                self._grow(max(needed, 2 * len(self._labels)))
            self._row_of_block[new] = np.arange(self._rows, needed)
            self._block_of_row[self._rows : needed] = new
            self._rows = needed
            rows = self._row_of_block[blocks]
        return rows

    def _grow(self, rows: int) -> None:
        more = rows - len(self._labels)
        self._labels = np.concatenate([self._labels, np.zeros((more, SIDE**3), np.uint16)])
        self._strokes = np.concatenate([self._strokes, np.zeros((more, SIDE**3), np.uint32)])
        self._block_of_row = np.concatenate([self._block_of_row, np.zeros(more, np.int64)])

    def _tally(self, labels: NDArray[np.uint16], strokes: NDArray[np.uint32], sign: int) -> None:
        keys = labels.astype(np.int64) << 32 | strokes
        marks, voxels = np.unique(keys[labels != 0], return_counts=True)
        for key, count in zip(marks.tolist(), voxels.tolist(), strict=True):
            label = key >> 32
            had = self._voxels_of_stroke.get(key, 0)
            left = had + sign * count
            if left:
                self._voxels_of_stroke[key] = left
            else:
                del self._voxels_of_stroke[key]
            total = self._counts.setdefault(label, Count())
            total.voxels += sign * count
            total.strokes += (left > 0) - (had > 0)
            if not total.voxels:
                del self._counts[label]

    def _plane(self, pool: NDArray[Number], plane: str, index: int) -> NDArray[Number]:
        axes = axes_of(plane)
        if not 0 <= index < self.shape[axes.slice]:
            raise InvalidParameter(
                f"A slice of {plane} must be from 0 to {self.shape[axes.slice] - 1}, received {index}: "
                "choose one in that range."
            )
        corner = np.unravel_index(self._block_of_row[: self._rows], self._grid)
        rows = np.flatnonzero(corner[axes.slice] == index // SIDE)
        rows = rows[rows > 0]
        self._unpack(rows)
        cut = np.moveaxis(pool[rows].reshape(-1, SIDE, SIDE, SIDE), 1 + axes.slice, 1)[:, index % SIDE]
        tiles = np.zeros((self._grid[axes.row], SIDE, self._grid[axes.column], SIDE), pool.dtype)
        tiles[corner[axes.row][rows], :, corner[axes.column][rows], :] = cut
        whole = tiles.reshape(self._grid[axes.row] * SIDE, -1)
        return np.ascontiguousarray(whole[: self.shape[axes.row], : self.shape[axes.column]])


class _Packed:
    """Runs of rows of the pool as `Markers.kept` told them; waiting: (rows,) whether a row is not unpacked yet."""

    def __init__(self, kept: Mapping[str, NDArray[Any]], rows: int) -> None:
        self._kept = kept
        self._ends = np.searchsorted(kept["run_starts"], np.arange(rows + 1) * SIDE**3)
        self.waiting = np.diff(self._ends) > 0

    def taken(
        self, rows: NDArray[np.integer] | slice
    ) -> tuple[NDArray[np.int64], NDArray[np.uint16], NDArray[np.uint32]]:
        """Places in the pool, labels and strokes of those of these rows that wait; they wait no longer."""
        chosen = np.zeros(len(self.waiting), np.bool_)
        chosen[rows[rows < len(chosen)] if isinstance(rows, np.ndarray) else rows] = True
        new = np.flatnonzero(chosen & self.waiting)
        self.waiting[new] = False
        runs = spread(self._ends[new], self._ends[new + 1] - self._ends[new])
        lengths = self._kept["run_lengths"][runs].astype(np.int64)
        labels, strokes = self._kept["run_labels"][runs], self._kept["run_strokes"][runs]
        return spread(self._kept["run_starts"][runs], lengths), np.repeat(labels, lengths), np.repeat(strokes, lengths)
