"""Which voxel of a plane each pixel of the screen shows, and back: the one mapping for drawing, cursor and mouse.

A cell of the terminal is taken as two square pixels, one above the other. The whole plane is thought of as an image
of `pixels` pixels an axis, of which the screen shows a window; all arithmetic is on integers, so that what is drawn
and what is pointed at can never differ.

A terminal that has graphics shows each half of a cell in many pixels: a sharp view is the same image at the same place,
measured more finely. A cell may be 17 pixels high, and its halves 8½: such a pixel of the screen is two of the image.
"""

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Point = tuple[int, int]
"""(h, v) of a voxel in its plane: along the columns, along the rows."""

ZOOMS = (
    1 / 16,
    1 / 12,
    1 / 8,
    1 / 6,
    1 / 4,
    1 / 3,
    1 / 2,
    2 / 3,
    1.0,
    1.5,
    2.0,
    3.0,
    4.0,
    6.0,
    8.0,
    12.0,
    16.0,
    24.0,
    32.0,
)
HALF_BLOCKS = 1, 2
"""Pixels (across, down) of a cell where a terminal has no finer ones."""
LARGEST_FIT = 32.0
LEAST_STEP = 1.15
MOST_PIXELS = 1 << 30


@dataclass(frozen=True)
class Axis:
    """One axis of a viewport.

    voxels: length of the plane; pixels: of its image; offset: the pixel of the image at the first pixel of the
    screen, negative where there is a margin; screen: pixels of the screen; step: so many pixels of the image are one of
    the screen.
    """

    voxels: int
    pixels: int
    offset: int
    screen: int
    step: int = 1

    @cached_property
    def inside(self) -> slice:
        """The pixels of the screen that show the plane; the others are margin."""
        begin, stop = -(self.offset // self.step), (self.pixels - self.offset) // self.step
        return slice(max(begin, 0), max(min(stop, self.screen), begin + 1, 1))

    @cached_property
    def first(self) -> NDArray[np.int64]:
        """First voxel of each pixel of the screen that is inside."""
        image_pixels = np.arange(self.inside.start, self.inside.stop, dtype=np.int64) * self.step + self.offset
        return np.asarray(np.minimum(image_pixels * self.voxels // self.pixels, self.voxels - 1))

    @cached_property
    def stop(self) -> NDArray[np.int64]:
        """Voxel after the last one of each pixel inside; a pixel shows at least one voxel."""
        after = np.arange(self.inside.start + 1, self.inside.stop + 1, dtype=np.int64) * self.step + self.offset
        return np.asarray(np.clip(after * self.voxels // self.pixels, self.first + 1, self.voxels))

    @cached_property
    def middle(self) -> NDArray[np.int64]:
        """The voxel that stands for each pixel inside where only one can."""
        return np.asarray((self.first + self.stop - 1) // 2)

    def voxel_at(self, pixel: int) -> int | None:
        """The voxel that a pixel of the screen shows; None in the margin."""
        if not self.inside.start <= pixel < self.inside.stop:
            return None
        return int(self.middle[pixel - self.inside.start])

    def pixels_of(self, voxel: int) -> tuple[int, int]:
        """First and last pixel of the screen that show a voxel; they may lie off the screen."""
        last = self._last_pixel(voxel)
        return min(self._last_pixel(voxel - 1) + 1, last), last

    def pixel_of(self, voxel: int) -> int:
        """The pixel in the middle of those on the screen that show a voxel; where there are none, of those off it."""
        first, last = self.pixels_of(voxel)
        if first < self.screen and last >= 0:
            first, last = max(first, 0), min(last, self.screen - 1)
        return (first + last) // 2

    def inside_of(self, low: int, high: int) -> slice:
        """Which of the pixels inside show any of the voxels `low` to `high`."""
        begin, end = self.pixels_of(low)[0], self.pixels_of(high)[1] + 1
        begin, end = (min(max(pixel, self.inside.start), self.inside.stop) for pixel in (begin, end))
        return slice(begin - self.inside.start, max(begin, end) - self.inside.start)

    def _last_pixel(self, voxel: int) -> int:
        """The last pixel of the screen that begins in a voxel or before it."""
        return (((voxel + 1) * self.pixels - 1) // self.voxels - self.offset) // self.step

    def position(self, pixel: float) -> float:
        """Where a place on the screen, in pixels, lies along the plane, in voxels."""
        return (self.offset + pixel * self.step) * self.voxels / self.pixels

    @property
    def magnifies(self) -> bool:
        """Whether a pixel of the screen lies in one voxel."""
        return self.pixels >= self.voxels * self.step

    @property
    def voxels_a_pixel(self) -> int:
        """How many voxels a pixel of the screen shows, at least."""
        return self.voxels * self.step // self.pixels

    def finer(self, times: int, parts: int) -> "Axis":
        """The same, with `times` pixels of the screen in place of each `parts`."""
        common = math.gcd(times, parts)
        times, parts = times // common, parts // common
        return Axis(self.voxels, self.pixels * times, self.offset * times, self.screen * times // parts, parts)


@dataclass(frozen=True)
class Viewport:
    """A plane seen through a window of terminal cells.

    shape: (rows, columns) of the plane in voxels; cells: (columns, rows) of the terminal;
    zoom: pixels per finest voxel, 0 shows the whole plane; centre: (h, v) position shown in the middle, None the
    middle of the plane; spacing: (down, across) of a voxel relative to the finest, so that a pixel is square.
    cell: pixels (across, down) of a cell; zoom and spacing are for cells of 1×2, half-blocks, whatever is given here.

    >>> Viewport((100, 200), (50, 20), zoom=2.0, centre=(30.0, 40.0)).voxel_at(25, 20)
    (30, 40)
    """

    shape: tuple[int, int]
    cells: tuple[int, int]
    zoom: float = 0.0
    centre: tuple[float, float] | None = None
    spacing: tuple[float, float] = (1.0, 1.0)
    cell: tuple[int, int] = HALF_BLOCKS

    @property
    def screen(self) -> tuple[int, int]:
        """(rows, columns) of pixels."""
        columns, rows = self.cells
        return rows * self.cell[1], columns * self.cell[0]

    @property
    def halves(self) -> tuple[int, int]:
        """(rows, columns) of half-blocks."""
        columns, rows = self.cells
        return 2 * rows, columns

    @property
    def fineness(self) -> float:
        """Pixels along the shorter side of a half-block."""
        return min(self.cell[1] / 2, self.cell[0])

    @cached_property
    def scale(self) -> float:
        """Pixels per finest voxel, also where `zoom` is 0."""
        return self.zoom or self.fit

    @cached_property
    def fit(self) -> float:
        """The zoom at which the whole plane is just seen."""
        extents = (voxels * one for voxels, one in zip(self.shape, self.spacing, strict=True))
        return min(LARGEST_FIT, *(room / extent for room, extent in zip(self.halves, extents, strict=True)))

    @cached_property
    def down(self) -> Axis:
        """The vertical axis."""
        return self._axis(0).finer(self.cell[1], HALF_BLOCKS[1])

    @cached_property
    def across(self) -> Axis:
        """The horizontal axis."""
        return self._axis(1).finer(self.cell[0], HALF_BLOCKS[0])

    def _axis(self, number: int) -> Axis:
        voxels, screen = self.shape[number], self.halves[number]
        pixels = min(max(round(voxels * self.spacing[number] * self.scale), 1), MOST_PIXELS)
        if not self.zoom:
            pixels = max(min(pixels, screen), 1)
        if pixels <= screen:
            return Axis(voxels, pixels, -((screen - pixels) // 2), screen)
        centre = voxels / 2 if self.centre is None else self.centre[1 - number]
        offset = round(centre * pixels / voxels - screen / 2)
        return Axis(voxels, pixels, min(max(offset, 0), pixels - screen), screen)

    def over(self, shape: tuple[int, int]) -> "Viewport":
        """The same pixels over a plane that shows the same in other voxels, (rows, columns) of them."""
        seen = replace(self, shape=shape)
        axes = zip((self.down, self.across), shape, strict=True)
        seen.__dict__["down"], seen.__dict__["across"] = (replace(axis, voxels=voxels) for axis, voxels in axes)
        return seen

    def voxel_at(self, column: int, half: int) -> Point | None:
        """(h, v) of the voxel shown at a column and half row of the screen; None outside the plane."""
        h, v = self.across.voxel_at(column), self.down.voxel_at(half)
        return None if h is None or v is None else (h, v)

    def nearest_voxel(self, column: int, half: int) -> Point:
        """As `voxel_at`, but in the margin or off the screen the nearest voxel that is shown."""
        across, down = self.across.inside, self.down.inside
        h = self.across.voxel_at(min(max(column, across.start), across.stop - 1))
        v = self.down.voxel_at(min(max(half, down.start), down.stop - 1))
        assert h is not None
        assert v is not None
        return h, v

    def cell_of(self, point: Point) -> tuple[int, int]:
        """(column, half row) of a pixel that shows a voxel: the middle one of those on the screen, else of all."""
        return self.across.pixel_of(point[0]), self.down.pixel_of(point[1])

    def shows(self, point: Point) -> bool:
        """Whether a voxel is on the screen."""
        column, half = self.cell_of(point)
        rows, columns = self.screen
        return 0 <= column < columns and 0 <= half < rows

    def panned(self, columns: float, halves: float) -> "Viewport":
        """The view moved over the plane by so many pixels; it stops at the border of the plane."""
        rows, width = self.screen
        moved = replace(self, centre=(self.across.position(columns + width / 2), self.down.position(halves + rows / 2)))
        return moved._settled()

    def showing(self, point: Point) -> "Viewport":
        """This view when it shows the voxel, else moved so that it does, by enough not to move at every step."""
        columns, halves = (
            _way_into_view(pixel, room) for pixel, room in zip(self.cell_of(point), self.screen[::-1], strict=True)
        )
        return self.panned(columns, halves) if columns or halves else self

    def zoomed(self, steps: int, pixel: tuple[int, int]) -> "Viewport":
        """The view after so many steps of zoom, with what is at `pixel` (column, half row) kept in its place.

        Zooming out ends with the whole plane.
        """
        zoom = next_zoom(self.scale, steps)
        if zoom <= self.fit and steps < 0:
            return replace(self, zoom=0.0, centre=None)
        return self.at(zoom, pixel)

    def at(self, zoom: float, pixel: tuple[int, int]) -> "Viewport":
        """The view at a zoom, with what is at `pixel` (column, half row) kept in its place."""
        nearer = replace(self, zoom=zoom)
        rows, columns = self.screen
        across = columns / 2 - pixel[0] - 0.5
        down = rows / 2 - pixel[1] - 0.5
        h = self.across.position(pixel[0] + 0.5) + across * nearer.across.voxels / nearer.across.pixels
        v = self.down.position(pixel[1] + 0.5) + down * nearer.down.voxels / nearer.down.pixels
        return replace(nearer, centre=(h, v))._settled()

    def _settled(self) -> "Viewport":
        """This view with the centre that it shows, not one beyond the border."""
        rows, columns = self.screen
        return replace(self, centre=(self.across.position(columns / 2), self.down.position(rows / 2)))


def next_zoom(scale: float, steps: int) -> float:
    """The zoom `steps` further in the table of zooms, past one that is nearly the same; it stops at the ends.

    >>> next_zoom(1.2, 1), next_zoom(1.2, -1), next_zoom(2.0, -2)
    (1.5, 1.0, 1.0)
    """
    larger = [zoom for zoom in ZOOMS if zoom > scale * LEAST_STEP]
    smaller = [zoom for zoom in reversed(ZOOMS) if zoom < scale / LEAST_STEP]
    ahead = larger if steps > 0 else smaller
    return ahead[min(abs(steps), len(ahead)) - 1] if ahead else scale


def _way_into_view(pixel: int, room: int) -> int:
    """How far to pan so that a pixel off the screen comes to lie a quarter from the border it left."""
    if 0 <= pixel < room:
        return 0
    return pixel - room // 4 if pixel < 0 else pixel - room + room // 4 + 1
