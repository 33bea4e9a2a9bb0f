"""Features of superpixels and voxels: the parameters, and the door to the engine.

The engine is imported when it is called: a form or a `--help` that only reads parameters does without Numba.
"""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, quiet
from annotat3d_tui.errors import InvalidFile, InvalidMarkers, InvalidParameter, ShapeMismatch
from annotat3d_tui.features.block import Source
from annotat3d_tui.features.plan import evaluations, feature_names
from annotat3d_tui.features.registry import filter_names
from annotat3d_tui.features.table import POOLS, Table
from annotat3d_tui.parameters import Parameters, parameter


@dataclass(frozen=True)
class Features(Parameters):
    """Which filters describe a voxel, at which radii, and how superpixels pool them.

    Filters, radii and pooling are sets: one named twice is refused; radii are sorted.

    >>> Features(radii=(4, 1)).radii
    (1, 4)
    """

    kind = "features"
    filters: tuple[str, ...] = parameter(("none", "fft_gauss"), "filters of the image", choices=filter_names())
    radii: tuple[int, ...] = parameter(
        (1, 2, 4, 8),
        "radii of the windows, each filter at every one (Gaussians: the standard deviation)",
        unit="voxels",
        minimum=1,
        maximum=64,
    )
    dimensions: str = parameter(
        "auto",
        "2: each slice alone; 3: the volume; auto: 3 when slices resemble their neighbours",
        choices=("auto", "2", "3"),
    )
    pooling: tuple[str, ...] = parameter(("mean",), "what a superpixel has of its voxels", choices=POOLS)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("filters", "radii", "pooling"):
            values = getattr(self, name)
            if len(set(values)) < len(values):
                twice = next(value for value in values if values.count(value) > 1)
                raise InvalidParameter(f"{name} of {self.kind} must differ, received {twice} twice: name each once.")
        object.__setattr__(self, "radii", tuple(sorted(self.radii)))

    @property
    def names(self) -> tuple[str, ...]:
        """The features of a voxel, as "<filter> <radius>"."""
        return feature_names(self.filters, self.radii)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the table, as "<filter> <radius> <pool>".

        >>> Features(radii=(1,), pooling=("mean", "maximum")).columns
        ('none mean', 'none maximum', 'fft_gauss 1 mean', 'fft_gauss 1 maximum')
        """
        return tuple(f"{name} {pool}" for name in self.names for pool in self.pooling)

    def settled(self, image: NDArray[Any]) -> Self:
        """The same with the dimensions chosen for `image` (Z, Y, X), where they are left to it."""
        from annotat3d_tui.features.dimensions import choose_dimensions

        if self.dimensions != "auto":
            return self
        return replace(self, dimensions=str(choose_dimensions(image)[0]))

    def __call__(
        self,
        image: NDArray[Any],
        *,
        superpixels: NDArray[np.int32] | None = None,
        marked: NDArray[np.int64] | None = None,
        planes: slice | None = None,
        at: int | None = None,
        after: int = 0,
        threads: int = 1,
        progress: Progress = quiet,
    ) -> Table:
        """The table of features of superpixels and of marked voxels of an image.

        `image` (Z, Y, X) of uint8, uint16, int16, int32, float32 or float64, finite. `superpixels` has ids from 1, of
        the same shape or, when it is known of some planes only, of those from plane `at` on; where these have no ids up
        to `after`, rows are from superpixel `after` + 1 on. `marked` (m, 3) has coordinates z, y, x. For a preview,
        `planes` restricts pooling to these planes; superpixels that they do not cut get NaN. Planes in which nothing is
        asked for are not computed. Beyond its inputs it needs one to three float32 slabs a thread
        (up to 12 planes, 64 MiB each; `hessian` four to six, `structure_tensor` up to nine), for radii from 8 on the
        image on a coarser grid (a few hundredths of its voxels), and 4 bytes for each superpixel and column: the table.

        Raises UnknownType, ShapeMismatch, InvalidFile (ids not above `after`) and InvalidMarkers (outside the image).

        >>> image = np.arange(8.0, dtype=np.float32).reshape(2, 2, 2)
        >>> halves = np.array([[[1, 1], [1, 1]], [[2, 2], [2, 2]]], np.int32)
        >>> Features(("none",), pooling=("mean", "maximum"))(image, superpixels=halves).superpixels.tolist()
        [[1.5, 3.0], [5.5, 7.0]]
        """
        from annotat3d_tui.features.engine import cut, gather, slab_thickness
        from annotat3d_tui.features.gathering import Marks, Regions

        source = Source.of(image)
        shape = source.image.shape
        ids, count = _checked_superpixels(superpixels, shape, at, after)
        coordinates = _checked_marks(marked, shape)
        used = self.settled(source.image)
        begin = at or 0
        first, last, _ = (planes or slice(None)).indices(shape[0])
        if ids is not None:
            first, last = max(first, begin), min(last, begin + len(ids))
        needed = np.zeros(shape[0], np.bool_)
        if ids is not None:
            needed[first:last] = True
        if coordinates is not None:
            needed[coordinates[:, 0]] = True
        blocks = cut(needed, slab_thickness(shape))
        regions = None if ids is None else Regions(
            ids, begin, after, count, (first, last), self.names, self.pooling, blocks
        )  # fmt: skip
        marks = None if coordinates is None else Marks(coordinates, self.names)
        dimensions = int(used.dimensions)
        todo = evaluations(self.filters, self.radii, dimensions)
        gather(source, todo, dimensions, blocks, regions, marks, threads, progress)
        return Table(
            self.columns,
            None if regions is None else regions.columns,
            None if marks is None else np.repeat(marks.values, len(self.pooling), axis=1),
            dimensions,
        )


def _checked_superpixels(
    superpixels: NDArray[np.int32] | None, shape: tuple[int, ...], at: int | None, after: int
) -> tuple[NDArray[np.int32] | None, int]:
    """Superpixels as kernels read them, and how many ids there are from `after` + 1 to the highest."""
    if superpixels is None:
        return None, 0
    planes = shape[0] if at is None else len(superpixels)
    if superpixels.shape != (planes, *shape[1:]) or not 0 <= (at or 0) <= shape[0] - planes:
        raise ShapeMismatch(
            f"The superpixels must have the image's shape {shape}, received {superpixels.shape}: "
            "give superpixels of this image."
        )
    lowest, highest = int(superpixels.min()), int(superpixels.max())
    if lowest <= after:
        raise InvalidFile(
            f"Superpixels must have ids from {after + 1} on, received {lowest}: check them when they are loaded."
        )
    return np.ascontiguousarray(superpixels, dtype=np.int32), highest - after


def _checked_marks(marked: NDArray[np.int64] | None, shape: tuple[int, ...]) -> NDArray[np.int64] | None:
    if marked is None:
        return None
    coordinates = np.asarray(marked, dtype=np.int64).reshape(-1, 3)
    outside = ((coordinates < 0) | (coordinates >= shape)).any(axis=1)
    if outside.any():
        z, y, x = coordinates[outside.argmax()]
        raise InvalidMarkers(
            f"Marked voxels (z, y, x) must lie in the image of shape {shape}, received ({z}, {y}, {x}): "
            "give markers of this image."
        )
    return coordinates
