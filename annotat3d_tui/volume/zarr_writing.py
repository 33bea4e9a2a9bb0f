"""Writing OME-Zarr 0.5 (Zarr format 3): compressed bricks, and the same volume at a half, a quarter, … of the size."""

import itertools
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import available_threads, in_threads
from annotat3d_tui.volume.header import Header
from annotat3d_tui.volume.source import regrouped
from annotat3d_tui.volume.units import long_unit
from annotat3d_tui.volume.zarr_chunks import read_unit
from annotat3d_tui.volume.zarr_codecs import Chain
from annotat3d_tui.volume.zarr_metadata import NODE_3, ZarrArray

SIDE, THIN, THICK = 128, 8, 64
"""Longest side of a brick across, and least and most planes of one."""
SLAB_BYTES = 1 << 28
SMALLEST = 64
"""An axis that is shorter is not halved."""
_LEVELS = {False: 3, True: 5}

Triple = tuple[int, int, int]


@dataclass(frozen=True)
class Level:
    """One resolution: its array, and how many voxels of the whole one of its voxels stands for along each axis."""

    array: ZarrArray
    step: Triple


def write(path: Path, blocks: Iterable[NDArray[Any]], header: Header) -> None:
    """Write the voxels into an empty folder, little-endian; bricks of zeros alone take no room.

    Of grey values the smaller copies are means, of labels every second one.
    """
    levels = _levels(path, header)
    first, start = levels[0].array, 0
    for block in regrouped(blocks, first.chunk[0]):
        _write_bricks(first, block, start, header.compress)
        start += len(block)
    for whole, half in itertools.pairwise(levels):
        _halve(whole, half, header)
    for level in levels:
        _write_json(level.array.folder / NODE_3, _array_node(level.array, _LEVELS[header.compress]))
    _write_json(path / NODE_3, _group_node(levels, header))


def brick_of(shape: Triple, itemsize: int) -> Triple:
    """Sides of a brick: fewer planes where a slab of them would be large.

    >>> brick_of((512, 512, 512), 2), brick_of((3, 4096, 50), 2), brick_of((9000, 9000, 9000), 4)
    ((64, 128, 128), (3, 128, 50), (8, 128, 128))
    """
    planes = THICK
    while planes > THIN and planes * shape[1] * shape[2] * itemsize > SLAB_BYTES:
        planes //= 2
    return min(planes, shape[0]), min(SIDE, shape[1]), min(SIDE, shape[2])


