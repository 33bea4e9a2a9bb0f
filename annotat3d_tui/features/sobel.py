"""Magnitude of the Sobel gradient of a smoothed block."""

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel
from annotat3d_tui.features.lines import Array


def sobel_magnitude(smoothed: NDArray[np.float32], magnitude: NDArray[np.float32]) -> None:
    """Root of the sum of squared Sobel derivatives, in grey values per voxel, into `magnitude` (planes, Y, X).

    In 3 dimensions `smoothed` has one plane more on either side; in 2, where each slice is alone, none.
    """
    width = smoothed.shape[2]
    if smoothed.shape[0] == magnitude.shape[0]:
        _in_planes(smoothed, np.empty((2, width + 2), np.float32), magnitude)
    else:
        _in_volume(smoothed, np.empty((3, width + 2), np.float32), magnitude)


@kernel
def _mirror(lines: Array) -> None:
    """Repeat the first and last element of lines that leave one element free on either side."""
    width = lines.shape[1]
    for k in range(lines.shape[0]):
        lines[k, 0] = lines[k, 1]
        lines[k, width - 1] = lines[k, width - 2]


@kernel
def _in_planes(smoothed: Array, lines: Array, magnitude: Array) -> None:
    """`lines` hold the row smoothed along y and its derivative along y."""
    planes, height, width = magnitude.shape
    even, down = lines[0], lines[1]
    for z in range(planes):
        for y in range(height):
            above, here, below = smoothed[z, max(y - 1, 0)], smoothed[z, y], smoothed[z, min(y + 1, height - 1)]
            for x in range(width):
                even[x + 1] = above[x] + 2 * here[x] + below[x]
                down[x + 1] = below[x] - above[x]
            _mirror(lines)
            out = magnitude[z, y]
            for x in range(width):
                dx = even[x + 2] - even[x]
                dy = down[x] + 2 * down[x + 1] + down[x + 2]
                out[x] = np.sqrt(dx * dx + dy * dy) * np.float32(1 / 8)


@kernel
def _in_volume(smoothed: Array, lines: Array, magnitude: Array) -> None:
    """`lines` hold the row smoothed along z and y, its derivative along y and that along z."""
    planes, height, width = magnitude.shape
    even, down, deep = lines[0], lines[1], lines[2]
    for z in range(planes):
        front, middle, back = smoothed[z], smoothed[z + 1], smoothed[z + 2]
        for y in range(height):
            up, low = max(y - 1, 0), min(y + 1, height - 1)
            a0, a1, a2 = front[up], front[y], front[low]
            b0, b1, b2 = middle[up], middle[y], middle[low]
            c0, c1, c2 = back[up], back[y], back[low]
            for x in range(width):
                first = a0[x] + 2 * a1[x] + a2[x]
                last = c0[x] + 2 * c1[x] + c2[x]
                even[x + 1] = first + 2 * (b0[x] + 2 * b1[x] + b2[x]) + last
                down[x + 1] = (a2[x] - a0[x]) + 2 * (b2[x] - b0[x]) + (c2[x] - c0[x])
                deep[x + 1] = last - first
            _mirror(lines)
            out = magnitude[z, y]
            for x in range(width):
                dx = even[x + 2] - even[x]
                dy = down[x] + 2 * down[x + 1] + down[x + 2]
                dz = deep[x] + 2 * deep[x + 1] + deep[x + 2]
                out[x] = np.sqrt(dx * dx + dy * dy + dz * dz) * np.float32(1 / 32)
