"""Pictures without any graphics library: the brightest voxel along each look, in the box of the volume."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.render.colormaps import ramp
from annotat3d_tui.render.scene.box import box_lines
from annotat3d_tui.render.scene.camera import Camera
from annotat3d_tui.render.scene.grid import Floats, Grid
from annotat3d_tui.render.scene.scene import BACKGROUND_COLOURS, Scene
from annotat3d_tui.render.slice import Window

MOST_RAYS = 120_000
"""So many looks are followed; a larger picture is made of squares."""
LEVELS = 256
BOX = (128, 138, 152)


@dataclass(frozen=True)
class Numbers:
    """A coarse volume: numbers (Z, Y, X), and the grey value, number × scale + offset."""

    voxels: NDArray[Any]
    scale: float
    offset: float


def projection(
    numbers: Numbers | None, grid: Grid, scene: Scene, camera: Camera, size: tuple[int, int], window: Window
) -> NDArray[np.uint8]:
    """The picture (height, width, 3) of a `size` (width, height)."""
    width, height = size
    side = max(int(np.ceil(np.sqrt(width * height / MOST_RAYS))), 1)
    columns, rows = -(-width // side), -(-height // side)
    bottom, top = (np.array(colour, float) for colour in BACKGROUND_COLOURS[scene.background])
    share = np.linspace(0, 1, rows)[:, None, None]
    picture = np.broadcast_to(top + (bottom - top) * share, (rows, columns, 3)).astype(np.uint8)
    if numbers is not None:
        bright, hit = _brightest(numbers.voxels, grid, scene, camera, (columns, rows), size)
        low, high = window
        greys = bright * numbers.scale + numbers.offset
        level = ((greys - low) * (LEVELS / max(high - low, 1e-300))).clip(0, LEVELS - 1).astype(np.uint8)
        picture[hit] = ramp(scene.colormap, LEVELS)[level[hit]]
    picture = np.repeat(np.repeat(picture, side, axis=0), side, axis=1)[:height, :width].copy()
    if scene.box:
        _draw_box(picture, grid, camera)
    return picture


def _brightest(
    voxels: NDArray[Any], grid: Grid, scene: Scene, camera: Camera, rays: tuple[int, int], size: tuple[int, int]
) -> tuple[Floats, NDArray[np.bool_]]:
    """The highest number along each ray (rows, columns), and which rays meet the volume."""
    columns, rows = rays
    begin, way = _rays(camera, rays, size)
    near, far = _within(begin, way, grid, scene)
    near = np.maximum(near, 0.0) if camera.perspective else near
    hit = near < far
    begin, way, near, far = begin[hit], way[hit], near[hit], far[hit]
    best = np.zeros(len(begin), voxels.dtype)
    steps = np.array(grid.extent) / np.array(voxels.shape)
    step = float(steps.min())
    top = np.array(voxels.shape) - 1
    for number in range(int(np.ceil(float((far - near).max(initial=0.0)) / step))):
        along = near + (number + 0.5) * step
        there = np.flatnonzero(along < far)
        if not len(there):
            break
        index = ((begin[there] + way[there] * along[there, None]) / steps).astype(np.int32).clip(0, top)
        best[there] = np.maximum(best[there], voxels[index[:, 0], index[:, 1], index[:, 2]])
    picture = np.zeros((rows, columns))
    picture[hit.reshape(rows, columns)] = best
    return picture, hit.reshape(rows, columns)


def _rays(camera: Camera, rays: tuple[int, int], size: tuple[int, int]) -> tuple[Floats, Floats]:
    """Where each ray begins (n, 3) and its direction (n, 3)."""
    columns, rows = rays
    scale = camera.height / size[1]
    side = size[0] / columns
    across = ((np.arange(columns) + 0.5) * side - size[0] / 2) * scale
    above = (size[1] / 2 - (np.arange(rows) + 0.5) * side) * scale
    aside = across[None, :, None] * np.array(camera.right) + above[:, None, None] * np.array(camera.up)
    aside = aside.reshape(-1, 3)
    if camera.perspective:
        way = aside + camera.distance * np.array(camera.direction)
        way /= np.linalg.norm(way, axis=1, keepdims=True)
        return np.broadcast_to(np.array(camera.eye), aside.shape), way
    return aside + np.array(camera.focus), np.broadcast_to(np.array(camera.direction), aside.shape)


def _within(begin: Floats, way: Floats, grid: Grid, scene: Scene) -> tuple[Floats, Floats]:
    """From where to where, as lengths along each ray, it is in the box and on the side of the cut that is kept."""
    near, far = np.full(len(begin), -np.inf), np.full(len(begin), np.inf)
    bounds = [(axis, 0.0, length) for axis, length in enumerate(grid.extent)]
    with np.errstate(divide="ignore", invalid="ignore"):
        for axis, low, high in bounds:
            first, last = (low - begin[:, axis]) / way[:, axis], (high - begin[:, axis]) / way[:, axis]
            outside = (way[:, axis] == 0) & ((begin[:, axis] < low) | (begin[:, axis] > high))
            near = np.fmax(near, np.where(way[:, axis] == 0, -np.inf, np.minimum(first, last)))
            far = np.where(outside, -np.inf, np.fmin(far, np.where(way[:, axis] == 0, np.inf, np.maximum(first, last))))
        if scene.cut is not None:
            normal = np.array(scene.cut.normal)
            height = (begin - np.array(grid.place_of(scene.cut.plane.position))) @ normal
            slope = way @ normal
            at = -height / slope
            near = np.where(slope > 0, np.fmax(near, at), near)
            far = np.where(slope < 0, np.fmin(far, at), far)
            far = np.where((slope == 0) & (height < 0), -np.inf, far)
    return near, far


def _draw_box(picture: NDArray[np.uint8], grid: Grid, camera: Camera) -> None:
    """The lines of the box, over everything."""
    from PIL import Image, ImageDraw

    height, width = picture.shape[:2]
    drawn = Image.fromarray(picture)
    draw = ImageDraw.Draw(drawn)
    lines, colours = box_lines(grid, BOX)
    ends = camera.projected(lines.reshape(-1, 3), (width, height)).reshape(-1, 2, 3)
    for (begin, end), colour in zip(ends, colours.tolist(), strict=True):
        if np.isfinite([begin, end]).all() and np.abs([begin[:2], end[:2]]).max() < 1e5:
            draw.line([*begin[:2], *end[:2]], fill=tuple(colour))
    picture[:] = np.asarray(drawn)
