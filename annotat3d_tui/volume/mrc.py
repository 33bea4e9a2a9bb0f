"""MRC by mrcfile: memory-mapped. The package is optional."""

import warnings
from math import isfinite, prod
from pathlib import Path

from annotat3d_tui.errors import InvalidFile
from annotat3d_tui.volume.axes import selection_of
from annotat3d_tui.volume.libraries import library
from annotat3d_tui.volume.raw import RawProperties
from annotat3d_tui.volume.source import Mapping, Source
from annotat3d_tui.volume.types import check_stored

_HEADER = 1024
_DAMAGED = "is no MRC file, or is damaged or cut short: copy it again or save it anew from its source"


def inspect(path: Path, raw: RawProperties | None) -> Source:
    """What the header says, read without a voxel; sizes of voxels are in Å.

    Raises MissingLibrary, InvalidFile, UnknownType.
    """
    mrcfile = library("mrcfile", path.name, "mrc")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with mrcfile.open(path, permissive=True, header_only=True) as mrc:
                header = mrc.header
                dtype = mrcfile.utils.data_dtype_from_header(header)
                lengths = tuple(int(length) for length in mrcfile.utils.data_shape_from_header(header))
                offset = _HEADER + int(header.nsymbt)
                cell = [float(mrc.voxel_size[axis]) for axis in "zyx"]
    except Exception as error:
        raise InvalidFile(f"{path.name} {_DAMAGED}.") from error
    check_stored(dtype, path.name)
    if min(lengths, default=0) < 1 or offset < _HEADER:
        raise InvalidFile(f"{path.name} {_DAMAGED}.")
    shape = selection_of(lengths, "", path.name).shape
    need, holds = offset + prod(shape) * dtype.itemsize, path.stat().st_size
    if need > holds:
        raise InvalidFile(f"{path.name} {_DAMAGED} (it holds {holds} bytes and needs {need}).")
    known = all(size > 0 and isfinite(size) for size in cell)
    voxel_size = (cell[0], cell[1], cell[2]) if known else (1.0, 1.0, 1.0)
    mapping = Mapping.of_planes(shape, dtype.itemsize, offset)
    return Source(path, "MRC", shape, dtype, voxel_size, "Å" if known else "voxel", mapping=mapping)
