"""Smooth borders of labels: each voxel takes the label that is most, by weight, around it.

>>> label = np.zeros((1, 9, 9), np.uint16)
>>> label[0, 2:7, 2:7], label[0, 4, 8] = 3, 3
>>> smooth = Smooth(1.5)(label)
>>> bool((smooth.where == 4 * 9 + 8).any())
True
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, quiet
from annotat3d_tui.labels.boxes import Boxes, ids_of, within
from annotat3d_tui.labels.correcting import in_boxes
from annotat3d_tui.labels.corrections import Correction
from annotat3d_tui.labels.morphology import chosen_ids
from annotat3d_tui.parameters import Parameters, parameter

REACH = 3.0


@dataclass(frozen=True)
class Smooth(Parameters):
    """Labels are weighed against each other and the background by Gaussians; of equal ones the voxel keeps its own."""

    kind = "smooth"
    radius: float = parameter(
        1.5,
        "standard deviation of the Gaussian: larger takes away larger bumps",
        unit="voxels",
        minimum=0.3,
        maximum=64,
    )
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
        """The correction of a label volume (Z, Y, X); ids, kept and what it raises as of `Morphology`.

        Labels that are not chosen keep their voxels, and so does the background where it is kept.
        """
        from scipy.ndimage import gaussian_filter

        boxes = Boxes.of(label)
        chosen = chosen_ids(boxes, ids, background, kept)
        words = f"smooth borders by {self.radius:g}"
        reach = int(np.ceil(REACH * self.radius))
        steps = (reach if self.dimensions == 3 else 0, reach, reach)
        box = boxes.around(chosen, steps)
        if box is None:
            return in_boxes(words, label, [])
        part = ids_of(label[box])
        sigma = [self.radius if step else 0.0 for step in steps]
        rivals = chosen if background in kept else [*chosen, background]
        best, after, own = np.zeros(part.shape, np.float32), part.copy(), np.zeros(part.shape, np.float32)
        for done, one in enumerate(rivals):
            inner = within(boxes.around([one], steps) or box, box) if one != background else whole_of(part)
            weight = gaussian_filter((part[inner] == one).astype(np.float32), sigma, truncate=REACH)
            mine = part[inner] == one
            own[inner][mine] = weight[mine]
            better = weight > best[inner]
            best[inner][better] = weight[better]
            after[inner][better] = one
            progress((done + 1) / len(rivals), "smooth")
        free = np.isin(part, rivals) & (best > own)
        part[free] = after[free]
        return in_boxes(words, label, [(box, part)])


def whole_of(part: NDArray[Any]) -> tuple[slice, slice, slice]:
    """The box of all of it."""
    return slice(0, part.shape[0]), slice(0, part.shape[1]), slice(0, part.shape[2])
