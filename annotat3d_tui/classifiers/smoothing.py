"""Probabilities smoothed along the edges of the image: the guided filter (He, Sun, Tang 2013, IEEE TPAMI 35, 1397).

In every box the probability of a label is taken for a linear function of the guide, the smoothed grey value, by ridge
regression; a voxel gets the mean of what the boxes that hold it say. Where the guide is flat this is a box mean, at an
edge of the guide it keeps the edge. Structures thinner than a box whose grey value is not their own get lost.
"""

import threading
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, Slab, in_threads, quiet, slabs
from annotat3d_tui.parameters import Parameters, parameter

TILE, TILE_2D = (32, 160, 160), (1, 512, 512)
"""Voxels along each axis that are smoothed at a time in 3 and 2 dimensions, beside their halo."""
LINE = 8192
"""Values of rows of a window that are kept while they are replaced, or more in a long row."""
GUIDE_PLANES, SAMPLED_PLANES = 16, 8
LOWEST, HIGHEST = 0.5, 99.5
"""Percentiles of the smoothed image that are 0 and 1 in the guide."""


@dataclass(frozen=True)
class Smoothing(Parameters):
    """How probabilities are smoothed.

    Mean Dice of four labelled images, four sets of strokes each: 0.795 without, 0.809 once, 0.811 twice; images with
    thin structures lose with the second time.
    """

    kind = "guided_filter"
    radius: int = parameter(4, "radius of the boxes", unit="voxels", minimum=1, maximum=32)
    epsilon: float = parameter(1e-3, "variance of the guide (0 to 1) that is no edge", minimum=1e-8, maximum=1.0)
    times: int = parameter(1, "how often they are smoothed", minimum=1, maximum=8)

    @property
    def reach(self) -> int:
        """Voxels away up to which a probability counts."""
        return 2 * self.radius * self.times


def make_guide(
    image: NDArray[Any],
    dimensions: int,
    out: NDArray[np.float16],
    *,
    planes: slice | None = None,
    threads: int = 1,
    progress: Progress = quiet,
) -> NDArray[np.float16]:
    """The guide of an image (Z, Y, X): Gauss 1 in 2 or 3 dimensions, scaled by percentiles to 0…1 and cut there.

    Written to `out` (Z, Y, X) float16; with `planes`, only these and to their number of planes.
    """
    from annotat3d_tui.features.block import Block, Scratch, Source
    from annotat3d_tui.features.convolution import smooth

    source = Source.of(image)
    own = threading.local()

    def smoothed(first: int, last: int) -> NDArray[np.float32]:
        if not hasattr(own, "scratch"):
            own.scratch = Scratch()
        return smooth(Block(source, first, last, dimensions, own.scratch), 1, "first")

    sampled = np.unique(np.linspace(0, len(image) - 1, min(SAMPLED_PLANES, len(image))).round().astype(int)).tolist()
    low, high = np.percentile(np.concatenate([smoothed(z, z + 1).ravel() for z in sampled]), (LOWEST, HIGHEST))
    scale = np.float32(1 / (high - low) if high > low else 0.0)

    first, last, _ = (planes or slice(None)).indices(len(image))

    def slab(some: Slab) -> None:
        values = smoothed(first + some.start, first + some.stop)
        values -= np.float32(low)
        values *= scale
        out[some.write] = np.clip(values, 0, 1, out=values)

    in_threads(slab, slabs(last - first, GUIDE_PLANES), threads, progress, "smooth")
    return out


