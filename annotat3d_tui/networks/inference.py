"""image, network -> label volume and probabilities, patch by patch, from disk to disk where memory is short.

Patches overlap. Of each, the voxels near its sides, which have seen little around them, are thrown away; or all are
averaged, those near the middle counting more (Isensee et al. 2021, nnU-Net, https://doi.org/10.1038/s41592-020-01008-z).
"""

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.allocation import empty
from annotat3d_tui.blocks import Progress, quiet, size_text
from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.networks.architectures import architecture_of, check_patch
from annotat3d_tui.networks.network import Network
from annotat3d_tui.networks.normalization import Moments
from annotat3d_tui.networks.storing import label_type
from annotat3d_tui.networks.tiles import Tile, cut, tile_count, tiles_of
from annotat3d_tui.parameters import Parameters, parameter

Predict = Callable[[NDArray[np.float32]], NDArray[Any]]
"""Normalized patches (batch, Z, Y, X) -> their classes, uint8 of that shape, or probabilities, the classes last."""
Triple = tuple[int, int, int]
BORDER_SHARE = 8
"""Of a patch, a border of one such part is thrown away, when nobody says more."""
SIGMA_SHARE = 0.125
LEAST_WEIGHT = 1e-3


@dataclass(frozen=True)
class Inference(Parameters):
    """How a network is applied."""

    kind = "inference"
    batch: int = parameter(4, "patches at once; more take more memory", minimum=1, maximum=1024)
    blend: str = parameter(
        "discard", "discard: borders of patches are thrown away; gaussian: patches are averaged where they overlap",
        choices=("discard", "gaussian"),
    )  # fmt: skip
    mirror: bool = parameter(False, "average over all mirrored images of a patch; 4 or 8 times the work")


@dataclass(frozen=True)
class Sides:
    """Lengths along z, y, x: patch; border thrown away on each side of it; frame of zeros around the volume."""

    patch: Triple
    border: Triple
    padding: Triple = (0, 0, 0)


@dataclass(frozen=True, eq=False)
class Found:
    """label: ids (Z, Y, X). probabilities: (classes, Z, Y, X) float16 or float32, None where they were not wanted."""

    label: NDArray[Any]
    probabilities: NDArray[Any] | None


