"""Which axis of an array is which: one volume (Z, Y, X), or a sentence why not."""

from dataclasses import dataclass
from typing import Any

from annotat3d_tui.errors import InvalidFile

KEYS = "tczyx"
"""Letters of axes: time, channel, and those of space."""


@dataclass(frozen=True)
class Selection:
    """The axes z, y, x among those of an array, None where it has none; all others have length 1."""

    lengths: tuple[int, ...]
    axes: tuple[int | None, int, int]

    @property
    def shape(self) -> tuple[int, int, int]:
        """The shape (Z, Y, X)."""
        return self.along(self.lengths)

    def along(self, lengths: tuple[int, ...]) -> tuple[int, int, int]:
        """The lengths along z, y, x of something that has one for each axis of the array; 1 where there is no z."""
        z, y, x = self.axes
        return (1 if z is None else lengths[z]), lengths[y], lengths[x]

    def sizes(self, sizes: list[float]) -> tuple[float, float, float]:
        """As `along`, of sizes of a voxel."""
        z, y, x = self.axes
        return (1.0 if z is None else sizes[z]), sizes[y], sizes[x]

    def planes(self, start: int, stop: int) -> tuple[Any, ...]:
        """What is to be read of the array for those planes, as an array (planes, Y, X) of 2 or 3 axes."""
        z, y, x = self.axes
        some = {y: slice(None), x: slice(None)} | ({} if z is None else {z: slice(start, stop)})
        return tuple(some.get(axis, 0) for axis in range(len(self.lengths)))

    def place(self, z: int, y: int, x: int) -> tuple[int, ...]:
        """The index of something in the array whose index is (z, y, x) in the volume."""
        given = {self.axes[1]: y, self.axes[2]: x} | ({} if self.axes[0] is None else {self.axes[0]: z})
        return tuple(given.get(axis, 0) for axis in range(len(self.lengths)))


def selection_of(shape: tuple[int, ...], keys: str, name: str) -> Selection:
    """The axes z, y, x of an array; raises InvalidFile when it has more of them, or in another order.

    keys: a letter for each axis, empty where nothing is known.

    >>> selection_of((1, 5, 7, 11), "", "scan.h5").shape, selection_of((1, 1, 7, 11, 1), "tzyxc", "scan.h5").axes
    ((5, 7, 11), (1, 2, 3))
    """
    if len(shape) < 2 or min(shape) < 1 or len(long_axes(shape)) > 3:
        received = "×".join(str(length) for length in shape) or "a single value"
        raise InvalidFile(
            f"{name} must hold one volume (Z, Y, X) or plane (Y, X), received the shape {received}: "
            "save one volume, of one channel and one time, by itself."
        )
    kept = _kept(shape, keys)
    order = "".join(keys[axis] for axis in kept) if keys else ""
    if order and order not in ("zyx", "yx", "zy", "zx"):
        raise InvalidFile(f"{name} must have its axes in the order zyx, received {order}: save it transposed.")
    if len(kept) == 2:
        return Selection(shape, (None, kept[0], kept[1]))
    return Selection(shape, (kept[0], kept[1], kept[2]))


def is_keys(keys: str, axes: int) -> bool:
    """Whether letters name so many axes, each another one."""
    return len(keys) == axes == len({*keys}) and {*keys} <= {*KEYS} and "x" in keys and len({*keys} & {*"zyx"}) > 1


def long_axes(shape: tuple[int, ...] | None) -> list[int]:
    """The axes of which a volume needs room: all of two or three, those longer than 1 of more."""
    lengths = shape or ()
    if len(lengths) <= 3:
        return list(range(len(lengths)))
    longer = [axis for axis, length in enumerate(lengths) if length != 1]
    return longer if len(longer) > 1 else list(range(2))


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
