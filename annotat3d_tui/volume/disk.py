"""The files of a volume on the disk: whether they are there, whether they changed, what is named after them."""

import errno
import hashlib
import os
import re
from pathlib import Path
from typing import Any

from annotat3d_tui.errors import Annotat3DError, InvalidFile, MissingFile
from annotat3d_tui.volume.place import ZARR, place_of
from annotat3d_tui.volume.sequence_files import has_planes, is_pattern, planes_of

_FAILED = (errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.ENOTCONN, errno.EHOSTDOWN, errno.EREMOTEIO)
HASHED_BYTES = 65536
HASHED_PLACES = 8
MOST_FILES = 200_000
ZARR_NODES = ("zarr.json", ".zarray", ".zgroup")


def files_of(path: Path | str) -> list[Path]:
    """The files in which a volume lies, those of a folder in the order of their names; raises OSError."""
    file = place_of(path).file
    if is_sequence(file):
        return planes_of(file)
    if not os.path.isdir(file):
        return [file]
    found: list[Path] = []
    for folder, folders, names in os.walk(file):
        folders.sort()
        found += [Path(folder, name) for name in sorted(names)]
        if len(found) > MOST_FILES:
            break
    return found


def is_zarr(path: Path) -> bool:
    """Whether a folder has what Zarr writes beside its chunks, or is called so."""
    return os.path.isdir(path) and (path.suffix.lower() in ZARR or has_zarr(path))


def has_zarr(folder: Path) -> bool:
    """Whether a folder has what Zarr writes beside its chunks."""
    return any(os.path.isfile(folder / name) for name in ZARR_NODES)


def is_there(path: Path | str) -> bool:
    """Whether the files of a volume are there; what is in them is not looked at."""
    file = place_of(path).file
    if os.path.isfile(file) or is_zarr(file):  # which, unlike Path, never raise
        return True
    try:
        return is_sequence(file) and has_planes(file)
    except OSError:
        return False


def is_sequence(path: Path) -> bool:
    """Whether it is a pattern, or a folder that is no Zarr."""
    return is_pattern(path) or (os.path.isdir(path) and not is_zarr(path))


def same_volume(one: Path | str, other: Path | str) -> bool:
    """Whether two paths mean the same volume."""
    place, second = place_of(one), place_of(other)
    both_there = os.path.exists(place.file) and os.path.exists(second.file)
    same = os.path.samefile(place.file, second.file) if both_there else place.file == second.file
    return same and place.inside == second.inside


def disk_failed(error: Exception) -> bool:
    """Whether a disk, or a network's, does not give what it holds; other errors come from what a damaged file says."""
    return isinstance(error, OSError) and error.errno in _FAILED


def stamp_of(path: Path | str) -> tuple[int, int]:
    """Bytes of the files of a volume, and when one was changed last, in nanoseconds; raises OSError."""
    found = [os.stat(file) for file in files_of(path)]
    return sum(one.st_size for one in found), max((one.st_mtime_ns for one in found), default=0)


def fingerprint_of(path: Path | str) -> dict[str, Any]:
    """Size in bytes and the hash of samples of the files of a volume: enough to notice that it is another one.

    Raises MissingFile, and InvalidFile when they cannot be read.
    """
    try:
        return _fingerprint(files_of(path), place_of(path).inside)
    except Annotat3DError:
        raise
    except (FileNotFoundError, NotADirectoryError):
        raise MissingFile(f"{path} is not there: give the path of an image.") from None
    except OSError as error:
        raise InvalidFile(f"{path} must be an image that can be read ({error.strerror}): give another.") from None


def beside(path: Path | str) -> Path:
    """After what is named that is made of a volume, without a suffix, in a folder that is none of the volume itself.

    >>> str(beside("scans/recon.h5:/entry/data")), str(beside("scans/plate.zarr/A/1"))
    ('scans/recon-entry-data', 'scans/plate-A-1')
    """
    place = place_of(path)
    if is_pattern(place.file):
        words = [re.sub(r"[^\w.]+", "", part) for part in (place.file.parent.name, place.file.stem)]
        return place.file.parent.with_name("-".join(word for word in words if word) or "images")
    outer = next((one for one in reversed(place.file.parents) if one.suffix.lower() in ZARR), None)
    if outer is None:
        return place.file.with_name(place.stem)
    return outer.with_name("-".join([outer.stem, *place.file.relative_to(outer).parts, *place.inside.split("/")[1:]]))


def _fingerprint(files: list[Path], inside: str) -> dict[str, Any]:
    size = sum(os.path.getsize(file) for file in files)
    digest = hashlib.sha256((str(size) + inside).encode())
    places = HASHED_PLACES if len(files) == 1 else 1
    chosen = files[:: max(len(files) // HASHED_PLACES, 1)]
    for path in chosen:
        with open(path, "rb") as file:
            length = os.fstat(file.fileno()).st_size
            for place in range(places):
                file.seek(max(length - HASHED_BYTES, 0) * place // max(places - 1, 1))
                digest.update(file.read(HASHED_BYTES))
    return {"bytes": size, "samples": digest.hexdigest()}
