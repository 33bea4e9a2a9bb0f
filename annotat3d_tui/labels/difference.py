"""Where two label volumes differ, and how: missing, too much, or another label.

>>> difference(np.array([[1, 0, 3, 2]]), np.array([[1, 1, 0, 1]])).tolist()
[[0, 1, 2, 3]]
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

MISSING, TOO_MUCH, ANOTHER = 1, 2, 3
"""A label is there in the other volume alone; in this one alone; it is another one."""
WORDS = {MISSING: "missing", TOO_MUCH: "too much", ANOTHER: "another label"}


def difference(labels: NDArray[Any], other: NDArray[Any], ignore: NDArray[Any] | None = None) -> NDArray[np.uint8]:
    """How each voxel of two label volumes, or parts of them, differs: 0 where both have one label, else as `WORDS`.

    ignore: of the same shape; where it is above 0 nothing differs.
    """
    kinds = np.where(labels == 0, np.uint8(MISSING), np.where(other == 0, np.uint8(TOO_MUCH), np.uint8(ANOTHER)))
    same = labels == other
    kinds[same if ignore is None else same | (np.asarray(ignore) > 0)] = 0
    return kinds


def difference_volume(
    labels: NDArray[Any], truth: NDArray[Any], *, ignore: NDArray[Any] | None = None, zero_counts: bool = False
) -> NDArray[np.uint8]:
    """The difference (Z, Y, X) of a label volume from the truth, slice by slice; 0 also where nothing is compared.

    ignore, zero_counts: what is compared, as of `Overlap.of`, which also says what is raised.
    """
    from annotat3d_tui.labels.overlap import check_pair, compared_in

    check_pair(labels, truth, ignore)
    found = np.empty(labels.shape, np.uint8)
    for z, (given, right) in enumerate(zip(labels, truth, strict=True)):
        compared = compared_in(right, None if ignore is None else ignore[z], zero_counts)
        found[z] = difference(given, right, ~compared)
    return found
