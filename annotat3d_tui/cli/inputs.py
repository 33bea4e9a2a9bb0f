"""Flags that say what a RAW file holds, and how inputs are opened."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import size_text
from annotat3d_tui.cli.converting import conversion_line
from annotat3d_tui.cli.output import progress_line
from annotat3d_tui.errors import InvalidParameter, ShapeMismatch
from annotat3d_tui.volume.converted import Conversions
from annotat3d_tui.volume.files import open_labels, open_volume
from annotat3d_tui.volume.finite import finite
from annotat3d_tui.volume.formats import format_of
from annotat3d_tui.volume.raw import RawProperties
from annotat3d_tui.volume.volume import Volume
from annotat3d_tui.workspace import volumes_of


def add_raw_flags(parser: argparse.ArgumentParser, dtype_flag: str = "--dtype", offset: bool = True) -> None:
    """`--shape X Y Z`, the voxel type, `--byte-order` and `--offset` of a RAW image, unless a command has its own."""
    raw = parser.add_argument_group("RAW images", "needed only where the name does not say it: NAME_XxYxZ_TYPE.raw")
    raw.add_argument("--shape", type=int, nargs=3, metavar=("X", "Y", "Z"), help="size in voxels")
    raw.add_argument(dtype_flag, dest="raw_dtype", metavar="TYPE", help="uint8, uint16, int16, int32, float32, float64")
    raw.add_argument("--byte-order", choices=("little", "big"), help="order of the bytes of a voxel (little)")
    if offset:
        raw.add_argument("--offset", type=int, metavar="BYTES", help="bytes before the first voxel (0)")


def is_raw(path: Path) -> bool:
    """Whether the suffix is one of RAW files; raises InvalidFile for a suffix that is not known."""
    return format_of(path) == "raw"


def raw_properties(given: argparse.Namespace, path: str) -> RawProperties | None:
    """What the flags say of a RAW file; None when they say nothing. Raises InvalidParameter for another file."""
    known = _known(given)
    if known and not is_raw(Path(path)):
        flag = next(iter(known)).replace("_", "-")
        raise InvalidParameter(f"--{flag} is for RAW images, received {path}, which says it itself: leave it out.")
    return raw_said(given)


def raw_said(given: argparse.Namespace) -> RawProperties | None:
    """What the flags say of RAW files, where there are any among others; None when they say nothing."""
    known = _known(given)
    return RawProperties(**known) if known else None


def _known(given: argparse.Namespace) -> dict[str, Any]:
    shape = None if given.shape is None else (given.shape[2], given.shape[1], given.shape[0])
    said = {"shape": shape, "dtype": given.raw_dtype, "byte_order": given.byte_order, "offset": given.offset}
    return {name: value for name, value in said.items() if value is not None}


def open_image(path: str, raw: RawProperties | None) -> tuple[Volume, NDArray[Any]]:
    """The volume, and its voxels with nothing infinite left; says on stderr how many were replaced.

    What cannot be mapped is taken from the workspace of the image, where it has one, or is converted there.
    """
    volume = opened(path, raw)
    voxels, replaced = finite(volume.data)
    if replaced:
        print(
            f"annotat3d: {path} has {replaced} voxels that are NaN or infinite: counted as extremes.", file=sys.stderr
        )
    return volume, voxels


def opened(path: str, raw: RawProperties | None = None) -> Volume:
    """An image; what cannot be mapped is taken from its workspace, where it has one, or converted there with a bar."""
    folder = volumes_of(Path(path))
    with conversion_line(path) as progress:
        volume = open_volume(Path(path), raw, Conversions(folder) if folder else None, progress)
    tell_warnings(path, volume.warnings)
    return volume


def tell_warnings(path: str, warnings: Iterable[str]) -> None:
    """Say on stderr what may be wrong with an input that is opened all the same."""
    for one in warnings:
        print(f"annotat3d: {path}: {one}", file=sys.stderr)


def open_labels_of(path: str, image: Volume, what: str, known_as: str | None = None) -> NDArray[Any]:
    """The label ids in a file, which must have the size of the image, or of the label volume that is `known_as`."""
    volume = open_labels(Path(path))
    tell_warnings(path, volume.warnings)
    labels = volume.data
    if labels.shape != image.data.shape:
        whose, of = ("the image's size", "this image") if known_as is None else (f"the size of {known_as},", "it")
        raise ShapeMismatch(
            f"{path} must have {whose} {size_text(image.data.shape)}, received {size_text(labels.shape)}: "
            f"give the {what} of {of}."
        )
    return labels


def open_superpixels(
    path: str, shape: tuple[int, ...], threads: int, image: NDArray[Any] | None = None
) -> NDArray[np.int32]:
    """The superpixels in a file, which must be of an image of `shape`; says on stderr when some were in pieces."""
    from annotat3d_tui.superpixels.foreign import taken

    ids = open_labels(Path(path)).data
    found, said = taken(ids, shape, path, image=image, threads=threads, progress=progress_line(stays=False))
    if said:
        print(f"annotat3d: {said}", file=sys.stderr)
    return found
