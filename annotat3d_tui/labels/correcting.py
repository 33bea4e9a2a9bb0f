"""Corrections of a label volume from what a tool has found, and a volume as they make it.

>>> label = np.zeros((1, 2, 3), np.uint8)
>>> correction = at_voxels("draw 7", label, np.array([1, 2]), 7)
>>> corrected(label, correction).tolist(), correction.size
([[[0, 7, 7], [0, 0, 0]]], 2)
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.labels.boxes import Box, plain_ids
from annotat3d_tui.labels.corrections import Correction


def at_voxels(words: str, label: NDArray[Any], where: NDArray[np.int64], after: NDArray[Any] | int) -> Correction:
    """What gives voxels `where` (m,) (flat, rising, each once) of a label volume the ids `after`, one or (m,)."""
    flat = label.reshape(-1) if label.flags.c_contiguous else None
    before = label[np.unravel_index(where, label.shape)] if flat is None else flat[where]
    return Correction.of(
        words, where, before.astype(np.int64), np.broadcast_to(np.asarray(after, np.int64), where.shape)
    )


def in_box(words: str, shape: tuple[int, ...], box: Box, before: NDArray[Any], after: NDArray[Any]) -> Correction:
    """What makes the ids (Z, Y, X) of a box in a label volume of `shape` others."""
    from annotat3d_tui.labels.box_kernels import changed_runs

    corner = (box[0].start, box[1].start, box[2].start)
    return Correction(words, *changed_runs(plain_ids(before), plain_ids(after), corner, shape))


def flagged(
    words: str,
    shape: tuple[int, ...],
    box: Box,
    flags: NDArray[np.uint64],
    ids: NDArray[np.uint16],
    *,
    before: int | None = None,
    after: int | None = None,
) -> Correction:
    """What changes voxels of a box in a label volume of `shape` that have a flag (Z, Y, words), which are used up.

    They were all `before`, or become all `after`; where it is None they are what `ids` (Z, Y, X) are there.
    """
    from annotat3d_tui.labels.box_kernels import flagged_runs

    corner = (box[0].start, box[1].start, box[2].start)
    starts, lengths, found = flagged_runs(flags, ids, corner, shape)
    was, becomes = (found if id is None else np.full_like(found, id) for id in (before, after))
    return Correction(words, starts, lengths, was, becomes)


def in_boxes(words: str, label: NDArray[Any], parts: Iterable[tuple[Box, NDArray[Any]]]) -> Correction:
    """What puts new ids into boxes of a label volume; a voxel that is in several takes that of the last which differs.

    parts: box and the ids in it (Z, Y, X), one after the other, so that no two need be in memory.
    """
    found = [in_box(words, label.shape, box, label[box], new) for box, new in parts]
    if len(found) == 1:
        return found[0]
    if not found:
        none = np.empty(0, np.int64)
        return Correction.of(words, none, none, none)
    starts = np.concatenate([one.starts for one in found])
    order = np.argsort(starts, kind="stable")
    starts, lengths = starts[order], np.concatenate([one.lengths for one in found])[order]
    before, after = (np.concatenate([getattr(one, name) for one in found])[order] for name in ("before", "after"))
    if np.all(starts[1:] >= starts[:-1] + lengths[:-1]):
        return Correction(words, starts, lengths, before, after)
    return _last_wins(words, label, found)


def _last_wins(words: str, label: NDArray[Any], found: list[Correction]) -> Correction:
    """Several corrections as one, where a voxel may be in more than one of them."""
    where = np.concatenate([one.where for one in found])
    after = np.concatenate([np.repeat(one.after, one.lengths) for one in found])
    order = np.argsort(where, kind="stable")
    where, after = where[order], after[order]
    last = np.append(np.diff(where), 1) != 0
    return at_voxels(words, label, where[last], after[last])


def corrected(label: NDArray[Any], correction: Correction) -> NDArray[Any]:
    """A copy of a label volume with a correction, of a type that holds its ids."""
    wide = int(correction.after.max(initial=0)) > np.iinfo(label.dtype).max
    copy = np.array(label, np.uint16 if wide else label.dtype, order="C")
    correction.put(copy)
    return copy


def limited(correction: Correction, box: Box, shape: tuple[int, ...]) -> Correction:
    """What a correction of a volume of `shape` changes inside a box.

    >>> label = np.zeros((1, 2, 3), np.uint8)
    >>> limited(at_voxels("draw 7", label, np.array([1, 2, 4]), 7), np.s_[0:1, 0:2, 1:2], label.shape).where.tolist()
    [1, 4]
    """
    width, (planes, rows, columns) = shape[2], box
    first, last = correction.starts // width, (correction.starts + correction.lengths - 1) // width
    parts = last - first + 1  # rows that a run lies in
    run = np.repeat(np.arange(len(parts)), parts)
    row = first[run] + np.arange(len(run)) - np.repeat(np.cumsum(parts) - parts, parts)
    starts = np.maximum(correction.starts[run], row * width + columns.start)
    ends = np.minimum((correction.starts + correction.lengths)[run], row * width + columns.stop)
    z, y = np.divmod(row, shape[1])
    inside = (starts < ends) & (z >= planes.start) & (z < planes.stop) & (y >= rows.start) & (y < rows.stop)
    run, starts, lengths = run[inside], starts[inside], (ends - starts)[inside]
    return replace(
        correction, starts=starts, lengths=lengths, before=correction.before[run], after=correction.after[run]
    )


def without(correction: Correction, ids: Collection[int] | NDArray[Any]) -> Correction:
    """A correction but for what takes voxels from these ids, or gives them some.

    >>> label = np.array([[[0, 1, 2, 3]]], np.uint8)
    >>> without(at_voxels("draw", label, np.arange(4), np.array([5, 5, 3, 2])), [3, 1]).where.tolist()
    [0]
    """
    ids = np.fromiter(ids, np.int64)
    free = ~(np.isin(correction.before, ids) | np.isin(correction.after, ids))
    runs = {name: getattr(correction, name)[free] for name in ("starts", "lengths", "before", "after")}
    return replace(correction, **runs)


def put(label: NDArray[Any], correction: Correction, *, back: bool = False) -> None:
    """Make a correction in a contiguous label volume that holds its ids, or take it back."""
    correction.put(label, back=back)
