"""Where the patches of a volume lie: anywhere, around voxels of every class alike, or often around rare ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.networks.census import Census, take_census
from annotat3d_tui.networks.regions import Box, Triple

STRATEGIES = ("uniform", "balanced", "foreground")
FOREGROUND_SHARE = 1 / 3
"""Of the patches, those around a rare class, as nnU-Net has it (Isensee et al. 2021)."""
_TRIES = 20


@dataclass(frozen=True)
class Sampling:
    """How patches are drawn from a volume of label ids.

    patch (z, y, x). classes: the ids; common: the most frequent of them. partly: whether other voxels, which are not
    labelled, occur.
    """

    strategy: str
    patch: Triple
    classes: tuple[int, ...]
    common: int
    partly: bool = False


def draw(
    labels: NDArray[Any], boxes: Sequence[Box], count: int, sampling: Sampling, rng: "np.random.Generator"
) -> list[Triple]:
    """First voxels (z, y, x) of `count` patches, each wholly in one of the boxes.

    uniform: every place is equally probable. balanced: the classes of the central voxels are drawn evenly. foreground:
    a third of the central voxels is of classes that are not the most frequent one, evenly. A class that lies only
    where no patch can be central is reached by the nearest patch. Where there are labels at all no patch is without.
    """
    if sampling.strategy == "uniform" and not sampling.partly:
        return [_anywhere(boxes, sampling.patch, rng) for _ in range(count)]
    census = take_census(labels, boxes, sampling.patch, sampling.classes)
    wanted = _wanted(census, count, sampling, rng)
    around = [census.draw(one, rng) for one in wanted]
    return around + [_labelled(labels, boxes, census, sampling, rng) for _ in range(count - len(around))]


def _wanted(census: Census, count: int, sampling: Sampling, rng: "np.random.Generator") -> list[int]:
    """The classes (places in the list of them) that central voxels shall have."""
    there = census.classes
    if sampling.strategy == "uniform":
        return []
    if sampling.strategy == "foreground":
        there = [one for one in there if sampling.classes[one] != sampling.common]
        count = max(round(FOREGROUND_SHARE * count), 1)
    if not there:
        return []
    first = int(rng.integers(len(there)))
    return [there[(first + number) % len(there)] for number in range(count)]


def _anywhere(boxes: Sequence[Box], patch: Triple, rng: "np.random.Generator") -> Triple:
    rooms = [tuple(length - side + 1 for length, side in zip(box.shape, patch, strict=True)) for box in boxes]
    sizes = [int(np.prod(room, dtype=np.int64)) for room in rooms]
    place = int(rng.integers(sum(sizes)))
    for box, room, size in zip(boxes, rooms, sizes, strict=True):
        if place < size:
            z, y, x = (
                int(offset) + start for offset, start in zip(np.unravel_index(place, room), box.start, strict=True)
            )
            return z, y, x
        place -= size
    raise AssertionError


def _labelled(
    labels: NDArray[Any], boxes: Sequence[Box], census: Census, sampling: Sampling, rng: "np.random.Generator"
) -> Triple:
    """A patch anywhere, with at least one labelled voxel where there are any."""
    place = _anywhere(boxes, sampling.patch, rng)
    if not sampling.partly or not census.classes:
        return place
    for _ in range(_TRIES):
        z, y, x = (slice(first, first + side) for first, side in zip(place, sampling.patch, strict=True))
        if np.isin(labels[z, y, x], sampling.classes).any():
            return place
        place = _anywhere(boxes, sampling.patch, rng)
    return census.draw(None, rng)
