"""Gradient and seeds -> superpixels: a compact watershed, block by block.

Reaching a voxel costs gradient + compactness × distance to the own seed / spacing (Machairas et al. 2015; the
distance to the own seed as Neubert & Protzel 2014). Voxels wait in LEVELS buckets of equal width, first in, first
out; beyond a distance of FARTHEST spacings the last bucket takes all. A voxel takes the label from which it is
first reached and never waits in a bucket before that of the voxel it was reached from: so each waits once.

Blocks are flooded with a halo, since whose a voxel is depends on the seeds around it alone. They depend on the shape
and the parameters, never on the threads.
"""

import math
from functools import partial
from itertools import pairwise, product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.allocation import empty
from annotat3d_tui.blocks import Progress, in_threads, quiet
from annotat3d_tui.superpixels import buckets
from annotat3d_tui.superpixels.buckets import LEVELS, Layout
from annotat3d_tui.superpixels.scratch import lent
from annotat3d_tui.superpixels.seeds import Seeds

FARTHEST = 1.5
_SMALLEST_BOX = 64
_SMALLEST_FLAT_BOX = 512
_MOST_LABELS = 32767
_REGULAR_COMPACTNESS = 5000.0
_SCRATCH_BYTES = 1 << 28
_SCRATCH_BYTES_PER_VOXEL = 2


class Span(NamedTuple):
    """Voxels of a block along one axis: those to write, and with halo those to flood."""

    start: int
    stop: int
    first: int
    last: int


class _Scratch(NamedTuple):
    """What one thread works in: 6 bytes a voxel of the box, 8 a seed."""

    state: NDArray[np.int16]
    behind: NDArray[np.int32]
    ends: NDArray[np.int32]
    places: NDArray[np.int32]
    ids: NDArray[np.int32]


def flood(
    gradient: NDArray[np.uint16],
    seeds: Seeds,
    compactness: float,
    *,
    flat: bool = False,
    threads: int = 1,
    progress: Progress = quiet,
    out: NDArray[np.int32] | None = None,
) -> NDArray[np.int32]:
    """The superpixel id 1…n of each voxel of `gradient` (Z, Y, X); each seed has its own.

    A superpixel may be in pieces where blocks meet: `mend` joins them. With `flat` no id leaves its plane.
    `out`, when given, is filled and returned.
    """
    box, halo = box_and_halo(seeds.step[2], compactness, flat)
    spans = [_spans(size, box, halo) for size in gradient.shape]
    if flat:
        spans[0] = [Span(z, z + 1, z, z + 1) for z in range(gradient.shape[0])]
    layout = _layout(spans, flat)
    per_cost = (LEVELS - 1) / (65535 + FARTHEST * compactness)
    weights = np.float32(2 * per_cost), np.float32(compactness / seeds.step[2] * per_cost)
    ids = empty(gradient.shape, np.int32) if out is None else out
    stop = np.zeros(1, np.uint8)

    def work(block: tuple[Span, ...], scratch: _Scratch) -> None:
        bounds = np.array(block, np.int64)
        near = np.array([seeds.near(axis, span.first, span.last) for axis, span in enumerate(block)], np.int64)
        buckets.enter(gradient, bounds, layout, scratch.state)
        count = buckets.plant(seeds.voxels, near, gradient.shape, bounds, layout, scratch.places, scratch.ids)
        buckets.spread(scratch.state, scratch.behind, scratch.ends, scratch.places[: count + 1], layout, weights, stop)
        buckets.leave(scratch.state, scratch.ids, bounds, layout, ids)

    blocks = list(product(*spans))
    make_scratch = partial(_scratch, spans, layout, seeds)
    threads = min(threads, _affordable(spans, layout))
    in_threads(lent(work, make_scratch), blocks, threads, _stopping(progress, stop), "watershed")
    return ids


def box_and_halo(spacing: int, compactness: float, flat: bool) -> tuple[int, int]:
    """Side of the box that holds a block, its halo and a border of one voxel: a power of two; and the halo.

    Regular superpixels need a halo of one spacing, ragged ones of one and a half. At usual spacings
    the box fits the processor's cache; the labels of its seeds fit 16 bits.

    >>> box_and_halo(7, 10000.0, flat=False)
    (64, 7)
    """
    halo = spacing if compactness >= _REGULAR_COMPACTNESS else spacing + spacing // 2
    box = _SMALLEST_FLAT_BOX if flat else _SMALLEST_BOX
    while ((box - 3 + 2 * (spacing // 4)) // spacing + 1) ** (2 if flat else 3) > _MOST_LABELS:
        box //= 2
    while box - 2 - 2 * halo < 3 * box // 5:
        box *= 2
    return box, halo


def _spans(size: int, box: int, halo: int) -> list[Span]:
    """Blocks of about equal size along an axis; the whole axis where it fits the box."""
    count = 1 if size <= box - 2 else -(-size // (box - 2 - 2 * halo))
    edges = [i * size // count for i in range(count + 1)]
    return [Span(a, b, max(a - halo, 0), min(b + halo, size)) for a, b in pairwise(edges)]


def _longest(spans: list[Span]) -> int:
    return max(span.last - span.first for span in spans)


def _layout(spans: list[list[Span]], flat: bool) -> Layout:
    row_shift = (_longest(spans[2]) + 1).bit_length()
    return row_shift, row_shift + (_longest(spans[1]) + 1).bit_length(), 0 if flat else 1


def _state_size(spans: list[list[Span]], layout: Layout) -> int:
    _, plane_shift, border = layout
    return (_longest(spans[0]) + 2 * border) << plane_shift


def _affordable(spans: list[list[Span]], layout: Layout) -> int:
    """How many threads may have scratch of their own: wide spacings need large boxes."""
    voxels = math.prod(along[-1].stop for along in spans)
    allowed = max(_SCRATCH_BYTES, _SCRATCH_BYTES_PER_VOXEL * voxels)
    return max(allowed // (6 * _state_size(spans, layout)), 1)


def _scratch(spans: list[list[Span]], layout: Layout, seeds: Seeds) -> _Scratch:
    voxels = _state_size(spans, layout)
    count = 1
    for axis, along in enumerate(spans):
        ranges = [seeds.near(axis, span.first, span.last) for span in along]
        count *= max(stop - start for start, stop in ranges)
    return _Scratch(
        state=empty(voxels, np.int16),
        behind=empty(voxels, np.int32),
        ends=empty((LEVELS, 2), np.int32),
        places=empty(count + 1, np.int32),
        ids=empty(count + 1, np.int32),
    )


def _stopping(progress: Progress, stop: NDArray[np.uint8]) -> Progress:
    """`progress` which tells running floods to stop when it raises."""

    def report(fraction: float, stage: str) -> None:
        try:
            progress(fraction, stage)
        except BaseException:
            stop[0] = 1
            raise

    return report
