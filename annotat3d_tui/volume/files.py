"""Open and save volumes, the format chosen by suffix."""

import math
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, quiet
from annotat3d_tui.errors import InvalidFile, InvalidParameter
from annotat3d_tui.mapped.files import intact
from annotat3d_tui.volume.converted import Conversions
from annotat3d_tui.volume.description import Description, description_of
from annotat3d_tui.volume.disk import has_zarr
from annotat3d_tui.volume.finite import ValueRange, range_of_blocks, value_range
from annotat3d_tui.volume.formats import format_module, inspect, output_format_of
from annotat3d_tui.volume.header import Header
from annotat3d_tui.volume.place import name_of, place_of
from annotat3d_tui.volume.raw import RawProperties, check_name
from annotat3d_tui.volume.sampling import Sample, sampled
from annotat3d_tui.volume.source import array_blocks
from annotat3d_tui.volume.types import LARGEST_ID, check_image, check_labels, check_stored
from annotat3d_tui.volume.volume import Volume
from annotat3d_tui.volume.writing import (
    check_free_space,
    check_output_folder,
    folder_written_aside,
    started_from,
    written_aside,
)
from annotat3d_tui.volume.writing import check_output as check_output


def open_volume(
    path: Path | str,
    raw: RawProperties | None = None,
    conversions: Conversions | None = None,
    progress: Progress = quiet,
) -> Volume:
    """An image, memory-mapped where possible; `raw` says what the name of a RAW file does not.

    Voxels are uint8, uint16, int16, int32, float32 or float64, in the machine's byte order. What is
    compressed, big-endian or in Fortran order is read whole (`describe` says so beforehand); where it is large and
    `conversions` has room, it is converted there once, which `progress` is told, and mapped.
    Raises MissingFile, InvalidFile, InvalidParameter, UnknownType or OverBudget.
    """
    source = inspect(path, raw)
    check_image(source.dtype, source.name)
    voxels = conversions.voxels(source, progress) if conversions else None
    data = source.voxels() if voxels is None else voxels
    return Volume(data, source.voxel_size, source.unit, source.path, source.warnings)


def open_labels(path: Path | str, raw: RawProperties | None = None) -> Volume:
    """Label ids, markers or superpixels: uint8, uint16 or int32, memory-mapped where possible.

    Any whole-number type is read when its values are from 0 to 2147483647. Raises what
    `open_volume` raises; UnknownType for fractions, InvalidFile for values outside that range.
    """
    source = inspect(path, raw)
    check_labels(source.dtype, source.name)
    ids = _as_ids(source.voxels(), source.name)
    return Volume(ids, source.voxel_size, source.unit, source.path, source.warnings)


def describe(path: Path | str, raw: RawProperties | None = None, conversions: Conversions | None = None) -> Description:
    """What a file holds and what opening it costs, without reading its voxels; raises as `open_volume`.

    conversions: of its workspace, which may have converted some of it, or all.
    """
    return description_of(inspect(path, raw), conversions)


def file_range(path: Path | str, raw: RawProperties | None = None) -> ValueRange:
    """The exact range of values in a file, read block by block even where it cannot be mapped."""
    return range_of_blocks(inspect(path, raw).blocks())


def sample_of(path: Path | str, raw: RawProperties | None = None) -> Sample | None:
    """A look at a few planes of a file, however large it is; see `sampled`."""
    return sampled(inspect(path, raw))


def save_volume(
    path: Path | str,
    data: NDArray[Any],
    *,
    voxel_size: tuple[float, float, float] = (1.0, 1.0, 1.0),
    unit: str = "voxel",
    overwrite: bool = False,
    compress: bool = False,
    labels: bool = False,
) -> Path:
    """Save a volume (Z, Y, X) in the format of the suffix, and return its path.

    Written beside the target and renamed, the same bytes for the same volume. `compress` counts for TIFF and HDF5
    (deflate, without loss); without it the file can be memory-mapped. Voxel size (z, y, x) and unit are kept where the
    format can. `labels`: the voxels are ids. Raises OutputExists, CannotWrite, UnknownType, InvalidFile
    for an unknown suffix, InvalidParameter for a RAW name that says another size or type.
    """
    if data.ndim != 3 or 0 in data.shape:
        raise InvalidParameter(f"A volume to save must be (Z, Y, X), received the shape {data.shape}: give three axes.")
    shape: tuple[int, int, int] = (data.shape[0], data.shape[1], data.shape[2])
    header = Header(shape, data.dtype, voxel_size, unit, compress, labels)
    return save_blocks(path, array_blocks(data), header, overwrite)


