"""Image -> superpixels by waterpixels: gradient, seeds on a grid, compact watershed, connected pieces.

The engine is imported when it is called: a form or a `--help` that only reads parameters does without Numba.
"""

from abc import abstractmethod
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, part, quiet
from annotat3d_tui.parameters import Parameters, parameter

_SPACING = (
    "distance of the seeds, so about the side of a superpixel: larger is faster, "
    "smaller follows fine structures (4 keeps what 7 loses)"
)
_COMPACTNESS = (
    "how regular superpixels are, on a gradient scale of 0…65535; useful values are 100…20000 in powers of ten: "
    "lower follows edges, higher is more regular"
)


class _Watershed(Parameters):
    """What both methods have in common: they differ in whether a slice is on its own."""

    spacing: int
    compactness: float

    def __call__(
        self,
        image: NDArray[Any],
        *,
        threads: int = 1,
        progress: Progress = quiet,
        out: NDArray[np.int32] | None = None,
    ) -> NDArray[np.int32]:
        """The superpixel of each voxel of `image` (Z, Y, X): ids 1…n in order of the grid.

        Each is 6-connected, or 4-connected in its slice. `out`, when given, is the contiguous int32 array (Z, Y, X)
        that is filled and returned; beside it the gradient takes 2 bytes a voxel.
        """
        return self._grow(image, slice(None), threads, progress, out)

    def of_planes(
        self, image: NDArray[Any], planes: slice, *, threads: int = 1, progress: Progress = quiet
    ) -> NDArray[np.int32]:
        """Superpixels of some planes on the scale and grid of the whole image; ids 1…n, holes among them."""
        return self._grow(image, planes, threads, progress, None)

    @property
    @abstractmethod
    def reach(self) -> int:
        """How many planes around a plane matter to its superpixels."""

    @abstractmethod
    def _flat(self, image: NDArray[Any]) -> bool:
        """Whether each slice of an image is on its own."""

    def _grow(
        self, image: NDArray[Any], planes: slice, threads: int, progress: Progress, out: NDArray[np.int32] | None
    ) -> NDArray[np.int32]:
        from annotat3d_tui.superpixels.flood import flood
        from annotat3d_tui.superpixels.gradient import gradient
        from annotat3d_tui.superpixels.mend import mend
        from annotat3d_tui.superpixels.seeds import nodes_within, place_seeds

        flat = self._flat(image)
        first, last, _ = planes.indices(image.shape[0])
        along_z = nodes_within(image.shape[0], 1 if flat else self.spacing, first, last)
        share = partial(part, progress)
        edges = gradient(image, planes, flat=flat, threads=threads, progress=share(0.0, 0.07))
        seeds = place_seeds(
            edges, self.spacing, flat=flat, along_z=along_z, threads=threads, progress=share(0.07, 0.08)
        )
        ids = flood(edges, seeds, self.compactness, flat=flat, threads=threads, progress=share(0.08, 0.85), out=out)
        mend(ids, edges, seeds, flat=flat, threads=threads, progress=share(0.85, 1.0))
        return ids


@dataclass(frozen=True)
class Waterpixels3D(_Watershed):
    """Superpixels in 3D, by a compact watershed of the gradient (Machairas et al. 2015).

    >>> ids = Waterpixels3D(spacing=4)(np.zeros((4, 8, 12), np.uint8))
    >>> ids.shape, ids.dtype, int(ids.max())
    ((4, 8, 12), dtype('int32'), 6)
    """

    kind = "waterpixels3d"
    spacing: int = parameter(7, _SPACING, unit="voxels", minimum=2, maximum=64)
    compactness: float = parameter(10000.0, _COMPACTNESS, minimum=0, maximum=1e6)

    @property
    def reach(self) -> int:
        """How many planes around a plane matter to its superpixels."""
        from annotat3d_tui.superpixels.flood import box_and_halo

        return box_and_halo(self.spacing, self.compactness, False)[1]

    def _flat(self, image: NDArray[Any]) -> bool:
        return len(image) == 1


@dataclass(frozen=True)
class Waterpixels(_Watershed):
    """Superpixels in 2D, each slice alone, by a compact watershed of the gradient (Machairas et al. 2015).

    The gradient of all slices has one scale.
    """

    kind = "waterpixels"
    spacing: int = parameter(7, _SPACING, unit="voxels", minimum=2, maximum=256)
    compactness: float = parameter(10000.0, _COMPACTNESS, minimum=0, maximum=1e6)

    @property
    def reach(self) -> int:
        """How many planes around a plane matter to its superpixels: none."""
        return 0

    def _flat(self, image: NDArray[Any]) -> bool:
        return True
