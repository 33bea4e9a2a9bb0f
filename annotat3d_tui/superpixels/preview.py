"""A few planes of an image -> the superpixels that the whole image would have there."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, quiet
from annotat3d_tui.superpixels.check import check_superpixels
from annotat3d_tui.superpixels.methods import Method


def preview(
    method: Method, image: NDArray[Any], planes: slice, *, threads: int = 1, progress: Progress = quiet
) -> NDArray[np.int32]:
    """Superpixels (planes, Y, X) of some planes of `image` (Z, Y, X), with ids 1…n in order of the grid.

    They are made from these planes and as many around them as matter, on the grid and the grey scale of the whole
    image. So those grown in each slice alone are exactly those of the whole image, but for their numbers; those
    grown in 3D nearly. A superpixel may be cut off by the first and the last plane.

    >>> from annotat3d_tui.superpixels.waterpixels import Waterpixels
    >>> image = np.zeros((9, 8, 8), np.uint8)
    >>> preview(Waterpixels(spacing=4), image, slice(3, 5)).max(axis=(1, 2)).tolist()
    [4, 8]
    """
    first, last, _ = planes.indices(image.shape[0])
    begin, end = max(first - method.reach, 0), min(last + method.reach, image.shape[0])
    ids = method.of_planes(image, slice(begin, end), threads=threads, progress=progress)
    shown = np.ascontiguousarray(ids[first - begin : last - begin])
    return check_superpixels(shown, shown.shape)
