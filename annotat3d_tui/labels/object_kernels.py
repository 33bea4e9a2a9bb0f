"""Kernels: what there is to know of each object, run by run, in one pass."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel
from annotat3d_tui.labels.words import ONE, lowest, unlike, unlike_other


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
    """Add up the objects of numbers (Z, Y, X); `rows` says where each number, also 0, stands in what is filled.

    image: (end - begin, Y, X) grey values, contiguous, or empty. steps: (13, 3) z, y, x from a voxel to half of those
    beside it. sums: (n, 4) voxels and their z, y, x. boxes: (n, 6) first and last + 1. grey: (n, 3) sum, lowest,
    highest. crossings: (n, 13) how often a line along each step goes into the object or out of it. begin, end: the
    planes that are added up; each once.
    """
    for z in range(begin, end):
        for y in range(numbers.shape[1]):
            row, start = numbers[z, y], 0
            grey_row = image[z - begin, y] if image.size else image[:0].reshape(-1)
            for word in range((row.size + 63) // 64):
                left = unlike(row, 64 * word)
                while left:
                    stop = 64 * word + lowest(left) + 1
                    left &= left - ONE
                    if row[start] != 0:
                        _add(rows[row[start]], z, y, start, stop, grey_row, sums, boxes, grey)
                    start = stop
            for i in range(steps.shape[0]):
                _cross(numbers, rows, z, y, steps[i], crossings[:, i])


@kernel
def _add(
    own: int,
    z: int,
    y: int,
    start: int,
    stop: int,
    image: NDArray[np.float64],
    sums: NDArray[np.int64],
    boxes: NDArray[np.int64],
    grey: NDArray[np.float64],
) -> None:
    """Add a run of voxels to an object; image: grey values of its row, or empty."""
    count = stop - start
    sums[own, 0] += count
    sums[own, 1] += count * z
    sums[own, 2] += count * y
    sums[own, 3] += count * (start + stop - 1) // 2
    box = boxes[own]
    box[0], box[1], box[2] = min(box[0], z), min(box[1], y), min(box[2], start)
    box[3], box[4], box[5] = max(box[3], z + 1), max(box[4], y + 1), max(box[5], stop)
    if image.size:
        total, low, high = 0.0, np.inf, -np.inf
        for value in image[start:stop]:
            total += value
            low, high = min(low, value), max(high, value)
        grey[own, 0] += total
        grey[own, 1], grey[own, 2] = min(grey[own, 1], low), max(grey[own, 2], high)


@kernel
def _cross(
    numbers: NDArray[Any],
    rows: NDArray[np.int64],
    z: int,
    y: int,
    step: NDArray[np.int64],
    crossings: NDArray[np.int64],
) -> None:
    """Count where lines along a step go from a voxel of a row into another object, or out of the volume."""
    depth, height, width = numbers.shape
    row, across = numbers[z, y], step[2]
    for forth in (1, -1):
        p, q = z + forth * step[0], y + forth * step[1]
        if not (0 <= p < depth and 0 <= q < height):
            for x in range(width):
                crossings[rows[row[x]]] += 1
            continue
        if across:
            crossings[rows[row[width - 1 if forth * across > 0 else 0]]] += 1
        if forth < 0 or abs(across) == width:
            continue
        here, there = (
            row[max(-across, 0) : width - max(across, 0)],
            numbers[p, q, max(across, 0) : width + min(across, 0)],
        )
        for word in range((here.size + 63) // 64):
            left = unlike_other(here, there, 64 * word)
            while left:
                x = 64 * word + lowest(left)
                left &= left - ONE
                crossings[rows[here[x]]] += 1
                crossings[rows[there[x]]] += 1
