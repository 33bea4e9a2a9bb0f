"""Kernels that shrink masks of 64 voxels a word: a row that shrinks by a voxel at both ends is two shifts and two ANDs.

A ball is rows of voxels along x. A plane that is shrunk along x by each half-length of these in turn is laid over
itself, shifted by whole rows: that makes a layer for each distance in z, which is laid over the planes so far above and
below. So a ball of radius 3, of 29 rows, takes 25 ANDs of a word for 64 voxels, whatever they hold. Bits beyond the end
of a row are 1, as are rows between the planes: what lies outside of a box takes no part, an object goes on there as it
is. After R. van den Boomgaard, R. van Balen, Methods for fast morphological image transforms using bitmapped binary
images, CVGIP: Graphical Models and Image Processing 54, 1992, p. 252-254.
"""

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel
from annotat3d_tui.labels.words import ALL, ONE, until

_AT_ONCE = 1 << 10
"""Words that are shrunk at once."""


@kernel
def turn(bits: NDArray[np.uint64], shape: tuple[int, int, int], step: int) -> None:
    """0 for 1 and 1 for 0, but 1 beyond the ends of rows and planes."""
    words = (shape[2] + 63) // 64
    beyond = ~until(shape[2] - 64 * (words - 1))
    for z in range(shape[0]):
        plane = bits[z * step * words : (z * step + shape[1]) * words]
        for at in range(plane.size):
            plane[at] ^= ALL
        for at in range(words - 1, plane.size, words):
            plane[at] |= beyond
        bits[(z * step + shape[1]) * words : (z + 1) * step * words] = ALL


@kernel
def shrink(bits: NDArray[np.uint64], out: NDArray[np.uint64], step: int, words: int, rows: NDArray[np.int64]) -> None:
    """Write 1 where the whole neighbourhood is 1; some planes at once, so that they stay near the processor."""
    plane, reach, apart = step * words, rows[:, 0].max(), rows[:, 1].max() * words
    depth = bits.size // plane
    at_once = max(min(_AT_ONCE // plane, depth), 1)
    layers = np.empty((reach + 1, at_once * plane), np.uint64)
    narrow, other = np.full((2, at_once * plane + 2 * apart + 2), ALL)
    out[:] = ALL
    for z in range(0, depth, at_once):
        count = min(at_once, depth - z)
        size, own, every = count * plane, bits[z * plane : (z + count) * plane], ALL
        for at in range(size):
            every &= own[at]
        if every == ALL:
            continue
        narrow[apart + 1 : apart + 1 + size] = own
        narrow[apart + 1 + size :] = ALL
        layers[:] = ALL
        across = 0
        for i in range(len(rows)):
            if rows[i, 0] < 0:
                continue
            while across < rows[i, 2]:
                _narrow(narrow, other, words)
                narrow, other = other, narrow
                across += 1
            beside = apart + 1 + rows[i, 1] * words
            _overlay(layers[rows[i, 0], :size], narrow[beside : beside + size])
        for deep in range(-reach, reach + 1):
            first, last = max(z + deep, 0), min(z + count + deep, depth)
            if first < last:
                from_first = (first - z - deep) * plane
                target = out[first * plane : last * plane]
                _overlay(target, layers[abs(deep), from_first : from_first + target.size])


@kernel
def _overlay(bits: NDArray[np.uint64], others: NDArray[np.uint64]) -> None:
    """Leave 1 only where others are 1, too."""
    for at in range(bits.size):
        bits[at] &= others[at]


@kernel
def _narrow(bits: NDArray[np.uint64], out: NDArray[np.uint64], words: int) -> None:
    """Take a voxel from both ends of each run of rows that are so many words long; a word lies before and after all."""
    one, top = ONE, np.uint64(63)
    before, own, after, target = bits[:-2], bits[1:-1], bits[2:], out[1:-1]
    if words == 1:
        for at in range(own.size):
            target[at] = own[at] & ((own[at] << one) | one) & ((own[at] >> one) | (one << top))
        return
    for at in range(own.size):
        left, right = (own[at] << one) | (before[at] >> top), (own[at] >> one) | (after[at] << top)
        target[at] = own[at] & left & right
    for begin in range(0, own.size, words):
        end = begin + words - 1
        target[begin] = own[begin] & ((own[begin] << one) | one) & ((own[begin] >> one) | (own[begin + 1] << top))
        target[end] = own[end] & ((own[end] << one) | (own[end - 1] >> top)) & ((own[end] >> one) | (one << top))
