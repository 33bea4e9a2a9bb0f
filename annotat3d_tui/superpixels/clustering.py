"""Intensities -> superpixels by SLIC: clusters of voxels alike in intensity and place, each made connected."""

from collections.abc import Iterable
from functools import partial
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.allocation import empty
from annotat3d_tui.blocks import Progress, in_threads, part, quiet, slabs
from annotat3d_tui.superpixels import cells, clusters, largest
from annotat3d_tui.superpixels.mend import give_away
from annotat3d_tui.superpixels.seeds import nodes

ITERATIONS = 5
SMALLEST = 8
"""A superpixel smaller than the volume of a cell divided by this dissolves in its neighbours."""

_TILE = 32
_PLANES = 16

Edges = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


def cluster(
    levels: NDArray[np.uint16],
    spacing: int,
    compactness: float,
    *,
    along_z: tuple[int, int] | None = None,
    threads: int = 1,
    progress: Progress = quiet,
    out: NDArray[np.int32] | None = None,
) -> NDArray[np.int32]:
    """Superpixels of intensities 0…65535 (Z, Y, X); `along_z` are first node and number of nodes along z when they
    are not its own."""
    grids = [nodes(size, spacing) for size in levels.shape]
    grids[0] = along_z or grids[0]
    z, y, x = (edges_of(size, grid, spacing) for size, grid in zip(levels.shape, grids, strict=True))
    edges = z, y, x
    counts = tuple(count for _, count in grids)
    sums, centres = np.zeros((*counts, 5), np.int64), np.zeros((*counts, 4), np.float32)
    boxes = np.concatenate([np.full((*counts, 3), max(levels.shape), np.int32), np.zeros((*counts, 3), np.int32)], -1)
    ids = empty(levels.shape, np.int32) if out is None else out
    arranged, in_blocks = empty((levels.size,), np.uint16), places_in_blocks()
    layers = range(counts[0])
    share = partial(part, progress)
    in_threads(partial(_begin, levels, edges, arranged, sums), layers, threads, share(0.05, 0.1), "clusters")
    weight = np.float32((compactness / spacing) ** 2)
    for turn in range(ITERATIONS):
        clusters.move(sums, centres)
        last = turn == ITERATIONS - 1
        assign = partial(_assign, arranged, edges, in_blocks, centres, weight, sums, ids, boxes, last)
        steps = share(0.1 + 0.7 * turn / ITERATIONS, 0.1 + 0.7 * (turn + 1) / ITERATIONS)
        for i, tiles in enumerate(_tiles(counts[0], counts[1], spacing)):
            in_threads(assign, tiles, threads, part(steps, i / 4, (i + 1) / 4), "clusters")
    del arranged, assign
    totals = sums[..., cells.COUNT].copy()
    clusters.move(sums, centres)
    _connect(ids, levels, boxes, centres, totals, spacing, threads, share(0.8, 1.0))
    return ids


def edges_of(size: int, grid: tuple[int, int], spacing: int) -> NDArray[np.int64]:
    """First voxels of the cells along an axis, and its size; a cell is what is nearest to its node."""
    start, count = grid
    edges = start - (spacing - 1) // 2 + spacing * np.arange(count + 1, dtype=np.int64)
    edges[0], edges[-1] = 0, size
    return edges


def _tiles(layers: int, rows: int, spacing: int) -> Iterable[list[tuple[int, int, int, int]]]:
    """Four lists of tiles of cells: those of one list are far enough apart to share no centre."""
    side = max(_TILE // spacing, 2)
    along_z, along_y = (list(pairwise([*range(0, count, side), count])) for count in (layers, rows))
    for first_z, first_y in product((0, 1), (0, 1)):
        chosen = [(*z, *y) for z, y in product(along_z[first_z::2], along_y[first_y::2])]
        if chosen:
            yield chosen


def places_in_blocks() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Places and corners of the voxels of blocks."""
    heights, widths = cells.HEIGHT + 1, cells.WIDTH + 1
    places = np.zeros((heights, widths, 3, cells.VOXELS), np.float32)
    corners = np.zeros((heights, widths, cells.VOXELS), np.int64)
    cells.rule(places, corners)
    return places, corners


def _begin(
    levels: NDArray[np.uint16], edges: Edges, arranged: NDArray[np.uint16], sums: NDArray[np.int64], layer: int
) -> None:
    cells.arrange(levels, edges, layer, arranged, sums)


def _assign(
    arranged: NDArray[np.uint16],
    edges: Edges,
    in_blocks: tuple[NDArray[np.float32], NDArray[np.int64]],
    centres: NDArray[np.float32],
    weight: np.float32,
    sums: NDArray[np.int64],
    ids: NDArray[np.int32],
    boxes: NDArray[np.int32],
    last: bool,
    tile: tuple[int, int, int, int],
) -> None:
    clusters.assign(arranged, edges, tile, in_blocks, centres, weight, sums, ids, boxes, last)


def _connect(
    ids: NDArray[np.int32],
    levels: NDArray[np.uint16],
    boxes: NDArray[np.int32],
    centres: NDArray[np.float32],
    totals: NDArray[np.int64],
    spacing: int,
    threads: int,
    progress: Progress,
) -> None:
    """Keep the largest piece of each superpixel unless it is too small, give the rest away, close holes in the ids."""
    nearest = np.rint(centres[..., 1:]).astype(np.int64)
    np.clip(nearest, 0, np.array(ids.shape) - 1, out=nearest)
    places = (nearest[..., 0] * ids.shape[1] + nearest[..., 1]) * ids.shape[2] + nearest[..., 2]
    sizes = np.zeros(totals.shape, np.int64)

    def keep(layer: int) -> None:
        largest.keep_largest(ids, boxes, places, totals, layer, sizes)

    in_threads(keep, range(totals.shape[0]), threads, part(progress, 0.0, 0.7), "connecting")
    numbers = _numbers(sizes.ravel(), int(np.prod([min(size, spacing) for size in ids.shape])) // SMALLEST)
    lost: dict[int, NDArray[np.int64]] = {}

    def settle(start: int) -> None:
        slab = ids[start : start + _PLANES]
        if largest.renumber(slab, numbers):
            lost[start] = np.flatnonzero(slab == 0) + start * ids[0].size

    starts = [slab.start for slab in slabs(ids.shape[0], _PLANES)]
    in_threads(settle, starts, threads, part(progress, 0.7, 1.0), "connecting")
    if lost:
        give_away(ids, levels, np.concatenate([lost[start] for start in sorted(lost)]), False)


def _numbers(sizes: NDArray[np.int64], smallest: int) -> NDArray[np.int32]:
    """The number 1…n of each id 0…, 0 for those that are not kept: at least the largest superpixel is."""
    kept = sizes >= max(min(smallest, int(sizes.max())), 1)
    return np.concatenate([[0], np.where(kept, np.cumsum(kept), 0)]).astype(np.int32)
