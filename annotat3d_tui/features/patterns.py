"""Filter `lbp`: uniform local binary patterns."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel
from annotat3d_tui.features.block import Block
from annotat3d_tui.features.borders import reflected
from annotat3d_tui.features.filters import Scale, SinglePart
from annotat3d_tui.features.lines import Array, lay_row

NEIGHBOURS = 8
OTHER = 9
"""What is given for a pattern that is not uniform."""


class Patterns(SinglePart):
    """`lbp`: uniform local binary pattern of 8 neighbours on a circle whose radius is the radius.

    A neighbour counts where its value, interpolated linearly between the four voxels around it, is at least that of
    the voxel in the middle. Where at most two changes are met on the way round (the pattern is uniform) the
    value is the number of neighbours that count, 0 to 8, else it is 9. In 2 dimensions this is
    `skimage.feature.local_binary_pattern(slice, 8, radius, "uniform")`, but that borders are mirrored instead of zero.
    In 3 dimensions it is the average over the three planes xy, xz and yz through the voxel.

    Values are compared as differences to the middle in float32: a constant image has 8 everywhere.

    Source: Ojala, Pietikäinen & Mäenpää 2002 (Multiresolution gray-scale and rotation invariant texture classification
    with local binary patterns, doi:10.1109/TPAMI.2002.1017623); three planes: Zhao & Pietikäinen 2007
    (doi:10.1109/TPAMI.2007.1110).

    >>> FAMILY.filters
    ('lbp',)
    """

    filters = ("lbp",)
    scaled = True

    def cost(self, wanted: tuple[str, ...], scale: Scale, dimensions: int) -> float:
        """The same for every radius; one plane or three."""
        return 1.0 + (3.0 if dimensions == 2 else 9.0)

    def evaluate(self, block: Block, wanted: tuple[str, ...], scale: Scale) -> Iterator[tuple[str, str, NDArray[Any]]]:
        """Row by row, each from the rows that it needs."""
        _, height, width = block.shape
        radius = scale.radius
        planes, where = block.window(radius)
        rows, places = reflected(-radius, height + radius, height), reflected(-radius, width + radius, width)
        diagonal = round(radius * 0.5**0.5, 5)
        near = int(diagonal)
        outer = diagonal - near
        weights = np.array([(1 - outer) ** 2, outer * (1 - outer), outer**2], np.float32)
        lines = block.scratch.array("line", (ROWS, width + 2 * radius))
        bits = block.scratch.array("bits", (width,), np.int32)
        target = block.scratch.array("first", block.shape)
        _patterns(planes, where, rows, places, radius, near, weights, UNIFORM, lines, bits, target)
        yield "lbp", "", target


FAMILY = Patterns()

ROWS = 7
"""Rows of a circle: at −radius, −outer, −near, 0, near, outer, radius."""


def _uniform() -> NDArray[np.float32]:
    """What each of the 256 patterns gives."""
    bits = np.arange(2**NEIGHBOURS)[:, None] >> np.arange(NEIGHBOURS) & 1
    changes = (bits != np.roll(bits, 1, axis=1)).sum(axis=1)
    return np.where(changes <= 2, bits.sum(axis=1), OTHER).astype(np.float32)


UNIFORM = _uniform()


@kernel
def _patterns(
    planes: Array,
    where: Array,
    rows: Array,
    places: Array,
    radius: int,
    near: int,
    weights: Array,
    uniform: Array,
    lines: Array,
    bits: Array,
    target: Array,
) -> None:
    """In 3 dimensions `where` reaches `radius` beyond the planes of `target`, in 2 it is as long."""
    count, height, _ = target.shape
    reach = (where.size - count) // 2
    offsets = np.array([-radius, -near - 1, -near, 0, near, near + 1, radius])
    for z in range(count):
        for y in range(height):
            out = target[z, y]
            for i in range(out.size):
                out[i] = 0
            middle = planes[where[z + reach]]
            for k in range(ROWS):
                lay_row(middle[rows[radius + y + offsets[k]]], places, lines[k])
            _ring(lines, radius, near, weights, bits)
            _add_patterns(bits, uniform, out)
            if reach:
                _across(planes, where, rows, z, y, radius, offsets, weights, lines, bits)
                _add_patterns(bits, uniform, out)
                for k in range(ROWS):
                    lay_row(planes[where[radius + z + offsets[k]], y], places, lines[k])
                _ring(lines, radius, near, weights, bits)
                _add_patterns(bits, uniform, out)
                for i in range(out.size):
                    out[i] *= np.float32(1 / 3)


@kernel
def _ring(lines: Array, radius: int, near: int, weights: Array, bits: Array) -> None:
    """Bits of a circle in the plane of the axis of `lines` and x, anticlockwise."""
    centre = lines[3, radius:]
    low, high = radius - near, radius + near
    for i in range(bits.size):
        bits[i] = 0
    _edge(lines[3, 2 * radius :], centre, 0, bits)
    _corner(lines[2, high:], lines[2, high + 1 :], lines[1, high:], lines[1, high + 1 :], centre, weights, 1, bits)
    _edge(lines[0, radius:], centre, 2, bits)
    _corner(lines[2, low:], lines[2, low - 1 :], lines[1, low:], lines[1, low - 1 :], centre, weights, 3, bits)
    _edge(lines[3], centre, 4, bits)
    _corner(lines[4, low:], lines[4, low - 1 :], lines[5, low:], lines[5, low - 1 :], centre, weights, 5, bits)
    _edge(lines[6, radius:], centre, 6, bits)
    _corner(lines[4, high:], lines[4, high + 1 :], lines[5, high:], lines[5, high + 1 :], centre, weights, 7, bits)


@kernel
def _across(
    planes: Array,
    where: Array,
    rows: Array,
    z: int,
    y: int,
    radius: int,
    offsets: Array,
    weights: Array,
    lines: Array,
    bits: Array,
) -> None:
    """Bits of a circle in the plane yz; the voxels themselves lie in line 3."""
    centre = lines[3, radius:]
    for i in range(bits.size):
        bits[i] = 0
    _edge(planes[where[radius + z], rows[2 * radius + y]], centre, 0, bits)
    _edge(planes[where[z], rows[radius + y]], centre, 2, bits)
    _edge(planes[where[radius + z], rows[y]], centre, 4, bits)
    _edge(planes[where[2 * radius + z], rows[radius + y]], centre, 6, bits)
    for corner in range(4):
        up = corner < 2
        right = corner == 0 or corner == 3
        inner = planes[where[radius + z + offsets[2 if up else 4]]]
        outer = planes[where[radius + z + offsets[1 if up else 5]]]
        one, other = rows[radius + y + offsets[4 if right else 2]], rows[radius + y + offsets[5 if right else 1]]
        _corner(inner[one], inner[other], outer[one], outer[other], centre, weights, 2 * corner + 1, bits)


@kernel
def _edge(values: Array, centre: Array, bit: int, bits: Array) -> None:
    """Neighbours that fall on a voxel."""
    for i in range(bits.size):
        bits[i] |= np.int32(np.float32(values[i]) >= centre[i]) << bit


@kernel
def _corner(
    inner: Array,
    side: Array,
    other_side: Array,
    outer: Array,
    centre: Array,
    weights: Array,
    bit: int,
    bits: Array,
) -> None:
    """Neighbours that fall between four voxels."""
    w_inner, w_side, w_outer = weights[0], weights[1], weights[2]
    for i in range(bits.size):
        middle = centre[i]
        sides = (np.float32(side[i]) - middle) + (np.float32(other_side[i]) - middle)
        ends = w_inner * (np.float32(inner[i]) - middle) + w_outer * (np.float32(outer[i]) - middle)
        bits[i] |= np.int32(ends + w_side * sides >= 0) << bit


@kernel
def _add_patterns(bits: Array, uniform: Array, out: Array) -> None:
    for i in range(out.size):
        out[i] += uniform[bits[i]]
