"""An HDF5 file, open, and the dataset in it that is meant."""

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py

from annotat3d_tui.blocks import size_text
from annotat3d_tui.errors import Annotat3DError, InvalidFile, MissingFile, OverBudget
from annotat3d_tui.volume.disk import disk_failed
from annotat3d_tui.volume.hdf5_axes import is_plane, is_volume
from annotat3d_tui.volume.place import Place

MOST_LOOKED_AT = 20_000
MOST_NAMED = 6


@contextlib.contextmanager
def opened(path: Path) -> Iterator[h5py.File]:
    """The file, open for reading also where files cannot be locked; what h5py makes of damage is an InvalidFile."""
    if not h5py.is_hdf5(path):
        raise InvalidFile(f"{path.name} is no HDF5 file, or its beginning is lost: give one, or copy it again.")
    try:
        with h5py.File(path, "r", locking=False) as file:
            yield file
    except Annotat3DError:
        raise
    except MemoryError as error:
        raise OverBudget(
            f"{path.name} asks for more memory than there is: it is damaged, or too large here."
        ) from error
    except Exception as error:
        if disk_failed(error):
            raise
        raise InvalidFile(
            f"{path.name} is damaged or cut short ({_in_short(error)}): copy it again or save it anew from its source."
        ) from error


def chosen(file: h5py.File, place: Place) -> tuple[str, h5py.Dataset]:
    """The dataset that a place means, and its path; raises MissingFile, or InvalidFile when it is none or several."""
    found = file
    if place.inside:
        found = file.get(place.inside)
        if found is None:
            raise MissingFile(f"{place.file.name} has no {place.inside}: {_remedy(place, volumes_in(file))}.")
    if isinstance(found, h5py.Dataset):
        return place.inside, found
    volumes = volumes_in(found, place.inside) or volumes_in(found, place.inside, planes=True)
    if len(volumes) == 1:
        return next(iter(volumes.items()))
    many = f"{len(volumes)} volumes" if volumes else "no volume"
    raise InvalidFile(f"{place.name} must hold one volume, received {many}: {_remedy(place, volumes)}.")


def volumes_in(group: Any, inside: str = "", planes: bool = False) -> dict[str, h5py.Dataset]:
    """Datasets in a group that may be volumes, or single planes, at any depth, by their path.

    inside: the path of the group. Of a huge file not all are looked at.
    """
    found: dict[str, h5py.Dataset] = {}
    seen = 0

    def look(name: str, item: Any) -> bool | None:
        nonlocal seen
        seen += 1
        if is_plane(item) if planes else is_volume(item):
            found[f"{inside.rstrip('/')}/{name}"] = item
        return True if seen > MOST_LOOKED_AT else None

    group.visititems(look)
    return found


def _remedy(place: Place, volumes: dict[str, h5py.Dataset]) -> str:
    """Which datasets could be given."""
    if not volumes:
        return "give a file with a dataset (Z, Y, X) of numbers"
    some = list(volumes.items())[:MOST_NAMED]
    said = [f"{place.file.name}:{path} ({size_text(one.shape)} {one.dtype})" for path, one in some]
    if len(volumes) > MOST_NAMED:
        said.append(f"one of {len(volumes) - MOST_NAMED} more")
    return "give " + " or ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)


def _in_short(error: Exception) -> str:
    """What h5py says of an error, without the trace of HDF5 in it."""
    text = str(error).split("(")[-1].strip(" )'\"\n") or type(error).__name__
    return text[:100]


logging.getLogger("h5py").addHandler(logging.NullHandler())
