"""Headings with a few facts each: brush, what is shown, superpixels, forest."""

from dataclasses import dataclass

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from annotat3d_tui.tui.actions import with_keys

WIDE = 30
INDENT = 12


@dataclass(frozen=True)
class Fact:
    """A heading and pieces with their styles, which are wrapped between pieces; `{id}` is the key of a binding."""

    heading: str
    pieces: tuple[tuple[str | Content, str], ...]


class FactsPanel(Widget):
    """Facts under each other; where there is room the pieces of all stand in one column."""

    ALLOW_SELECT = False

    facts: reactive[tuple[Fact, ...]] = reactive((), layout=True)

    def render(self) -> Content:
        """The lines."""
        width = max(self.content_size.width, 1)
        return Content("\n").join(line for fact in self.facts for line in fact_lines(self._keyed(fact), width))

    def _keyed(self, fact: Fact) -> Fact:
        """With the keys of the keymap in its words."""
        pieces = [(with_keys(text, self.app) if isinstance(text, str) else text, style) for text, style in fact.pieces]
        return Fact(fact.heading, tuple(pieces))


def fact_lines(fact: Fact, width: int) -> list[Content]:
    """A fact in lines of at most `width` cells, as long as its pieces are shorter.

    >>> [line.plain for line in fact_lines(Fact("Brush", (("draw", ""), ("radius 5", ""), ("disk", ""))), 16)]
    ['Brush draw', '  radius 5  disk']
    >>> [line.plain for line in fact_lines(Fact("Brush", (("draw", ""), ("radius 5", ""), ("disk", ""))), 30)]
    ['Brush       draw  radius 5', '            disk']
    """
    indent = INDENT if width >= WIDE else 2
    start = fact.heading.ljust(indent - 1 if indent == INDENT else 0) + " "
    lines = [Content.assemble((start, "bold"))]
    gap = ""
    for text, style in fact.pieces:
        piece = text if isinstance(text, Content) else Content.assemble((text, style))
        if lines[-1].cell_length + len(gap) + piece.cell_length > width:
            lines.append(Content(" " * indent))
            gap = ""
        lines[-1] = Content.assemble(lines[-1], gap, piece)
        gap = "  "
    return lines
