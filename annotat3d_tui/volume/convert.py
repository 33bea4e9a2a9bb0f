"""Another voxel type, or a part: nothing wraps and nothing is cut off silently."""

import math
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import size_text
from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.volume.files import save_blocks
from annotat3d_tui.volume.finite import ValueRange, range_of_blocks, value_range
from annotat3d_tui.volume.formats import inspect
from annotat3d_tui.volume.header import Header
from annotat3d_tui.volume.raw import RawProperties
from annotat3d_tui.volume.source import array_blocks, fill
from annotat3d_tui.volume.types import IMAGE_TYPES, type_named
from annotat3d_tui.volume.volume import Volume

Crop = tuple[slice, slice, slice]

HUGE = 1e300
"""Values beyond it, and ranges below its inverse, are brought near 1 first, where nothing overflows."""


def parse_crop(text: str, shape: tuple[int, ...]) -> Crop:
    """The part `z0:z1,y0:y1,x0:x1` of a volume of `shape` (Z, Y, X); an empty side means the border.

    Raises InvalidParameter when it cannot be read, is empty or reaches outside.

    >>> parse_crop("2:4,:,1:", (5, 6, 7))
    (slice(2, 4, None), slice(0, 6, None), slice(1, 7, None))
    """
    try:
        sides = [
            [int(word) if word.strip() else None for word in (side.strip() or ":").split(":")]
            for side in text.split(",")
        ]
        (z0, z1), (y0, y1), (x0, x1) = sides
    except ValueError:
        raise InvalidParameter(
            f"--crop must be z0:z1,y0:y1,x0:x1, received {text!r}: give three parts, as in 0:10,20:60,20:60."
        ) from None
    ends = [length if stop is None else stop for stop, length in zip((z1, y1, x1), shape, strict=True)]
    return check_crop((slice(z0 or 0, ends[0]), slice(y0 or 0, ends[1]), slice(x0 or 0, ends[2])), shape)


def check_crop(crop: Crop, shape: tuple[int, ...]) -> Crop:
    """The crop; raises InvalidParameter unless it is a part, not empty, of a volume of `shape` (Z, Y, X)."""
    for axis, part, length in zip("zyx", crop, shape, strict=True):
        if part.step not in (None, 1) or not 0 <= part.start < part.stop <= length:
            raise InvalidParameter(
                f"--crop in {axis} must be a start below a stop, from 0 to {length}, "
                f"received {part.start}:{part.stop}: the volume has {size_text(shape)} voxels (X×Y×Z)."
            )
    return crop


def convert(volume: Volume, *, dtype: str | None = None, crop: Crop | None = None, rescale: bool = False) -> Volume:
    """The volume, or the part `crop` of it, with voxels of the type `dtype`.

    Into whole numbers, fractions are rounded to the nearest (halves to the even one), NaN and −inf
    count as the finite minimum and +inf as the maximum. With `rescale`, the finite minimum…maximum
    of the part is mapped linearly to the full range of the type; without it, values outside that
    range are refused. Raises InvalidParameter.

    >>> image = Volume(np.array([[[0.0, 0.5, 1.0]]]))
    >>> convert(image, dtype="uint8", rescale=True).data
    array([[[  0, 128, 255]]], dtype=uint8)
    """
    data = volume.data if crop is None else volume.data[check_crop(crop, volume.data.shape)]
    target = data.dtype if dtype is None else type_named(dtype)
    if target != data.dtype or rescale:
        change = _change(data.dtype, target, rescale, lambda: value_range(data))
        changed = np.empty(data.shape, target)
        fill(changed, (change(block) for block in array_blocks(data)))
        data = changed
    return Volume(data, volume.voxel_size, volume.unit, volume.path)


def convert_file(
    path: Path | str,
    target: Path | str,
    *,
    dtype: str | None = None,
    crop: Crop | None = None,
    rescale: bool = False,
    raw: RawProperties | None = None,
    overwrite: bool = False,
    compress: bool = False,
) -> Path:
    """`convert` from file to file, block by block, whatever their size; returns `target`.

    Labels of any whole-number type are converted too. Raises what `open_volume`, `convert` and
    `save_volume` raise.
    """
    source = inspect(path, raw)
    part = check_crop(crop or parse_crop(":,:,:", source.shape), source.shape)

    def blocks() -> Iterator[NDArray[Any]]:
        return (block[:, part[1], part[2]] for block in source.blocks(part[0].start, part[0].stop))

    stored = np.dtype(source.dtype.newbyteorder("="))
    wanted = stored if dtype is None else type_named(dtype)
    change = _change(stored, wanted, rescale, lambda: range_of_blocks(blocks()))
    shape = tuple(side.stop - side.start for side in part)
    changed = (change(block) for block in blocks())
    header = Header((shape[0], shape[1], shape[2]), wanted, source.voxel_size, source.unit, compress)
    return save_blocks(target, changed, header, overwrite)


def _change(
    dtype: np.dtype[Any], target: np.dtype[Any], rescale: bool, values: Callable[[], ValueRange]
) -> Callable[[NDArray[Any]], NDArray[Any]]:
    """What makes a block of the type `target`; `values` is asked for the range only where it matters."""
    if rescale:
        if target.name not in IMAGE_TYPES or target.kind == "f":
            raise InvalidParameter(
                f"--rescale fills the range of uint8, uint16, int16 or int32, received {target.name}: "
                "give one of these as --dtype."
            )
        return partial(_rescaled, values=values(), target=target)
    if np.can_cast(dtype, target, "safe"):
        return partial(_cast, target=target)
    found = values()
    _check_range(found, target)
    return partial(_rounded, values=found, target=target) if target.kind in "iu" else partial(_cast, target=target)


def _check_range(values: ValueRange, target: np.dtype[Any]) -> None:
    whole = target.kind in "iu"
    limits = np.iinfo(target) if whole else np.finfo(target)
    lowest, highest = limits.min, limits.max
    if not whole:
        lowest, highest = float(lowest), float(highest)  # compared as float32, all beyond would be equal
    low, high = (round(end) if whole else end for end in values[:2])
    if low < lowest or high > highest:
        raise InvalidParameter(
            f"--dtype {target.name} holds {lowest} to {highest}, the volume holds {values.minimum} to "
            f"{values.maximum}: give --rescale to map one to the other, or a larger type."
        )


def _cast(block: NDArray[Any], target: np.dtype[Any]) -> NDArray[Any]:
    return block.astype(target, copy=False)


def _rounded(block: NDArray[Any], values: ValueRange, target: np.dtype[Any]) -> NDArray[Any]:
    if block.dtype.kind == "f":
        block = np.rint(_replaced(block, values))
    return block.astype(target)


def _rescaled(block: NDArray[Any], values: ValueRange, target: np.dtype[Any]) -> NDArray[Any]:
    limits, (low, high) = np.iinfo(target), (float(values.minimum), float(values.maximum))
    near_one = -math.frexp(max(-low, high))[1] if max(-low, high) > HUGE or 0 < high - low < 1 / HUGE else 0
    low, high = math.ldexp(low, near_one), math.ldexp(high, near_one)
    share: NDArray[np.float64] = np.ldexp(_replaced(block.astype(np.float64), values), near_one) - low
    share *= (limits.max - limits.min) / (high - low) if high > low else 0.0
    return np.clip(np.rint(share + limits.min), limits.min, limits.max).astype(target)


def _replaced(block: NDArray[Any], values: ValueRange) -> NDArray[Any]:
    low, high = values.minimum, values.maximum
    return np.nan_to_num(block, nan=low, posinf=high, neginf=low) if values.not_finite else block
