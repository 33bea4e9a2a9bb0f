"""Kernel: what there is to know of each object, in one pass."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel


@kernel
def measure(
    numbers: NDArray[Any],
    image: NDArray[np.float64],
    rows: NDArray[np.int64],
    steps: NDArray[np.int64],
    sums: NDArray[np.int64],
    boxes: NDArray[np.int64],
    grey: NDArray[np.float64],
    crossings: NDArray[np.int64],
    begin: int,
    end: int,
) -> None:
    """Add up the objects of numbers (Z, Y, X) above 0; `rows` says where each number stands in what is filled.

    image: (end - begin, Y, X) grey values, or empty. steps: (13, 3) z, y, x from a voxel to half of its neighbours.
    sums: (n, 4) voxels and their z, y, x. boxes: (n, 6) first and last + 1. grey: (n, 3) sum, lowest, highest.
    crossings: (n, 13) how often a line along each step goes into the object or out of it. begin, end: the planes that
    are added up; each once.
    """
    depth, height, width = numbers.shape
    with_grey = image.size > 0
    for z in range(begin, end):
        for y in range(height):
            for x in range(width):
                own = numbers[z, y, x]
                row = rows[own]
                if own != 0:
                    sums[row, 0] += 1
                    sums[row, 1] += z
                    sums[row, 2] += y
                    sums[row, 3] += x
                    box = boxes[row]
                    box[0], box[1], box[2] = min(box[0], z), min(box[1], y), min(box[2], x)
                    box[3], box[4], box[5] = max(box[3], z + 1), max(box[4], y + 1), max(box[5], x + 1)
                    if with_grey:
                        value = image[z - begin, y, x]
                        grey[row, 0] += value
                        grey[row, 1] = min(grey[row, 1], value)
                        grey[row, 2] = max(grey[row, 2], value)
                inner = 0 < z < depth - 1 and 0 < y < height - 1 and 0 < x < width - 1
                for i in range(steps.shape[0]):
                    p, q, r = z + steps[i, 0], y + steps[i, 1], x + steps[i, 2]
                    if inner or (0 <= p < depth and 0 <= q < height and 0 <= r < width):
                        other = numbers[p, q, r]
                        if other != own:
                            if own != 0:
                                crossings[row, i] += 1
                            if other != 0:
                                crossings[rows[other], i] += 1
                    elif own != 0:
                        crossings[row, i] += 1
                    if not inner and own != 0:
                        p, q, r = z - steps[i, 0], y - steps[i, 1], x - steps[i, 2]
                        if not (0 <= p < depth and 0 <= q < height and 0 <= r < width):
                            crossings[row, i] += 1
