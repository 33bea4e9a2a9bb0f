"""Several labels become one.

>>> label = np.array([[[3, 7, 0, 9]]], np.uint16)
>>> merge(label, [3, 9]).words, merge(label, [3, 9]).size
('merge 9 into 3', 1)
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.labels.boxes import Box, Boxes, renamed
from annotat3d_tui.labels.colours import HIGHEST_LABEL
from annotat3d_tui.labels.correcting import in_boxes
from annotat3d_tui.labels.corrections import Correction

MOST_NAMED = 8
"""Labels that the words of a merge name."""


def merge(label: NDArray[Any], ids: Sequence[int], *, kept: Collection[int] = ()) -> Correction:
    """The correction of a label volume (Z, Y, X) in which all of `ids` become the first of them.

    Raises InvalidParameter for fewer than two, one that is not there, and one that is kept.
    """
    return merge_groups(label, [ids], kept=kept)


def merge_groups(label: NDArray[Any], groups: Sequence[Sequence[int]], *, kept: Collection[int] = ()) -> Correction:
    """The same for several groups of ids, none of which is in two of them."""
    boxes = Boxes.of(label)
    each = [list(dict.fromkeys(ids)) for ids in groups]
    for ids in each:
        if len(ids) < 2:
            raise InvalidParameter(f"A merge needs two labels or more, received {ids[0]} alone: name the others.")
        for one in ids:
            boxes[one]
            if one in kept:
                raise InvalidParameter(
                    f"Label {one} is locked or hidden and cannot be merged: unlock and show it first."
                )

    def parts() -> Iterator[tuple[Box, NDArray[np.uint16]]]:
        for first, *others in each:
            box = boxes.around(others)
            assert box is not None
            names = np.arange(HIGHEST_LABEL + 1, dtype=np.uint16)
            names[others] = first
            yield box, renamed(label[box], names)

    return in_boxes(f"merge {'; '.join(map(_words, each))}", label, parts())


def groups_under(
    label: NDArray[Any],
    where: NDArray[np.int64],
    strokes: NDArray[Any],
    begins: Mapping[int, int],
    *,
    kept: Collection[int] = (),
) -> list[list[int]]:
    """Ids that strokes have in common, in groups of two or more, each led by the one where its first stroke begins.

    where, strokes: (m,) flat voxels and the numbers of their strokes, which rise as they were drawn. begins: the flat
    voxel where a stroke begins; one that is not known, or begins on 0 or on an id that is kept, is led by the id that
    it marks most. Strokes that have an id in common make one group. Ids that are kept are left out.

    >>> row = np.array([[[3, 3, 7, 0, 9, 4, 4]]], np.uint16)
    >>> groups_under(row, np.array([1, 2, 4, 5, 6]), np.array([1, 1, 2, 2, 2]), {1: 2, 2: 4})
    [[7, 3], [9, 4]]
    """
    flat = label.reshape(-1)
    under = flat[where]
    groups: list[list[int]] = []
    for stroke in np.unique(strokes).tolist():
        found, counts = np.unique(under[(strokes == stroke) & (under > 0)], return_counts=True)
        ids = [one for one in found[np.argsort(-counts, kind="stable")].tolist() if one not in kept]
        first = int(flat[begins[stroke]]) if stroke in begins else 0
        ids.sort(key=lambda one: one != first)
        if len(ids) > 1:
            same = [group for group in groups if not set(group).isdisjoint(ids)]
            groups = [group for group in groups if group not in same]
            groups.append(list(dict.fromkeys([*(one for group in same for one in group), *ids])))
    return groups


def _words(ids: Sequence[int]) -> str:
    first, *others = ids
    more = f" and {len(others) - MOST_NAMED} more" if len(others) > MOST_NAMED else ""
    return f"{', '.join(map(str, others[:MOST_NAMED]))}{more} into {first}"
