"""Image -> superpixels by SLIC: clusters of voxels alike in intensity and place, each made connected.

The engine is imported when it is called: a form or a `--help` that only reads parameters does without Numba.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, part, quiet
from annotat3d_tui.parameters import Parameters, parameter


@dataclass(frozen=True)
class Slic(Parameters):
    """Superpixels in 3D by simple linear iterative clustering (Achanta et al. 2012).

    Five iterations from a regular grid, on slices that are lightly smoothed, as noise would tear the clusters. A voxel
    is compared with the 27 centres of the cells around its own. Of each superpixel the largest connected piece is kept;
    the rest goes to neighbours of similar intensity.

    >>> ids = Slic(spacing=4)(np.zeros((4, 8, 12), np.uint8))
    >>> ids.shape, ids.dtype, int(ids.max())
    ((4, 8, 12), dtype('int32'), 6)
    """

    kind = "slic"
    spacing: int = parameter(
        7,
        "distance of the centres, so about the side of a superpixel: smaller follows fine structures",
        unit="voxels",
        minimum=2,
        maximum=64,
    )
    compactness: float = parameter(
        0.1,
        "how much intensity, as a share of its range in the image, a distance of one spacing weighs: "
        "lower follows edges, higher is more regular",
        minimum=0,
        maximum=1,
    )

    def __call__(
        self,
        image: NDArray[Any],
        *,
        threads: int = 1,
        progress: Progress = quiet,
        out: NDArray[np.int32] | None = None,
    ) -> NDArray[np.int32]:
        """The superpixel of each voxel of `image` (Z, Y, X): ids 1…n in order of the grid, each 6-connected.

        `out`, when given, is the contiguous int32 array (Z, Y, X) that is filled and returned.
        """
        return self._cluster(image, slice(None), threads, progress, out)

    def of_planes(
        self, image: NDArray[Any], planes: slice, *, threads: int = 1, progress: Progress = quiet
    ) -> NDArray[np.int32]:
        """Superpixels of some planes on the scale and grid of the whole image; ids 1…n."""
        return self._cluster(image, planes, threads, progress, None)

    @property
    def reach(self) -> int:
        """How many planes around a plane matter to its superpixels."""
        return 3 * self.spacing

    def _cluster(
        self, image: NDArray[Any], planes: slice, threads: int, progress: Progress, out: NDArray[np.int32] | None
    ) -> NDArray[np.int32]:
        from annotat3d_tui.superpixels.clustering import cluster
        from annotat3d_tui.superpixels.intensity import intensity
        from annotat3d_tui.superpixels.seeds import nodes_within

        first, last, _ = planes.indices(image.shape[0])
        along_z = nodes_within(image.shape[0], self.spacing, first, last)
        levels = intensity(image, planes, threads=threads, progress=part(progress, 0.0, 0.05))
        return cluster(
            levels, self.spacing, self.compactness, along_z=along_z, threads=threads, progress=progress, out=out
        )
