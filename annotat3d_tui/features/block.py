"""The planes that one evaluation of a filter reads, and the memory that a thread uses again and again."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from math import prod
from threading import Lock
from typing import Any, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from annotat3d_tui.allocation import empty
from annotat3d_tui.errors import ShapeMismatch, UnknownType
from annotat3d_tui.features.borders import reflected

Kept = TypeVar("Kept")

TYPES = ("uint8", "uint16", "int16", "int32", "float32", "float64")
"""Voxel types of images. All but int32 and float64 are exact in float32; those are rounded to its 24 bits."""

BAND = 32
"""Rows that are copied at a time where the image cannot be read as it is."""

SAMPLES = 16
"""Voxels along each axis that decide the centre of the grey values."""


class Scratch:
    """Arrays of one thread that are made once, grow when they must, and are used again."""

    def __init__(self) -> None:
        self._buffers: dict[tuple[str, np.dtype[Any]], NDArray[Any]] = {}

    def array(self, name: str, shape: tuple[int, ...], dtype: DTypeLike = np.float32) -> NDArray[Any]:
        """An array with whatever values it last held; asking again for `name` gives the same memory."""
        key = (name, np.dtype(dtype))
        size = prod(shape)
        buffer = self._buffers.get(key)
        if buffer is None or buffer.size < size:
            self._buffers.pop(key, None)
            buffer = self._buffers[key] = empty(size, dtype)
        return buffer[:size].reshape(shape)


@dataclass(frozen=True)
class Source:
    """An image (Z, Y, X) as filters read it; raises UnknownType or ShapeMismatch for what is no image.

    `centre` is a typical grey value. Filters compute with differences to it, so that float images with
    a large offset keep their digits and a constant image stays exactly constant.
    """

    image: NDArray[Any]
    centre: float
    direct: bool
    _kept: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def once(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """What is made of this image once, by whichever thread is first, and kept with it."""
        with self._lock:
            if key not in self._kept:
                self._kept[key] = make()
            kept: Kept = self._kept[key]
            return kept

    @classmethod
    def of(cls, image: "NDArray[Any] | Source") -> "Source":
        """The source that reads `image`, without copying it; a source is returned as it is, with what it has kept."""
        if isinstance(image, Source):
            return image
        array = np.asarray(image)
        native = array.dtype.newbyteorder("=")
        if native.name not in TYPES:
            raise UnknownType(
                f"The image must be of type {', '.join(TYPES)}, received {array.dtype}: convert it first."
            )
        if array.ndim != 3 or 0 in array.shape:
            raise ShapeMismatch(
                f"The image must have three axes (Z, Y, X), none of them empty, received shape {array.shape}: "
                "give a single slice as (1, Y, X)."
            )
        sample = sampled(array)
        direct = array.dtype.isnative and array.flags.c_contiguous and array.flags.aligned
        return cls(array, float(np.float32(sample[sample.size // 2])), direct)


@dataclass(frozen=True)
class Block:
    """Planes `start` to `stop` of a source, where a filter is evaluated in 2 or 3 dimensions."""

    source: Source
    start: int
    stop: int
    dimensions: int
    scratch: Scratch

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape of what a filter gives: (planes, Y, X)."""
        _, height, width = self.source.image.shape
        return self.stop - self.start, height, width

    def planes(self) -> NDArray[Any]:
        """The planes themselves (planes, Y, X): read-only, contiguous and native, else as in the image."""
        part = self.source.image[self.start : self.stop]
        return read_only(part if self.source.direct else self._copy(part))

    def columns(self, reach: int) -> Iterator[tuple[NDArray[Any], NDArray[np.int64], int]]:
        """Columns along z, reaching `reach` planes beyond the block, as (array, where, left).

        The array (k, m) holds columns `left` to `left + m` of flattened planes; plane `start - reach + i`
        is its row `where[i]`. An image that can be read as it is comes as one such array.
        """
        depth, height, width = self.source.image.shape
        where = reflected(self.start - reach, self.stop + reach, depth)
        first, last = int(where.min()), int(where.max()) + 1
        window = self.source.image[first:last]
        if self.source.direct:
            yield read_only(window.reshape(last - first, -1)), where - first, 0
            return
        for top in range(0, height, BAND):
            band = self._copy(window[:, top : top + BAND])
            yield read_only(band.reshape(last - first, -1)), where - first, top * width

    def window(self, reach: int) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """Whole planes, reaching `reach` planes beyond the block in 3 dimensions, as (array, where).

        The array (k, Y, X) is read-only, contiguous and native; plane `start - reach + i` is its plane `where[i]`.
        In 2 dimensions these are the planes of the block alone.
        """
        reach = reach if self.dimensions == 3 else 0
        where = reflected(self.start - reach, self.stop + reach, self.source.image.shape[0])
        first = int(where.min())
        part = self.source.image[first : int(where.max()) + 1]
        return read_only(part if self.source.direct else self._copy(part)), where - first

    def _copy(self, part: NDArray[Any]) -> NDArray[Any]:
        copy = self.scratch.array("copy", part.shape, part.dtype.newbyteorder("="))
        np.copyto(copy, part)
        return copy


def sampled(image: NDArray[Any]) -> NDArray[Any]:
    """At most 4096 voxels spread over an image (Z, Y, X), in ascending order."""
    steps = tuple(-(-length // SAMPLES) for length in image.shape)
    return np.sort(image[:: steps[0], :: steps[1], :: steps[2]], axis=None)


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """A view that cannot be written: a kernel is compiled once, whether or not what it reads can be."""
    view = array.view()
    view.flags.writeable = False
    return view
