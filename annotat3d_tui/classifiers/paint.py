"""Labels of superpixels -> label volume."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.allocation import empty
from annotat3d_tui.blocks import Progress, Slab, in_threads, quiet, slabs
from annotat3d_tui.compiled import kernel
from annotat3d_tui.errors import ShapeMismatch

SLAB_VOXELS = 1 << 21


def paint(
    superpixels: NDArray[np.int32],
    label_of_superpixel: NDArray[Any],
    *,
    planes: slice | None = None,
    threads: int = 1,
    progress: Progress = quiet,
) -> NDArray[Any]:
    """The label volume (Z, Y, X) in which each superpixel has its label: uint8, or uint16 for label ids above 255.

    superpixels: (Z, Y, X) int32 ids from 1, 0 becomes label 0. label_of_superpixel: (n,) label ids from 0 to 65535, the
    first is that of superpixel 1. `planes`: paint these only, the others get 0. Raises ShapeMismatch for an id above n.

    >>> paint(np.array([[[1, 2, 2]]], np.int32), np.array([5, 300]))
    array([[[  5, 300, 300]]], dtype=uint16)
    """
    kind = np.uint8 if label_of_superpixel.max(initial=0) <= 255 else np.uint16
    label_of = np.concatenate([np.zeros(1, kind), label_of_superpixel.astype(kind)])
    volume = empty(superpixels.shape, kind)
    first, last, _ = (planes or slice(None)).indices(len(superpixels))
    volume[:first] = 0
    volume[last:] = 0
    thickness = max(1, SLAB_VOXELS // max(1, superpixels[0].size))

    def slab(one: Slab) -> None:
        here = slice(first + one.start, first + one.stop)
        ids = np.ascontiguousarray(superpixels[here], np.int32).reshape(-1)
        highest = _paint(ids.view(np.uint32), label_of, volume[here].reshape(-1))
        if highest >= len(label_of):
            raise ShapeMismatch(
                f"There must be a label for each superpixel, received {len(label_of_superpixel)} labels and the "
                f"superpixel {np.uint32(highest).view(np.int32)}: classify the superpixels of this image."
            )

    in_threads(slab, slabs(last - first, thickness), threads, progress, "paint")
    return volume


@kernel
def _paint(ids: NDArray[np.uint32], label_of: NDArray[Any], labels: NDArray[Any]) -> np.uint32:
    """Paint, and return the highest id, which must be below label_of.size: an id beyond becomes label 0."""
    highest = np.uint32(0)
    for voxel in range(np.uint64(ids.size)):
        one = ids[voxel]
        highest = max(highest, one)
        labels[voxel] = label_of[one if one < label_of.size else np.uint32(0)]
    return highest
