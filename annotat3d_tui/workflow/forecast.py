"""How much memory a segmentation will take."""

from typing import Any

from numpy.typing import NDArray

from annotat3d_tui.superpixels.waterpixels import Waterpixels
from annotat3d_tui.workflow.settings import Pixels, Segmentation

BYTES_PER_VOXEL = 9
"""Superpixels 4, their gradient 2, label volume 1 and slabs at work 2; the image itself is mapped from its file."""
BYTES_PER_CELL = 6
"""Of the feature table: its mean, and for a while its sum in double precision."""
BYTES_AT_LEAST = 300_000_000


def memory_needed(image: NDArray[Any], parameters: Segmentation) -> int:
    """Bytes that segmenting an image (Z, Y, X) takes beside the image."""
    used = parameters.resolved(image)
    method = used.superpixels
    if isinstance(method, Pixels):
        return BYTES_AT_LEAST + 3 * image.size
    in_superpixel = method.spacing ** (2 if isinstance(method, Waterpixels) else 3)
    cells = len(used.features.columns) / in_superpixel
    return BYTES_AT_LEAST + int(image.size * (BYTES_PER_VOXEL + BYTES_PER_CELL * cells))
