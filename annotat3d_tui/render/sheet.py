"""Several slices of a volume in one picture, evenly from the first to the last."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.render.picture import FOOT, TEXT, slice_picture, text_scale, with_foot
from annotat3d_tui.render.planes import index_of, plane_size

GAP = 4
SMALLEST = 8


def sheet_indices(depth: int, count: int) -> list[int]:
    """Which slices are shown: the middles of `count` equal parts.

    >>> sheet_indices(100, 4), sheet_indices(2, 5)
    ([12, 37, 62, 87], [0, 1])
    """
    count = min(count, depth)
    return [int((number + 0.5) * depth / count) for number in range(count)]


def contact_sheet(
    image: NDArray[Any],
    label: NDArray[Any] | None = None,
    *,
    count: int = 12,
    plane: str = "xy",
    size: tuple[int, int] = (1600, 1200),
    voxel_size: tuple[float, float, float] = (1.0, 1.0, 1.0),
    unit: str = "voxel",
    names: Mapping[int, str] | None = None,
    **look: Any,
) -> NDArray[np.uint8]:
    """A picture (rows, columns, 3) of at most `size` (width, height), without its foot, with `count` slices.

    look: what else `slice_picture` takes; each slice has its index, the picture one scale bar and legend.
    """
    if count < 1:
        raise InvalidParameter(f"A sheet must have at least 1 slice, received {count}: give more.")
    indices = sheet_indices(index_of(image.shape, plane), count)
    down, across = (
        length * one for length, one in zip(plane_size(image.shape, plane), plane_size(voxel_size, plane), strict=True)
    )
    columns = _columns(len(indices), across / down, size)
    rows = -(-len(indices) // columns)
    cell = (max((size[0] + GAP) // columns - GAP, SMALLEST), max((size[1] + GAP) // rows - GAP, SMALLEST))
    larger = text_scale(size)
    cells = [
        _numbered(
            slice_picture(
                image, label, plane=plane, index=index, size=cell, voxel_size=voxel_size, unit=unit, bar=False, **look
            ),
            index,
            larger,
        )
        for index in indices
    ]
    height, width = cells[0].shape[:2]
    picture = np.empty((rows * (height + GAP) - GAP, columns * (width + GAP) - GAP, 3), np.uint8)
    picture[:] = FOOT
    for number, one in enumerate(cells):
        top, left = (number // columns) * (height + GAP), (number % columns) * (width + GAP)
        picture[top : top + height, left : left + width] = one
    return with_foot(picture, width / across, unit, names or {}, larger=larger)


def _columns(count: int, aspect: float, size: tuple[int, int]) -> int:
    """How many columns make the slices, `aspect` times as wide as high, largest."""

    def width(columns: int) -> float:
        return min(size[0] / columns, aspect * size[1] / math.ceil(count / columns))

    return max(range(1, count + 1), key=width)


def _numbered(picture: NDArray[np.uint8], number: int, larger: int) -> NDArray[np.uint8]:
    from PIL import Image, ImageDraw, ImageFont

    drawn = Image.fromarray(picture)
    font = ImageFont.load_default(size=12 * larger)
    ImageDraw.Draw(drawn).text(
        (5 * larger, 3 * larger), str(number), fill=TEXT, font=font, stroke_width=larger, stroke_fill=(0, 0, 0)
    )
    return np.asarray(drawn)
