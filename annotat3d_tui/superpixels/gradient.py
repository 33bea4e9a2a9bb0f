"""Image -> gradient: Sobel magnitude of the lightly smoothed image, rescaled to 0…65535 for any voxel type."""

import math
from functools import partial
from itertools import product
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui import compiled
from annotat3d_tui.allocation import empty
from annotat3d_tui.blocks import Progress, Slab, in_threads, part, quiet, slabs
from annotat3d_tui.superpixels import sobel
from annotat3d_tui.superpixels.scratch import lent

QUANTILE = 0.999
"""The share of voxels whose gradient is not clipped; the largest of theirs becomes 65535."""

_PLANES = 16
_PLANE_VOXELS = 1 << 17
_SAMPLE = 1 << 24

Tile = tuple[Slab, Slab]
"""Planes and rows."""


class _Scratch(NamedTuple):
    """What one thread works in: some 20 MB."""

    padded: NDArray[np.float32]
    ring: NDArray[np.float32]
    smooth: NDArray[np.float32]
    rows: NDArray[np.float32]
    counts: NDArray[np.int64]
    codes: NDArray[np.uint16]


class _Job(NamedTuple):
    """A tile whose gradient is made: to be written, to be counted."""

    tile: Tile
    written: bool
    counted: bool


def must_be_compiled(dtype: np.dtype[Any]) -> bool:
    """Whether the compiler must come before images of this type are read, and what it makes could be kept."""
    return compiled.must_be_compiled(sobel.load, dtype)


def gradient(
    image: NDArray[Any],
    planes: slice = slice(None),
    *,
    flat: bool = False,
    threads: int = 1,
    progress: Progress = quiet,
) -> NDArray[np.uint16]:
    """Sobel magnitude of `image` smoothed with sigma 1, scaled so that its 99.9th percentile is 65535.

    `image` is (Z, Y, X) of whole or real numbers, all finite; the result has its shape, or that of the `planes`
    asked for. With `flat`, or for a single plane, smoothing and derivatives
    stay within each plane. Borders are mirrored. Of images of more than 16 million voxels the percentile is that of
    evenly spread tiles, so that some planes come out as they would with all.
    An image multiplied by a power of two gives the same bits: only its range and type of number differ.
    A constant image gives 0.

    >>> step = np.zeros((1, 3, 8), np.uint8)
    >>> step[..., 4:] = 200
    >>> gradient(step)[0, 1].tolist()
    [453, 5976, 30272, 65535, 65535, 30272, 5976, 453]
    """
    flat = flat or image.shape[0] == 1
    first, last, _ = planes.indices(image.shape[0])
    whole = (first, last) == (0, image.shape[0])
    all_tiles = _tiles(image.shape, 0, image.shape[0])
    sample = _sample(all_tiles, image.size)
    normalisation = _normalisation(image, sample, threads, part(progress, 0.0, 0.1))
    codes = empty((last - first, *image.shape[1:]), np.uint16)
    counts = np.zeros(sobel.CODES, np.int64)
    counting = Lock()

    def work(job: _Job, scratch: _Scratch) -> None:
        out = _inside(codes, job.tile, first) if job.written else _corner(scratch.codes, job.tile)
        _code_tile(image, job.tile, normalisation, flat, scratch, out)
        if job.counted:
            sobel.count(out, scratch.counts)
            with counting:
                np.add(counts, scratch.counts, out=counts)

    tiles = all_tiles if whole else _tiles(image.shape, first, last)
    make_scratch = partial(_scratch, all_tiles[0], image.shape[2], flat, whole)
    in_threads(lent(work, make_scratch), _jobs(tiles, sample, whole), threads, part(progress, 0.1, 0.9), "gradient")
    translate = partial(_translate, codes, _levels(counts), first)
    in_threads(translate, tiles, threads, part(progress, 0.9, 1.0), "gradient")
    return codes


def _jobs(tiles: list[Tile], sample: list[Tile], whole: bool) -> list[_Job]:
    """What to do with which tile: those of the sample set the scale, even where they are not asked for."""
    if whole:
        counted = frozenset(sample)
        return [_Job(tile, True, tile in counted) for tile in tiles]
    return [_Job(tile, False, True) for tile in sample] + [_Job(tile, True, False) for tile in tiles]


