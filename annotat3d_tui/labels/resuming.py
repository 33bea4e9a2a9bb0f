"""Markers change a label volume, again and again: only strokes that new marks can matter to are computed.

What is computed is told in `resume`. A stroke changes nothing outside its box grown by its reach, and what it
changes depends on no other stroke but marks on its way. So strokes are computed in groups of boxes that overlap,
each with as much around it as decides how seeds hold its voxels: the same, voxel by voxel, as in the whole volume.
"""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.allocation import empty
from annotat3d_tui.blocks import Progress, quiet, size_text
from annotat3d_tui.errors import InvalidMarkers, ShapeMismatch
from annotat3d_tui.labels import forest
from annotat3d_tui.labels.boxes import Box, Boxes, around_all, as_ids, grown, ids_of, joined, voxels_in, whole
from annotat3d_tui.labels.colours import HIGHEST_LABEL
from annotat3d_tui.labels.correcting import at_voxels, in_boxes, without
from annotat3d_tui.labels.corrections import Correction
from annotat3d_tui.labels.levels import Levels
from annotat3d_tui.labels.marked import Strokes, strokes

if TYPE_CHECKING:
    from annotat3d_tui.labels.resume import Resume

WORDS = "resume by markers"
SMALLEST_CELL, LARGEST_CELL = 2, 32
EDGE = 64
"""Steps that a difference of grey values of `compactness` costs."""
BYTES_PER_VOXEL = 8
MANY_BOXES, MOST_BOXES = 512, 4096
"""Strokes from which on they are computed at once: where their boxes hold more than the volume, and anyhow."""


class _Found(NamedTuple):
    """Flat places in the volume, rising, that strokes reach, and the labels that they get."""

    where: NDArray[np.int64]
    labels: NDArray[np.int64]


