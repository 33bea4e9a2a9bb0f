"""Slabs × filters on threads, each feature made, gathered and dropped before the next.

Tasks are blocks of planes × evaluations, taken slab by slab, so that a slab is read from disk once. A
thread filters into its own scratch and pools into the column of the feature when the column's
previous slab is in: so sums are added in the order of the voxels, and the table is the same, bit for bit, for
any number of threads and any slabs.
"""

import threading
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.allocation import give_back
from annotat3d_tui.blocks import Progress, in_threads, part, slabs
from annotat3d_tui.features.block import Block, Scratch, Source
from annotat3d_tui.features.gathering import Marks, Regions
from annotat3d_tui.features.plan import Evaluation, feature_name

SLAB_PLANES = 12
SLAB_VOXELS = 2**24
"""Most planes and voxels (but at least one plane) that are filtered at a time: 64 MiB of float32 for each thread."""


def slab_thickness(shape: tuple[int, ...]) -> int:
    """Planes that are filtered at a time in a volume (Z, Y, X).

    >>> slab_thickness((256, 256, 256)), slab_thickness((2048, 2048, 2048))
    (12, 4)
    """
    return max(1, min(SLAB_PLANES, SLAB_VOXELS // (shape[1] * shape[2])))


def cut(needed: NDArray[np.bool_], thickness: int) -> list[tuple[int, int]]:
    """Runs of planes that are `needed` (start, stop), cut where slabs of `thickness` meet.

    >>> cut(np.array([0, 1, 1, 1, 0, 1], bool), 3)
    [(1, 3), (3, 4), (5, 6)]
    """
    found = []
    for slab in slabs(needed.size, thickness):
        steps = np.diff(needed[slab.write].astype(np.int8), prepend=0, append=0)
        starts, stops = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
        found += [(slab.start + int(a), slab.start + int(b)) for a, b in zip(starts, stops, strict=True)]
    return found


def gather(
    source: Source,
    evaluations: list[Evaluation],
    dimensions: int,
    blocks: list[tuple[int, int]],
    regions: Regions | None,
    marks: Marks | None,
    threads: int,
    progress: Progress,
) -> None:
    """Evaluate everything once on the planes of `blocks`, and hand it over, feature by feature."""
    counted = 0.0
    if regions is not None:
        counted = 1 / (1 + sum(one.cost(dimensions) for one in evaluations))
        in_threads(regions.count, range(len(blocks)), threads, part(progress, 0.0, counted), "features")
        regions.begin()
    give_back()
    own = threading.local()

    def work(task: tuple[int, Evaluation]) -> None:
        number, evaluation = task
        if not hasattr(own, "scratch"):
            own.scratch = Scratch()
        block = Block(source, *blocks[number], dimensions, own.scratch)
        try:
            for feature, values in evaluate(block, [evaluation]):
                if marks is not None:
                    marks.take(feature, block.start, block.stop, values)
                if regions is not None:
                    regions.take(feature, number, values)
        except BaseException:
            if regions is not None:
                regions.stop()
            raise

    tasks = [(number, one) for number in range(len(blocks)) for one in evaluations]
    costs = {one: round(10 * one.cost(dimensions)) for one in evaluations}
    weights = [float((blocks[number][1] - blocks[number][0]) * costs[one]) for number, one in tasks]
    in_threads(work, tasks, threads, part(progress, counted, 1.0), "features", weights)
    give_back()


def evaluate(block: Block, evaluations: Iterable[Evaluation]) -> Iterable[tuple[str, NDArray[Any]]]:
    """Each (feature, values) of a block, one by one; values may be overwritten when the next is asked for."""
    for one in evaluations:
        for name, piece, values in one.family.evaluate(block, one.wanted, one.scale):
            yield feature_name(name, one.scale.radius, piece), values
