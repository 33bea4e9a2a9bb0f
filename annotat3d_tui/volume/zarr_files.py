"""Which chunks of a Zarr array were ever written: one may claim millions that are not there.

To ask for each of them costs a system call and more; to list their folders, and the index of a shard, costs what there
is.
"""

import os
from collections.abc import Callable, Iterator
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidFile
from annotat3d_tui.volume.axes import Selection
from annotat3d_tui.volume.zarr_metadata import ZarrArray

FEW = 1 << 10
"""So many chunks, or shards, are asked for one by one."""
MOST_FILES = 1 << 22

Place = tuple[int, int, int]
Ranges = tuple[range, range, range]
KeptIn = Callable[[tuple[int, ...]], NDArray[np.bool_] | None]
"""Which chunks a shard has, by its index along each axis of the array: of the shape of its parts, None if not known."""


def written_places(array: ZarrArray, selection: Selection, kept_in: KeptIn) -> Callable[[Ranges], Iterator[Place]]:
    """A function from ranges of (z, y, x) to the indices in them of what is read at once and may be there, in order.

    Raises InvalidFile where there are too many files to be listed, OSError where a folder cannot be read.
    """
    whole = _files(array, selection)
    if array.shards is None:
        return whole
    sides, inner = selection.along(array.chunk), selection.along(array.shards.inner)
    parts = [side // one for side, one in zip(sides, inner, strict=True)]

    def in_shards(ranges: Ranges) -> Iterator[Place]:
        for shard in whole(_coarser(ranges, parts)):
            first = [index * part for index, part in zip(shard, parts, strict=True)]
            near = [
                range(max(one.start, low), min(one.stop, low + part))
                for one, low, part in zip(ranges, first, parts, strict=True)
            ]
            kept = kept_in(selection.place(*shard))
            if kept is None:
                yield from product(*near)
                continue
            cut = kept[selection.planes(0, parts[0])].reshape(parts)
            some = cut[tuple(slice(one.start - low, one.stop - low) for one, low in zip(near, first, strict=True))]
            for z, y, x in np.argwhere(some).tolist():
                yield near[0].start + z, near[1].start + y, near[2].start + x

    return in_shards


def _coarser(ranges: Ranges, parts: list[int]) -> Ranges:
    z, y, x = (range(one.start // part, -(-one.stop // part)) for one, part in zip(ranges, parts, strict=True))
    return z, y, x


def _files(array: ZarrArray, selection: Selection) -> Callable[[Ranges], Iterator[Place]]:
    """From ranges to the files in them: those that are there, or all where these are few."""
    counts = [-(-length // side) for length, side in zip(array.shape, array.chunk, strict=True)]
    if prod(selection.along(tuple(counts))) <= FEW:
        return lambda ranges: product(*ranges)
    layers: dict[int, list[tuple[int, int]]] = {}
    for number, place in enumerate(_listed(array)):
        if number >= MOST_FILES:
            raise InvalidFile(f"{array.folder} has more than {MOST_FILES} chunks: save it anew with larger ones.")
        z, y, x = (0 if axis is None else place[axis] for axis in selection.axes)
        if selection.place(z, y, x) == place:  # of this time and channel
            layers.setdefault(z, []).append((y, x))

    def there(ranges: Ranges) -> Iterator[Place]:
        for z in ranges[0]:
            for y, x in sorted(layers.get(z, ())):
                if y in ranges[1] and x in ranges[2]:
                    yield z, y, x

    return there


def _listed(array: ZarrArray) -> Iterator[tuple[int, ...]]:
    """The index, along each axis, of each chunk whose file is there."""
    depth = len(array.shape) + array.prefix.count("/") if array.separator == "/" else 1 + array.prefix.count("/")
    for key in _keys(array.folder, depth):
        words = key.removeprefix(array.prefix).split(array.separator)
        if key.startswith(array.prefix) and len(words) == len(array.shape) and all(map(_is_index, words)):
            yield tuple(map(int, words))


def _is_index(word: str) -> bool:
    return word.isascii() and word.isdecimal() and (word == "0" or word[0] != "0")


def _keys(folder: Path, depth: int) -> Iterator[str]:
    """What lies so many folders deep, as paths from the first one."""
    try:
        with os.scandir(folder) as found:
            entries: list[Any] = sorted((entry.name, depth > 1 and entry.is_dir()) for entry in found)
    except (FileNotFoundError, NotADirectoryError):  # it has just gone
        return
    for name, is_folder in entries:
        if depth == 1:
            yield name
        elif is_folder:
            yield from (f"{name}/{key}" for key in _keys(folder / name, depth - 1))