def _tiles(shape: tuple[int, ...], first: int, last: int) -> list[Tile]:
    """Tiles that cover the planes `first` to `last` - 1."""
    along_z = [Slab(*(first + edge for edge in slab)) for slab in slabs(last - first, _PLANES)]
    return list(product(along_z, _strips(shape)))


def _sample(tiles: list[Tile], voxels: int) -> list[Tile]:
    """Some tiles, evenly spread, or all where they are few: those whose gradients set the scale."""
    every = -(-voxels // _SAMPLE)
    return tiles[every // 2 :: every]


def _inside(codes: NDArray[Any], tile: Tile, first: int) -> NDArray[Any]:
    """The part of `codes`, whose first plane is `first`, that a tile writes."""
    slab, strip = tile
    return codes[slab.start - first : slab.stop - first, strip.write]


def _corner(codes: NDArray[np.uint16], tile: Tile) -> NDArray[np.uint16]:
    """As much of the scratch as a tile needs."""
    planes, rows = (slab.stop - slab.start for slab in tile)
    return codes[:planes, :rows]


def _strips(shape: tuple[int, ...]) -> list[Slab]:
    """Strips of rows, so that the planes of a strip stay in the processor's cache."""
    return slabs(shape[1], max(_PLANE_VOXELS // shape[2], 1))


def _normalisation(image: NDArray[Any], sample: list[Tile], threads: int, progress: Progress) -> tuple[float, float]:
    """`low` and a power of two `scale`, so that (voxel / 2 - low) * scale lies within 0 … 1 in the sample."""
    lowest, highest = _range(image, sample, threads, progress)
    if lowest == highest:
        lowest, highest = _range(image, _tiles(image.shape, 0, image.shape[0]), threads, quiet)
    width = 0.5 * highest - 0.5 * lowest
    _, exponent = math.frexp(width)
    return 0.5 * lowest, math.ldexp(1.0, min(-exponent, 1000)) if width else 0.0


def _range(image: NDArray[Any], tiles: list[Tile], threads: int, progress: Progress) -> tuple[float, float]:
    ranges: list[tuple[float, float]] = []

    def work(tile: Tile) -> None:
        voxels = _inside(image, tile, 0)
        ranges.append((float(voxels.min()), float(voxels.max())))

    in_threads(work, tiles, threads, progress, "gradient")
    return min(lowest for lowest, _ in ranges), max(highest for _, highest in ranges)


def _scratch(tile: Tile, columns: int, flat: bool, whole: bool) -> _Scratch:
    planes, rows = (slab.stop - slab.start for slab in tile)
    margin = 2 * sobel.PAD
    height, width = rows + 2, columns + 2
    return _Scratch(
        padded=empty((planes + (0 if flat else margin), rows + margin, columns + margin), np.float32),
        ring=empty((0 if flat else 2 * sobel.RADIUS + 1, height, width), np.float32),
        smooth=empty((3, height, width), np.float32),
        rows=empty((4, columns + margin), np.float32),
        counts=empty(sobel.CODES, np.int64),
        codes=empty((0 if whole else planes, rows, columns), np.uint16),
    )


def _code_tile(
    image: NDArray[Any],
    tile: Tile,
    normalisation: tuple[float, float],
    flat: bool,
    scratch: _Scratch,
    out: NDArray[np.uint16],
) -> None:
    """Write the gradient's codes of one tile."""
    slab, strip = tile
    voxels, planes, rows = _read(image, slab, strip, 0 if flat else sobel.PAD)
    padded = scratch.padded[: planes.size, : rows.size]
    sobel.load(voxels, planes, rows, *normalisation, padded)
    height = strip.stop - strip.start + 2
    smooth = scratch.smooth[:, :height]
    if flat:
        sobel.code_planes(padded, sobel.TAPS, smooth[0], scratch.rows, out)
    else:
        sobel.code_slab(padded, sobel.TAPS, scratch.ring[:, :height], smooth, scratch.rows, out)


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


def _translate(codes: NDArray[np.uint16], table: NDArray[np.uint16], first: int, tile: Tile) -> None:
    sobel.translate(_inside(codes, tile, first), table)
