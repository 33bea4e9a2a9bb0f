"""Morphology of labels: erode, dilate, open, close, fill holes; each label by itself, and none takes from another.

What an object loses becomes background, and what it gains it takes from the background alone. Where two objects grow
to one voxel, the nearer one gets it, of equally near ones the lower id; closing and filling give it to the lower id.
Beyond the border of the image an object goes on as it is there: it does not shrink from it.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, quiet
from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.labels.boxes import Box, Boxes, grown, ids_of, plain_ids
from annotat3d_tui.labels.correcting import flagged, in_box, in_boxes
from annotat3d_tui.labels.corrections import Correction
from annotat3d_tui.labels.structure import LARGEST, SHAPES, rows
from annotat3d_tui.parameters import Parameters, parameter

OPERATIONS = ("erode", "dilate", "open", "close", "fill")
FEW_STEPS = 8
"""Up to this radius labels that meet are told apart voxel by voxel, beyond it all at once."""
VOXELS_AT_ONCE = 1 << 24
"""Voxels of boxes after which progress is told."""


@dataclass(frozen=True)
class Morphology(Parameters):
    """An operation on labels of a label volume.

    >>> label = np.zeros((1, 5, 7), np.uint16)
    >>> label[0, 2, 3] = 4
    >>> Morphology("dilate", radius=1, dimensions=2)(label).size
    4
    """

    kind = "morphology"
    operation: str = parameter("dilate", "what is done to each label", choices=OPERATIONS)
    radius: int = parameter(1, "how far the neighbourhood reaches", unit="voxels", minimum=1, maximum=LARGEST)
    shape: str = parameter("ball", "the neighbourhood", choices=SHAPES)
    dimensions: int = parameter(3, "2: each slice by itself; 3: in the volume", choices=(2, 3))

    def __call__(
        self,
        label: NDArray[Any],
        ids: Collection[int] | None = None,
        *,
        background: int = 0,
        kept: Collection[int] = (),
        progress: Progress = quiet,
    ) -> Correction:
        """The correction of a label volume (Z, Y, X).

        ids: labels that it is done to; all but the background and 0 where they are not given. kept: ids of which no
        voxel is changed. Raises InvalidParameter for a label that is not there, and where the background is kept, or
        all of the labels that it is for.
        """
        boxes = Boxes.of(label)
        chosen = chosen_ids(boxes, ids, background, kept)
        named = "all labels" if ids is None else ", ".join(map(str, chosen[:8])) + "…" * (len(chosen) > 8)
        words = f"{self.operation} {named}" + (f" by {self.radius}" if self.operation != "fill" else "")
        check_background(background, kept)
        if not chosen:
            return in_boxes(words, label, [])
        if self.operation == "fill":
            return in_boxes(words, label, self._filled(label, boxes, chosen, background, progress))
        reach = self.radius if self.operation == "dilate" else self.radius + 1 if self.operation == "close" else 1
        reaches = (reach if self.dimensions == 3 else 0, reach, reach)
        box = boxes.around(chosen, reaches)
        assert box is not None
        if self.operation == "dilate" and len(chosen) > 1 and self.radius > FEW_STEPS:
            own = ids_of(label[box])
            return in_box(words, label.shape, box, own, self._nearest(own, chosen, background))
        part, inside = plain_ids(label[box]), _inside(boxes, chosen, reaches, box)
        if self.operation in ("erode", "open"):
            flags = self._lost(part, chosen, inside, progress)
            return flagged(words, label.shape, box, flags, part, after=background)
        flags, new = self._gained(part, chosen, inside, background, progress)
        if len(chosen) == 1:
            return flagged(words, label.shape, box, flags, part, after=chosen[0])
        return flagged(words, label.shape, box, flags, new, before=background)

    def _lost(
        self, part: NDArray[np.uint16], chosen: list[int], boxes: NDArray[np.int64], progress: Progress
    ) -> NDArray[np.uint64]:
        """Flags (Z, Y, words) of what labels of a part lose; boxes: (n, 6) of each chosen label and its reach."""
        from annotat3d_tui.labels import bits
        from annotat3d_tui.labels.box_kernels import no_flags

        flags, (ids, boxes) = no_flags(part.shape), _by_plane(chosen, boxes)
        operation = bits.OPEN if self.operation == "open" else bits.ERODE
        for some in _turns(boxes):
            bits.lose(part, ids[some], boxes[some], operation, self._rows(), flags)
            progress(some.stop / len(ids), self.operation)
        return flags

    def _gained(
        self,
        part: NDArray[np.uint16],
        chosen: list[int],
        boxes: NDArray[np.int64],
        background: int,
        progress: Progress,
    ) -> tuple[NDArray[np.uint64], NDArray[np.uint16]]:
        """Flags (Z, Y, words) of what labels of a part gain, and which does there (Z, Y, X) if they are several."""
        from annotat3d_tui.labels import bits
        from annotat3d_tui.labels.box_kernels import no_flags

        flags, free = no_flags(part.shape), no_flags(part.shape)
        new = np.empty(part.shape if len(chosen) > 1 else (0, 0, 0), np.uint16)  # what is not written takes no memory
        ids, boxes = _by_plane(chosen, boxes)
        bits.background_flags(part, background, free)
        around = self._rows()
        operation = bits.CLOSE if self.operation == "close" else bits.DILATE
        meet = operation == bits.DILATE and len(chosen) > 1
        steps = _by_distance(around) if meet else np.empty((0, 4), np.int64)
        for some in _turns(boxes):
            bits.gain(part, ids[some], boxes[some], operation, around, free, steps, flags, new)
            progress(some.stop / len(ids), self.operation)
        return flags, new

    def _nearest(self, part: NDArray[np.uint16], chosen: list[int], background: int) -> NDArray[np.uint16]:
        """The ids of a part (Z, Y, X) when labels are dilated so far that most of them meet."""
        from annotat3d_tui.labels import morphology_kernels

        wanted, found, keys = np.zeros(1 << 16, np.bool_), np.empty_like(part), np.empty(part.shape, np.uint32)
        wanted[chosen] = True
        morphology_kernels.nearest(part, wanted, self._rows(), self.radius, self.shape == "ball", keys, found)
        return np.where((part == background) & (found > 0), found, part)

    def _rows(self) -> NDArray[np.int64]:
        """The neighbourhood as rows, shortest first."""
        around = rows(self.shape, self.radius, self.dimensions)
        return around[np.argsort(around[:, 2], kind="stable")]

    def _filled(
        self, label: NDArray[Any], boxes: Boxes, chosen: list[int], background: int, progress: Progress
    ) -> Iterator[tuple[Box, NDArray[np.uint16]]]:
        """Boxes, and the ids in them with the holes of each label filled; the highest label first, the lowest wins."""
        from annotat3d_tui.labels import morphology_kernels

        for done, one in enumerate(reversed(chosen)):
            box = grown(boxes[one], 1, boxes.shape)
            part = ids_of(label[box])
            bordered = np.zeros([side + 2 for side in part.shape], np.uint8)
            morphology_kernels.equal(part, one, bordered[1:-1, 1:-1, 1:-1])
            morphology_kernels.enclose(bordered, self.dimensions == 2)
            part[(bordered[1:-1, 1:-1, 1:-1] != 2) & (part == background)] = one
            yield box, part
            progress((done + 1) / len(chosen), self.operation)


def _inside(boxes: Boxes, chosen: list[int], reach: tuple[int, int, int], box: Box) -> NDArray[np.int64]:
    """(n, 6) boxes of labels, grown by their reach as far as the volume goes, as they lie inside another box."""
    table, steps = boxes.table[chosen].astype(np.int64), np.array(reach)
    corner = np.array([side.start for side in box])
    first, last = np.maximum(table[:, :3] - steps, 0), np.minimum(table[:, 3:] + steps, boxes.shape)
    return np.concatenate([first - corner, last - corner], axis=1)


def _by_plane(chosen: list[int], boxes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Labels and their boxes (n, 6) in the order in which the boxes begin: those done together are near."""
    order = np.argsort(boxes[:, 0], kind="stable")
    return np.array(chosen, np.int64)[order], boxes[order]


