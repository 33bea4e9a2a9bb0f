"""A slice as a picture: grey values through a contrast window, label fill, superpixel borders, markers.

Every function takes the whole plane (rows, columns) and a viewport and gives the pixels of the screen inside the plane.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.render.colormaps import Colour
from annotat3d_tui.render.palette import TRUECOLOR, ColourOf, Palette
from annotat3d_tui.render.viewport import Axis, Viewport
from annotat3d_tui.superpixels.borders import borders

Window = tuple[float, float]
"""The grey values drawn black and white."""

SAMPLES = 4
"""At least so many voxels an axis make the mean of a pixel; more are left out where a plane is much larger."""

BORDER = (255, 214, 102)
BORDER_OPACITY, FAINT = 0.45, 0.12
CLEAR_SHARE, CROWDED_SHARE = 0.35, 0.65
"""Seen from afar borders would cover the image: from the first to the second share of pixels they become faint."""
HEAT: tuple[Colour, ...] = (
    (70, 50, 170), (120, 45, 165), (170, 45, 140), (210, 60, 105), (235, 90, 70), (250, 130, 45), (255, 175, 40),
    (255, 225, 80),
)  # fmt: skip
"""Of the levels 1 to 8 of what lies over the image as heat; told apart by their lightness, too."""
DIFFERENCE: dict[int, Colour] = {1: (70, 140, 255), 2: (255, 190, 60), 3: (235, 80, 200)}
"""Of what is missing, too much, or another label than in the label volume that is compared."""
LABEL_BORDER_OPACITY = 0.35
"""Added to the label's opacity where superpixels meet inside it."""


@dataclass(frozen=True)
class Layers:
    """What the pixels inside the plane show, each (rows, columns) of pixels.

    grey: grey level 0…levels-1; label, marks: label ids, 0 for none; superpixels: ids; heat: levels 1…8, 0 for none;
    difference: as in DIFFERENCE, 0 for none; inside: which pixels show the image, None where all do.
    """

    grey: NDArray[np.uint8]
    label: NDArray[Any] | None = None
    superpixels: NDArray[Any] | None = None
    marks: NDArray[Any] | None = None
    heat: NDArray[np.uint8] | None = None
    inside: NDArray[np.bool_] | None = None
    difference: NDArray[np.uint8] | None = None


def grey_levels(plane: NDArray[Any], viewport: Viewport, window: Window, levels: int) -> NDArray[np.uint8]:
    """Grey level of each pixel: the mean of its voxels, or the one voxel it lies in; NaN counts as the darkest."""
    low, high = window
    with np.errstate(all="ignore"):
        values = _mean(_mean(plane, viewport.down, 0, window), viewport.across, 1, window)
        values = (values.astype(np.float64) - low) * (levels / (high - low))
    return np.nan_to_num(values, nan=0.0, posinf=levels - 1).clip(0, levels - 1).astype(np.uint8)


