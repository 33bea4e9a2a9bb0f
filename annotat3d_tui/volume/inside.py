"""Which volumes a file or folder holds that may hold several: datasets of HDF5, images of Zarr."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from annotat3d_tui.blocks import size_text
from annotat3d_tui.volume.disk import is_zarr
from annotat3d_tui.volume.place import HDF5, place_of, suffix_of

MOST_LISTED = 500


@dataclass(frozen=True)
class Inside:
    """A volume in a file: the path that opens it, where in the file it is, and its size and type in words."""

    path: str
    name: str
    facts: str


def may_hold_several(path: Path | str) -> bool:
    """Whether a file is of a format that may hold several volumes, and none of them is said."""
    place = place_of(path)
    return not place.inside and (is_zarr(place.file) or (suffix_of(place.file) in HDF5 and place.file.is_file()))


def volumes_inside(path: Path | str) -> list[Inside]:
    """The volumes in a file, those of one plane only where there are no others; one at most is told of other formats.

    Raises InvalidFile for what is damaged.
    """
    file = place_of(path).file
    if is_zarr(file):
        return list(_of_zarr(file))[:MOST_LISTED]
    return _of_hdf5(file)[:MOST_LISTED] if suffix_of(file) in HDF5 and file.is_file() else []


def _of_hdf5(file: Path) -> list[Inside]:
    from annotat3d_tui.volume.hdf5_file import opened, volumes_in

    with opened(file) as content:
        found = volumes_in(content) or volumes_in(content, planes=True)
        return [
            Inside(f"{file}:{name}", name, f"{size_text(one.shape)} {one.dtype.name}") for name, one in found.items()
        ]


def _of_zarr(folder: Path) -> Iterator[Inside]:
    from annotat3d_tui.volume.zarr_images import images_in
    from annotat3d_tui.volume.zarr_metadata import array_of, node_of

    images = images_in(folder)
    for image in images:
        array = array_of(image.folder, node_of(image.folder), folder.name)
        group = image.folder.parent if image.sizes and image.folder != folder else image.folder
        inside = "/".join(group.relative_to(folder).parts)
        path = f"{folder}:/{inside}" if inside and len(images) > 1 else str(folder)
        yield Inside(path, f"/{inside}", f"{size_text(array.shape)} {array.dtype.name}")
