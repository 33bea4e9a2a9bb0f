"""From suffix to format: a format is a module with `inspect(path, raw)` and `write(path, blocks, …)`."""

import importlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidFile, MissingFile
from annotat3d_tui.volume.raw import RawProperties
from annotat3d_tui.volume.source import Source

MODULES = {
    ".tif": "tiff",
    ".tiff": "tiff",
    ".btf": "tiff",
    ".tf8": "tiff",
    ".raw": "raw",
    ".b": "raw",
    ".bin": "raw",
    ".npy": "npy",
}


class Format(Protocol):
    """What the module of a format provides."""

    def inspect(self, path: Path, raw: RawProperties | None) -> Source:
        """What a file says of its volume; `raw` counts for a format without a header."""

    def write(
        self,
        path: Path,
        blocks: Iterable[NDArray[Any]],
        shape: tuple[int, int, int],
        dtype: np.dtype[Any],
        voxel_size: tuple[float, float, float],
        unit: str,
        compress: bool,
    ) -> None:
        """Write consecutive blocks of whole planes; `compress` where the format can."""


def format_of(path: Path) -> str:
    """The module for a file name; raises InvalidFile for a suffix that is not known."""
    suffix = path.suffix.lower()
    if suffix not in MODULES:
        known = ", ".join(MODULES)
        raise InvalidFile(
            f"{path} must end with one of {known}, received {suffix or 'no suffix'}: convert or rename it."
        )
    return MODULES[suffix]


def format_module(path: Path) -> Format:
    """The format for a file name, imported now; raises InvalidFile for a suffix that is not known."""
    return cast(Format, importlib.import_module(f"annotat3d_tui.volume.{format_of(path)}"))


def inspect(path: Path | str, raw: RawProperties | None = None) -> Source:
    """What a file says of its volume, read without a voxel.

    Raises MissingFile, InvalidFile (a folder, empty, not readable, damaged, of no known kind),
    InvalidParameter or UnknownType.
    """
    file = Path(path)
    if os.path.isdir(file):
        raise InvalidFile(f"{file} must be a file, received a folder: give a file in it.")
    if not os.path.exists(file):  # unlike Path.exists, never raises
        raise MissingFile(f"{file} does not exist: correct its path.")
    if not os.access(file, os.R_OK):
        raise InvalidFile(f"{file} may not be read by you: ask its owner for permission, or copy it.")
    if file.stat().st_size == 0:
        raise InvalidFile(f"{file} is empty (0 bytes): copy it again or save it anew from its source.")
    return format_module(file).inspect(file, raw)
