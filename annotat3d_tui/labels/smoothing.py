"""Smooth borders of labels: each voxel takes the label that is most, by weight, around it.

>>> label = np.zeros((1, 9, 9), np.uint16)
>>> label[0, 2:7, 2:7], label[0, 4, 8] = 3, 3
>>> smooth = Smooth(1.5)(label)
>>> bool((smooth.where == 4 * 9 + 8).any())
True
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, quiet
from annotat3d_tui.labels.boxes import Box, Boxes, around_all, grown, ids_of, joined, within
from annotat3d_tui.labels.correcting import in_boxes
from annotat3d_tui.labels.corrections import Correction
from annotat3d_tui.labels.morphology import check_background, chosen_ids
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

        Labels that are not chosen keep their voxels, and so does the background where it is kept, unless it is for one
        label alone, which is refused.
        """
        boxes = Boxes.of(label)
        chosen = chosen_ids(boxes, ids, background, kept)
        if len(chosen) == 1:
            check_background(background, kept)
        reach = int(np.ceil(REACH * self.radius))
        steps = (reach if self.dimensions == 3 else 0, reach, reach)
        around = [grown(boxes[one], steps, boxes.shape) for one in chosen]

        def parts() -> Iterator[tuple[Box, NDArray[Any]]]:
            done = 0
            for group in joined(around):
                yield self._smoothed(label, {chosen[one]: around[one] for one in group}, background, background in kept)
                done += len(group)
                progress(done / len(chosen), "smooth")

        return in_boxes(f"smooth borders by {self.radius:g}", label, parts())

    def _smoothed(
        self, label: NDArray[Any], near: dict[int, Box], background: int, stays: bool
    ) -> tuple[Box, NDArray[np.uint16]]:
        """The ids in the box around some labels afterwards; near: the box of each and its reach.

        stays: whether the background neither gains nor loses a voxel.
        """
        from scipy.ndimage import gaussian_filter

        reach = int(np.ceil(REACH * self.radius))
        steps = (reach if self.dimensions == 3 else 0, reach, reach)
        sigma = [self.radius if step else 0.0 for step in steps]
        box = around_all(near.values())
        part = ids_of(label[box])
        best, after, own = np.zeros(part.shape, np.float32), part.copy(), np.zeros(part.shape, np.float32)
        rivals = [*near.items(), *([] if stays else [(background, box)])]
        for one, inner in rivals:
            wide = inner if one != background else grown(box, steps, label.shape)
            weights = gaussian_filter((label[wide] == one).astype(np.float32), sigma, truncate=REACH)
            weight, here = weights[within(inner, wide)], within(inner, box)
            mine = part[here] == one
            own[here][mine] = weight[mine]
            better = weight > best[here]
            best[here][better] = weight[better]
            after[here][better] = one
        free = np.isin(part, [one for one, _ in rivals]) & (best > own)
        part[free] = after[free]
        return box, part