def sides_for(
    network: Network, patch: Triple | None = None, border: Triple | None = None, padding: Triple = (0, 0, 0)
) -> Sides:
    """The patch of the network and an eighth of it as border, unless others are given; raises InvalidParameter."""
    architecture = architecture_of(network.architecture)
    patch = patch or network.patch
    check_patch(architecture, patch)
    usual = tuple(0 if side == 1 else side // BORDER_SHARE for side in patch)
    chosen = border or (usual[0], usual[1], usual[2])
    if architecture.dimensions == 2 and border:
        chosen = (0, *border[1:])
    if min(chosen) < 0 or any(2 * edge >= side for edge, side in zip(chosen, patch, strict=True)):
        raise InvalidParameter(
            f"The border must leave something of a patch of {size_text(patch)} and be 0 or more, received "
            f"{size_text(chosen)}: give less than half a side."
        )
    if min(padding) < 0:
        raise InvalidParameter(f"The padding must be 0 or more, received {size_text(padding)}: correct it.")
    return Sides(patch, chosen, padding)


def infer(
    voxels: NDArray[Any],
    moments: Moments,
    classes: Sequence[int],
    predictors: Sequence[Predict],
    sides: Sides,
    batch: int,
    *,
    blend: str = "discard",
    probabilities: np.dtype[Any] | None = None,
    progress: Progress = quiet,
) -> Found:
    """The label of each voxel of an image (Z, Y, X), and its probabilities as float16 or float32 when they are wanted.

    predictors: one for each device; they give classes, or probabilities where those are wanted or blended. Large
    results lie in files without a name (`allocation`).
    """
    label = empty(voxels.shape, label_type(classes))
    maps = None if probabilities is None else empty((len(classes), *voxels.shape), probabilities)
    target = _Target(label, maps, np.array(classes, label.dtype))
    framed = _Framed(voxels, sides, moments)
    if blend == "gaussian":
        _blended(framed, predictors, batch, len(classes), target, progress)
    else:
        _discarded(framed, predictors, batch, target, progress)
    return Found(label, maps)


@dataclass(frozen=True)
class _Framed:
    """A volume within a frame of zeros."""

    voxels: NDArray[Any]
    sides: Sides
    moments: Moments

    @property
    def shape(self) -> Triple:
        z, y, x = (n + 2 * edge for n, edge in zip(self.voxels.shape, self.sides.padding, strict=True))
        return z, y, x

    def patch(self, start: Sequence[int]) -> NDArray[np.float32]:
        """A normalized patch; voxels that are no numbers are as the mean."""
        framed = any(self.sides.padding)
        found = self._with_frame(start) if framed else cut(self.voxels, start, self.sides.patch)
        normalized = self.moments.normalized(found)
        if found.dtype.kind == "f":
            np.nan_to_num(normalized, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
        return normalized

    def _with_frame(self, start: Sequence[int]) -> NDArray[Any]:
        """Zeros but for what lies in the volume; beyond the frame both are seen in a mirror."""
        frame = self.sides.padding
        reach = [slice(max(first, 0), min(first + side, n)) for first, side, n in self.spans(start)]
        block = np.zeros([one.stop - one.start for one in reach], self.voxels.dtype)
        inside = [
            slice(max(one.start - edge, 0), min(one.stop - edge, n))
            for one, edge, n in zip(reach, frame, self.voxels.shape, strict=True)
        ]
        if all(one.start < one.stop for one in inside):
            there = tuple(
                slice(one.start + edge - seen.start, one.stop + edge - seen.start)
                for one, edge, seen in zip(inside, frame, reach, strict=True)
            )
            block[there] = self.voxels[tuple(inside)]
        return cut(block, [first - seen.start for first, seen in zip(start, reach, strict=True)], self.sides.patch)

    def spans(self, start: Sequence[int]) -> Iterator[tuple[int, int, int]]:
        """First voxel, length of the patch, length of the framed volume, along each axis."""
        return zip(start, self.sides.patch, self.shape, strict=True)


@dataclass(frozen=True)
class _Target:
    """Takes what was found of a part of the framed volume, and keeps what lies in the volume."""

    label: NDArray[Any]
    maps: NDArray[Any] | None
    ids: NDArray[Any]

    def put(self, place: Sequence[slice], found: NDArray[Any], padding: Sequence[int]) -> None:
        """Classes, or probabilities with the classes last, of a part of the framed volume."""
        here, there = [], []
        for part, edge, length in zip(place, padding, self.label.shape, strict=True):
            start, stop = max(part.start - edge, 0), min(part.stop - edge, length)
            if start >= stop:
                return
            here.append(slice(start, stop))
            there.append(slice(start + edge - part.start, stop + edge - part.start))
        kept = found[tuple(there)]
        if kept.ndim == 3:
            self.label[tuple(here)] = self.ids[kept]
            return
        self.label[tuple(here)] = self.ids[kept.argmax(-1)]
        if self.maps is not None:
            self.maps[(slice(None), *here)] = np.moveaxis(kept, -1, 0)


def _discarded(framed: _Framed, predictors: Sequence[Predict], batch: int, target: _Target, progress: Progress) -> None:
    sides = framed.sides
    count = tile_count(framed.shape, sides.patch, sides.border)
    tiles = tiles_of(framed.shape, sides.patch, sides.border)
    for number, (tile, found) in enumerate(_predicted(framed, tiles, predictors, batch), 1):
        target.put(tile.core, found[tile.inner], sides.padding)
        progress(number / count, f"infer {count} patches")


def _blended(
    framed: _Framed, predictors: Sequence[Predict], batch: int, classes: int, target: _Target, progress: Progress
) -> None:
    """Sums of a layer of patches at a time, which rolls through the planes."""
    sides, (depth, height, width) = framed.sides, framed.shape
    half = half_overlap(sides.patch)
    count = tile_count(framed.shape, sides.patch, half)
    weight = _bell(sides.patch)
    rows = min(sides.patch[0], depth)
    total, weights = empty((rows, height, width, classes), np.float32), empty((rows, height, width), np.float32)
    total[:], weights[:] = 0, 0
    first = 0
    found_tiles = _predicted(framed, tiles_of(framed.shape, sides.patch, half), predictors, batch)
    for number, (tile, found) in enumerate(found_tiles, 1):
        if tile.start[0] > first:
            _put_layers(target, total, weights, first, tile.start[0], sides.padding)
            first = tile.start[0]
        inside = [slice(start, min(start + side, n)) for start, side, n in framed.spans(tile.start)]
        part = tuple(slice(0, one.stop - one.start) for one in inside)
        there = (slice(inside[0].start - first, inside[0].stop - first), *inside[1:])
        total[there] += found[part] * weight[part][..., None]
        weights[there] += weight[part]
        progress(number / count, f"infer {count} patches")
    _put_layers(target, total, weights, first, depth, sides.padding)


def _put_layers(
    target: _Target, total: NDArray[Any], weights: NDArray[Any], first: int, stop: int, padding: Sequence[int]
) -> None:
    """What no later patch adds to, plane by plane; the rest moves up."""
    done = min(stop - first, len(total))
    for plane in range(done):
        z = first + plane
        shares = total[plane : plane + 1] / weights[plane : plane + 1, ..., None]
        target.put((slice(z, z + 1), *(slice(0, n) for n in total.shape[1:3])), shares, padding)
    left = len(total) - done
    for array in (total, weights):
        for plane in range(left):  # one by one, since NumPy would copy what overlaps
            array[plane] = array[done + plane]
        array[left:] = 0


def half_overlap(patch: Sequence[int]) -> tuple[int, ...]:
    """The border by which patches that are blended overlap by half.

    >>> half_overlap((1, 64, 64))
    (0, 16, 16)
    """
    return tuple(0 if side == 1 else side // 4 for side in patch)


def _bell(patch: Sequence[int]) -> NDArray[np.float32]:
    """How much each voxel of a patch counts: a Gaussian about the middle, an eighth of a side wide."""
    result = np.ones(1, np.float32)
    for side in patch:
        places = (np.arange(side) - (side - 1) / 2) / max(side * SIGMA_SHARE, 1e-9)
        result = result[..., None] * np.exp(-0.5 * places**2).astype(np.float32)
    return np.asarray(np.maximum(result[0] / result.max(), LEAST_WEIGHT), np.float32)


def _predicted(
    framed: _Framed, tiles: Iterable[Tile], predictors: Sequence[Predict], batch: int
) -> Iterator[tuple[Tile, NDArray[Any]]]:
    """Each tile with what was found, in order; one thread a device, while the next batch is read."""
    free: SimpleQueue[Predict] = SimpleQueue()
    for predict in predictors:
        free.put(predict)

    def work(images: NDArray[np.float32]) -> NDArray[Any]:
        predict = free.get()
        try:
            return predict(images)
        finally:
            free.put(predict)

    waiting: deque[tuple[list[Tile], Future[NDArray[Any]]]] = deque()
    pool = ThreadPoolExecutor(len(predictors), "infer")
    remaining = iter(tiles)
    try:
        while True:
            while len(waiting) <= len(predictors) and (group := list(itertools.islice(remaining, batch))):
                images = np.zeros((batch, *framed.sides.patch), np.float32)
                for number, tile in enumerate(group):
                    images[number] = framed.patch(tile.start)
                waiting.append((group, pool.submit(work, images)))
            if not waiting:
                return
            group, coming = waiting.popleft()
            yield from zip(group, coming.result(), strict=False)
    finally:
        pool.shutdown(cancel_futures=True)