def save_labels(
    path: Path | str,
    data: NDArray[Any],
    *,
    voxel_size: tuple[float, float, float] = (1.0, 1.0, 1.0),
    unit: str = "voxel",
    overwrite: bool = False,
) -> Path:
    """Save label ids, markers or superpixels as `save_volume` does, compressed where the format can."""
    check_labels(data.dtype, name_of(path))
    return save_volume(path, data, voxel_size=voxel_size, unit=unit, overwrite=overwrite, compress=True, labels=True)


def save_blocks(path: Path | str, blocks: Iterable[NDArray[Any]], header: Header, overwrite: bool) -> Path:
    """`save_volume` for a volume that comes as consecutive blocks of whole planes; bool is kept as uint8."""
    target, place = Path(path), place_of(path)
    stored = np.dtype(np.uint8) if header.dtype.kind == "b" else header.dtype.newbyteorder("=")
    check_stored(stored, place.name)
    _check_voxel_size(header.voxel_size, header.unit)
    check_volume_output(target, overwrite)
    if output_format_of(target) == "raw":
        check_name(target, header.shape, stored)
    if not header.compress:
        check_free_space(place.file, math.prod(header.shape) * stored.itemsize)
    said = replace(header, dtype=stored, inside=place.inside)
    if output_format_of(target) == "zarr":
        with folder_written_aside(target) as aside, intact():
            format_module(target).write(aside, blocks, said)
        return target
    with written_aside(place.file, overwrite or bool(place.inside)) as aside, intact():
        if place.inside:
            started_from(place.file, aside)
        format_module(target).write(aside, blocks, said)
    return target


def check_volume_output(path: Path | str, overwrite: bool, keep: Iterable[Path | str] = ()) -> None:
    """As `check_output`, and InvalidFile when the suffix is of no format that is written.

    A path in a file that is there, `scan.h5:/label`, is refused only when that path is there.
    """
    place = place_of(path)
    if output_format_of(Path(path)) == "zarr":
        check_output_folder(path, overwrite, [place_of(one).file for one in keep], has_zarr(Path(path)))
        return
    check_output(place.file, overwrite or bool(place.inside), [place_of(one).file for one in keep])
    if place.inside and place.file.exists():
        from annotat3d_tui.volume.hdf5_writing import check_room

        check_room(place, overwrite)


def _as_ids(data: NDArray[Any], name: str) -> NDArray[Any]:
    """Label ids as uint8, uint16 or int32: the same bytes seen anew, but for 8-byte types, which are copied."""
    if data.dtype.name in ("uint8", "uint16"):
        return data
    if data.dtype.kind == "b":
        return data.view(np.uint8)
    low, high, _ = value_range(data)
    if low < 0 or high > LARGEST_ID:
        raise InvalidFile(
            f"{name} must hold label ids from 0 to {LARGEST_ID}, received {low} to {high}: give a label or marker file."
        )
    if data.itemsize == 8:
        ids = data.astype(np.int32)
        ids.flags.writeable = False
        return ids
    return data.view({1: np.uint8, 2: np.uint16, 4: np.int32}[data.itemsize])


def _check_voxel_size(voxel_size: tuple[float, float, float], unit: str) -> None:
    if len(voxel_size) != 3 or not all(length > 0 and math.isfinite(length) for length in voxel_size):
        raise InvalidParameter(f"A voxel size must be three lengths above 0, received {voxel_size}: correct it.")
    if not unit.isprintable():
        raise InvalidParameter(f"A unit must be a word such as µm, received {unit!r}: correct it.")
