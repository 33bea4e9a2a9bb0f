"""A part of a label volume, cut out and worked on, is put back.

>>> label = np.array([[[3, 3, 0, 9]]], np.uint16)
>>> correction = paste(label, np.array([[[3, 9]]]), (0, 0, 0))
>>> correction.words, correction.where.tolist(), correction.after.tolist()
('paste 2×1×1 at 0 0 0', [1], [10])
"""

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import size_text
from annotat3d_tui.errors import InvalidParameter, ShapeMismatch
from annotat3d_tui.labels.boxes import Box, Boxes, ids_of
from annotat3d_tui.labels.correcting import in_boxes
from annotat3d_tui.labels.corrections import Correction
from annotat3d_tui.labels.splitting import new_ids


def paste(
    label: NDArray[Any],
    part: NDArray[Any],
    corner: tuple[int, int, int],
    *,
    before: NDArray[Any] | None = None,
    kept: Collection[int] = (),
) -> Correction:
    """The correction that puts `part` (Z, Y, X) into a label volume, its first voxel at `corner` (z, y, x).

    before: the part as it was cut out; then only what was changed in it is put back, and what was changed in the label
    volume meanwhile stays. kept: ids that lose and gain no voxel. An id that is new in the part, and another object's
    elsewhere in the label volume, becomes a free one. Raises InvalidParameter where the part reaches outside, and
    ShapeMismatch for a `before` of another size.
    """
    box = _box(label, part, corner)
    if before is not None and before.shape != part.shape:
        raise ShapeMismatch(
            f"The part as it was must have the part's size {size_text(part.shape)}, received "
            f"{size_text(before.shape)}: give the one that the part was made of."
        )
    there, new = ids_of(label[box]), ids_of(part)
    old = there if before is None else ids_of(before)
    known = Boxes.of(label)
    names = np.arange(1 << 16, dtype=np.uint16)
    come = [one for one in np.setdiff1d(new, np.concatenate([np.unique(old), np.unique(there)])).tolist() if one]
    free = new_ids(known, {*come, *kept})
    for one in come:
        if one in known:
            names[one] = next(free)
    stays = (new == old) | (there != old) | np.isin(there, list(kept)) | np.isin(new, list(kept))
    x, y, z = corner[::-1]
    words = f"paste {size_text(part.shape)} at {x} {y} {z}"
    return in_boxes(words, label, [(box, np.where(stays, there, names[new]))])


def _box(label: NDArray[Any], part: NDArray[Any], corner: tuple[int, int, int]) -> Box:
    ends = [first + side for first, side in zip(corner, part.shape, strict=True)]
    if min(corner) < 0 or any(end > side for end, side in zip(ends, label.shape, strict=True)):
        x, y, z = corner[::-1]
        raise InvalidParameter(
            f"A part must lie inside the label volume of {size_text(label.shape)}, received one of "
            f"{size_text(part.shape)} at {x} {y} {z}: give the place that it was cut from."
        )
    z0, y0, x0 = (slice(first, end) for first, end in zip(corner, ends, strict=True))
    return z0, y0, x0
