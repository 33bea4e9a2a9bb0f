"""Superpixels of another program -> superpixels that fit: every voxel has one, each is connected, ids 1…n."""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, Slab, count_text, in_threads, part, quiet, slabs
from annotat3d_tui.superpixels import components
from annotat3d_tui.superpixels.check import check_form

_PLANES = 16


class RepairReport(NamedTuple):
    """What was wrong with the superpixels: ids that nobody had, superpixels in pieces, voxels without one."""

    holes_closed: int
    split: int
    filled: int

    @property
    def sentence(self) -> str:
        """What was done.

        >>> RepairReport(1, 3, 17).sentence
        'Repaired superpixels: 1 unused id was closed up, 3 in pieces were split and 17 empty voxels were filled.'
        """
        did = [
            (self.holes_closed, count_text(self.holes_closed, "unused id"), "closed up"),
            (self.split, f"{self.split} in pieces", "split"),
            (self.filled, count_text(self.filled, "empty voxel"), "filled"),
        ]
        done = [f"{text} {'was' if count == 1 else 'were'} {end}" for count, text, end in did if count]
        if not done:
            return "The superpixels needed no repair."
        return "Repaired superpixels: " + ", ".join([*done[:-2], " and ".join(done[-2:])]) + "."


def repair(
    ids: NDArray[Any], shape: tuple[int, ...], *, threads: int = 1, progress: Progress = quiet
) -> tuple[NDArray[np.int32], RepairReport]:
    """Superpixels (Z, Y, X) int32 with ids 1…n in the order of `ids`, each 6-connected, in every voxel of `shape`.

    Each connected piece becomes a superpixel of its own. An empty voxel (id below 1) joins the superpixel
    that reaches it first, plane by plane of faces; of several the lowest id. Superpixels that need no repair stay
    as they are. Raises ShapeMismatch, and UnknownType for real numbers.

    >>> repair(np.array([[[5, 0, 0, 5, 5, 2]]]), (1, 1, 6))
    (array([[[2, 2, 3, 3, 3, 1]]], dtype=int32), RepairReport(holes_closed=3, split=1, filled=2))
    """
    check_form(ids, shape)
    numbers = np.empty(ids.shape, np.int32)
    originals = _label(ids, numbers, threads, part(progress, 0.0, 0.9))
    if not originals.size:
        numbers[:] = 1
        return numbers, RepairReport(0, 0, ids.size)
    _, pieces = np.unique(originals, return_counts=True)
    filled = _fill(numbers, part(progress, 0.9, 1.0))
    return numbers, RepairReport(int(originals.max()) - pieces.size, int((pieces > 1).sum()), filled)


def _label(ids: NDArray[Any], numbers: NDArray[np.int32], threads: int, progress: Progress) -> NDArray[Any]:
    """Write component numbers 1… (0 where empty), in order of id, then of place; return the id of each."""
    cover = slabs(ids.shape[0], _PLANES)
    found: dict[int, NDArray[Any]] = {}

    def label(slab: Slab) -> None:
        voxels = ids[slab.write]
        voxels = np.array(voxels, voxels.dtype.newbyteorder("="), order="C")
        firsts = components.number_components(voxels, numbers[slab.write])
        found[slab.start] = voxels.ravel()[firsts]

    in_threads(label, cover, threads, part(progress, 0.0, 0.8), "connecting")
    originals = np.concatenate([found[slab.start] for slab in cover])
    offsets = dict(zip(found, [0] * len(found), strict=True))
    for above, below in pairwise(cover):
        offsets[below.start] = offsets[above.start] + found[above.start].size
    roots = _joined(ids, numbers, cover, offsets, originals.size)
    order, kept = _in_order(originals, roots)

    def renumber(slab: Slab) -> None:
        first = offsets[slab.start]
        own = order[first : first + found[slab.start].size]
        components.translate(numbers[slab.write], np.concatenate([[0], own]).astype(np.int32))

    in_threads(renumber, cover, threads, part(progress, 0.8, 1.0), "connecting")
    return kept


def _joined(
    ids: NDArray[Any], numbers: NDArray[np.int32], cover: list[Slab], offsets: dict[int, int], count: int
) -> NDArray[np.int64]:
    """The lowest component, counted through all slabs from 0, that each component is connected to."""
    parents = np.arange(count, dtype=np.int64)
    for above, below in pairwise(cover):
        upper = numbers[above.stop - 1].astype(np.int64) + (offsets[above.start] - 1)
        lower = numbers[below.start].astype(np.int64) + (offsets[below.start] - 1)
        planes = [ids[z].astype(ids.dtype.newbyteorder("=")) for z in (above.stop - 1, below.start)]
        components.join(planes[0], planes[1], upper, lower, parents)
    components.flatten(parents)
    return parents


def _in_order(originals: NDArray[Any], roots: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """The number 1… of each component, in order of id, then of place; and the id of each number."""
    own = np.flatnonzero(roots == np.arange(roots.size))
    own = own[np.argsort(originals[own], kind="stable")]
    number_of = np.empty(roots.size, np.int64)
    number_of[own] = np.arange(own.size) + 1
    return number_of[roots], originals[own]


def _fill(ids: NDArray[np.int32], progress: Progress) -> int:
    """Let the superpixels grow into empty voxels, round by round; return how many there were."""
    filled = 0
    places = components.first_shore(ids)
    while places.size:
        progress(0.0, "filling")
        chosen = np.empty(places.size, np.int32)
        components.lowest_beside(ids, places, chosen)
        ids.ravel()[places] = chosen
        filled += places.size
        places = components.shore(ids, places)
    progress(1.0, "filling")
    return filled
