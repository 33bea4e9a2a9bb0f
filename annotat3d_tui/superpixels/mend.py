"""Superpixels in pieces -> connected ones: each keeps what is connected to its seed, neighbours take the rest."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, Slab, in_threads, part, quiet, slabs
from annotat3d_tui.superpixels import pieces
from annotat3d_tui.superpixels.seeds import Seeds

_PLANES = 16
_VOXELS = 1 << 20


def mend(
    ids: NDArray[np.int32],
    gradient: NDArray[np.uint16],
    seeds: Seeds,
    *,
    flat: bool = False,
    threads: int = 1,
    progress: Progress = quiet,
) -> None:
    """Make each superpixel of `ids` (Z, Y, X) 6-connected, in place; with `flat` 4-connected in its plane.

    A voxel that is cut off from its seed goes, round by round from the border inwards, to the
    neighbouring superpixel whose voxel beside it has the most similar gradient, or the lowest id.
    """
    places = seeds.voxels.ravel()
    per_group = max(_VOXELS * seeds.number // ids.size, 1)
    fill = partial(_fill, ids, places, flat)
    groups = [(group.start, group.stop) for group in slabs(seeds.number, per_group)]
    in_threads(fill, groups, threads, part(progress, 0.0, 0.8), "connecting")
    lost: dict[int, NDArray[np.int64]] = {}

    def settle(slab: Slab) -> None:
        if pieces.settle(ids[slab.write]):
            lost[slab.start] = np.flatnonzero(ids[slab.write] == 0) + slab.start * ids[0].size

    in_threads(settle, slabs(ids.shape[0], _PLANES), threads, part(progress, 0.8, 1.0), "connecting")
    if lost:
        give_away(ids, gradient, np.concatenate([lost[start] for start in sorted(lost)]), flat)


def _fill(ids: NDArray[np.int32], places: NDArray[np.int64], flat: bool, group: tuple[int, int]) -> None:
    pieces.fill(ids, places, *group, flat)


def give_away(ids: NDArray[np.int32], gradient: NDArray[np.uint16], lost: NDArray[np.int64], flat: bool) -> None:
    """Give each lost voxel (id 0, raveled places in order) a neighbour's id; all of one round at once."""
    flat_ids = ids.ravel()
    while lost.size:
        chosen = np.empty(lost.size, np.int32)
        pieces.choose(ids, gradient, lost, flat, chosen)
        flat_ids[lost] = chosen
        lost = lost[chosen == 0]
