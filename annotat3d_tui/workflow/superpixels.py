"""Image -> superpixels."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, quiet, size_text
from annotat3d_tui.errors import InvalidParameter, ShapeMismatch
from annotat3d_tui.mapped.files import reading
from annotat3d_tui.superpixels.methods import Method
from annotat3d_tui.superpixels.preview import preview
from annotat3d_tui.workflow.settings import AutomaticWaterpixels, Pixels, Segmentation


@reading
def make_superpixels(
    image: NDArray[Any], parameters: Segmentation, *, threads: int = 1, progress: Progress = quiet
) -> NDArray[np.int32]:
    """Superpixels (Z, Y, X) int32, ids 1…n, of an image (Z, Y, X).

    Raises InvalidParameter where every voxel is classified by itself.
    """
    method = _maker(image, parameters)
    return method(image, threads=threads, progress=progress)


@reading
def preview_superpixels(
    image: NDArray[Any], parameters: Segmentation, planes: slice, *, threads: int = 1, progress: Progress = quiet
) -> NDArray[np.int32]:
    """Superpixels (planes, Y, X) that some planes of an image (Z, Y, X) would have, ids 1…n.

    Raises InvalidParameter where every voxel is classified by itself.
    """
    return preview(_maker(image, parameters), image, planes, threads=threads, progress=progress)


def _maker(image: NDArray[Any], parameters: Segmentation) -> Method:
    method = parameters.resolved(image).superpixels
    if isinstance(method, Pixels | AutomaticWaterpixels):
        raise InvalidParameter(
            f"The superpixel method must be one that makes them, received {method.kind}: choose one."
        )
    return method


def check_fit(superpixels: NDArray[np.int32], image: NDArray[Any]) -> None:
    """Raises ShapeMismatch unless superpixels have the size of their image."""
    if superpixels.shape != image.shape:
        raise ShapeMismatch(
            f"Superpixels must have the image's size {size_text(image.shape)}, received "
            f"{size_text(superpixels.shape)}: make or load those of this image."
        )
