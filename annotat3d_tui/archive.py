"""Named arrays and facts in one file that is safe to open: a zip of `.npy` files and one JSON text, never a pickle.

>>> content = pack("annotat3d note", 1, {"by": "me"}, {"numbers": np.arange(3)})
>>> about, arrays = unpack(content, "annotat3d note", 1, "note.npz")
>>> about["by"], arrays["numbers"].tolist()
('me', [0, 1, 2])

`numpy.load` opens the arrays, any unzip shows the text. The same facts and arrays give the same bytes.
"""

import io
import json
import math
import warnings
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui import __version__
from annotat3d_tui.errors import InvalidFile, MissingFile

ABOUT = "about.json"
KINDS = "buif"
MOST_ARRAYS = 1000
MOST_BYTES = 1 << 32
MOST_SHRINKING = 1100
"""Deflate shrinks to no less than 1/1032."""
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, KeyError, NotImplementedError, RuntimeError, OSError)


def pack(format: str, version: int, about: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """The bytes of a file of this format: facts (plain JSON) and arrays of numbers or truths, each by its name."""
    facts = {"format": format, "version": version, "program": f"annotat3d {__version__}", **about}
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        _add(archive, ABOUT, json.dumps(facts, ensure_ascii=False, indent=1).encode())
        for name, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, np.asanyarray(array, order="C"), allow_pickle=False)
            _add(archive, f"{name}.npy", content.getvalue())
    return result.getvalue()


def read(path: Path | str, what: str) -> bytes:
    """The bytes of a file that must be `what`; raises MissingFile, or InvalidFile when it cannot be read."""
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise MissingFile(f"{path} must be {what}, but there is no such file: correct its path.") from None
    except OSError as error:
        raise InvalidFile(f"{path} must be {what}, but cannot be read ({error.strerror}): give another.") from None


def unpack(content: bytes, format: str, version: int, name: str) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The facts and arrays that `pack` put into a file of this format; `name` stands for it in messages.

    Raises InvalidFile for a file of another format, of a later version than `version`, or damaged; one that promises
    more than it could hold is not unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = {one.filename: one for one in archive.infolist()}
            _check_sizes(archive.infolist(), len(content))
            about = json.loads(archive.read(ABOUT)) if ABOUT in entries else {}
            _check_format(about, format, version, name)
            found = {
                entry.removesuffix(".npy"): _array(archive.read(entry)) for entry in entries if entry.endswith(".npy")
            }
    except InvalidFile:
        raise
    except (*_DAMAGED, RecursionError, MemoryError):
        raise InvalidFile(f"{name} is damaged, or no {format}: save it again, or copy it anew.") from None
    return about, found


def wanted(
    arrays: Mapping[str, NDArray[Any]], dtypes: Mapping[str, tuple[type[np.generic], int]], name: str
) -> list[NDArray[Any]]:
    """Those arrays, in the order of `dtypes`, each of its type and number of axes; else raises InvalidFile."""
    for one, (dtype, axes) in dtypes.items():
        found = arrays.get(one)
        if found is None or found.dtype != dtype or found.ndim != axes:
            received = "none" if found is None else f"{found.dtype} with {found.ndim} axes"
            raise InvalidFile(
                f"{name} must hold {one} as {np.dtype(dtype)} with {axes} axes, received {received}: save it again."
            )
    return [arrays[one] for one in dtypes]


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system, entry.external_attr = 3, 0o644 << 16
    archive.writestr(entry, content)


def _check_sizes(entries: list[zipfile.ZipInfo], size: int) -> None:
    promised = sum(one.file_size for one in entries)
    shrunk = any(one.file_size > MOST_SHRINKING * one.compress_size + 1000 for one in entries)
    names = {one.filename for one in entries}
    compressed = sum(one.compress_size for one in entries)
    if any(one.compress_type not in _METHODS for one in entries):
        raise ValueError("compressed as no file of ours is")
    if promised > MOST_BYTES or shrunk or len(entries) > MOST_ARRAYS or len(names) < len(entries) or compressed > size:
        raise ValueError("more than it could hold")


def _check_format(about: Any, format: str, version: int, name: str) -> None:
    if not isinstance(about, dict) or about.get("format") != format:
        received = about.get("format") if isinstance(about, dict) else None
        raise InvalidFile(
            f"{name} must be an {format}, received {received or 'another kind of file'}: give such a one."
        )
    found = about.get("version")
    if not isinstance(found, int) or found < 1:
        raise ValueError("no version")
    if found > version:
        raise InvalidFile(
            f"{name} must be of version {version} or before, received version {found} of {about.get('program')}: "
            "open it with a newer program."
        )


def _array(content: bytes) -> NDArray[Any]:
    """The array of a `.npy` file of numbers or truths, as kernels read it; raises ValueError for anything else."""
    file = io.BytesIO(content)
    version = np.lib.format.read_magic(file)
    header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}[version]
    with warnings.catch_warnings():  # of headers as Python 2 wrote them, and of old names of types
        warnings.simplefilter("error")
        try:
            shape, fortran, dtype = header(file)
        except Warning as warning:
            raise ValueError("no header of ours") from warning
    rest = len(content) - file.tell()
    if dtype.kind not in KINDS or fortran or math.prod(shape) * dtype.itemsize != rest or min(shape, default=0) < 0:
        raise ValueError("no array of numbers")
    return np.frombuffer(content, dtype, offset=file.tell()).reshape(shape).copy()