def _mean(values: NDArray[Any], axis: Axis, number: int, window: Window) -> NDArray[Any]:
    """Values along one axis, one a pixel."""
    if axis.magnifies:
        return _finite(values.take(axis.first, axis=number), window)
    begin, end = int(axis.first[0]), int(axis.stop[-1])
    step = max(axis.voxels_a_pixel // SAMPLES, 1)
    some = values[begin:end:step] if number == 0 else values[:, begin:end:step]
    starts = (axis.first - begin + step - 1) // step
    counts = np.diff(starts, append=some.shape[number])
    exact = np.float32 if values.dtype.itemsize <= 2 or values.dtype == np.float32 else np.float64
    sums = np.add.reduceat(_finite(some, window), starts, axis=number, dtype=exact)
    return np.asarray(sums / counts.reshape((-1, 1) if number == 0 else (1, -1)).astype(exact))


def _finite(values: NDArray[Any], window: Window) -> NDArray[Any]:
    if values.dtype.kind != "f":
        return values
    return np.asarray(np.nan_to_num(values, nan=window[0], neginf=window[0], posinf=window[1]))


def sampled(plane: NDArray[Any], viewport: Viewport) -> NDArray[Any]:
    """The value of the voxel that stands for each pixel: for label volumes and superpixels."""
    return np.asarray(plane[viewport.down.middle[:, None], viewport.across.middle[None, :]])


def heat_levels(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The level 0…8 of values from 0 to 1, 0 where they are NaN.

    >>> heat_levels(np.array([0.0, 0.1, 0.5, 1.0, np.nan], np.float32)).tolist()
    [0, 1, 4, 8, 0]
    """
    return np.asarray(np.rint(np.nan_to_num(values).clip(0, 1) * len(HEAT)), np.uint8)


def highest(
    part: NDArray[Any], viewport: Viewport, corner: tuple[int, int] = (0, 0)
) -> tuple[NDArray[Any], tuple[slice, slice]]:
    """The highest value among the voxels of each pixel: for markers, which must not vanish when seen from afar.

    part: the plane, or a part of it that begins at the voxel `corner` (row, column). Also returns which of the
    pixels inside the plane these are.
    """
    where = []
    for number, axis in ((0, viewport.down), (1, viewport.across)):
        pixels = axis.inside_of(corner[number], corner[number] + part.shape[number] - 1)
        first = np.maximum(axis.first[pixels] - corner[number], 0)
        if axis.magnifies:
            part = part.take(first, axis=number)
        else:
            end = int(axis.stop[pixels][-1]) - corner[number] if len(first) else 0
            within = part[:end] if number == 0 else part[:, :end]
            part = np.maximum.reduceat(within, first, axis=number) if len(first) else within
        where.append(pixels)
    return part, (where[0], where[1])


def compose(
    layers: Layers, colour_of: ColourOf, *, palette: Palette = TRUECOLOR, opacity: float = 0.5
) -> NDArray[np.uint8]:
    """The picture (rows, columns, 3) of these layers, red, green and blue.

    The label fill has the given opacity (0…1), and so has the highest heat, lower ones less; borders of superpixels lie
    over the label, markers over all.
    """
    picture = palette.greys[layers.grey]
    edges = None if layers.superpixels is None else borders(layers.superpixels)
    if edges is not None:
        seen = border_opacity(edges if layers.inside is None else edges[layers.inside])
        picture[edges] = palette.mixed(BORDER, seen)[layers.grey[edges]]
    if layers.label is not None:
        _fill(picture, layers.grey, layers.label, colour_of, palette, opacity)
        if edges is not None:
            on_edges = np.where(edges, layers.label, 0)
            more = LABEL_BORDER_OPACITY * seen / BORDER_OPACITY
            _fill(picture, layers.grey, on_edges, colour_of, palette, min(opacity + more, 1.0))
    if layers.heat is not None:
        _heat(picture, layers.grey, layers.heat, palette, opacity)
    if layers.difference is not None:
        _fill(picture, layers.grey, layers.difference, DIFFERENCE.get, palette, opacity)
    if layers.marks is not None:
        _fill(picture, layers.grey, layers.marks, colour_of, palette, 1.0)
    return picture


def border_opacity(edges: NDArray[np.bool_]) -> float:
    """How opaque borders of superpixels are, from which of the image's pixels they are: the more, the fainter."""
    crowded = (float(edges.mean()) - CLEAR_SHARE) / (CROWDED_SHARE - CLEAR_SHARE)
    return BORDER_OPACITY + (FAINT - BORDER_OPACITY) * min(max(crowded, 0.0), 1.0)


def _heat(
    picture: NDArray[np.uint8], grey: NDArray[np.uint8], heat: NDArray[np.uint8], palette: Palette, opacity: float
) -> None:
    """Paint the pixels that have a level above 0, over the grey beneath."""
    shares = [opacity * ((level + 1) / len(HEAT)) ** 0.5 for level in range(len(HEAT))]
    shades = np.stack([palette.mixed(colour, share) for colour, share in zip(HEAT, shares, strict=True)])
    hot = heat > 0
    picture[hot] = shades[heat[hot] - 1, grey[hot]]


def _fill(
    picture: NDArray[np.uint8],
    grey: NDArray[np.uint8],
    ids: NDArray[Any],
    colour_of: ColourOf,
    palette: Palette,
    opacity: float,
) -> None:
    """Paint the pixels that carry a label in its colour, over the grey beneath."""
    if not ids.any():
        return
    present = np.flatnonzero(np.bincount(ids.ravel()))
    shades = np.zeros((len(present), palette.levels, 3), np.uint8)
    row_of = np.full(int(present[-1]) + 1, -1)
    for row, label in enumerate(present.tolist()):
        colour = colour_of(label) if label else None
        if colour is not None:
            shades[row] = palette.mixed(colour, opacity)
            row_of[label] = row
    which = row_of[ids]
    shown = which >= 0
    picture[shown] = shades[which[shown], grey[shown]]