def _turns(boxes: NDArray[np.int64]) -> Iterator[slice]:
    """Labels, by their boxes (n, 6), that are done between two reports of progress."""
    sizes = np.cumsum(np.prod(boxes[:, 3:] - boxes[:, :3], axis=1))
    turns = np.searchsorted(sizes, np.arange(0, int(sizes[-1]), VOXELS_AT_ONCE))
    for first, last in pairwise([*dict.fromkeys(turns.tolist()), len(boxes)]):
        yield slice(first, last)


def _by_distance(around: NDArray[np.int64]) -> NDArray[np.int64]:
    """(k, 4) all steps z, y, x of a neighbourhood and their squares, nearest first."""
    steps = [(z, y, x, z * z + y * y + x * x) for z, y, far in around.tolist() for x in range(-far, far + 1)]
    return np.array(sorted(steps, key=lambda step: step[3]), np.int64)


def chosen_ids(boxes: Boxes, ids: Collection[int] | None, background: int, kept: Collection[int]) -> list[int]:
    """Labels that a tool works on, rising: all that are there, or those given; never 0, the background or kept ones.

    Raises InvalidParameter for one that is not there, and where there are labels of which none may be changed.
    """
    for one in ids or ():
        boxes[one]
    wanted = boxes.labels if ids is None else sorted(set(ids))
    objects = [one for one in wanted if one not in (0, background)]
    free = [one for one in objects if one not in kept]
    if ids and not objects:
        raise InvalidParameter(
            f"The label to work on must be that of an object, received {wanted[-1]}, which is what is around them: "
            "choose another."
        )
    if objects and not free:
        named = f"Label {objects[0]} is" if len(objects) == 1 else f"All {len(objects)} labels are"
        them = "it" if len(objects) == 1 else "one"
        raise InvalidParameter(f"{named} locked or hidden and cannot be changed: unlock and show {them} first.")
    return free


def check_background(background: int, kept: Collection[int]) -> None:
    """Raises InvalidParameter where the background may not be changed, by a tool that can do nothing without it."""
    if background in kept:
        raise InvalidParameter(
            f"Label {background}, which is what is around objects, is locked or hidden, and so nothing can grow or "
            "shrink: unlock and show it first."
        )
