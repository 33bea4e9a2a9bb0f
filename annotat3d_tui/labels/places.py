"""Where a stroke lies: a slice of a plane and points (h, v) in it; ranges, and the words of its text."""

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.labels.planes import axes_of

DEPTH_MAX = 10_000
COORDINATE_MAX = 10**9

Points = tuple[tuple[int, int], ...]


def slice_letter(plane: str) -> str:
    """The axis that counts the slices of a plane.

    >>> slice_letter("xy"), slice_letter("yz")
    ('z', 'x')
    """
    return "zyx"[axes_of(plane).slice]


def check_place(plane: str, position: int, points: Points, depth: int = 0, *, least: int = 1) -> None:
    """Raises InvalidParameter for no plane, fewer than `least` points, and numbers outside their ranges."""
    axes_of(plane)
    if len(points) < least:
        raise InvalidParameter("A stroke must have at least one point, received none: add a point such as 10,12.")
    check_range("The depth of a stroke", depth, 0, DEPTH_MAX)
    for number in (position, *(coordinate for point in points for coordinate in point)):
        check_range("A coordinate of a stroke", number, -COORDINATE_MAX, COORDINATE_MAX)


def check_range(who: str, number: int, lowest: int, highest: int) -> None:
    """Raises InvalidParameter unless lowest ≤ number ≤ highest."""
    if not lowest <= number <= highest:
        raise InvalidParameter(
            f"{who} must be from {lowest} to {highest}, received {number}: give a number in that range."
        )


def place_words(plane: str, position: int, depth: int = 0) -> list[str]:
    """The words of a slice.

    >>> place_words("xy", 40), place_words("xz", 7, 2)
    (['xy', 'z=40'], ['xz', 'y=7', 'depth=2'])
    """
    return [plane, f"{slice_letter(plane)}={position}", *([f"depth={depth}"] if depth else [])]


def point_words(points: Points) -> list[str]:
    """The words of points.

    >>> point_words(((10, 12), (-3, 4)))
    ['10,12', '-3,4']
    """
    return [f"{h},{v}" for h, v in points]
