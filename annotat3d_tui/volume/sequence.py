"""An image sequence: a plane in each file, PNG, JPEG or TIFF in grey; read a few planes at a time by all threads."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.allocation import empty
from annotat3d_tui.blocks import available_threads, in_threads, slabs
from annotat3d_tui.errors import Annotat3DError, InvalidFile
from annotat3d_tui.volume import tiff
from annotat3d_tui.volume.place import place_of
from annotat3d_tui.volume.raw import RawProperties
from annotat3d_tui.volume.sequence_files import SUFFIXES, planes_of
from annotat3d_tui.volume.sequence_numbers import uneven
from annotat3d_tui.volume.sequence_pictures import header_of, pixels_of
from annotat3d_tui.volume.source import Source, block_planes

PICTURES = ("png", "jpeg")


@dataclass(frozen=True)
class Plane:
    """What the header of a file says: shape (Y, X), type, how it is compressed; voxel size (z, y, x) in `unit`."""

    shape: tuple[int, int]
    dtype: np.dtype[Any]
    compression: str
    voxel_size: tuple[float, float, float] = (1.0, 1.0, 1.0)
    unit: str = "voxel"
    size_note: str = ""


def inspect(path: Path, raw: RawProperties | None) -> Source:
    """What the headers of all files say, read without a voxel.

    Raises MissingFile, or InvalidFile when a file is damaged, in colour, no single plane, or of another size or type
    than the first one.
    """
    files = planes_of(place_of(path).file)
    kind = SUFFIXES.get(files[0].suffix.lower())
    if kind is None:
        raise InvalidFile(
            f"{files[0].name} must be a slice as {', '.join(SUFFIXES)}: give a pattern that fits such files only."
        )
    found: dict[int, Plane | Annotat3DError] = {}

    def look(number: int) -> None:
        try:
            found[number] = _plane_of(files[number], kind)
        except Annotat3DError as error:
            found[number] = error
        except OSError as error:
            found[number] = InvalidFile(
                f"{files[number].name} cannot be read ({error.strerror or error}): see to its disk and permissions."
            )

    in_threads(look, range(len(files)), available_threads())
    first = _agreed(files, [found[number] for number in range(len(files))])
    return Source(
        path,
        f"{kind.upper()} sequence",
        (len(files), *first.shape),
        first.dtype,
        first.voxel_size,
        first.unit,
        first.compression,
        None,
        partial(_decode, files, kind, first),
        scattered="in a file for each plane",
        size_note=first.size_note,
        warnings=tuple(filter(None, [uneven([file.name for file in files])])),
    )


def _plane_of(file: Path, kind: str) -> Plane:
    if file.stat().st_size == 0:
        raise InvalidFile(f"{file.name} is empty (0 bytes): copy it again or save it anew from its source.")
    if kind in PICTURES:
        shape, dtype = header_of(file, kind)
        return Plane(shape, dtype, kind)
    said = tiff.inspect(file, None)
    if said.shape[0] != 1:
        raise InvalidFile(
            f"{file.name} must be one slice of a sequence, received {said.shape[0]} slices: give it by itself."
        )
    return Plane(
        said.shape[1:], said.dtype.newbyteorder("="), said.compression, said.voxel_size, said.unit, said.size_note
    )


def _agreed(files: list[Path], planes: list[Plane | Annotat3DError]) -> Plane:
    """The first plane; raises what was wrong with one, or InvalidFile for one of another size or type."""
    first: Plane | None = None
    for file, plane in zip(files, planes, strict=True):
        if isinstance(plane, Annotat3DError):
            raise plane
        first = first or plane
        if (plane.shape, plane.dtype) != (first.shape, first.dtype):
            raise InvalidFile(
                f"{file.name} must be {_said(first)} as {files[0].name} is, received {_said(plane)}: "
                "take it away, or give a pattern that leaves it out."
            )
    assert first is not None
    return first


def _said(plane: Plane) -> str:
    return f"{plane.shape[1]}×{plane.shape[0]} {plane.dtype.name}"


def _decode(files: list[Path], kind: str, first: Plane, start: int, stop: int) -> Iterator[NDArray[Any]]:
    """Planes `start` to `stop` as consecutive blocks, each decoded by all threads."""
    threads = available_threads()
    shape = (len(files), *first.shape)
    for slab in slabs(stop - start, max(block_planes(shape, first.dtype.itemsize), threads)):
        some = files[start + slab.start : start + slab.stop]
        block = empty((len(some), *first.shape), first.dtype)
        in_threads(partial(_decode_plane, some, kind, block), range(len(some)), threads)
        yield block


def _decode_plane(files: list[Path], kind: str, block: NDArray[Any], index: int) -> None:
    file = files[index]
    found = pixels_of(file, kind) if kind in PICTURES else next(tiff.inspect(file, None).blocks())[0]
    if (found.shape, found.dtype) != (block.shape[1:], block.dtype):
        raise InvalidFile(f"{file.name} has changed since it was opened: open the sequence again.")
    block[index] = found
