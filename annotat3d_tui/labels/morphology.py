"""Morphology of labels: erode, dilate, open, close, fill holes; each label by itself, and none takes from another.

What an object loses becomes background, and what it gains it takes from the background alone. Where two objects grow
to one voxel, the nearer one gets it, of equally near ones the lower id; closing and filling give it to the lower id.
Beyond the border of the image an object goes on as it is there: it does not shrink from it.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, quiet
from annotat3d_tui.labels.boxes import Box, Boxes, grown, ids_of
from annotat3d_tui.labels.correcting import in_boxes
from annotat3d_tui.labels.corrections import Correction
from annotat3d_tui.labels.structure import LARGEST, SHAPES, rows
from annotat3d_tui.parameters import Parameters, parameter

OPERATIONS = ("erode", "dilate", "open", "close", "fill")


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
        return in_boxes(words, label, self._parts(label, boxes, chosen, background, progress))

    def _parts(
        self, label: NDArray[Any], boxes: Boxes, chosen: list[int], background: int, progress: Progress
    ) -> Iterator[tuple[Box, NDArray[np.uint16]]]:
        """Boxes, and the ids in them afterwards: of all labels at once where they grow, else one by one."""
        reach = (self.radius if self.dimensions == 3 else 0, self.radius, self.radius)
        if self.operation == "dilate":
            box = boxes.around(chosen, reach)
            assert box is not None
            yield box, self._dilated(ids_of(label[box]), chosen, background)
            return
        beyond = [step + 1 if self.operation == "close" else 1 for step in reach]  # so that what is not it is seen, too
        for done, one in enumerate(chosen):
            box = grown(boxes[one], (beyond[0], beyond[1], beyond[2]), boxes.shape)
            part = ids_of(label[box])
            after = self._one(part, one)
            part[(part == one) & ~after] = background
            if self.operation in ("close", "fill"):
                part[after & (part == background)] = one
            yield box, part
            progress((done + 1) / len(chosen), self.operation)

    def _dilated(self, part: NDArray[np.uint16], chosen: list[int], background: int) -> NDArray[np.uint16]:
        from annotat3d_tui.labels.morphology_kernels import nearest

        wanted = np.zeros(1 << 16, np.bool_)
        wanted[chosen] = True
        found, around = np.empty_like(part), rows(self.shape, self.radius, self.dimensions)
        nearest(part, wanted, around, self.radius, self.shape == "ball", np.empty(part.shape, np.uint32), found)
        gained = (part == background) & (found > 0)
        part[gained] = found[gained]
        return part

    def _one(self, part: NDArray[np.uint16], id: int) -> NDArray[np.bool_]:
        """Where a label is afterwards, as far as it may."""
        from annotat3d_tui.labels import morphology_kernels as kernels

        if self.operation == "fill":
            bordered = np.zeros([side + 2 for side in part.shape], np.uint8)
            kernels.equal(part, id, bordered[1:-1, 1:-1, 1:-1])
            kernels.enclose(bordered, self.dimensions == 2)
            inside: NDArray[np.bool_] = bordered[1:-1, 1:-1, 1:-1] != 2
            return inside
        mask = np.empty(part.shape, np.uint8)
        kernels.equal(part, id, mask)
        around = rows(self.shape, self.radius, self.dimensions)
        gaps, other = np.empty_like(mask), np.empty_like(mask)
        if self.operation in ("erode", "open"):
            kernels.shrink(mask, 1, around, gaps, other)
            if self.operation == "erode":
                return other.view(np.bool_)
            kernels.shrink(other, 0, around, gaps, mask)
            kernels.turn(mask)
            return mask.view(np.bool_)
        kernels.shrink(mask, 0, around, gaps, other)
        kernels.turn(other)
        kernels.shrink(other, 1, around, gaps, mask)
        return mask.view(np.bool_)


def chosen_ids(boxes: Boxes, ids: Collection[int] | None, background: int, kept: Collection[int]) -> list[int]:
    """Labels that a tool works on, rising: all that are there, or those given; never 0, the background or kept ones.

    Raises InvalidParameter for one that is not there.
    """
    for one in ids or ():
        boxes[one]
    wanted = boxes.labels if ids is None else sorted(set(ids))
    return [one for one in wanted if one not in (0, background) and one not in kept]
