"""Which axis of a dataset is which: one volume (Z, Y, X), or a sentence why not."""

import json
from dataclasses import dataclass
from typing import Any

import h5py
import numpy as np

from annotat3d_tui.errors import InvalidFile

SMALL_TEXT = 1 << 16


@dataclass(frozen=True)
class Selection:
    """The axes z, y, x among those of a dataset, None where it has none; all others have length 1."""

    lengths: tuple[int, ...]
    axes: tuple[int | None, int, int]

    @property
    def shape(self) -> tuple[int, int, int]:
        """The shape (Z, Y, X)."""
        z, y, x = self.axes
        return (1 if z is None else self.lengths[z]), self.lengths[y], self.lengths[x]

    def planes(self, start: int, stop: int) -> tuple[Any, ...]:
        """What is to be read of the dataset for those planes, as an array (planes, Y, X) of 2 or 3 axes."""
        z, y, x = self.axes
        some = {y: slice(None), x: slice(None)} | ({} if z is None else {z: slice(start, stop)})
        return tuple(some.get(axis, 0) for axis in range(len(self.lengths)))


def along(lengths: tuple[int, ...], selection: Selection) -> tuple[int, int, int]:
    """The lengths along z, y, x of something that has one for each axis of the dataset."""
    z, y, x = selection.axes
    return (1 if z is None else lengths[z]), lengths[y], lengths[x]


def is_volume(dataset: Any) -> bool:
    """Whether a dataset may be a volume: numbers along 3 axes, but for those of length 1."""
    return isinstance(dataset, h5py.Dataset) and _numbers(dataset) and len(_long_axes(dataset.shape)) == 3


def is_plane(dataset: Any) -> bool:
    """Whether a dataset may be a volume of one plane."""
    return isinstance(dataset, h5py.Dataset) and _numbers(dataset) and len(_long_axes(dataset.shape)) == 2


def selection_of(dataset: h5py.Dataset, name: str) -> Selection:
    """The axes z, y, x of a dataset; raises InvalidFile when it has more of them, or in another order."""
    shape: tuple[int, ...] = dataset.shape or ()
    if len(shape) < 2 or 0 in shape or len(_long_axes(shape)) > 3:
        received = "×".join(str(length) for length in shape) or "a single value"
        raise InvalidFile(
            f"{name} must hold one volume (Z, Y, X) or plane (Y, X), received the shape {received}: "
            "save one volume, of one channel and one time, as a dataset by itself."
        )
    keys = axis_keys(dataset)
    kept = _kept(shape, keys)
    order = "".join(keys[axis] for axis in kept) if keys else ""
    if order and order not in ("zyx", "yx", "zy", "zx"):
        raise InvalidFile(f"{name} must have its axes in the order zyx, received {order}: save it transposed.")
    if len(kept) == 2:
        return Selection(shape, (None, kept[0], kept[1]))
    return Selection(shape, (kept[0], kept[1], kept[2]))


def axis_keys(dataset: h5py.Dataset) -> str:
    """A letter for each axis, as vigra and ilastik write them; empty where nothing is said."""
    try:
        said = dataset.attrs.get_id("axistags")
        if said.get_storage_size() > SMALL_TEXT or said.shape != ():
            return ""
        axes = json.loads(dataset.attrs["axistags"])["axes"]
        keys = "".join(str(axis["key"]) for axis in axes)
    except (KeyError, TypeError, ValueError, RecursionError):
        return ""
    return keys if len(keys) == len(dataset.shape) and {*keys} <= {*"tczyx"} else ""


def _kept(shape: tuple[int, ...], keys: str) -> list[int]:
    """Two or three axes: those that are called so, else those that are left when axes of length 1 are dropped.

    Of five axes the last is a channel, if it may be; then the first ones go, which are times and channels.
    """
    if keys and all(shape[axis] == 1 for axis, key in enumerate(keys) if key in "tc"):
        return [axis for axis, key in enumerate(keys) if key in "zyx"]
    kept = list(range(len(shape)))
    if len(kept) == 5 and shape[-1] == 1:
        kept.pop()
    while len(kept) > 3:
        kept.remove(next(axis for axis in kept if shape[axis] == 1))
    return kept


def _long_axes(shape: tuple[int, ...] | None) -> list[int]:
    """The axes of which a volume needs room: all of two or three, those longer than 1 of more."""
    lengths = shape or ()
    if len(lengths) <= 3:
        return list(range(len(lengths)))
    longer = [axis for axis, length in enumerate(lengths) if length != 1]
    return longer if len(longer) > 1 else list(range(2))


def _numbers(dataset: h5py.Dataset) -> bool:
    try:
        return bool(np.issubdtype(dataset.dtype, np.number) or dataset.dtype.kind == "b")
    except TypeError:  # NumPy has no such type
        return False
