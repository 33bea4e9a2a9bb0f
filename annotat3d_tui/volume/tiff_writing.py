"""Writing a TIFF: the same bytes for the same voxels, with a description that ImageJ reads."""

from collections.abc import Iterable, Iterator
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from annotat3d_tui.blocks import available_threads
from annotat3d_tui.volume.header import Header
from annotat3d_tui.volume.tiff_metadata import description

BIGTIFF_ABOVE = 2**32 - 2**25
_RESOLUTIONS = (1e-6, 4e9)


def write(path: Path, blocks: Iterable[NDArray[Any]], header: Header) -> None:
    """Write the planes one after the other, little-endian: as they are, so that they can be mapped, or by deflate.

    BigTIFF where the voxels are too many for the other. No date is written.
    """
    x, y = 1.0 / header.voxel_size[2], 1.0 / header.voxel_size[1]
    low, high = _RESOLUTIONS
    large = prod(header.shape) * header.dtype.itemsize > BIGTIFF_ABOVE
    with tifffile.TiffWriter(path, bigtiff=large, byteorder="<") as tif:
        tif.write(
            _planes(blocks, header.dtype),
            shape=header.shape,
            dtype=header.dtype,
            photometric="minisblack",
            compression="zlib" if header.compress else None,
            description=description(header.shape[0], header.voxel_size, header.unit),
            metadata=None,
            software="annotat3d",
            resolution=(x, y) if low < x < high and low < y < high else None,
            resolutionunit="NONE",
            maxworkers=available_threads(),
        )


def _planes(blocks: Iterable[NDArray[Any]], dtype: np.dtype[Any]) -> Iterator[NDArray[Any]]:
    for block in blocks:
        yield from np.ascontiguousarray(block, dtype)
