"""The three planes in which strokes are drawn, as axes of a (Z, Y, X) volume."""

from typing import NamedTuple

from annotat3d_tui.errors import InvalidParameter

Shape = tuple[int, int, int]


class Axes(NamedTuple):
    """Axes (0 z, 1 y, 2 x) that count the slices of a plane, its rows (v) and its columns (h)."""

    slice: int
    row: int
    column: int


PLANES: dict[str, Axes] = {"xy": Axes(0, 1, 2), "xz": Axes(1, 0, 2), "yz": Axes(2, 0, 1)}


def axes_of(plane: str) -> Axes:
    """The axes of a plane `xy`, `xz` or `yz`; raises InvalidParameter for another word."""
    if plane not in PLANES:
        raise InvalidParameter(f"A plane must be one of {', '.join(PLANES)}, received {plane!r}: choose one of them.")
    return PLANES[plane]
