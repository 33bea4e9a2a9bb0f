"""How many voxels of each class every slice has, so that one of them can be drawn without a list of all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.networks.regions import Box, Triple


@dataclass(frozen=True, eq=False)
class Census:
    """Voxels of each class in some boxes.

    central, all: (planes, classes), counts of the voxels that can be in the middle of a patch, and of all;
    `places`: box and z of each plane.
    """

    labels: NDArray[Any]
    boxes: tuple[Box, ...]
    centres: tuple[Box, ...]
    patch: Triple
    ids: tuple[int, ...]
    places: tuple[tuple[int, int], ...]
    central: NDArray[np.int64]
    all: NDArray[np.int64]

    @property
    def classes(self) -> list[int]:
        """Those that occur, as places in the list of classes."""
        found: list[int] = np.flatnonzero(self.all.sum(axis=0)).tolist()
        return found

    def draw(self, one: int | None, rng: "np.random.Generator") -> Triple:
        """The first voxel of a patch around a voxel of a class, or of any class; all such voxels are alike probable."""
        ids = self.ids if one is None else (self.ids[one],)
        chosen = slice(None) if one is None else slice(one, one + 1)
        central = self.central[:, chosen].sum(axis=1)
        counts, boxes = (central, self.centres) if central.any() else (self.all[:, chosen].sum(axis=1), self.boxes)
        ends = counts.cumsum()
        drawn = int(rng.integers(ends[-1]))
        plane = int(np.searchsorted(ends, drawn, side="right"))
        which, z = self.places[plane]
        area = boxes[which].slices[1:]
        found = np.flatnonzero(np.isin(self.labels[z][area], ids))[drawn - int(ends[plane] - counts[plane])]
        y, x = np.unravel_index(found, boxes[which].shape[1:])
        return self._around((z, int(y) + area[0].start, int(x) + area[1].start), self.boxes[which])

    def _around(self, voxel: Triple, box: Box) -> Triple:
        """The first voxel of the patch that has `voxel` in its middle, or as near to it as the box allows."""
        z, y, x = (
            min(max(at - side // 2, start), stop - side)
            for at, side, start, stop in zip(voxel, self.patch, box.start, box.stop, strict=True)
        )
        return z, y, x


def take_census(labels: NDArray[Any], boxes: Sequence[Box], patch: Triple, ids: Sequence[int]) -> Census:
    """Count the classes (their label ids) in boxes of a volume (Z, Y, X), slice by slice."""
    centres = tuple(_centres(box, patch) for box in boxes)
    places = tuple((number, z) for number, box in enumerate(boxes) for z in range(box.start[0], box.stop[0]))
    table = _table(ids)
    central, everywhere = (np.zeros((len(places), len(ids)), np.int64) for _ in range(2))
    for row, (number, z) in enumerate(places):
        plane = labels[z]
        everywhere[row] = _counts(plane[boxes[number].slices[1:]], table, len(ids))
        if centres[number].start[0] <= z < centres[number].stop[0]:
            central[row] = _counts(plane[centres[number].slices[1:]], table, len(ids))
    return Census(labels, tuple(boxes), centres, patch, tuple(ids), places, central, everywhere)


def _centres(box: Box, patch: Triple) -> Box:
    """The voxels that the patches within a box have in their middle."""
    first = tuple(start + side // 2 for start, side in zip(box.start, patch, strict=True))
    last = tuple(stop - side + side // 2 + 1 for stop, side in zip(box.stop, patch, strict=True))
    return Box((first[0], first[1], first[2]), (last[0], last[1], last[2]))


def _table(ids: Sequence[int]) -> NDArray[np.int64]:
    """From label id to its place among the classes; to the number of classes for every other up to the highest."""
    table = np.full(max(ids) + 2, len(ids), np.int64)
    table[list(ids)] = np.arange(len(ids))
    return table


def _counts(plane: NDArray[Any], table: NDArray[np.int64], classes: int) -> NDArray[np.int64]:
    found = np.bincount(np.ascontiguousarray(plane).reshape(-1), minlength=len(table))
    return np.bincount(table[: len(found)], weights=found, minlength=classes + 1)[:classes].astype(np.int64)
