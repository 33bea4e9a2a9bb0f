"""RAW: voxels without a header; size and type come from the name, or are given.

`<any>_<X>x<Y>x<Z>_<type>.raw`, for example `recon_1024x1024x512_16bit.raw`; the size may also stand
after the type, and the suffix be `.b` or `.bin`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import size_text
from annotat3d_tui.errors import InvalidFile, InvalidParameter
from annotat3d_tui.volume.header import Header
from annotat3d_tui.volume.source import Mapping, Source
from annotat3d_tui.volume.types import STORED_TYPES, meanings, type_named, type_text

_SIZE = re.compile(r"(?<![0-9.x])([0-9]+)x([0-9]+)(?:x([0-9]+))?(?!\.?[0-9])(?!x)", re.IGNORECASE)
_LARGEST_HEADER = 1 << 20


@dataclass(frozen=True)
class RawProperties:
    """What is said of a RAW file; it overrides the name, and None leaves it to the name.

    `shape` is (Z, Y, X), `dtype` a word such as `uint16` or `16bit`, `offset` the bytes before the
    first voxel. Raises InvalidParameter.
    """

    shape: tuple[int, int, int] | None = None
    dtype: str | None = None
    byte_order: str = "little"
    offset: int = 0

    def __post_init__(self) -> None:
        if self.shape is not None and (len(self.shape) != 3 or min(self.shape) < 1):
            received = " ".join(str(length) for length in reversed(self.shape))
            raise InvalidParameter(
                f"--shape must be three lengths X Y Z of at least 1, received {received}: correct it."
            )
        if self.dtype is not None:
            type_named(self.dtype)
        if self.byte_order not in ("little", "big"):
            raise InvalidParameter(f"--byte-order must be little or big, received {self.byte_order}: give one of them.")
        if self.offset < 0:
            raise InvalidParameter(f"--offset must be at least 0 bytes, received {self.offset}: correct it.")


def inspect(path: Path, raw: RawProperties | None) -> Source:
    """What the name and `raw` say of a file; raises InvalidFile when that is not enough or not its length."""
    said = raw or RawProperties()
    shape = said.shape or size_in_name(path.name)
    if shape is None:
        raise InvalidFile(
            f"{path.name} must say its size X×Y×Z, as in name_1024x1024x512_16bit.raw: rename it or give --shape X Y Z."
        )
    dtype = _type_of(path.name, said).newbyteorder("<" if said.byte_order == "little" else ">")
    _check_length(path, shape, dtype, said.offset)
    return Source(path, "RAW", shape, dtype, mapping=Mapping.of_planes(shape, dtype.itemsize, said.offset))


def write(path: Path, blocks: Iterable[NDArray[Any]], header: Header) -> None:
    """Write the voxels, little-endian; a RAW file keeps neither voxel size nor unit and is not compressed."""
    with path.open("wb") as file:
        for block in blocks:
            file.write(np.ascontiguousarray(block, header.dtype.newbyteorder("<")).data)


def check_name(path: Path, shape: tuple[int, int, int], dtype: np.dtype[Any]) -> None:
    """Raises InvalidParameter unless the name of a file to write says its size and type: nothing else would."""
    if size_in_name(path.name) != shape or types_in_name(path.name) != (dtype.name,):
        raise InvalidParameter(
            f"{path.name} must say the size and type that it would hold, {size_text(shape)} {type_text(dtype)}: "
            f"name it {suggested_name(path, shape, dtype)}."
        )


def suggested_name(path: Path, shape: tuple[int, int, int], dtype: np.dtype[Any]) -> str:
    """A name for such a file that says what it holds.

    >>> suggested_name(Path("recon_9x9x9_8bit.raw"), (512, 1024, 1000), np.dtype("uint16"))
    'recon_1000x1024x512_16bit.raw'
    """
    stem = _SIZE.sub("", path.stem)
    words = [word for word in stem.split("_") if word and not meanings(word)]
    size = "x".join(str(length) for length in reversed(shape))
    return "_".join([*words, size, type_text(dtype).replace("-", "")]) + path.suffix


def size_in_name(name: str) -> tuple[int, int, int] | None:
    """The shape (Z, Y, X) that a file name says, None when it says none.

    >>> size_in_name("recon_1000x1024x512_16bit.raw"), size_in_name("slice_200x300_8bit.raw")
    ((512, 1024, 1000), (1, 300, 200))
    """
    found = _SIZE.findall(name)
    if not found:
        return None
    x, y, z = next((one for one in reversed(found) if one[2]), found[-1])
    shape = (int(z or 1), int(y), int(x))
    return shape if min(shape) > 0 else None


def types_in_name(name: str) -> tuple[str, ...]:
    """The voxel types that a file name may mean: the last word that means any.

    >>> types_in_name("recon_8x8x8_16bit.raw"), types_in_name("16bit_8x8x8_32bits.raw"), types_in_name("recon.raw")
    (('uint16',), ('uint32', 'float32'), ())
    """
    words = re.split(r"[-_.\s]+", re.sub("-(?=bit)", "", name))
    return next((meanings(word) for word in reversed(words) if meanings(word)), ())


def _type_of(name: str, said: RawProperties) -> np.dtype[Any]:
    if said.dtype is not None:
        return type_named(said.dtype)
    types = types_in_name(name)
    if len(types) == 1:
        return np.dtype(types[0])
    if types:
        raise InvalidFile(f"{name} may hold {types[0]} or {types[1]}, its name does not say which: give --dtype.")
    raise InvalidFile(
        f"{name} must say its voxel type, as in name_1024x1024x512_16bit.raw: rename it or give --dtype "
        f"({', '.join(STORED_TYPES)})."
    )


def _check_length(path: Path, shape: tuple[int, int, int], dtype: np.dtype[Any], offset: int) -> None:
    holds = path.stat().st_size
    needs = offset + prod(shape) * dtype.itemsize
    if holds == needs:
        return
    header = f" after {offset} bytes of header" if offset else ""
    raise InvalidFile(
        f"{path.name} holds {holds} bytes; {size_text(shape)} {type_text(dtype)}{header} needs {needs}. "
        + _what_fits(holds - offset, shape, dtype)
    )


def _what_fits(room: int, shape: tuple[int, int, int], dtype: np.dtype[Any]) -> str:
    """A sentence that says which type, number of planes or header would make the length right."""
    voxels, plane = prod(shape), shape[1] * shape[2] * dtype.itemsize
    sizes = {1: "8-bit", 2: "16-bit or int16", 4: "int32, uint32 or float32", 8: "float64 or int64"}
    if room > 0 and room % voxels == 0 and room // voxels in sizes:
        return f"It fits {sizes[room // voxels]}."
    excess = room - voxels * dtype.itemsize
    if room > 0 and room % plane == 0:
        return f"It fits {size_text((room // plane, *shape[1:]))}."
    if 0 < excess <= _LARGEST_HEADER:
        return f"It fits a header: give --offset {excess}."
    return "It is cut short, or size and type are others: give --shape X Y Z and --dtype."
