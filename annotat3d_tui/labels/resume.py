"""Label editing ('segmentation resuming'): markers compete with the label volume that is there for its voxels.

After A. Tavares, P. Miranda, T. Spina, A. Falcão, A supervoxel-based solution to resume segmentation for interactive
correction by differential image-foresting transforms, ISMM 2017 (doi:10.1007/978-3-319-57240-6_9), with the path cost
of IFT-SLIC (Alexandre, Chowdhury, Falcão, Miranda, SIBGRAPI 2015). What is computed exactly, in words:

Seeds. The box around each object is cut into cells, whose sides are `object_spacing` of those of the box, from 2
to 32 voxels; the background (0, and labels whose box is half of the volume or more) has cells of `spacing`. In each
cell the voxel of the label that is nearest to the middle of the cell is a seed. From the seeds of its label a voxel is
held with the number of steps to the nearest one, through voxels of that label; at most half the sum of the three sides
of a cell, and where no seed comes to, with that. A step goes to one of six neighbours.

Markers. Marked voxels of one label that touch (by sides, edges or corners) and lie on one label of the loaded volume
are a stroke. A stroke reaches a voxel by a path, which costs for each step

    1 + 64 · min(|Δ| / compactness, 1) ^ beta + weight · (1 where the voxel lies on another loaded label, else 0)

where Δ is the difference of the voxel's grey value from the mean of the stroke, on a scale on which 255 is the way from
the 1st to the 99th percentile of the image, smoothed over 3×3×3 voxels (weights 1, 2, 1 along each axis). A path goes
on only through voxels that it costs less than the seeds hold them with, never through voxels of another stroke, locked
or hidden ones. Marks of locked or hidden labels count as if they were not there: such a label neither loses nor gains a
voxel, whatever was marked before it was locked.
Each voxel that strokes reach takes the label of the one that it costs least; all others keep theirs.

So without markers nothing changes; a larger weight, or a smaller beta, takes no voxel more by a stroke; and no stroke
changes a voxel that is farther from it, in steps, than that voxel can be held. The original lets weight and
beta act together, (Δ · weight + weight) ^ beta on another label, which no path ever pays at the usual values; and its
seeds compete by grey value, too, so that they do not give back exactly the label volume that was loaded.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, quiet
from annotat3d_tui.errors import InvalidMarkers
from annotat3d_tui.labels.corrections import Correction
from annotat3d_tui.labels.merging import MOST_NAMED
from annotat3d_tui.parameters import Parameters, parameter


@dataclass(frozen=True)
class Resume(Parameters):
    """The label volume as new markers correct it.

    >>> label = np.zeros((1, 9, 9), np.uint8)
    >>> image = np.where(np.indices((9, 9))[1] < 4, 10, 200)[None].astype(np.uint8)
    >>> correction = Resume()(label, image, np.array([28]), np.array([4]))
    >>> sorted(set((correction.where % 9).tolist()))
    [0, 1, 2]
    """

    kind = "resume"
    spacing: int = parameter(
        10, "distance of the seeds of the background: larger lets a marker reach farther there",
        unit="voxels", minimum=2, maximum=64,
    )  # fmt: skip
    compactness: float = parameter(
        128.0, "difference of grey values, of 255, that stops a marker: larger is more regular and loses edges",
        minimum=1, maximum=10000,
    )  # fmt: skip
    beta: float = parameter(
        6.0, "how far a marker reaches beyond what is marked: larger takes a larger area", minimum=0.1, maximum=64
    )
    weight: float = parameter(
        12.0, "what a voxel beyond the border of the loaded labels costs: larger keeps more of them",
        unit="steps", minimum=0, maximum=1000,
    )  # fmt: skip
    object_spacing: float = parameter(
        0.25, "distance of the seeds in an object, as a share of its sides: 0.25 divides it by 4",
        minimum=0.02, maximum=1,
    )  # fmt: skip

    def __call__(
        self,
        label: NDArray[Any],
        image: NDArray[Any],
        where: NDArray[np.int64],
        labels: NDArray[Any],
        *,
        kept: Collection[int] = (),
        progress: Progress = quiet,
    ) -> Correction:
        """What markers change in a label volume.

        label, image: (Z, Y, X), ids 0…65535 and grey values, which are finite. where, labels: (m,) flat indices, each
        once, and ids, 0 for the background. kept: ids that lose and gain no voxel. Raises ShapeMismatch,
        and InvalidMarkers, also where all marks are of kept labels.
        Of many changes to one label volume `Resuming` computes only what is new.
        """
        from annotat3d_tui.labels.resuming import Resuming

        ids = np.unique(labels).tolist()
        if ids and all(one in kept for one in ids):
            named = f"{', '.join(map(str, ids[:MOST_NAMED]))}{', …' * (len(ids) > MOST_NAMED)}"
            raise InvalidMarkers(
                "Marks must be of a label that is neither locked nor hidden to change a label volume, "
                f"received marks of {named} alone: unlock and show it first."
            )
        return Resuming(self, label, image, kept).change(label, where, labels, progress=progress)
