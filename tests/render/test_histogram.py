"""Contrast windows chosen from counted grey values: by percentiles, by values, by what was typed."""

import numpy as np
import pytest

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.render.histogram import SHARES, Histogram, parse_window
from annotat3d_tui.tui.overview import histogram_of

EVEN = histogram_of(np.arange(10001).reshape(1, 73, 137))


@pytest.mark.parametrize("shares", SHARES)
def test_a_window_lies_between_its_percentiles(shares: tuple[float, float]) -> None:
    assert EVEN.window_of(shares) == pytest.approx((shares[0] * 100, shares[1] * 100), abs=1)
    assert EVEN.shares_of(EVEN.window_of(shares)) == shares


def test_percentiles_come_round_and_begin_with_all_voxels() -> None:
    window, seen = (3.0, 4.0), []
    for _ in range(len(SHARES) + 1):
        window = EVEN.next_window(window)
        seen.append(EVEN.shares_of(window))
    assert seen == [*SHARES, SHARES[0]]


def test_an_image_of_one_grey_value_or_of_none_has_windows() -> None:
    for image in (np.full((2, 3, 4), 7), np.full((2, 3, 4), np.nan)):
        histogram = histogram_of(image)
        low, high = histogram.window_of((1, 99))
        assert low < high
        assert histogram.next_window((low, high))[0] < high


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("100 2000", (100, 2000)),
        ("100-2000", (100, 2000)),
        (" 100 – 2000 ", (100, 2000)),
        ("-5, -3", (-5, -3)),
        ("-5 3e2", (-5, 300)),
        ("1e-3;0.5", (0.001, 0.5)),
        ("1% 99%", (100, 9900)),
        ("1%-99%", (100, 9900)),
        ("10 99.9%", (10, 9990)),
        ("−4 4", (-4, 4)),
    ],
)
def test_what_is_typed_is_a_window(text: str, window: tuple[float, float]) -> None:
    assert parse_window(text, EVEN) == pytest.approx(window, abs=1 if "%" in text else 0)


@pytest.mark.parametrize("text", ["", "5", "5 5", "9 1", "1 2 3", "a b", "nan 4", "0 inf", "-inf 3", "99% 1%", "1 %"])
def test_what_is_no_window_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameter, match="two rising grey values, or percentiles such as 1% 99%, received"):
        parse_window(text, EVEN)


def test_a_percentile_between_two_that_are_known_lies_between_their_values() -> None:
    assert Histogram((), 0, 4, (0.0, 4.0)).grey_at(12.5) == 0.5
    assert Histogram((), 0, 4).grey_at(200) == 4
