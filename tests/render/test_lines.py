"""Curves in dots: where they must be, in one piece, told apart without colours."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotat3d_tui.render.lines import NOBODY, PATTERNS, Frame, Line, column_of, dots_of, draw, frame_of

VALUES = st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=60)


def line(values: list[float], pattern: str = "1", letter: str = "") -> Line:
    return Line(np.arange(len(values), dtype=float), np.array(values), pattern, letter)


@given(VALUES)
def test_a_solid_line_is_in_one_piece_and_touches_highest_and_lowest(values: list[float]) -> None:
    one = line(values)
    dots, _ = dots_of(one, frame_of([one]), 40, 24)
    assert dots.any(axis=0).all(), "no column is without a dot"
    for before, after in zip(dots.T[:-1], dots.T[1:], strict=True):
        reach = np.convolve(before, [1, 1, 1], "same") > 0
        assert (reach & after).any(), "columns side by side touch"
    if max(values) > min(values):
        assert dots[0].any()
        assert dots[-1].any()


@given(VALUES, st.sampled_from(PATTERNS[1:]))
def test_a_pattern_leaves_dots_out_and_adds_none(values: list[float], pattern: str) -> None:
    one, frame = line(values), frame_of([line(values)])
    solid, _ = dots_of(one, frame, 60, 24)
    thin, _ = dots_of(line(values, pattern), frame, 60, 24)
    assert not (thin & ~solid).any()
    assert 0 < thin.sum() < solid.sum()


def test_the_last_line_lies_on_top_and_every_line_has_its_letter() -> None:
    lines = [line([1.0, 1.0, 1.0], PATTERNS[k], "ABC"[k]) for k in range(3)]
    drawn = draw(lines, Frame(0.0, 2.0, 0.0, 2.0), 60, 5)
    text = "".join(drawn.rows())
    assert all(letter in text for letter in "ABC")
    owners = drawn.owners[drawn.letters != " "]
    assert set(owners.tolist()) == {0, 1, 2}
    assert (owners == 2).sum() > (owners == 1).sum()
    assert (drawn.owners == NOBODY).sum() == (drawn.letters == " ").sum()


@pytest.mark.parametrize("count", range(1, 27))
def test_many_lines_have_letters_in_a_narrow_plot(count: int) -> None:
    lines = [line([float(k), float(k)], PATTERNS[k % len(PATTERNS)], chr(65 + k)) for k in range(count)]
    text = "".join(draw(lines, frame_of(lines), 70, 30).rows())
    assert sum(chr(65 + k) in text for k in range(count)) >= min(count, 24)


def test_one_point_is_a_dot_and_an_empty_line_is_nothing() -> None:
    point, empty = Line(np.array([3.0]), np.array([4.0]), PATTERNS[2]), Line(np.array([]), np.array([]))
    drawn = draw([empty, point], frame_of([empty, point]), 10, 3)
    assert (drawn.letters != " ").sum() == 1
    assert drawn.owners.max() == 1


@given(st.floats(0, 1))
def test_the_column_of_a_place_is_the_one_where_its_dot_is(share: float) -> None:
    frame = Frame(10.0, 30.0, 0.0, 1.0)
    place = 10 + 20 * share
    dots, _ = dots_of(Line(np.array([place]), np.array([0.5])), frame, 40, 8)
    assert np.flatnonzero(dots.any(axis=0))[0] // 2 == column_of(place, frame, 20)
