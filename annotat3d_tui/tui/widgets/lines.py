"""Lines of text that must fit: parts are left out, the least important first."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol, TypeVar

from textual.content import Content


class Part(NamedTuple):
    """A piece of a line: text, style, and how early it may be left out (0: never, 9: first).

    `swatch`: a style in which a square stands before the text, since a colour may not be readable as text.
    """

    text: str
    style: str = ""
    spare: int = 0
    swatch: str = ""

    def content(self) -> Content:
        """As it is shown."""
        return Content.assemble(("■ ", self.swatch) if self.swatch else "", (self.text, self.style))


class Piece(Protocol):
    """What may stand in a line."""

    def content(self) -> Content:
        """As it is shown."""

    @property
    def spare(self) -> int:
        """How early it may be left out (0: never, 9: first)."""


Kind = TypeVar("Kind", bound=Piece)


def fitting(parts: Sequence[Kind], width: int, gap: int = 3) -> list[Kind]:
    """The parts that fit in `width` cells with `gap` cells between them.

    >>> [part.text for part in fitting([Part("demo", spare=2), Part("a.tif"), Part("uint8", spare=1)], 15)]
    ['a.tif', 'uint8']
    """
    kept = [part for part in parts if part.content()]
    while len(kept) > 1 and _width(kept, gap) > width:
        spare = max(part.spare for part in kept)
        if spare == 0:
            break
        last = max(i for i, part in enumerate(kept) if part.spare == spare)
        del kept[last]
    return kept


def _width(parts: Sequence[Piece], gap: int) -> int:
    return sum(part.content().cell_length for part in parts) + gap * (len(parts) - 1)


def joined(parts: Sequence[Part], separator: str = " · ", style: str = "$foreground 40%") -> Content:
    """The parts as one line; without a style of its own the separator costs fewer bytes."""
    dot = Content.assemble((separator, style))
    return dot.join(part.content() for part in parts)


def two_sided(left: Content, right: Content, width: int) -> Content:
    """`left` at the left and `right` at the right of a line; what does not fit of `left` is cut off."""
    room = max(width - right.cell_length - 1, 0)
    shown = left.truncate(room, ellipsis=True) if left.cell_length > room else left
    return Content.assemble(shown, " " * max(width - shown.cell_length - right.cell_length, 0), right)
