"""NIfTI by nibabel: `.nii` is memory-mapped, `.nii.gz` is unpacked plane by plane. The package is optional."""

import gzip
import zlib
from collections.abc import Iterator
from functools import partial
from math import isfinite, prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import slabs
from annotat3d_tui.errors import Annotat3DError, InvalidFile
from annotat3d_tui.volume.axes import selection_of
from annotat3d_tui.volume.libraries import library, silent
from annotat3d_tui.volume.raw import RawProperties
from annotat3d_tui.volume.source import Mapping, Source, block_planes
from annotat3d_tui.volume.types import check_stored
from annotat3d_tui.volume.units import plain_unit

_MOST_SHRINKING = 1100
"""Deflate shrinks to no less than 1/1032."""
_DAMAGED = "is no NIfTI file, or is damaged or cut short: copy it again or save it anew from its source"


def inspect(path: Path, raw: RawProperties | None) -> Source:
    """What the header says, read without a voxel; x runs fastest, and the affine is left aside.

    Raises MissingLibrary, InvalidFile, UnknownType.
    """
    nibabel = library("nibabel", path.name, "nifti")
    packed = path.name.lower().endswith(".gz")
    try:
        with silent("nibabel.global"):
            loaded = nibabel.load(path)
        header, voxels = loaded.header, loaded.dataobj
        sizes = [float(size) for size in header.get_zooms()[:3]]
        unit = plain_unit({"unknown": ""}.get(header.get_xyzt_units()[0], header.get_xyzt_units()[0]))
        dtype, offset = header.get_data_dtype().newbyteorder(header.endianness), int(voxels.offset)
        slope, inter = float(voxels.slope), float(voxels.inter)
        lengths = tuple(int(length) for length in reversed(header.get_data_shape()))
    except Exception as error:
        raise InvalidFile(f"{path.name} {_DAMAGED}.") from error
    check_stored(dtype, path.name)
    shape = selection_of(lengths, "", path.name).shape
    need, holds = offset + prod(shape) * dtype.itemsize, path.stat().st_size
    if offset < 0 or need > holds * (_MOST_SHRINKING if packed else 1):
        raise InvalidFile(f"{path.name} {_DAMAGED} (it holds {holds} bytes and needs {need}).")
    scaled = (slope, inter) != (1.0, 0.0)
    known = len(sizes) == 3 and all(size > 0 and isfinite(size) for size in sizes)
    return Source(
        path,
        "NIfTI",
        shape,
        np.dtype(np.float32) if scaled else dtype,
        (sizes[2], sizes[1], sizes[0]) if known else (1.0, 1.0, 1.0),
        unit if known else "voxel",
        "gzip" if packed else "none",
        None if packed or scaled else Mapping.of_planes(shape, dtype.itemsize, offset),
        partial(_decode, path, shape, dtype, offset, (slope, inter) if scaled else None),
        scattered="scaled by a factor" if scaled else "",
        is_stream=packed,
    )


def _decode(
    path: Path,
    shape: tuple[int, int, int],
    dtype: np.dtype[Any],
    offset: int,
    scale: tuple[float, float] | None,
    start: int,
    stop: int,
) -> Iterator[NDArray[Any]]:
    """Planes `start` to `stop` as consecutive blocks."""
    plane = shape[1] * shape[2] * dtype.itemsize
    try:
        with gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb") as file:
            file.seek(offset + start * plane)
            for slab in slabs(stop - start, block_planes(shape, dtype.itemsize)):
                wanted = (slab.stop - slab.start) * plane
                content = file.read(wanted)
                if len(content) < wanted:
                    raise EOFError
                block = np.frombuffer(content, dtype).reshape(-1, *shape[1:])
                if scale:
                    with np.errstate(over="ignore"):  # what is too large becomes infinite, as in any image
                        block = (block.astype(np.float64) * scale[0] + scale[1]).astype(np.float32)
                yield block.astype(block.dtype.newbyteorder("="), copy=False)
            if stop == shape[0]:
                file.read(1)  # past the last voxel the checksum is looked at
    except Annotat3DError:
        raise
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InvalidFile(f"{path.name} {_DAMAGED}.") from error
