"""Small pieces of labels go to what is around them.

>>> label = np.array([[[1, 1, 1, 2, 1, 1]]], np.uint16)
>>> Islands(smallest=2)(label).size
1
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, count_text, quiet
from annotat3d_tui.labels.boxes import Boxes, grown, ids_of, renamed
from annotat3d_tui.labels.colours import HIGHEST_LABEL
from annotat3d_tui.labels.correcting import in_boxes
from annotat3d_tui.labels.corrections import Correction
from annotat3d_tui.labels.morphology import chosen_ids
from annotat3d_tui.parameters import Parameters, parameter


@dataclass(frozen=True)
class Islands(Parameters):
    """Pieces (by sides) of a label that are too small take the id that most of their sides touch."""

    kind = "islands"
    smallest: int = parameter(100, "pieces of fewer voxels are removed", unit="voxels", minimum=2, maximum=10**9)
    largest_stays: bool = parameter(False, "whether the largest piece of a label stays whatever its size")
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
        """The correction of a label volume (Z, Y, X); ids, kept and what it raises as of `Morphology`."""
        from annotat3d_tui.labels.components import Pieces
        from annotat3d_tui.labels.contacts import contacts

        boxes = Boxes.of(label)
        chosen = chosen_ids(boxes, ids, background, kept)
        box = boxes.around(chosen)
        words = f"remove islands below {count_text(self.smallest, 'voxel')}"
        if box is None:
            return in_boxes(words, label, [])
        box = grown(box, 1, boxes.shape)
        part = ids_of(label[box])
        names = np.zeros(HIGHEST_LABEL + 1, np.uint16)
        names[chosen] = chosen
        pieces = Pieces.of(renamed(part, names), self.dimensions == 2)
        progress(0.6, "pieces")
        small = pieces.sizes < self.smallest
        small[0] = False
        if self.largest_stays:
            order = np.lexsort((-pieces.sizes, pieces.ids))
            small[order[np.diff(pieces.ids[order], prepend=-1) != 0]] = False
        if not small.any():
            return in_boxes(words, label, [])
        numbers, beside, sides = contacts(part, pieces.numbers, small, self.dimensions == 2)
        allowed = ~np.isin(beside, list(kept))
        numbers, beside, sides = numbers[allowed], beside[allowed], sides[allowed]
        after = pieces.ids.copy()
        order = np.lexsort((beside, -sides, numbers))
        first = order[np.diff(numbers[order], prepend=-1) != 0]
        after[numbers[first]] = beside[first]
        lost = small[pieces.numbers]
        part[lost] = after[pieces.numbers[lost]]
        progress(1.0, "islands")
        return in_boxes(words, label, [(box, part)])
