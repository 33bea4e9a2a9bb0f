"""A table of the objects of a label volume: size, surface, place and grey values of each label, or of each piece.

The surface is told from how often lines along 13 directions enter and leave an object (Crofton's formula), each
direction with the share of all directions that are nearest to it: right to a few per cent for what is ten voxels wide.
After D. Legland, K. Kiêu, M.-F. Devaux, Computation of Minkowski measures on 2D and 3D binary images, Image Analysis &
Stereology 26, 2007 (doi:10.5566/ias.v26.p83-92). What ends at the border of the volume is closed there.
"""

import csv
import io
from dataclasses import asdict, dataclass
from itertools import product
from math import pi, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, part, quiet, size_text, slabs
from annotat3d_tui.errors import ShapeMismatch
from annotat3d_tui.labels.boxes import Boxes, plain_ids

PLACES = ("x", "y", "z", "x0", "y0", "z0", "x1", "y1", "z1")
"""Columns of the centroid, of the first voxel of the box, and of what is just beyond its last."""
_DIRECTIONS = 20000
_AT_ONCE = 1 << 18
"""Voxels that are measured between two reports."""
STEPS = np.array([step for step in product((-1, 0, 1), repeat=3) if step > (0, 0, 0)], np.int64)


@dataclass(frozen=True)
class Object:
    """One object. volume, surface, diameter (of the ball of that volume) are in the unit, all places in voxels.

    centroid: z, y, x. box: first z, y, x and last + 1. sphericity: surface of the ball of that volume, of the surface.
    mean, lowest, highest: grey values, None without an image. piece: from 1 among the pieces of its label, 0 where the
    label is measured as one.
    """

    label: int
    piece: int
    voxels: int
    volume: float
    surface: float
    centroid: tuple[float, float, float]
    box: tuple[int, int, int, int, int, int]
    diameter: float
    sphericity: float
    mean: float | None = None
    lowest: float | None = None
    highest: float | None = None


def measure(
    label: NDArray[Any],
    image: NDArray[Any] | None = None,
    *,
    voxel_size: tuple[float, float, float] = (1.0, 1.0, 1.0),
    pieces: bool = False,
    progress: Progress = quiet,
) -> list[Object]:
    """The objects of a label volume (Z, Y, X) by label, and by piece where `pieces` are asked for; 0 is none.

    image: of the same size, for grey values. voxel_size: along z, y, x. Raises ShapeMismatch.

    >>> found = measure(np.array([[[3, 3, 0, 3]]]), pieces=True)
    >>> [(one.label, one.piece, one.voxels) for one in found]
    [(3, 1, 2), (3, 2, 1)]
    """
    from annotat3d_tui.labels import object_kernels
    from annotat3d_tui.labels.components import Pieces

    if image is not None and image.shape != label.shape:
        raise ShapeMismatch(
            f"The image must have the label volume's size {size_text(label.shape)}, received {size_text(image.shape)}: "
            "give the image of these labels."
        )
    numbers: NDArray[Any]
    if pieces:
        found = Pieces.of(label)
        numbers, names = found.numbers, found.ids[1:]
        rows = np.arange(-1, len(names), dtype=np.int64)
    else:
        labels = Boxes.of(label, part(progress, 0.0, 0.1)).labels
        numbers, names = plain_ids(label), np.array(labels, np.int64)
        rows = np.zeros(1 << 16, np.int64)
        rows[names] = np.arange(len(names))
    rows[0] = len(names)  # behind all objects: what is none
    count = len(names) + 1
    sums, crossings = np.zeros((count, 4), np.int64), np.zeros((count, len(STEPS)), np.int64)
    extents, grey = np.zeros((count, 6), np.int64), np.zeros((count, 3))
    extents[:, :3], grey[:, 1], grey[:, 2] = np.iinfo(np.int64).max, np.inf, -np.inf
    values = np.empty((0, 0, 0))  # a kernel for each type of image would be compiled for long
    filled = (sums, extents, grey, crossings)
    for slab in slabs(len(numbers), max(_AT_ONCE // max(numbers[0].size, 1), 1)):
        if image is not None:
            values = np.array(image[slab.write], np.float64, order="C")
        object_kernels.measure(numbers, values, rows, STEPS, *filled, slab.start, slab.stop)
        progress(0.3 + 0.7 * slab.stop / len(numbers), "measuring")
    surfaces = crossings @ areas(voxel_size)
    order = np.argsort(names, kind="stable")
    number_of: dict[int, int] = {}
    objects = []
    for row in order.tolist():
        name = int(names[row])
        number_of[name] = number_of.get(name, 0) + 1
        objects.append(
            _object(
                name, number_of[name] * pieces, sums[row], extents[row], float(surfaces[row]), voxel_size,
                None if image is None else grey[row],
            )
        )  # fmt: skip
    return objects


def areas(voxel_size: tuple[float, float, float]) -> NDArray[np.float64]:
    """The surface that each crossing of a line along one of the 13 steps stands for: they lie as dense as voxels do."""
    ways = STEPS * np.array(voxel_size)
    lengths = np.linalg.norm(ways, axis=1)
    i = np.arange(_DIRECTIONS) + 0.5
    up, around = 1 - 2 * i / _DIRECTIONS, pi * (1 + 5**0.5) * i
    flat = np.sqrt(1 - up * up)
    directions = np.stack([up, flat * np.sin(around), flat * np.cos(around)], axis=1)
    nearest = np.abs(directions @ (ways / lengths[:, None]).T).argmax(1)
    share = np.bincount(nearest, minlength=len(STEPS)) / _DIRECTIONS
    found: NDArray[np.float64] = 2 * share * prod(voxel_size) / lengths
    return found


def table_text(objects: list[Object], unit: str = "voxel") -> str:
    """The objects as CSV: a row each, columns with their units."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    sizes = [f"volume ({unit}^3)", f"surface ({unit}^2)", f"diameter ({unit})", "sphericity"]
    rows.writerow(["label", "piece", "voxels", *sizes, *PLACES, "mean", "lowest", "highest"])
    for one in objects:
        grey = ["" if value is None else f"{value:.6g}" for value in (one.mean, one.lowest, one.highest)]
        sizes = [f"{value:.6g}" for value in (one.volume, one.surface, one.diameter, one.sphericity)]
        corner, end = one.box[2::-1], one.box[:2:-1]
        place = [f"{at:.3f}" for at in reversed(one.centroid)]
        rows.writerow([one.label, one.piece, one.voxels, *sizes, *place, *corner, *end, *grey])
    return text.getvalue()


def as_dicts(objects: list[Object]) -> list[dict[str, Any]]:
    """As JSON has them."""
    return [asdict(one) for one in objects]


def _object(
    label: int,
    piece: int,
    sums: NDArray[np.int64],
    box: NDArray[np.int64],
    surface: float,
    voxel_size: tuple[float, float, float],
    grey: NDArray[np.float64] | None,
) -> Object:
    voxels = int(sums[0])
    volume = voxels * prod(voxel_size)
    diameter = (6 * volume / pi) ** (1 / 3)
    z, y, x = (float(at) / voxels for at in sums[1:])
    z0, y0, x0, z1, y1, x1 = (int(side) for side in box)
    sphericity = pi * diameter**2 / surface if surface else 0.0
    values = (None, None, None) if grey is None else (float(grey[0]) / voxels, float(grey[1]), float(grey[2]))
    return Object(
        label, piece, voxels, volume, surface, (z, y, x), (z0, y0, x0, z1, y1, x1), diameter, sphericity, *values
    )  # fmt: skip
