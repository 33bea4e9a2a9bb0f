"""Slices as they are laid into space: composed as those of the slice view, a pixel a voxel."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.labels.planes import axes_of
from annotat3d_tui.render.oblique import Oblique, greys_at, labels_at
from annotat3d_tui.render.oblique import inside as in_volume
from annotat3d_tui.render.palette import ColourOf, Palette
from annotat3d_tui.render.planes import plane_size, plane_view
from annotat3d_tui.render.scene.grid import Floats, Grid
from annotat3d_tui.render.scene.scene import Overlay
from annotat3d_tui.render.slice import Layers, Window, compose, grey_levels, highest, sampled
from annotat3d_tui.render.viewport import Viewport

MOST_PIXELS = 2048
"""A picture has at most so many pixels a side."""
LEVELS = 256
FINER, ROUNDING, MOST_ROUNDED = 3, 0.7, 48
"""Labels that a cut lays open are so many times as fine as voxels; how far their borders are smoothed, in voxels; the
most for which they are."""


@dataclass(frozen=True)
class Voxels:
    """What slices show: the image, and volumes of its shape, or None; marks: where (n, 3) and their labels (n,)."""

    image: NDArray[Any]
    label: NDArray[Any] | None = None
    superpixels: NDArray[Any] | None = None
    marks: tuple[NDArray[np.int32], NDArray[Any]] | None = None


@dataclass(frozen=True)
class Flat:
    """A picture (rows, columns, 3) on a polygon, or (rows, columns, 4) where a part of it is not there.

    corners (n, 3): of the polygon, in space; places (n, 2): of these in the picture, (right, down), 0…1.
    """

    rgb: NDArray[np.uint8]
    corners: Floats
    places: Floats


@dataclass(frozen=True)
class Colouring:
    """How slices are coloured."""

    window: Window
    colormap: str
    overlay: Overlay
    colour_of: ColourOf

    @property
    def palette(self) -> Palette:
        """Every grey of the map."""
        return Palette(levels=LEVELS, colormap=self.colormap)

    def picture(self, layers: Layers) -> NDArray[np.uint8]:
        """The layers, composed."""
        return compose(layers, self.colour_of, palette=self.palette, opacity=self.overlay.opacity)


def slice_flat(voxels: Voxels, grid: Grid, plane: str, index: int, colouring: Colouring) -> Flat:
    """Slice `index` of a plane, where it lies: in the middle of its voxels."""
    axes, overlay = axes_of(plane), colouring.overlay
    index = min(max(index, 0), grid.shape[axes.slice] - 1)
    flat = plane_view(voxels.image, plane, index)
    rows, columns = flat.shape
    zoom = min(1.0, MOST_PIXELS / max(rows, columns))
    viewport = Viewport((rows, columns), (columns, (rows + 1) // 2), zoom=zoom)

    def sampled_of(volume: NDArray[Any] | None, wanted: bool) -> NDArray[Any] | None:
        return sampled(plane_view(volume, plane, index), viewport) if wanted and volume is not None else None

    marks = None
    if overlay.markers and voxels.marks is not None:
        where, labels = voxels.marks
        here = where[:, axes.slice] == index
        marked = np.zeros((rows, columns), np.uint16)
        marked[where[here, axes.row], where[here, axes.column]] = labels[here]
        marks = highest(marked, viewport)[0]
    layers = Layers(
        grey_levels(flat, viewport, colouring.window, LEVELS),
        label=sampled_of(voxels.label, overlay.label),
        superpixels=sampled_of(voxels.superpixels, overlay.superpixels),
        marks=marks,
    )
    down, across = plane_size(grid.extent, plane)
    corners = np.zeros((4, 3))
    corners[:, axes.slice] = (index + 0.5) * grid.voxel_size[axes.slice]
    corners[[1, 2], axes.column] = across
    corners[[2, 3], axes.row] = down
    return Flat(colouring.picture(layers), corners, np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]]))


@dataclass(frozen=True)
class Inside:
    """What a cut lays open: the image from a grey value on, None for none of it; and these labels.

    smooth: the borders of labels do not show the voxels, which takes longer.
    """

    threshold: float | None
    labels: frozenset[int]
    smooth: bool = True


def oblique_flat(
    voxels: Voxels, grid: Grid, oblique: Oblique, colouring: Colouring, inside: Inside | None = None
) -> Flat | None:
    """A slice at any angle, as far as the box goes; None where it does not meet the box.

    inside: only what a cut along it lays open, each label in its own colour.
    """
    corners = cut_of_box(grid, oblique)
    if len(corners) < 3:
        return None
    middle = np.array(grid.place_of(oblique.position))
    within = (corners - middle) @ np.stack([oblique.across, oblique.down], axis=1)
    low, high = within.min(axis=0), within.max(axis=0)
    step = max(min(grid.voxel_size), float((high - low).max()) / MOST_PIXELS)
    columns, rows = (max(int(np.ceil(length / step)), 1) for length in high - low)
    across, down = (low[axis] + (np.arange(count) + 0.5) * step for axis, count in ((0, columns), (1, rows)))
    way = np.array(oblique.across)[:, None, None] * across + np.array(oblique.down)[:, None, None] * down[:, None]
    places = np.array(oblique.position)[:, None, None] + way / np.array(grid.voxel_size)[:, None, None]
    rgb = _picture_at(voxels, places, colouring) if inside is None else _open(voxels, places, colouring, inside)
    return Flat(rgb, corners, (within - low) / (np.array([columns, rows]) * step))


def _picture_at(voxels: Voxels, places: Floats, colouring: Colouring) -> NDArray[np.uint8]:
    """The picture (rows, columns, 3) of places (3, rows, columns)."""
    seen = _within(voxels, places)
    grey = np.zeros(seen.shape, np.uint8)
    grey[seen] = _levels(greys_at(voxels.image, places[:, seen]), colouring.window)

    def ids(volume: NDArray[Any] | None, wanted: bool) -> NDArray[Any] | None:
        if volume is None or not wanted:
            return None
        found = np.zeros(seen.shape, volume.dtype)
        found[seen] = labels_at(volume, places[:, seen])
        return found

    overlay = colouring.overlay
    layers = Layers(
        grey,
        label=ids(voxels.label, overlay.label),
        superpixels=ids(voxels.superpixels, overlay.superpixels),
        inside=seen,
    )
    return colouring.picture(layers)


def _open(voxels: Voxels, places: Floats, colouring: Colouring, inside: Inside) -> NDArray[np.uint8]:
    """The picture (rows, columns, 4) of what is laid open at places (3, rows, columns)."""
    seen = _within(voxels, places)
    picture = np.zeros((*seen.shape, 4), np.uint8)
    at = places[:, seen]
    shown = np.zeros((at.shape[1], 4), np.uint8)
    if inside.threshold is not None:
        greys = greys_at(voxels.image, at)
        solid = greys >= inside.threshold
        shown[solid, :3] = colouring.palette.greys[_levels(greys[solid], colouring.window)]
        shown[solid, 3] = 255
    picture[seen] = shown
    if not inside.labels or voxels.label is None:
        return picture
    ids = np.zeros(seen.shape, voxels.label.dtype)
    ids[seen] = labels_at(voxels.label, at)
    if inside.smooth:
        ids, picture = rounded(ids), picture.repeat(FINER, axis=0).repeat(FINER, axis=1)
    for label in np.unique(ids).tolist():
        colour = colouring.colour_of(label) if label in inside.labels else None
        if colour is not None:
            picture[ids == label] = (*colour, 255)
    return picture


def rounded(ids: NDArray[Any]) -> NDArray[Any]:
    """Ids (rows, columns), `FINER` times as fine, with borders that are smooth, unless there are many labels.

    >>> rounded(np.array([[1, 2]])).tolist()
    [[1, 1, 1, 2, 2, 2], [1, 1, 1, 2, 2, 2], [1, 1, 1, 2, 2, 2]]
    """
    present, fine = np.unique(ids), ids.repeat(FINER, axis=0).repeat(FINER, axis=1)
    if len(present) > MOST_ROUNDED or fine.size > MOST_PIXELS**2:
        return fine
    from scipy.ndimage import gaussian_filter

    best, smooth = np.zeros(fine.shape, np.float32), fine.copy()
    for one in present:
        share = gaussian_filter((fine == one).astype(np.float32), ROUNDING * FINER, mode="nearest")
        more = share > best
        best[more], smooth[more] = share[more], one
    return smooth


def _within(voxels: Voxels, places: Floats) -> NDArray[np.bool_]:
    shape = voxels.image.shape
    return in_volume(places, (shape[0], shape[1], shape[2]))


def _levels(values: Floats, window: Window) -> NDArray[np.uint8]:
    low, high = window
    values = np.nan_to_num(values, nan=low, posinf=high, neginf=low)
    return np.asarray(((values - low) * (LEVELS / (high - low))).clip(0, LEVELS - 1), np.uint8)


def cut_of_box(grid: Grid, oblique: Oblique) -> Floats:
    """The corners (n, 3), in turn, of what a plane cuts out of the box; n is 3 to 6, or 0.

    >>> len(cut_of_box(Grid((4, 4, 4)), Oblique((1.5, 1.5, 1.5))))
    4
    """
    corners = grid.corners
    away = (corners - np.array(grid.place_of(oblique.position))) @ np.array(oblique.normal)
    away = np.where(np.abs(away) < 1e-9 * grid.diagonal, 0.0, away)
    found = [corners[a] for a in range(8) if away[a] == 0]
    for a in range(8):
        for b in range(a + 1, 8):
            if (a ^ b) in (1, 2, 4) and away[a] * away[b] < 0:
                share = away[a] / (away[a] - away[b])
                found.append(corners[a] + share * (corners[b] - corners[a]))
    if len(found) < 3:
        return np.empty((0, 3))
    points = np.array(found)
    around = points - points.mean(axis=0)
    angles = np.arctan2(around @ np.array(oblique.down), around @ np.array(oblique.across))
    return np.asarray(points[np.argsort(angles)])
