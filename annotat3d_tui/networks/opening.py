"""HDF5 files opened to be read, and looked at: whether they are datasets at all."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from annotat3d_tui.errors import Annotat3DError, InvalidFile, MissingFile
from annotat3d_tui.networks import layout

if TYPE_CHECKING:
    import h5py


@contextlib.contextmanager
def opened(path: Path) -> Iterator["h5py.File"]:
    """An HDF5 file to read; what is wrong with it or in it is InvalidFile or MissingFile."""
    import h5py

    if path.is_dir():
        raise InvalidFile(f"{path} must be a dataset, received a folder: give a file in it.")
    if not path.exists():
        raise MissingFile(f"{path} must be a dataset, but there is no such file: correct its path.")
    if not os.access(path, os.R_OK):
        raise InvalidFile(f"{path} may not be read by you: ask its owner for permission, or copy it.")
    try:
        if not h5py.is_hdf5(path):
            raise InvalidFile(f"{path} must be a dataset, received no HDF5 file: {layout.MADE_BY}.")
        with h5py.File(path, "r", locking=False) as file:
            yield file
    except Annotat3DError:
        raise
    except (OSError, KeyError, ValueError, RuntimeError) as error:
        raise InvalidFile(f"{path} is damaged or cut short: copy it again, or make it anew.") from error


@contextlib.contextmanager
def opened_dataset(path: Path) -> Iterator["h5py.File"]:
    """As `opened`; InvalidFile also for HDF5 that is no dataset."""
    with opened(path) as file:
        _check_parts(file, path)
        yield file


def is_own(file: "h5py.File") -> bool:
    """Whether this program wrote it, and it says all of itself."""
    return layout.text_of(file.attrs.get("format")) == layout.FORMAT


def _check_parts(file: "h5py.File", path: Path) -> None:
    """Raises InvalidFile unless data, label and weight are there, of one shape and of the right types."""
    import h5py

    parts = {name: file.get(name) for name in (layout.DATA, layout.LABEL, layout.WEIGHT)}
    for name, part in parts.items():
        there = isinstance(part, h5py.Dataset)
        if not there and (part is not None or name != layout.WEIGHT):
            held = ", ".join(f"/{one}" for one in list(file)[:5]) or "nothing"
            raise InvalidFile(f"{path} must hold /{name}, as datasets do, received {held}: {layout.MADE_BY}.")
        if there and part.ndim != 5:
            raise InvalidFile(
                f"/{name} of {path} must have the axes images, samples, X, Y, Z, received {part.ndim} axes: "
                f"{layout.MADE_BY}."
            )
        if there and (0 in part.shape or part.shape != parts[layout.DATA].shape):
            raise InvalidFile(
                f"/{name} of {path} must have the shape {_shape_text(parts[layout.DATA].shape)} of its images, "
                f"received {_shape_text(part.shape)}: make it anew."
            )
    _check_types(parts, path)


def _check_types(parts: "Mapping[str, h5py.Dataset | None]", path: Path) -> None:
    for name, part in parts.items():
        kinds, what = ("biu", "whole numbers (label ids)") if name == layout.LABEL else ("iuf", "numbers")
        if part is not None and part.dtype.kind not in kinds:
            raise InvalidFile(
                f"/{name} of {path} must hold {what}, received {part.dtype}: make it anew from volumes that do."
            )


def _shape_text(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))
