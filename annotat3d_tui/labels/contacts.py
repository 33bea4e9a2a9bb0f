"""Which ids touch pieces of labels, and by how many sides."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel
from annotat3d_tui.labels.words import ONE, lowest, unlike


def contacts(
    part: NDArray[np.uint16], numbers: NDArray[np.int32], wanted: NDArray[np.bool_], flat: bool = False
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Number of a piece, id beside it, and how many sides they share, for all pairs of wanted pieces.

    part, numbers: ids and numbers of pieces (Z, Y, X). wanted: by number. flat: sides within a slice only.
    """
    keys, counts = np.unique(_sides(part, numbers, wanted, flat), return_counts=True)
    return (keys >> 16).astype(np.int64), (keys & 0xFFFF).astype(np.int64), counts.astype(np.int64)


@kernel
def _sides(part: NDArray[Any], numbers: NDArray[np.int32], wanted: NDArray[np.bool_], flat: bool) -> NDArray[np.int64]:
    depth, height, width = part.shape
    keys, count = np.empty(1 << 12, np.int64), 0
    for z in range(depth):
        for y in range(height):
            row, begin = numbers[z, y], 0
            for word in range((width + 63) // 64):
                ends = unlike(row, 64 * word)
                while ends:
                    end, number = 64 * word + lowest(ends) + 1, row[begin]
                    ends &= ends - ONE
                    for x in range(begin, end if wanted[number] else begin):
                        if count + 6 > keys.size:
                            keys = np.append(keys, np.empty_like(keys))
                        for dz, dy, dx in ((0, 0, 1), (0, 0, -1), (0, 1, 0), (0, -1, 0), (1, 0, 0), (-1, 0, 0)):
                            p, q, r = z + dz, y + dy, x + dx
                            if (flat and dz) or not (0 <= p < depth and 0 <= q < height and 0 <= r < width):
                                continue
                            if part[p, q, r] != part[z, y, x]:
                                keys[count] = (np.int64(number) << 16) | part[p, q, r]
                                count += 1
                    begin = end
    return keys[:count]
