"""HDF5: a dataset in a file, memory-mapped where it lies there as it is, else read by rows of chunks.

Which dataset is said behind the file, `scan.h5:/entry/data`, unless there is one volume only.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import h5py
from numpy.typing import NDArray

from annotat3d_tui.allocation import empty
from annotat3d_tui.blocks import size_text, slabs
from annotat3d_tui.errors import InvalidFile
from annotat3d_tui.volume.axes import Selection, selection_of
from annotat3d_tui.volume.hdf5_axes import axis_keys
from annotat3d_tui.volume.hdf5_file import chosen, opened
from annotat3d_tui.volume.hdf5_filters import check_filters, compression_of
from annotat3d_tui.volume.hdf5_metadata import read_voxel_size
from annotat3d_tui.volume.hdf5_writing import write as write
from annotat3d_tui.volume.place import place_of
from annotat3d_tui.volume.raw import RawProperties
from annotat3d_tui.volume.source import Mapping, Source, array_blocks, block_planes
from annotat3d_tui.volume.types import check_stored


def inspect(path: Path, raw: RawProperties | None) -> Source:
    """What the headers say, read without a voxel.

    Raises MissingFile for a dataset that is not there, InvalidFile for what is no HDF5, is damaged, or holds several
    volumes or none; UnknownType for voxels that are no plain numbers, MissingLibrary for an unusual compression.
    """
    place = place_of(path)
    with opened(place.file) as file:
        name, dataset = chosen(file, place)
        check_stored(dataset.dtype, place.name)
        selection = selection_of(dataset.shape or (), axis_keys(dataset), place.name)
        shape = selection.shape
        said = read_voxel_size(dataset, selection)
        check_filters(dataset, place.name)
        return Source(
            path,
            "HDF5",
            shape,
            dataset.dtype,
            said.lengths,
            said.unit,
            compression_of(dataset),
            _mapping(dataset, shape, place.file),
            partial(_decode, place.file, name, selection),
            selection.along(dataset.chunks) if dataset.chunks else None,
            size_note=said.note,
        )


def _mapping(dataset: h5py.Dataset, shape: tuple[int, int, int], path: Path) -> Mapping | None:
    """Where the voxels lie in this file, when they lie as they are."""
    offset = dataset.id.get_offset()
    if offset is None or dataset.chunks or dataset.external or dataset.is_virtual or dataset.file.filename != str(path):
        return None
    mapping = Mapping.of_planes(shape, dataset.dtype.itemsize, offset)
    if offset + shape[0] * mapping.strides[0] > path.stat().st_size:
        raise InvalidFile(
            f"{path.name} is damaged or cut short ({dataset.name} of {size_text(shape)} ends beyond the file): "
            "copy it again or save it anew from its source."
        )
    return mapping


def _decode(path: Path, name: str, selection: Selection, start: int, stop: int) -> Iterator[NDArray[Any]]:
    """Planes `start` to `stop` as consecutive blocks, each chunk read once; a large row of them lies in a file."""
    with opened(path) as file:
        dataset = file[name]
        dtype = dataset.dtype.newbyteorder("=")
        shape = selection.shape
        rows = selection.along(dataset.chunks)[0] if dataset.chunks else 1
        thickness = max(block_planes(shape, dtype.itemsize) // rows, 1) * rows
        first = start - start % thickness
        for slab in slabs(stop - first, thickness):
            low, high = max(first + slab.start, start), first + slab.stop
            block = empty((high - low, *shape[1:]), dtype)
            dataset.read_direct(block, selection.planes(low, high))
            yield from array_blocks(block)
