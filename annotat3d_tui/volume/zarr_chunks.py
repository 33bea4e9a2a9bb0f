"""Chunks of a Zarr array, read by all threads: those that are not there are of its fill value."""

import contextlib
import math
import os
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import HERE, available_threads, in_threads
from annotat3d_tui.errors import Annotat3DError, InvalidFile, OverBudget
from annotat3d_tui.volume.axes import Selection
from annotat3d_tui.volume.zarr_files import Place, Ranges, written_places
from annotat3d_tui.volume.zarr_metadata import LARGEST_CHUNK, Shards, ZarrArray

MOST_CHUNKS = 1 << 22
_CHECKSUM = 4
_NOWHERE = 2**64 - 1


def read_planes(
    array: ZarrArray,
    selection: Selection,
    start: int,
    stop: int,
    block: NDArray[Any],
    written: Callable[[Ranges], Iterable[Place]],
    threads: int | None = None,
) -> None:
    """Fill a block (planes, Y, X) with planes `start` to `stop`; raises InvalidFile for a chunk that is damaged.

    written: the chunks in some ranges that may be there (`written_in`).
    """
    sides = selection.along(array.unit)
    _, height, width = selection.shape
    ranges = (
        range(start // sides[0], -(-stop // sides[0])),
        range(-(-height // sides[1])),
        range(-(-width // sides[2])),
    )
    if math.prod(map(len, ranges)) > MOST_CHUNKS:
        raise InvalidFile(f"{array.folder} has more than {MOST_CHUNKS} chunks in a row: save it anew with larger ones.")
    places = list(written(ranges))
    if len(places) < math.prod(map(len, ranges)):
        block[...] = array.fill
    work = partial(_read_into, array, selection, (start, stop), block)
    in_threads(work, places, available_threads() if threads is None else threads or HERE)


def written_in(array: ZarrArray, selection: Selection) -> Callable[[Ranges], Iterable[Place]]:
    """From ranges of (z, y, x) to the indices in them of the chunks that may be there, as of now; see `zarr_files`."""
    return written_places(array, selection, partial(_kept_in, array))


def _kept_in(array: ZarrArray, whole: tuple[int, ...]) -> NDArray[np.bool_] | None:
    """Which chunks a shard has, of the shape of its parts; None where its index cannot be read."""
    assert array.shards is not None
    parts = tuple(side // inner for side, inner in zip(array.chunk, array.shards.inner, strict=True))
    try:
        with open(array.file_of(whole), "rb") as shard:
            shard.seek(_index_at(os.fstat(shard.fileno()).st_size, array.shards, math.prod(parts)))
            entries = np.frombuffer(shard.read(16 * math.prod(parts)), "<u8").reshape(*parts, 2)
    except FileNotFoundError:
        return np.zeros(parts, bool)
    except (OSError, ValueError):  # which reading it says
        return None
    return np.asarray((entries != _NOWHERE).any(axis=-1))


def _read_into(
    array: ZarrArray, selection: Selection, planes: tuple[int, int], block: NDArray[Any], place: tuple[int, int, int]
) -> None:
    sides = selection.along(array.unit)
    corner = tuple(index * side for index, side in zip(place, sides, strict=True))
    first, last = max(corner[0], planes[0]), min(corner[0] + sides[0], planes[1])
    target = block[
        first - planes[0] : last - planes[0], corner[1] : corner[1] + sides[1], corner[2] : corner[2] + sides[2]
    ]
    voxels = read_unit(array, selection.place(*place))
    if voxels is None:
        target[...] = array.fill
        return
    some = voxels[selection.planes(first - corner[0], last - corner[0])]
    target[...] = some.reshape(-1, *some.shape[-2:])[:, : target.shape[1], : target.shape[2]]


def read_unit(array: ZarrArray, place: tuple[int, ...]) -> NDArray[Any] | None:
    """The voxels of a chunk, or of one in a shard, by its index along each axis; None where it was never written."""
    shards = array.shards
    whole = place
    if shards:
        parts = tuple(side // inner for side, inner in zip(array.chunk, shards.inner, strict=True))
        whole = tuple(index // part for index, part in zip(place, parts, strict=True))
    file = array.file_of(whole)
    try:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            if not shards:
                content: bytes | None = _whole(file)
            else:
                inside = tuple(index % part for index, part in zip(place, parts, strict=True))
                content = _from_shard(file, shards, parts, int(np.ravel_multi_index(inside, parts)))
            return None if content is None else array.chain.decoded(content, array.unit)
    except Annotat3DError:
        raise
    except MemoryError as error:
        raise OverBudget(f"{file} asks for more memory than there is: it is damaged, or too large here.") from error
    except OSError as error:
        raise InvalidFile(f"{file} cannot be read ({error.strerror}): see to its disk, or copy it.") from error
    except Exception as error:
        raise InvalidFile(f"{file} is damaged ({error}): copy it again or save it anew from its source.") from error
    return None


def _whole(file: Path) -> bytes:
    if os.path.getsize(file) > LARGEST_CHUNK:
        raise ValueError("it is larger than a chunk may be")
    return file.read_bytes()


def _from_shard(file: Path, shards: Shards, parts: tuple[int, ...], number: int) -> bytes | None:
    """The bytes of one chunk of a shard, None where it was never written."""
    with open(file, "rb") as shard:
        size = os.fstat(shard.fileno()).st_size
        shard.seek(_index_at(size, shards, math.prod(parts)) + 16 * number)
        offset, held = (int(one) for one in np.frombuffer(shard.read(16), "<u8"))
        if offset == held == _NOWHERE:
            return None
        if offset + held > size:
            raise ValueError("a chunk ends beyond it")
        shard.seek(offset)
        return shard.read(held)


def _index_at(size: int, shards: Shards, count: int) -> int:
    """Where the index of a shard of `size` bytes begins; raises ValueError where it has no room in it."""
    length = 16 * count + (_CHECKSUM if shards.checksum else 0)
    if size < length:
        raise ValueError("its index is cut short")
    return 0 if shards.at_start else size - length
