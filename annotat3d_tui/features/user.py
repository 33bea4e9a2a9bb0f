"""A function of a person becomes a filter."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotat3d_tui.errors import BrokenFilter
from annotat3d_tui.features.block import Block
from annotat3d_tui.features.borders import reflected
from annotat3d_tui.features.filters import Scale
from annotat3d_tui.features.plugins import blaming

Function = Callable[[NDArray[np.float32], int], ArrayLike]


@dataclass(eq=False)
class UserFilter:
    """A function as a family of one filter; made by `user_filter`, named by its entry point."""

    function: Function
    reach: Callable[[int], int]
    names: tuple[str, ...]
    scaled: bool
    nanoseconds: float
    filters: tuple[str, ...] = ()
    owner: str = "The filter"

    def __call__(self, part: NDArray[np.float32], radius: int) -> ArrayLike:
        """The function itself."""
        return self.function(part, radius)

    def parts(self, name: str) -> tuple[str, ...]:
        """What it gives."""
        return self.names

    def cost(self, wanted: tuple[str, ...], scale: Scale, dimensions: int) -> float:
        """As it was told."""
        return self.nanoseconds

    def evaluate(self, block: Block, wanted: tuple[str, ...], scale: Scale) -> Iterator[tuple[str, str, NDArray[Any]]]:
        """Call the function on the planes with their surroundings, in 2 dimensions on each plane alone."""
        with blaming(self.owner, "say how far it reaches"):
            reach = int(self.reach(scale.radius))
        deep = block.dimensions == 3
        values = block.scratch.array("user", (len(self.names), *block.shape))
        for start in (block.start,) if deep else range(block.start, block.stop):
            stop = block.stop if deep else start + 1
            part = surroundings(block.source.image, start, stop, reach if deep else 0, reach)
            found = self._checked(part, scale.radius)
            inner = slice(reach, found.shape[1] - reach) if deep else slice(None)
            rows, places = slice(reach, reach + block.shape[1]), slice(reach, reach + block.shape[2])
            values[:, start - block.start : stop - block.start] = found[:, inner, rows, places]
        for name, found in zip(self.names, values, strict=True):
            yield wanted[0], name, found

    def _checked(self, part: NDArray[np.float32], radius: int) -> NDArray[np.float32]:
        """What the function gives (parts, planes, Y, X); raises BrokenFilter where that is not what it must."""
        shape = part.shape
        with blaming(self.owner, "filter an image"):
            found = np.asarray(self.function(part, radius), dtype=np.float32)
        expected = shape if len(self.names) == 1 else (len(self.names), *shape)
        if found.shape != expected:
            raise BrokenFilter(
                f"{self.owner} must give an array of the shape {expected} for a part of shape {shape}, "
                f"received {found.shape}: correct it, or remove its package."
            )
        if not np.isfinite(found).all():
            raise BrokenFilter(
                f"{self.owner} must give finite numbers, received others: correct or remove its package."
            )
        return found.reshape(len(self.names), *shape)


def user_filter(
    *,
    reach: Callable[[int], int] = lambda radius: 4 * radius,
    parts: tuple[str, ...] = ("",),
    scaled: bool = True,
    nanoseconds: float = 50.0,
) -> Callable[[Function], UserFilter]:
    """Make a filter of a function (part of the image, radius) -> values of every voxel of the part.

    The part is float32 (Z, Y, X), the function's own to write in: some planes of the image and `reach(radius)` voxels
    around them, mirrored at the image's borders. What the function gives has the part's shape, and its margin is
    cut off again: a voxel's value may depend on the radius and on voxels up to `reach(radius)` away, nothing
    else, for the planes that are filtered together are not always the same. In 2 dimensions the part is one slice,
    (1, Y, X), without planes around it. With several `parts` it gives one array for each, stacked (parts, Z, Y, X).
    A filter that is not `scaled` is evaluated once, with radius 0. `nanoseconds` is about what a voxel costs: it
    weighs progress. A function without this decorator reaches 4 radii, as Gaussians do.

    >>> @user_filter(reach=lambda radius: radius)
    ... def ahead(part, radius):
    ...     return np.roll(part, -radius, axis=2) - part
    >>> ahead(np.arange(4, dtype=np.float32).reshape(1, 1, 4), 1).tolist()
    [[[1.0, 1.0, 1.0, -3.0]]]
    """

    def make(function: Function) -> UserFilter:
        return UserFilter(function, reach, parts, scaled, nanoseconds)

    return make


def surroundings(image: NDArray[Any], start: int, stop: int, deep: int, wide: int) -> NDArray[np.float32]:
    """Planes `start` to `stop` with `deep` planes and `wide` rows and columns around them, mirrored at borders."""
    depth, height, width = image.shape
    planes = reflected(start - deep, stop + deep, depth)
    rows, places = reflected(-wide, height + wide, height), reflected(-wide, width + wide, width)
    part = image[planes.min() : planes.max() + 1].astype(np.float32)
    found: NDArray[np.float32] = part[np.ix_(planes - planes.min(), rows, places)]
    return found
