"""The picture of a plane at any angle: the image, and over it label, borders of superpixels, and markers."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from textual.reactive import var

from annotat3d_tui.render.contours import contour_of
from annotat3d_tui.render.halfblocks import NOTHING, packed
from annotat3d_tui.render.oblique import Oblique, Vector, greys_at, inside, known_sizes, labels_at
from annotat3d_tui.render.palette import Palette
from annotat3d_tui.render.patterns import patterned, shaded
from annotat3d_tui.render.slice import Layers, compose
from annotat3d_tui.tui.widgets.pixels import Pixels
from annotat3d_tui.tui.widgets.slice_view import SliceView

FINEST = 8
"""Places an axis of a pixel, at most, at which a marker is looked for."""


class ObliquePicture(Pixels):
    """A plane through the volumes of a slice view, in its colours; `zoom` is half-blocks per finest voxel."""

    plane: var[Oblique] = var(Oblique((0, 0, 0)), init=False)
    zoom: var[float] = var(1.0, init=False)

    def __init__(self, view: SliceView) -> None:
        super().__init__()
        self._view = view

    @property
    def sizes(self) -> Vector:
        """The size of a voxel (z, y, x); where that is not known, 1."""
        return known_sizes(self._view.voxel_size)

    def watch_plane(self) -> None:
        """Draw the other plane."""
        self.redraw_soon()

    def watch_zoom(self) -> None:
        """Draw it nearer or farther."""
        self.redraw_soon()

    def palette(self) -> Palette:
        """Of the slice."""
        return self._view.palette()

    def pixels(self, palette: Palette) -> NDArray[np.int32]:
        """The plane as the cells show it."""
        return self.drawn((2 * self.size.height, self.size.width), palette)

    def drawn(self, screen: tuple[int, int], palette: Palette) -> NDArray[np.int32]:
        """The pixels (rows, columns) of a screen, 0xRRGGBB or NOTHING outside the volume."""
        scene, view = self._view.scene, self._view
        places = self.plane.places(screen, self.zoom, self.sizes)
        seen = inside(places, scene.shape)
        pixels = np.full(screen, NOTHING, np.int32)
        if not seen.any():
            return pixels
        image = scene.shown_image(view.show_alternative)
        grey = np.zeros(screen, np.uint8)
        grey[seen] = _levels(greys_at(image, places[:, seen]), view.window_now, palette.levels)
        label = self._ids("label", places, seen) if view.show_label else None
        if label is not None and view.show_contour:
            label = contour_of(label)
        elif label is not None and view.has_patterns and self.app.no_color:
            shown = np.where(np.isin(label, list(scene.table.hidden)), 0, label)
            grey, label = shaded(grey, shown, palette.levels, view.label_opacity), None
        elif label is not None and view.has_patterns:
            label = patterned(label)
        layers = Layers(
            grey,
            label=label,
            superpixels=self._ids("superpixels", places, seen) if view.show_superpixels else None,
            marks=self._marks(screen) if view.show_markers else None,
            inside=seen,
        )
        opacity = (1 + view.label_opacity) / 2 if view.show_contour else view.label_opacity
        picture = packed(compose(layers, scene.colour_of, palette=palette, opacity=opacity))
        pixels[seen] = picture[seen]
        return pixels

    def _ids(self, name: str, places: NDArray[np.float64], seen: NDArray[np.bool_]) -> NDArray[Any] | None:
        """The values of a volume (rows, columns), 0 where none is seen."""
        volume = self._view.scene.volume(name)
        if volume is None:
            return None
        ids = np.zeros(seen.shape, volume.dtype)
        ids[seen] = labels_at(volume, places[:, seen])
        return ids

    def _marks(self, screen: tuple[int, int]) -> NDArray[np.uint16]:
        """The highest marker of each pixel (rows, columns), so that none vanishes from afar."""
        scene, (rows, columns) = self._view.scene, screen
        finer = min(max(math.ceil(1 / self.zoom), 1), FINEST)
        places = self.plane.places((rows * finer, columns * finer), self.zoom * finer, self.sizes)
        seen = inside(places, scene.shape)
        voxels = tuple(np.floor(places[:, seen] + 0.5).astype(np.int64))
        marks = np.zeros(seen.shape, np.uint16)
        marks[seen], _ = scene.annotation.markers.at(np.ravel_multi_index(voxels, scene.shape))
        return np.asarray(marks.reshape(rows, finer, columns, finer).max(axis=(1, 3)))


def _levels(values: NDArray[Any], window: tuple[float, float], levels: int) -> NDArray[np.uint8]:
    low, high = window
    with np.errstate(all="ignore"):
        scaled = (values - low) * (levels / (high - low))
    return np.asarray(np.nan_to_num(scaled, nan=0.0, posinf=levels - 1).clip(0, levels - 1), np.uint8)