def smooth_probabilities(
    probabilities: NDArray[np.floating[Any]],
    guide: NDArray[np.floating[Any]],
    labels: NDArray[np.uint16],
    label: NDArray[Any],
    parameters: Smoothing,
    *,
    dimensions: int,
    planes: slice | None = None,
    out: NDArray[np.floating[Any]] | None = None,
    threads: int = 1,
    progress: Progress = quiet,
) -> None:
    """Write the most probable label id of each voxel, after smoothing, to `label` (Z, Y, X), some planes or all.

    probabilities: (k, Z, Y, X) float16 or float32 of the k `labels`, or (k - 1, Z, Y, X) without the last one, which
    is the rest to 1. guide: (Z, Y, X), see `make_guide`. out: (k, Z, Y, X), gets the smoothed probabilities, of
    sum 1: multiples of 1/4096, so that equal ones stay equal, scaled where they were more than 1 together. Tile by
    tile: beyond these arrays each thread needs 8 float32 values for every voxel of a tile and its halo, at most
    60 MiB for the defaults, and one more for each label.
    """
    depth, height, width = label.shape
    first, last, _ = (planes or slice(None)).indices(depth)
    reach = (parameters.reach if dimensions == 3 else 0, parameters.reach, parameters.reach)
    size = TILE if dimensions == 3 else TILE_2D
    axes = [range(first, last, size[0]), range(0, height, size[1]), range(0, width, size[2])]
    own = threading.local()

    def tile(start: tuple[int, ...]) -> None:
        if not hasattr(own, "scratch"):
            own.scratch = _Scratch()
        stops = [
            min(begin + length, end) for begin, length, end in zip(start, size, (last, height, width), strict=True)
        ]
        read = tuple(
            slice(max(0, begin - halo), min(end, stop + halo))
            for begin, stop, halo, end in zip(start, stops, reach, label.shape, strict=True)
        )
        write = tuple(map(slice, start, stops))
        crop = tuple(
            slice(begin - whole.start, stop - whole.start)
            for begin, stop, whole in zip(start, stops, read, strict=True)
        )
        smoothed = own.scratch.smooth(probabilities, guide, read, len(labels), parameters, dimensions)
        core = smoothed[(slice(None), *crop)]
        label[write] = labels[core.argmax(axis=0)]
        if out is not None:
            out[(slice(None), *write)] = core

    in_threads(tile, product(*axes), threads, progress, "smooth")


class _Scratch:
    """Memory in which one thread smooths tiles."""

    def __init__(self) -> None:
        self._buffers: dict[str, NDArray[np.float32]] = {}

    def _array(self, name: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
        size = int(np.prod(shape))
        if name not in self._buffers or self._buffers[name].size < size:
            self._buffers[name] = np.empty(size, np.float32)
        return self._buffers[name][:size].reshape(shape)

    def smooth(
        self,
        probabilities: NDArray[np.floating[Any]],
        guide: NDArray[np.floating[Any]],
        read: tuple[slice, ...],
        labels: int,
        parameters: Smoothing,
        dimensions: int,
    ) -> NDArray[np.float32]:
        """The probabilities of all labels in the window `read`; right where the whole window is in reach."""
        from annotat3d_tui.classifiers.boxes import box_mean
        from annotat3d_tui.classifiers.guiding import covariance, finish, invert, products, rest

        shape = tuple(one.stop - one.start for one in read)
        light, mean, inverse, second, third = (
            self._array(name, shape) for name in ("guide", "mean", "inverse", "a", "b")
        )
        line = self._array("line", (max(LINE, shape[2]),))
        radii = (parameters.radius if dimensions == 3 else 0, parameters.radius, parameters.radius)
        np.copyto(light, guide[read])
        np.copyto(mean, light)
        np.multiply(light, light, out=inverse)
        box_mean(mean, radii, line)
        box_mean(inverse, radii, line)
        invert(mean, inverse, parameters.epsilon)
        smoothed = self._array("smoothed", (labels, *shape))
        for number in range(labels - 1):
            chance = smoothed[number]
            np.copyto(chance, probabilities[number][read])
            for _ in range(parameters.times):
                products(light, chance, second)
                np.copyto(third, chance)
                box_mean(second, radii, line)
                box_mean(third, radii, line)
                covariance(mean, inverse, second, third)
                box_mean(second, radii, line)
                box_mean(third, radii, line)
                finish(light, second, third, chance)
        rest(smoothed)
        return smoothed