class Resuming:
    """A loaded label volume (Z, Y, X) that markers correct, on its image; ids of `kept` lose and gain no voxel.

    The loaded volume must stay as it is: changes are made to a copy, or to what was opened from a file.
    """

    def __init__(
        self,
        parameters: "Resume",
        loaded: NDArray[Any],
        image: NDArray[Any],
        kept: Collection[int] = (),
        progress: Progress = quiet,
    ) -> None:
        if image.shape != loaded.shape:
            raise ShapeMismatch(
                f"The image must have the label volume's size {size_text(loaded.shape)}, received "
                f"{size_text(image.shape)}: give the image of these labels."
            )
        self.parameters, self.loaded = parameters, loaded
        self._boxes = boxes = Boxes.of(loaded, progress)
        self.shape = boxes.shape
        self._levels = Levels(image)
        self._cells, self._most = _cells(boxes, parameters)
        self._farthest = int(self._most[boxes.ids].max())
        self._kept = np.array(sorted(kept), np.int64)
        self._holds = (forest.STEP * self._most).astype(np.int16)
        self._holds[self._kept] = forest.NEVER
        self._highest = forest.STEP * self._farthest
        share = np.minimum(np.arange(256) / parameters.compactness, 1.0)
        self._prices = np.rint(forest.STEP * EDGE * share**parameters.beta).astype(np.int32)
        self._weight = round(forest.STEP * parameters.weight)

    def change(
        self,
        current: NDArray[Any],
        where: NDArray[np.int64],
        labels: NDArray[Any],
        *,
        new: NDArray[np.int64] | None = None,
        progress: Progress = quiet,
    ) -> Correction:
        """From `current`, the volume as marks before have changed it, to what all marks make of the loaded one.

        where, labels: all marked voxels (m,), flat, each once, and their labels. new: flat indices of those whose marks
        came, went or changed since `current`; left out, all is computed anew. Raises InvalidMarkers.
        """
        where, labels = self._checked(where, labels)
        if not len(where):
            return self._back(current, new)
        found = strokes(where, labels, self._loaded_at(where), self.shape)
        reaches = self._reaches(found)
        if new is None:
            chosen, parts = list(range(len(reaches))), reaches
            if current is not self.loaded:
                parts = [whole(self.shape)]
        else:
            parts = self._touched(found, reaches, where, new)
            chosen = [i for i, one in enumerate(reaches) if any(_meet(one, part) for part in parts)]
        won = self._won(found, where, reaches, chosen, progress)
        return self._between(current, parts, won)

    def _checked(self, where: NDArray[np.int64], labels: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        where = np.asarray(where, np.int64)
        given = np.broadcast_to(np.asarray(labels), where.shape).astype(np.int64)
        if len(where) and not (where.min() >= 0 and where.max() < np.prod(self.shape)):
            raise InvalidMarkers(
                f"Marked voxels must lie inside the volume of {size_text(self.shape)}, received others: mark inside."
            )
        if len(where) and not (given.min() >= 0 and given.max() <= HIGHEST_LABEL):
            raise InvalidMarkers(f"Marks must have labels from 0 to {HIGHEST_LABEL}, received others: correct them.")
        order = np.argsort(where)
        where, given = where[order], given[order]
        free = ~(np.isin(given, self._kept) | np.isin(self._loaded_at(where), self._kept))
        return where[free], given[free]

    def _loaded_at(self, where: NDArray[np.int64]) -> NDArray[np.int64]:
        return self.loaded[np.unravel_index(where, self.shape)].astype(np.int64)

    def _reaches(self, found: Strokes) -> list[Box]:
        """The box of each stroke, grown by as many steps as it can go."""
        beyond = int(self._farthest / (1 + self.parameters.weight))
        steps = np.minimum(self._most[found.homes] + beyond, self._farthest)
        return [grown(box, int(step), self.shape) for box, step in zip(found.boxes, steps, strict=True)]

    def _touched(
        self, found: Strokes, reaches: list[Box], where: NDArray[np.int64], new: NDArray[np.int64]
    ) -> list[Box]:
        """Where the result can be another than before: around new marks, strokes that touch them or pass them."""
        spots = np.stack(np.unravel_index(np.asarray(new, np.int64), self.shape), axis=1)
        if not len(spots):
            return []
        spot_boxes = [(slice(z, z + 1), slice(y, y + 1), slice(x, x + 1)) for z, y, x in _corners(spots)]
        corners = grown(around_all(spot_boxes), self._farthest, self.shape)
        return [corners, *(one for one in reaches if _holds_any(one, spots))]

    def _back(self, current: NDArray[Any], new: NDArray[np.int64] | None) -> Correction:
        """To the loaded volume, where there are no marks at all."""
        nothing = _Found(np.empty(0, np.int64), np.empty(0, np.int64))
        if current is self.loaded:
            return self._between(current, [], nothing)
        if new is None or not len(new):
            return self._between(current, [whole(self.shape)] if new is None else [], nothing)
        spots = np.stack(np.unravel_index(np.asarray(new, np.int64), self.shape), axis=1)
        box = around_all([(slice(z, z + 1), slice(y, y + 1), slice(x, x + 1)) for z, y, x in _corners(spots)])
        return self._between(current, [grown(box, self._farthest, self.shape)], nothing)

    def _between(self, current: NDArray[Any], parts: list[Box], won: _Found) -> Correction:
        """From `current`, in these boxes, to the loaded volume with what was won."""
        if current is self.loaded:
            return at_voxels(WORDS, current, won.where, won.labels)

        def filled() -> Iterator[tuple[Box, NDArray[Any]]]:
            plane = self.shape[1] * self.shape[2]
            for part in parts:
                new = ids_of(self.loaded[part])
                first, last = np.searchsorted(won.where, (part[0].start * plane, part[0].stop * plane))
                zyx = np.unravel_index(won.where[first:last], self.shape)
                inside = np.ones(last - first, np.bool_)
                for at, side in zip(zyx[1:], part[1:], strict=True):
                    inside &= (at >= side.start) & (at < side.stop)
                places = tuple(at[inside] - side.start for at, side in zip(zyx, part, strict=True))
                new[places] = won.labels[first:last][inside]
                yield part, new

        return without(in_boxes(WORDS, current, filled()), self._kept)  # marks may have changed them before

    def _won(
        self, found: Strokes, where: NDArray[np.int64], reaches: list[Box], chosen: list[int], progress: Progress
    ) -> _Found:
        """What the chosen strokes reach, each voxel with the label of the one that it costs least."""
        groups = self._groups(reaches, chosen)
        wheres, labels = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for done, (box, group) in enumerate(groups):
            one = self._grown_in(box, found, where, group)
            wheres.append(one.where)
            labels.append(one.labels)
            progress((done + 1) / len(groups), "resuming")
        place, label = np.concatenate(wheres), np.concatenate(labels)
        order = np.argsort(place)
        return _Found(place[order], label[order])

    def _groups(self, reaches: list[Box], chosen: list[int]) -> list[tuple[Box, list[int]]]:
        """Boxes to compute in, and the strokes of each: those of different boxes do not meet."""
        if not chosen:
            return []
        all_in_one = [(whole(self.shape), chosen)]
        crowded = len(chosen) > MANY_BOXES and sum(voxels_in(reaches[one]) for one in chosen) > np.prod(self.shape)
        if crowded or len(chosen) > MOST_BOXES:
            return all_in_one
        groups = []
        for numbers in joined([reaches[one] for one in chosen]):
            group = [chosen[number] for number in numbers]
            groups.append((self._context(around_all([reaches[one] for one in group])), group))
        groups = _merged(groups)
        return groups if sum(voxels_in(box) for box, _ in groups) < np.prod(self.shape) else all_in_one

    def _context(self, box: Box) -> Box:
        """A box, and what is around it that decides how its voxels are held: cells and ways to their seeds."""
        there = self._boxes.meeting(box)
        around = (self._most[there][:, None] + self._cells[there, 3:]).max(0)
        return grown(box, (int(around[0]), int(around[1]), int(around[2])), self.shape)

    def _grown_in(self, box: Box, found: Strokes, where: NDArray[np.int64], group: list[int]) -> _Found:
        """What a group of strokes reaches, computed in a box that holds all that matters to it."""
        bordered = tuple(side.stop - side.start + 2 for side in box)
        corner = (box[0].start, box[1].start, box[2].start)
        ids, held, levels = (empty(bordered, kind) for kind in (np.uint16, np.int16, np.uint8))
        forest.enter(as_ids(self.loaded[box]), ids)
        forest.hold(ids, self._seeds(ids, corner), self._holds, held)
        self._levels.means(box, levels)
        flat = ids.reshape(-1), levels.reshape(-1), held.reshape(-1)
        strides = (bordered[2], bordered[1] * bordered[2])
        own = np.flatnonzero(np.isin(found.numbers, group))
        order = own[np.argsort(found.numbers[own], kind="stable")]
        places = self._places(where[order], box, bordered)
        flat[2][places] = forest.NEVER
        firsts = np.flatnonzero(np.diff(found.numbers[order], prepend=-1))
        keys = [np.empty(0, np.uint64)]
        for i, marked in enumerate(np.split(places, firsts[1:])):
            stroke = (i, int(found.homes[group[i]]))
            keys.append(forest.spread(*flat, strides, marked, stroke, self._prices, self._weight, self._highest))
        won, numbers = _cheapest(np.concatenate(keys))
        won, labels = (
            np.append(won, places),
            np.append(found.labels[group][numbers], found.labels[found.numbers[order]]),
        )
        z, y, x = np.unravel_index(won, bordered)
        zyx = (z - 1 + corner[0], y - 1 + corner[1], x - 1 + corner[2])
        return _Found(np.ravel_multi_index(zyx, self.shape).astype(np.int64), labels)

    def _seeds(self, ids: NDArray[np.uint16], corner: tuple[int, int, int]) -> NDArray[np.int64]:
        """Flat places of the seeds in a box with its border."""
        room = np.empty(max(ids.size >> 6, 1024), np.int64)
        count = forest.plant(ids, corner, self._cells, room)
        if count > len(room):
            room = np.empty(count, np.int64)
            forest.plant(ids, corner, self._cells, room)
        return room[:count]

    def _places(self, where: NDArray[np.int64], box: Box, bordered: tuple[int, ...]) -> NDArray[np.int64]:
        """Flat places of voxels of the volume in a box with its border."""
        zyx = np.unravel_index(where, self.shape)
        shifted = [at - side.start + 1 for at, side in zip(zyx, box, strict=True)]
        places: NDArray[np.int64] = (shifted[0] * bordered[1] + shifted[1]) * bordered[2] + shifted[2]
        return places


def _cells(boxes: Boxes, parameters: "Resume") -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """(65536, 6) where cells of each id begin along z, y, x, and their sides; (65536,) with what it holds at most."""
    sides = boxes.sides()
    cells = np.zeros((len(sides), 6), np.int32)
    cells[:, :3] = boxes.table[:, :3]
    cells[:, 3:] = np.clip(np.ceil(parameters.object_spacing * sides), SMALLEST_CELL, LARGEST_CELL)
    wide = 2 * sides.astype(np.int64).prod(1) >= np.prod(boxes.shape)
    wide[0] = True
    cells[wide, :3], cells[wide, 3:] = 0, parameters.spacing
    most = np.maximum(np.minimum(cells[:, 3:], boxes.shape).sum(1) // 2, 1)
    return cells, most.astype(np.int32)


def _cheapest(keys: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each place that strokes reach, rising, and the number of the one that it costs least, of equal ones the first."""
    keys.sort()
    places = (keys >> np.uint64(forest.COST_BITS + forest.STROKE_BITS)).astype(np.int64)
    first = np.diff(places, prepend=-1) != 0
    numbers = (keys[first] & np.uint64((1 << forest.STROKE_BITS) - 1)).astype(np.int64)
    return places[first], numbers


def _corners(spots: NDArray[np.int64]) -> list[list[int]]:
    return [spots.min(0).tolist(), spots.max(0).tolist()]


def _meet(one: Box, other: Box) -> bool:
    """Whether two boxes have a voxel in common, or touch."""
    return all(a.start <= b.stop and b.start <= a.stop for a, b in zip(one, other, strict=True))


def _holds_any(box: Box, spots: NDArray[np.int64]) -> bool:
    first, last = [side.start for side in box], [side.stop for side in box]
    return bool(((spots >= np.array(first) - 1) & (spots <= last)).all(1).any())


def _merged(groups: list[tuple[Box, list[int]]]) -> list[tuple[Box, list[int]]]:
    """Groups whose boxes overlap as one, where the box around both is not larger than the two."""
    merged: list[tuple[Box, list[int]]] = []
    for box, group in sorted(groups, key=lambda one: (one[0][0].start, one[0][1].start, one[0][2].start)):
        while True:
            for i, (other, more) in enumerate(merged):
                around = around_all([box, other])
                if voxels_in(around) <= voxels_in(box) + voxels_in(other):
                    box, group = around, sorted(group + more)
                    del merged[i]
                    break
            else:
                break
        merged.append((box, group))
    return merged
