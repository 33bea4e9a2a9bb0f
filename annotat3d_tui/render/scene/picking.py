"""Which voxel is seen at a place of a picture."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.labels.planes import axes_of
from annotat3d_tui.render.oblique import Vector
from annotat3d_tui.render.scene.camera import Camera
from annotat3d_tui.render.scene.grid import Floats, Grid, as_vector
from annotat3d_tui.render.scene.scene import MAXIMUM, Scene

STEP = 0.5
"""Finest voxels from one place on a look to the next."""


def picked(
    scene: Scene,
    camera: Camera,
    grid: Grid,
    place: tuple[float, float],
    size: tuple[int, int],
    image: NDArray[Any] | None = None,
    threshold: float = 0.0,
    label: NDArray[Any] | None = None,
    labels: frozenset[int] = frozenset(),
) -> tuple[int, int, int] | None:
    """The voxel (z, y, x) that is seen at a place (column, row) of a picture of a size (width, height), None for none.

    It is that of a slice, of the image from the threshold on, or of the surface of one of `labels`: the nearest; where
    only the brightest is seen, the brightest.
    """
    begin, way = (np.array(one) for one in camera.ray(place[0], place[1], size))
    along = _flats(scene, grid, begin, way)
    near, far = _through(grid, begin, way)
    near = max(near, 0.0) if camera.perspective else near
    if near < far:
        lengths = np.arange(near, far, STEP * min(grid.voxel_size)) + 1e-9
        places = begin + lengths[:, None] * way
        voxels = np.floor(places / np.array(grid.voxel_size)).astype(np.int64)
        voxels = voxels.clip(0, np.array(grid.shape) - 1)
        kept = np.ones(len(voxels), np.bool_)
        if scene.cut is not None:
            kept = scene.cut.keeps(places / np.array(grid.voxel_size) - 0.5, grid)
        at = voxels[:, 0], voxels[:, 1], voxels[:, 2]
        if scene.volume and image is not None and kept.any():
            greys = np.where(kept, image[at], -np.inf)
            if scene.opacity == MAXIMUM:
                along.append(float(lengths[int(np.nanargmax(greys))]))
            elif (solid := np.flatnonzero(greys >= threshold)).size:
                along.append(float(lengths[solid[0]]))
        if label is not None and labels:
            there = np.flatnonzero(np.isin(label[at], list(labels)) & kept)
            along += [float(lengths[there[0]])] if len(there) else []
    if not along:
        return None
    return grid.nearest_voxel(begin + min(along) * way)


def _flats(scene: Scene, grid: Grid, begin: Floats, way: Floats) -> list[float]:
    """How far along a look each slice is met inside the box."""
    planes: list[tuple[Vector, Vector]] = []
    for plane, index in scene.slices:
        axis = axes_of(plane).slice
        normal = as_vector(np.arange(3) == axis)
        planes.append((as_vector(np.array(normal) * (index + 0.5) * grid.voxel_size[axis]), normal))
    if scene.oblique is not None:
        planes.append((grid.place_of(scene.oblique.position), scene.oblique.normal))
    found = []
    for middle, normal in planes:
        slope = float(way @ np.array(normal))
        if abs(slope) < 1e-12:
            continue
        length = float((np.array(middle) - begin) @ np.array(normal)) / slope
        place = begin + length * way
        if (place >= 0).all() and (place <= np.array(grid.extent)).all():
            found.append(length)
    return found


def _through(grid: Grid, begin: Floats, way: Floats) -> tuple[float, float]:
    """From where to where, as lengths along a look, it is in the box; the first is not below where it is not."""
    near, far = -np.inf, np.inf
    for axis, length in enumerate(grid.extent):
        if abs(way[axis]) < 1e-12:
            if not 0 <= begin[axis] <= length:
                return 0.0, 0.0
            continue
        first, last = sorted((-begin[axis] / way[axis], (length - begin[axis]) / way[axis]))
        near, far = max(near, float(first)), min(far, float(last))
    return near, far
