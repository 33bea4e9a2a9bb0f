"""Which part of a volume is trained on, and which is held out: no patch lies in both."""

from collections.abc import Iterator
from dataclasses import dataclass

from annotat3d_tui.blocks import size_text
from annotat3d_tui.errors import InvalidParameter

Triple = tuple[int, int, int]


@dataclass(frozen=True)
class Box:
    """Voxels from `start` to `stop`, (z, y, x) each, the last not included."""

    start: Triple
    stop: Triple

    @property
    def shape(self) -> Triple:
        """Its lengths."""
        z, y, x = (stop - start for start, stop in zip(self.start, self.stop, strict=True))
        return z, y, x

    @property
    def slices(self) -> tuple[slice, slice, slice]:
        """What cuts it out of a volume."""
        z, y, x = (slice(start, stop) for start, stop in zip(self.start, self.stop, strict=True))
        return z, y, x

    def with_axis(self, axis: int, start: int, stop: int) -> "Box":
        """The same, but from `start` to `stop` along an axis."""
        first, last = [*self.start], [*self.stop]
        first[axis], last[axis] = start, stop
        return Box((first[0], first[1], first[2]), (last[0], last[1], last[2]))

    def holds(self, patch: Triple) -> bool:
        """Whether a patch fits."""
        return all(side <= length for side, length in zip(patch, self.shape, strict=True))


@dataclass(frozen=True)
class Split:
    """Boxes of an image in which patches that are trained on lie wholly, and those in which the ones held out do."""

    training: tuple[Box, ...]
    validation: tuple[Box, ...] = ()


def whole(shape: Triple) -> Box:
    """All of a volume."""
    return Box((0, 0, 0), shape)


def split_slab(shape: Triple, patch: Triple, share: float, name: str) -> Split:
    """The last `share` (0…1) of a volume along its longest axis is held out; along z for patches of one slice.

    Both parts are at least as long as a patch (z, y, x); where an axis is too short for that, the next longest is
    taken. Raises InvalidParameter when all are; `name` stands for the volume.

    >>> [box.shape for box in split_slab((10, 64, 64), (1, 32, 32), 0.2, "").training]
    [(8, 64, 64)]
    """
    for axis in _axes(shape, patch):
        length, side = shape[axis], patch[axis]
        if length >= 2 * side:
            cut = length - min(max(round(share * length), side), length - side)
            box = whole(shape)
            return Split((box.with_axis(axis, 0, cut),), (box.with_axis(axis, cut, length),))
    raise InvalidParameter(
        f"{name} must be twice as long as a patch in one direction to hold a part of it out, received "
        f"{size_text(shape)} for patches of {size_text(patch)}: make them smaller, hold out whole volumes "
        "(--validation-by volume), or none (--validation 0)."
    )


def split_planes(shape: Triple, patch: Triple, planes: tuple[int, int], name: str) -> Split:
    """Slices `planes` (first, and last + 1) are held out; what lies before and behind is trained on.

    Raises InvalidParameter for slices that are not there, or where a patch does not fit in either part.
    """
    first, last = planes
    if not 0 <= first < last <= shape[0]:
        raise InvalidParameter(
            f"The slices held out must be among the {shape[0]} of {name}, received {first}:{last}: correct them."
        )
    box = whole(shape)
    sides = (box.with_axis(0, 0, first), box.with_axis(0, last, shape[0]))
    training = tuple(side for side in sides if side.holds(patch))
    validation = box.with_axis(0, first, last)
    for what, fits in (("left for training", bool(training)), ("held out", validation.holds(patch))):
        if not fits:
            raise InvalidParameter(
                f"The slices of {name} that are {what} must hold a patch of {size_text(patch)}, "
                f"received {first}:{last} of {shape[0]} to hold out: choose others, or a thinner patch."
            )
    return Split(training, (validation,))


def _axes(shape: Triple, patch: Triple) -> Iterator[int]:
    """The axes to be cut, the best first."""
    if patch[0] == 1 and shape[0] > 1:
        yield 0
    yield from sorted(range(3), key=lambda axis: -shape[axis])
