"""Image -> gradient: Sobel magnitude of the lightly smoothed image, rescaled to 0…65535 for any voxel type."""

import math
from functools import partial
from itertools import product
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, Slab, in_threads, part, quiet, slabs
from annotat3d_tui.superpixels import sobel
from annotat3d_tui.superpixels.scratch import lent

QUANTILE = 0.999
"""The share of voxels whose gradient is not clipped; the largest of theirs becomes 65535."""

_PLANES = 16
_PLANE_VOXELS = 1 << 17


class _Scratch(NamedTuple):
    """What one thread works in: some 20 MB."""

    padded: NDArray[np.float32]
    ring: NDArray[np.float32]
    smooth: NDArray[np.float32]
    rows: NDArray[np.float32]
    counts: NDArray[np.int64]


def gradient(
    image: NDArray[Any], *, flat: bool = False, threads: int = 1, progress: Progress = quiet
) -> NDArray[np.uint16]:
    """Sobel magnitude of `image` smoothed with sigma 1, scaled so that its 99.9th percentile is 65535.

    `image` is (Z, Y, X) of whole or real numbers, all finite; the result has its shape. With `flat`,
    or for a single plane, smoothing and derivatives stay within each plane. Borders are mirrored.
    An image multiplied by a power of two gives the same bits: only its range and type of number differ.
    A constant image gives 0.

    >>> step = np.zeros((1, 3, 8), np.uint8)
    >>> step[..., 4:] = 200
    >>> gradient(step)[0, 1].tolist()
    [453, 5976, 30272, 65535, 65535, 30272, 5976, 453]
    """
    flat = flat or image.shape[0] == 1
    low, scale = _normalisation(image, threads, part(progress, 0.0, 0.1))
    codes = np.empty(image.shape, np.uint16)
    tiles = list(product(slabs(image.shape[0], _PLANES), _strips(image.shape)))
    counts = np.zeros(sobel.CODES, np.int64)
    counting = Lock()

    def work(tile: tuple[Slab, Slab], scratch: _Scratch) -> None:
        _code_tile(image, tile, (low, scale), flat, scratch, codes)
        with counting:
            np.add(counts, scratch.counts, out=counts)

    make_scratch = partial(_scratch, tiles[0], image.shape[2], flat)
    in_threads(lent(work, make_scratch), tiles, threads, part(progress, 0.1, 0.9), "gradient")
    table = _levels(counts)
    translate = partial(_translate, codes, table)
    in_threads(translate, tiles, threads, part(progress, 0.9, 1.0), "gradient")
    return codes


def _strips(shape: tuple[int, ...]) -> list[Slab]:
    """Strips of rows, so that the planes of a strip stay in the processor's cache."""
    return slabs(shape[1], max(_PLANE_VOXELS // shape[2], 1))


def _normalisation(image: NDArray[Any], threads: int, progress: Progress) -> tuple[float, float]:
    """`low` and a power of two `scale`, so that (voxel / 2 - low) * scale lies within 0 … 1."""
    ranges: list[tuple[float, float]] = []

    def work(slab: Slab) -> None:
        voxels = image[slab.write]
        ranges.append((float(voxels.min()), float(voxels.max())))

    in_threads(work, slabs(image.shape[0], _PLANES), threads, progress, "gradient")
    low = 0.5 * min(lowest for lowest, _ in ranges)
    width = 0.5 * max(highest for _, highest in ranges) - low
    _, exponent = math.frexp(width)
    return low, math.ldexp(1.0, min(-exponent, 1000)) if width else 0.0


def _scratch(tile: tuple[Slab, Slab], columns: int, flat: bool) -> _Scratch:
    planes, rows = (slab.stop - slab.start for slab in tile)
    margin = 2 * sobel.PAD
    height, width = rows + 2, columns + 2
    return _Scratch(
        padded=np.empty((planes + (0 if flat else margin), rows + margin, columns + margin), np.float32),
        ring=np.empty((0 if flat else 2 * sobel.RADIUS + 1, height, width), np.float32),
        smooth=np.empty((3, height, width), np.float32),
        rows=np.empty((4, columns + margin), np.float32),
        counts=np.empty(sobel.CODES, np.int64),
    )


def _code_tile(
    image: NDArray[Any],
    tile: tuple[Slab, Slab],
    normalisation: tuple[float, float],
    flat: bool,
    scratch: _Scratch,
    codes: NDArray[np.uint16],
) -> None:
    """Write the gradient's codes of one tile and count them in the scratch."""
    slab, strip = tile
    voxels, planes, rows = _read(image, slab, strip, 0 if flat else sobel.PAD)
    padded = scratch.padded[: planes.size, : rows.size]
    sobel.load(voxels, planes, rows, *normalisation, padded)
    height = strip.stop - strip.start + 2
    smooth, out = scratch.smooth[:, :height], codes[slab.write, strip.write]
    if flat:
        sobel.code_planes(padded, sobel.TAPS, smooth[0], scratch.rows, out)
    else:
        sobel.code_slab(padded, sobel.TAPS, scratch.ring[:, :height], smooth, scratch.rows, out)
    sobel.count(out, scratch.counts)


def _read(
    image: NDArray[Any], slab: Slab, strip: Slab, pad: int
) -> tuple[NDArray[Any], NDArray[np.int64], NDArray[np.int64]]:
    """The voxels that a tile needs, and which of their planes and rows make up the padded tile."""
    planes = _mirrored(slab, pad, image.shape[0])
    rows = _mirrored(strip, sobel.PAD, image.shape[1])
    part_needed = image[planes.min() : planes.max() + 1, rows.min() : rows.max() + 1]
    voxels = np.array(part_needed, part_needed.dtype.newbyteorder("="), order="C")
    return voxels, planes - planes.min(), rows - rows.min()


def _mirrored(slab: Slab, pad: int, size: int) -> NDArray[np.int64]:
    """Indices from `pad` before to `pad` after the slab, mirrored at the borders of the volume."""
    indices = np.arange(slab.start - pad, slab.stop + pad) % (2 * size)
    return np.minimum(indices, 2 * size - 1 - indices)


def _levels(counts: NDArray[np.int64]) -> NDArray[np.uint16]:
    """The level 0…65535 of each code, given how many voxels have it."""
    cumulated = np.cumsum(counts)
    reference = int(np.searchsorted(cumulated, QUANTILE * cumulated[-1]))
    if reference == 0:  # fewer edges than the quantile leaves out
        reference = int(np.flatnonzero(counts)[-1])
    magnitudes = sobel.magnitudes()
    largest = magnitudes[reference] or 1.0
    return np.round(np.minimum(magnitudes / largest, 1.0) * 65535).astype(np.uint16)


def _translate(codes: NDArray[np.uint16], table: NDArray[np.uint16], tile: tuple[Slab, Slab]) -> None:
    slab, strip = tile
    sobel.translate(codes[slab.write, strip.write], table)
