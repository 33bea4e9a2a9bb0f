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
from annotat3d_tui.labels.boxes import Box, Boxes, grown, ids_of
from annotat3d_tui.labels.correcting import in_box, in_boxes
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
        voxel is changed. Raises InvalidParameter for a label that is not there.
        """
        boxes = Boxes.of(label)
        chosen = chosen_ids(boxes, ids, background, kept)
        named = "all labels" if ids is None else ", ".join(map(str, chosen[:8])) + "…" * (len(chosen) > 8)
        words = f"{self.operation} {named}" + (f" by {self.radius}" if self.operation != "fill" else "")
        if background in kept or not chosen:
            return in_boxes(words, label, [])
        if self.operation == "fill":
            return in_boxes(words, label, self._filled(label, boxes, chosen, background, progress))
        reach = self.radius if self.operation == "dilate" else self.radius + 1 if self.operation == "close" else 1
        reaches = (reach if self.dimensions == 3 else 0, reach, reach)
        box = boxes.around(chosen, reaches)
        assert box is not None
        part = ids_of(label[box])
        new = self._changed(part, chosen, _inside(boxes, chosen, reaches, box), background, progress)
        return in_box(words, label.shape, box, part, new)

    def _changed(
        self,
        part: NDArray[np.uint16],
        chosen: list[int],
        boxes: NDArray[np.int64],
        background: int,
        progress: Progress,
    ) -> NDArray[np.uint16]:
        """The ids of a part (Z, Y, X) afterwards; boxes: (n, 6) of each chosen label and its reach."""
        from annotat3d_tui.labels import bits, morphology_kernels

        around, wanted = rows(self.shape, self.radius, self.dimensions), np.zeros(1 << 16, np.bool_)
        wanted[chosen] = True
        meet = self.operation == "dilate" and len(chosen) > 1
        if meet and self.radius > FEW_STEPS:
            found = np.empty_like(part)
            morphology_kernels.nearest(
                part, wanted, around, self.radius, self.shape == "ball", np.empty(part.shape, np.uint32), found
            )
            return np.where((part == background) & (found > 0), found, part)
        new, ids = part.copy(), np.array(chosen, np.int64)
        number = {"erode": bits.ERODE, "open": bits.OPEN, "dilate": bits.DILATE, "close": bits.CLOSE}[self.operation]
        shortest_first = around[np.argsort(around[:, 2], kind="stable")]
        steps = _by_distance(around) if meet else np.empty((0, 4), np.int64)
        sizes = np.cumsum(np.prod(boxes[:, 3:] - boxes[:, :3], axis=1))
        turns = np.searchsorted(sizes, np.arange(0, int(sizes[-1]), VOXELS_AT_ONCE))
        for first, last in pairwise([*dict.fromkeys(turns.tolist()), len(ids)]):
            some = slice(first, last)
            bits.change(part, new, ids[some], boxes[some], number, shortest_first, background, wanted, steps)
            progress(last / len(ids), self.operation)
        return new

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


def _by_distance(around: NDArray[np.int64]) -> NDArray[np.int64]:
    """(k, 4) all steps z, y, x of a neighbourhood and their squares, nearest first."""
    steps = [(z, y, x, z * z + y * y + x * x) for z, y, far in around.tolist() for x in range(-far, far + 1)]
    return np.array(sorted(steps, key=lambda step: step[3]), np.int64)


def chosen_ids(boxes: Boxes, ids: Collection[int] | None, background: int, kept: Collection[int]) -> list[int]:
    """Labels that a tool works on, rising: all that are there, or those given; never 0, the background or kept ones.

    Raises InvalidParameter for one that is not there.
    """
    for one in ids or ():
        boxes[one]
    wanted = boxes.labels if ids is None else sorted(set(ids))
    return [one for one in wanted if one not in (0, background) and one not in kept]
