"""Zarr: an array in a folder of chunks, plain or as OME-Zarr (0.4 and 0.5, the image at full resolution)."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from annotat3d_tui.allocation import empty
from annotat3d_tui.blocks import slabs
from annotat3d_tui.errors import InvalidFile, MissingFile
from annotat3d_tui.volume.axes import Selection, selection_of
from annotat3d_tui.volume.place import Place, place_of
from annotat3d_tui.volume.raw import RawProperties
from annotat3d_tui.volume.source import Source, array_blocks, block_planes
from annotat3d_tui.volume.types import check_stored
from annotat3d_tui.volume.voxel_size import UNKNOWN, VoxelSize, voxel_size
from annotat3d_tui.volume.zarr_chunks import read_planes, written_in
from annotat3d_tui.volume.zarr_images import ZarrImage, images_in
from annotat3d_tui.volume.zarr_metadata import ZarrArray, array_of, is_array, node_of
from annotat3d_tui.volume.zarr_writing import write as write

MOST_NAMED = 6


def inspect(path: Path, raw: RawProperties | None) -> Source:
    """What the metadata say, read without a voxel.

    Raises InvalidFile for what is damaged, or holds several images or none; UnknownType for other voxels than numbers.
    """
    place = place_of(path)
    folder = place.file / place.inside.strip("/")
    if not folder.is_dir():
        raise MissingFile(f"{place.file.name} has no {place.inside}: {_remedy(place, images_in(place.file))}.")
    image = _only_image(folder, place)
    node = node_of(image.folder)
    if not is_array(node):
        raise InvalidFile(f"{place.name} is damaged (there is no array {image.folder.name}): copy it again.")
    array = array_of(image.folder, node, place.name)
    check_stored(array.dtype, place.name)
    keys = image.keys if len(image.keys) == len(array.shape) else ""
    selection = selection_of(array.shape, keys, place.name)
    said = _voxel_size(image, selection)
    kind = "OME-Zarr" if image.sizes else "Zarr"
    return Source(
        path,
        f"{kind} (format {array.version})",
        selection.shape,
        array.chain.dtype,
        said.lengths,
        said.unit,
        array.chain.compression,
        None,
        partial(_decode, array, selection),
        selection.along(array.unit),
        size_note=said.note,
    )


def _only_image(folder: Path, place: Place) -> ZarrImage:
    images = images_in(folder)
    if len(images) != 1:
        many = f"{len(images)} images" if images else "none"
        raise InvalidFile(f"{place.name} must hold one Zarr image, received {many}: {_remedy(place, images)}.")
    return images[0]


def _remedy(place: Place, images: list[ZarrImage]) -> str:
    if not images:
        return "give a folder with .zarray or zarr.json"
    said = [str(image.folder) for image in images[:MOST_NAMED]]
    if len(images) > MOST_NAMED:
        said.append(f"one of {len(images) - MOST_NAMED} more")
    return "give " + " or ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)


def _voxel_size(image: ZarrImage, selection: Selection) -> VoxelSize:
    """In one unit; an axis of which none is said has that of x, or that of z or y where x has none."""
    if len(image.sizes) != len(selection.lengths):
        return UNKNOWN
    said = ["voxel" if axis is None else image.units[axis] for axis in selection.axes]
    known = next((unit for unit in reversed(said) if unit != "voxel"), "voxel")
    units = [known if unit == "voxel" else unit for unit in said]
    axes = zip("zyx", said, selection.axes, strict=True)
    assumed = "".join(letter for letter, unit, axis in axes if axis is not None and unit == "voxel" != known)
    return voxel_size(selection.sizes([*image.sizes]), units, units_assumed=assumed)


def _decode(array: ZarrArray, selection: Selection, start: int, stop: int) -> Iterator[NDArray[Any]]:
    """Planes `start` to `stop` as consecutive blocks, each chunk read once; a large row of them lies in a file."""
    dtype = array.dtype.newbyteorder("=")
    shape = selection.shape
    rows = selection.along(array.unit)[0]
    thickness = max(block_planes(shape, dtype.itemsize) // rows, 1) * rows
    first = start - start % thickness
    written = written_in(array, selection)
    for slab in slabs(stop - first, thickness):
        low, high = max(first + slab.start, start), first + slab.stop
        block = empty((high - low, *shape[1:]), dtype)
        read_planes(array, selection, low, high, block, written)
        yield from array_blocks(block)
