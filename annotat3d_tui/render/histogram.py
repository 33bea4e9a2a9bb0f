"""Grey values of an image, counted: what a contrast window is chosen from, by value or by percent."""

import re
from dataclasses import dataclass
from itertools import pairwise

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.render.percentiles import widened
from annotat3d_tui.render.slice import Window

SHARES: tuple[tuple[float, float], ...] = ((0, 100), (0.5, 99.5), (1, 99), (2, 98), (5, 95), (10, 90))
"""Percentiles that are offered one after the other."""


@dataclass(frozen=True)
class Histogram:
    """Counts of voxels in equal bins from `low` to `high`; greys: rising values at evenly spaced percentiles 0…100."""

    counts: tuple[int, ...]
    low: float
    high: float
    greys: tuple[float, ...] = ()

    def grey_at(self, percent: float) -> float:
        """The grey value below which so many percent of the voxels are.

        >>> Histogram((), 0, 8, (0.0, 2.0, 8.0)).grey_at(75)
        5.0
        """
        greys = self.greys or (self.low, self.high)
        place = min(max(percent / 100, 0.0), 1.0) * (len(greys) - 1)
        below = min(int(place), len(greys) - 2)
        return greys[below] + (greys[below + 1] - greys[below]) * (place - below)

    def window_of(self, shares: tuple[float, float]) -> Window:
        """The window between two percentiles; around the one grey value where both are the same."""
        low, high = (self.grey_at(share) for share in shares)
        return (low, high) if low < high else widened(low)

    def shares_of(self, window: Window) -> tuple[float, float] | None:
        """The percentiles that are offered and make this window; None when it is another one."""
        return next((shares for shares in SHARES if self.window_of(shares) == window), None)

    def next_window(self, window: Window) -> Window:
        """The window of the percentiles after those that make this one; of all voxels after the last, or another."""
        after = {self.window_of(before): shares for before, shares in pairwise(SHARES)}
        return self.window_of(after.get(window, SHARES[0]))


def parse_window(text: str, histogram: Histogram) -> Window:
    """A window from two grey values, or percentiles where they end in %; InvalidParameter when that is none.

    >>> parse_window("50% 8", Histogram((), 0, 8, (0.0, 2.0, 8.0)))
    (2.0, 8.0)
    """
    words = re.split(r"\s+[-–…]\s+|(?<=[\d%])[-–…]|[\s,;]+", text.strip())
    try:
        low, high = (
            histogram.grey_at(float(word[:-1])) if word.endswith("%") else float(word.replace("−", "-"))
            for word in words
        )
    except ValueError:
        low = high = float("nan")
    if not low < high or abs(low) == float("inf") or abs(high) == float("inf"):
        raise InvalidParameter(
            f"A contrast must be two rising grey values, or percentiles such as 1% 99%, received {text!r}: type them."
        )
    return low, high
