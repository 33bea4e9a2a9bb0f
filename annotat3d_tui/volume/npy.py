"""NumPy's .npy: one array of 2 or 3 dimensions, without Python objects; memory-mapped."""

from collections.abc import Iterable
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidFile, UnknownType
from annotat3d_tui.volume.header import Header
from annotat3d_tui.volume.raw import RawProperties
from annotat3d_tui.volume.source import Mapping, Source
from annotat3d_tui.volume.types import check_stored

_DAMAGED = "is no .npy file, or is damaged or cut short: copy it again or save it anew with numpy.save"


def inspect(path: Path, raw: RawProperties | None) -> Source:
    """What the header says; raises InvalidFile, or UnknownType for objects and records."""
    mapped = _load(path)
    check_stored(mapped.dtype, path.name)
    if mapped.ndim not in (2, 3) or 0 in mapped.shape:
        raise InvalidFile(
            f"{path.name} must hold an array (Z, Y, X) or (Y, X), received the shape {mapped.shape}: save one volume."
        )
    z, y, x = shape = (1, *mapped.shape)[-3:]
    step = mapped.itemsize
    if mapped.flags.c_contiguous:
        mapping = Mapping.of_planes(shape, step, mapped.offset)
    else:
        mapping = Mapping(mapped.offset, (step, z * step, z * y * step))
    return Source(path, "NumPy", (z, y, x), mapped.dtype, mapping=mapping)


def write(path: Path, blocks: Iterable[NDArray[Any]], header: Header) -> None:
    """Write the voxels in C order; a .npy file keeps neither voxel size nor unit and is not compressed."""
    stored = header.dtype.newbyteorder("<")
    with path.open("wb") as file:
        said = {"descr": npy_format.dtype_to_descr(stored), "fortran_order": False, "shape": header.shape}
        npy_format.write_array_header_1_0(file, said)
        for block in blocks:
            file.write(np.ascontiguousarray(block, stored).data)


def _load(path: Path) -> np.memmap[Any, Any]:
    try:
        with np.errstate(over="raise"):  # of a header that claims more bytes than there are numbers
            mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError, OSError, SyntaxError, TypeError, ArithmeticError, TokenError) as error:
        if "Python objects" in str(error):
            raise UnknownType(f"{path.name} must hold numbers, received Python objects: save numbers.") from error
        raise InvalidFile(f"{path.name} {_DAMAGED}.") from error
    if not isinstance(mapped, np.memmap):
        raise InvalidFile(f"{path.name} must hold one array, received an archive (.npz): save one array.")
    return mapped
