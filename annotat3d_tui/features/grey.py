"""Filter `none`: the grey value."""

from collections.abc import Iterator
from typing import Any

from numpy.typing import NDArray

from annotat3d_tui.features.block import Block
from annotat3d_tui.features.filters import Scale, SinglePart


class Grey(SinglePart):
    """`none`: the grey value itself, once, without radius; there are no borders.

    Source: *None (Original Img)* of Annotat3D's manual.
    """

    filters = ("none",)
    scaled = False

    def cost(self, wanted: tuple[str, ...], scale: Scale, dimensions: int) -> float:
        """Nothing but pooling."""
        return 1.0

    def evaluate(self, block: Block, wanted: tuple[str, ...], scale: Scale) -> Iterator[tuple[str, str, NDArray[Any]]]:
        """The planes, read where they are."""
        yield "none", "", block.planes()


FAMILY = Grey()
