"""Whether the numbers in the names of slices go on evenly: where one is missing, all slices after it move in z."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise


def uneven(names: Sequence[str]) -> str:
    """A sentence about numbers that are missing in names in natural order; empty where all steps are equal.

    Only the one number counts that alone differs from name to name; names with several such numbers say nothing.

    >>> uneven(["s1.tif", "s2.tif", "s4.tif"])
    '1 slice seems to be missing, between s2.tif and s4.tif: all that comes after lies too low in z.'
    >>> uneven(["s10.tif", "s20.tif", "s30.tif"]), uneven(["a.tif", "b.tif"])
    ('', '')
    """
    numbers = _numbers(names)
    steps = [after - before for before, after in pairwise(numbers)]
    if len({*steps}) < 2:
        return ""
    usual = min(Counter(steps).items(), key=lambda item: (-item[1], item[0]))[0]
    odd = [place for place, step in enumerate(steps) if step != usual]
    first = f"between {names[odd[0]]} and {names[odd[0] + 1]}"
    if usual < 1 or any(steps[place] < usual or steps[place] % usual for place in odd):
        return (
            f"The numbers of the slices do not go on evenly, first {first}: see whether all are there, and once only."
        )
    missing = sum(steps[place] // usual - 1 for place in odd)
    said = f"{missing} slices seem to be missing" if missing > 1 else "1 slice seems to be missing"
    places = f", {first}" if len(odd) == 1 else f" at {len(odd)} places, first {first}"
    return f"{said}{places}: all that comes after lies too low in z."


def _numbers(names: Sequence[str]) -> list[int]:
    """The number in each name that alone differs; none where no number does so."""
    words = [re.split(r"([0-9]+)", name) for name in names]
    if len({len(one) for one in words}) != 1:
        return []
    columns = [column for column in zip(*words, strict=True) if len({*column}) > 1]
    if len(columns) != 1 or not columns[0][0].isdecimal():
        return []
    return [int(word) for word in columns[0]]
