"""From suffix to format: a format is a module with `inspect(path, raw)` and `write(path, blocks, header)`."""

import importlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol, cast

from numpy.typing import NDArray

from annotat3d_tui.errors import Annotat3DError, InvalidFile, MissingFile
from annotat3d_tui.places import check_link
from annotat3d_tui.volume.disk import is_sequence, is_zarr
from annotat3d_tui.volume.header import Header
from annotat3d_tui.volume.place import GZIPPED, HDF5, ZARR, place_of, suffix_of
from annotat3d_tui.volume.raw import RawProperties
from annotat3d_tui.volume.sequence_files import is_pattern
from annotat3d_tui.volume.source import Source

MODULES = (
    {
        ".tif": "tiff",
        ".tiff": "tiff",
        ".btf": "tiff",
        ".tf8": "tiff",
        ".raw": "raw",
        ".b": "raw",
        ".bin": "raw",
        ".npy": "npy",
    }
    | dict.fromkeys(HDF5, "hdf5")
    | dict.fromkeys(ZARR, "zarr")
    | dict.fromkeys((".nii", GZIPPED), "nifti")
    | dict.fromkeys((".mrc", ".rec", ".st", ".map"), "mrc")
)
WRITTEN = ("tiff", "raw", "npy", "hdf5", "zarr")
"""Formats that are written, too."""


class Format(Protocol):
    """What the module of a format provides."""

    def inspect(self, path: Path, raw: RawProperties | None) -> Source:
        """What a file says of its volume; `raw` counts for a format without a header."""

    def write(self, path: Path, blocks: Iterable[NDArray[Any]], header: Header) -> None:
        """Write consecutive blocks of whole planes; compressed where that is asked for and the format can."""


def format_of(path: Path) -> str:
    """The module for a path; raises InvalidFile for a suffix that is not known."""
    return _format_of(path, ", ".join(MODULES))


def _format_of(path: Path, known: str) -> str:
    file = place_of(path).file
    suffix = suffix_of(file)
    if is_zarr(file):
        return "zarr"
    if is_sequence(file):
        return "sequence"
    if suffix not in MODULES:
        raise InvalidFile(
            f"{path} must end with one of {known}, received {suffix or 'no suffix'}: convert or rename it."
        )
    return MODULES[suffix]


def output_format_of(path: Path) -> str:
    """The module for a file to write; raises InvalidFile for a suffix of no format that is written."""
    written = ", ".join(suffix for suffix, module in MODULES.items() if module in WRITTEN)
    format = _format_of(path, written)
    if format not in WRITTEN:
        raise InvalidFile(f"{path} is of a format that is only read: name it with one of {written}.")
    return format


def format_module(path: Path) -> Format:
    """The format for a path, imported now; raises InvalidFile for a suffix that is not known."""
    return cast(Format, importlib.import_module(f"annotat3d_tui.volume.{format_of(path)}"))


def inspect(path: Path | str, raw: RawProperties | None = None) -> Source:
    """What a file says of its volume, read without a voxel.

    Raises MissingFile, InvalidFile (a folder, empty, not readable, damaged, of no known kind),
    InvalidParameter or UnknownType.
    """
    file = place_of(path).file
    if not is_pattern(file):
        _check_there(file)
    try:
        return format_module(Path(path)).inspect(Path(path), raw)
    except Annotat3DError:
        raise
    except OSError as error:
        raise InvalidFile(f"{file} cannot be read ({error.strerror or error}): see to its disk, or copy it.") from error


def _check_there(file: Path) -> None:
    check_link(file)
    if not os.path.exists(file):  # unlike Path.exists, never raises
        raise MissingFile(f"{file} does not exist: correct its path.")
    if not os.path.isfile(file) and not os.path.isdir(file):
        raise InvalidFile(f"{file} must be a file, received a pipe or a device: save what comes from it in a file.")
    if not os.access(file, os.R_OK):
        raise InvalidFile(f"{file} may not be read by you: ask its owner for permission, or copy it.")
    if os.path.getsize(file) == 0:
        raise InvalidFile(f"{file} is empty (0 bytes): copy it again or save it anew from its source.")
