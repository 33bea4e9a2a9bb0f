"""Several labels become one.

>>> label = np.array([[[3, 7, 0, 9]]], np.uint16)
>>> merge(label, [3, 9]).words, merge(label, [3, 9]).size
('merge 9 into 3', 1)
"""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.labels.boxes import Boxes, ids_of
from annotat3d_tui.labels.correcting import in_boxes
from annotat3d_tui.labels.corrections import Correction


def merge(label: NDArray[Any], ids: Sequence[int], *, kept: Collection[int] = ()) -> Correction:
    """The correction of a label volume (Z, Y, X) in which all of `ids` become the first of them.

    Raises InvalidParameter for fewer than two, one that is not there, and one that is kept.
    """
    first, *others = dict.fromkeys(ids)
    if not others:
        raise InvalidParameter(f"A merge needs two labels or more, received {first} alone: name the others.")
    boxes = Boxes.of(label)
    for one in (first, *others):
        boxes[one]
        if one in kept:
            raise InvalidParameter(f"Label {one} is locked or hidden and cannot be merged: unlock and show it first.")
    box = boxes.around(others)
    assert box is not None
    part = ids_of(label[box])
    part[np.isin(part, others)] = first
    return in_boxes(f"merge {', '.join(map(str, others))} into {first}", label, [(box, part)])
