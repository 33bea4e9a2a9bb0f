"""Updates that send the changed cells alone."""

import io
import itertools

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from textual._compositor import ChopsUpdate
from textual.strip import Strip

from annotat3d_tui.tui.terminal.frugal import FrugalUpdate

CONSOLE = Console(file=io.StringIO(), color_system="truecolor", force_terminal=True)
COLUMNS, LINES = 12, 3
CUTS = (0, 4, 5, 12)
"""Where widgets begin and end in each line."""
SPANS = st.lists(
    st.tuples(st.integers(0, LINES - 1), st.integers(0, COLUMNS - 1), st.integers(1, COLUMNS)).filter(
        lambda span: span[1] < span[2]
    ),
    min_size=1,
    max_size=4,
)


def update_of(spans: list[tuple[int, int, int]]) -> ChopsUpdate:
    """Widgets side by side, of which each cell has a letter of its own; the second one has nothing to be drawn."""
    letters = [chr(ord("a") + column) for column in range(COLUMNS)]
    pieces = {begin: Strip([Segment("".join(letters[begin:end]))]) for begin, end in itertools.pairwise(CUTS)}
    return ChopsUpdate([pieces | {4: None} for _ in range(LINES)], spans, [list(CUTS[1:])] * LINES)


def shown(text: str) -> list[str]:
    screen = pyte.Screen(COLUMNS, LINES)
    pyte.Stream(screen).feed("." * COLUMNS * LINES + text)
    return list(screen.display)


@settings(deadline=None)
@given(SPANS)
def test_the_cells_of_the_spans_are_written_and_no_others(spans: list[tuple[int, int, int]]) -> None:
    expected = [
        "".join(
            chr(ord("a") + column)
            if column != 4 and any(y == line and first <= column < stop for y, first, stop in spans)
            else "."
            for column in range(COLUMNS)
        )
        for line in range(LINES)
    ]
    assert shown(FrugalUpdate.of(update_of(spans)).render_segments(CONSOLE)) == expected


def test_a_cell_far_right_in_a_widget_costs_no_more_than_one_on_the_left() -> None:
    near, far = (FrugalUpdate.of(update_of([(0, column, column + 1)])).render_segments(CONSOLE) for column in (5, 8))
    assert len(near) == len(far)
    assert len(far) < len(update_of([(0, 8, 9)]).render_segments(CONSOLE))
