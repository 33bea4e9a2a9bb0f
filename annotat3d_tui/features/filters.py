"""What a family of filters is to the engine, so that a new one joins by being listed in the registry."""

from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

from numpy.typing import NDArray

from annotat3d_tui.features.block import Block


class Scale(NamedTuple):
    """The window for which filters are evaluated; both 0 for a family without radius."""

    radius: int
    smaller: int
    """The next smaller radius that was asked for, 0 at the smallest."""


class Family(Protocol):
    """Filters that are evaluated together, because they share work.

    What a voxel gets may depend on the image, the scale and the dimensions, never on the block.
    """

    filters: tuple[str, ...]
    """Names of the filters."""

    scaled: bool
    """Whether they are evaluated at every radius, or once."""

    def parts(self, name: str) -> tuple[str, ...]:
        """Names of what filter `name` gives; ("",) where it gives one value a voxel."""
        ...

    def cost(self, wanted: tuple[str, ...], scale: Scale, dimensions: int) -> float:
        """Nanoseconds a voxel, about: weighs progress."""
        ...

    def evaluate(self, block: Block, wanted: tuple[str, ...], scale: Scale) -> Iterator[tuple[str, str, NDArray[Any]]]:
        """Each (filter, part, values) of the filters `wanted`, one by one.

        Values (planes, Y, X) are of any voxel type; they may be overwritten when the next is asked for.
        """
        ...


class SinglePart:
    """A family whose filters give one value a voxel."""

    def parts(self, name: str) -> tuple[str, ...]:
        """The one value, which needs no name."""
        return ("",)