def _levels(path: Path, header: Header) -> list[Level]:
    dtype = header.dtype.newbyteorder("<")
    shape, step = header.shape, (1, 1, 1)
    brick = brick_of(shape, dtype.itemsize)
    levels: list[Level] = []
    while True:
        chain = Chain(dtype, (0, 1, 2), ("blosc",))
        folder = path / str(len(levels))
        array = ZarrArray(folder, 3, shape, dtype, brick, chain, dtype.type(0), "c/", "/", None, ("z", "y", "x"))
        levels.append(Level(array, step))
        if max(shape) <= SMALLEST * 2:
            return levels
        factors = _factors(shape)
        shape = _triple(-(-length // factor) for length, factor in zip(shape, factors, strict=True))
        step = _triple(one * factor for one, factor in zip(step, factors, strict=True))


def _factors(shape: Triple) -> Triple:
    return _triple(2 if length > SMALLEST else 1 for length in shape)


def _triple(values: Iterable[int]) -> Triple:
    z, y, x = values
    return z, y, x


def _write_bricks(array: ZarrArray, block: NDArray[Any], start: int, compress: bool) -> None:
    """Write whole planes from plane `start` on, which begins a brick."""
    sides = array.chunk
    starts = [range(0, length, side) for length, side in zip(block.shape, sides, strict=True)]

    def put(corner: tuple[int, ...]) -> None:
        cut = tuple(slice(begin, begin + side) for begin, side in zip(corner, sides, strict=True))
        place = tuple(begin // side for begin, side in zip((corner[0] + start, *corner[1:]), sides, strict=True))
        _write_brick(array, place, block[cut], compress)

    in_threads(put, itertools.product(*starts), available_threads())


def _write_brick(array: ZarrArray, place: tuple[int, ...], voxels: NDArray[Any], compress: bool) -> None:
    import imagecodecs

    if not voxels.any():
        return
    brick = np.zeros(array.chunk, array.dtype)
    brick[tuple(slice(0, length) for length in voxels.shape)] = voxels
    size = array.dtype.itemsize
    content = imagecodecs.blosc_encode(
        brick.tobytes(), level=_LEVELS[compress], compressor="zstd", shuffle=1, typesize=size, numthreads=1
    )
    file = array.file_of(place)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _halve(whole: Level, half: Level, header: Header) -> None:
    """Make a level from the one before, brick by brick."""
    grid = [range(-(-length // side)) for length, side in zip(half.array.shape, half.array.chunk, strict=True)]
    in_threads(partial(_halve_brick, whole.array, half.array, header), itertools.product(*grid), available_threads())


def _halve_brick(whole: ZarrArray, half: ZarrArray, header: Header, place: tuple[int, ...]) -> None:
    factors = _factors(_triple(whole.shape))
    sides = [side * factor for side, factor in zip(half.chunk, factors, strict=True)]
    low = [index * side for index, side in zip(place, sides, strict=True)]
    high = [min(start + side, length) for start, side, length in zip(low, sides, whole.shape, strict=True)]
    voxels = _box(whole, low, high)
    smaller = voxels[tuple(slice(None, None, one) for one in factors)] if header.labels else means(voxels, factors)
    _write_brick(half, place, smaller, header.compress)


def means(voxels: NDArray[Any], factors: Triple) -> NDArray[Any]:
    """Means of boxes of voxels, in their type; the last voxels count twice where a box is not full.

    >>> means(np.array([[[1, 2, 9]]], np.uint8), (1, 1, 2))
    array([[[2, 9]]], dtype=uint8)
    """
    odd = [(0, -length % factor) for length, factor in zip(voxels.shape, factors, strict=True)]
    full = np.pad(voxels, odd, mode="edge")
    parts = [side for length, factor in zip(full.shape, factors, strict=True) for side in (length // factor, factor)]
    mean = full.reshape(parts).mean(axis=(1, 3, 5), dtype=np.float64)
    result: NDArray[Any] = (np.rint(mean) if voxels.dtype.kind in "iu" else mean).astype(voxels.dtype)
    return result


def _box(array: ZarrArray, low: list[int], high: list[int]) -> NDArray[Any]:
    """A box of voxels of an array, whose corners lie between bricks."""
    box = np.zeros([stop - start for start, stop in zip(low, high, strict=True)], array.dtype)
    ranges = [range(start // side, -(-stop // side)) for start, stop, side in zip(low, high, array.chunk, strict=True)]
    for place in itertools.product(*ranges):
        brick = read_unit(array, place)
        if brick is not None:
            begin = [index * side - start for index, side, start in zip(place, array.chunk, low, strict=True)]
            target = box[tuple(slice(one, one + side) for one, side in zip(begin, array.chunk, strict=True))]
            target[...] = brick[tuple(slice(0, length) for length in target.shape)]
    return box


def _array_node(array: ZarrArray, level: int) -> dict[str, Any]:
    blosc = {"typesize": array.dtype.itemsize, "cname": "zstd", "clevel": level, "shuffle": "shuffle", "blocksize": 0}
    return {
        "zarr_format": 3,
        "node_type": "array",
        "shape": list(array.shape),
        "data_type": array.dtype.name,
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": list(array.chunk)}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        "fill_value": 0.0 if array.dtype.kind == "f" else 0,
        "codecs": [
            {"name": "bytes", "configuration": {"endian": "little"}},
            {"name": "blosc", "configuration": blosc},
        ],
        "dimension_names": list(array.dimensions),
        "attributes": {},
    }


def _group_node(levels: list[Level], header: Header) -> dict[str, Any]:
    """Source: https://ngff.openmicroscopy.org/0.5/#multiscale-md"""
    unit = {} if header.unit == "voxel" else {"unit": long_unit(header.unit)}
    multiscales = {
        "axes": [{"name": name, "type": "space", **unit} for name in "zyx"],
        "datasets": [
            {"path": level.array.folder.name, "coordinateTransformations": _transformations(level, header)}
            for level in levels
        ],
        "type": "decimation" if header.labels else "mean",
    }
    ome: dict[str, Any] = {"version": "0.5", "multiscales": [multiscales]} | (
        {"image-label": {}} if header.labels else {}
    )
    return {"zarr_format": 3, "node_type": "group", "attributes": {"ome": ome}}


def _transformations(level: Level, header: Header) -> list[dict[str, Any]]:
    """The size of a voxel, and where the middle of the first one lies, which is between those that it stands for."""
    scale = [size * step for size, step in zip(header.voxel_size, level.step, strict=True)]
    found: list[dict[str, Any]] = [{"type": "scale", "scale": scale}]
    middle = [size * (step - 1) / 2 for size, step in zip(header.voxel_size, level.step, strict=True)]
    return [*found, {"type": "translation", "translation": middle}] if any(middle) and not header.labels else found


def _write_json(path: Path, said: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n")
