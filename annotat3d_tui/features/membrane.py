"""Filter `membrane_projections`: how bright the lines through a voxel are, in all directions of its slice."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel
from annotat3d_tui.features.block import Block
from annotat3d_tui.features.borders import reflected
from annotat3d_tui.features.filters import Scale
from annotat3d_tui.features.lines import Array, Number
from annotat3d_tui.features.networks import needed, run, sorting

REACH = 9
"""Voxels on either side of the middle of a line: it is 19 voxels long, in a patch of 19 × 19."""

ANGLES = 30
WIDTH = 128
"""Neighbouring voxels of a row that are filtered at a time."""


class Membranes:
    """`membrane_projections`: mean, maximum, minimum, sum, standard deviation and median of 30 line averages.

    A line of 19 voxels, 1 wide, is turned about the voxel in steps of 6 degrees, always in the xy slice, in 2 and in
    3 dimensions. The voxels of a turned line are those of the patch of 19 × 19 whose centres, turned back, lie
    less than half a voxel from the line and from its ends (a half counts on one side; 13 to 21 voxels), and
    their average is the response at this angle. Borders are mirrored. The standard deviation is that of a sample
    (divided by 29); the sum is 30 means; the median that of the two middle responses.

    There is no radius. Averages are of differences to a typical grey value in float32, so a constant image has a
    standard deviation of exactly 0.

    Source: *Membrane projections* of Fiji's Trainable Weka Segmentation, Arganda-Carreras et al. 2017
    (doi:10.1093/bioinformatics/btx180), whose borders repeat the last voxel.

    >>> FAMILY.parts("membrane_projections")
    ('mean', 'maximum', 'minimum', 'sum', 'deviation', 'median')
    """

    filters = ("membrane_projections",)
    scaled = False

    def parts(self, name: str) -> tuple[str, ...]:
        """Projections over the angles."""
        return ("mean", "maximum", "minimum", "sum", "deviation", "median")

    def cost(self, wanted: tuple[str, ...], scale: Scale, dimensions: int) -> float:
        """The same in 2 and 3 dimensions."""
        return 60.0

    def evaluate(self, block: Block, wanted: tuple[str, ...], scale: Scale) -> Iterator[tuple[str, str, NDArray[Any]]]:
        """All at once; the sum is made of the mean when it has been taken."""
        name = self.filters[0]
        count, height, width = block.shape
        out = block.scratch.array("membrane", (5, count, height, width))
        padded = block.scratch.array("padded", (height + 2 * REACH, width + 2 * REACH + WIDTH))
        responses = block.scratch.array("responses", (ANGLES + 2, WIDTH))
        offsets = OFFSETS[:, 0] * padded.shape[1] + OFFSETS[:, 1]
        rows, places = reflected(-REACH, height + REACH, height), reflected(-REACH, width + REACH, width)
        planes, centre = block.planes(), np.float32(block.source.centre)
        for z in range(count):
            _lay(planes[z], rows, places, centre, padded)
            _project(padded, STARTS, offsets, NETWORK, centre, responses, out[:, z])
        for part, values in zip(("mean", "maximum", "minimum", "deviation", "median"), out, strict=True):
            yield name, part, values
        out[0] *= np.float32(ANGLES)
        yield name, "sum", out[0]


FAMILY = Membranes()


def line(angle: float) -> NDArray[np.int64]:
    """Voxels (dy, dx) of the line turned by `angle` radians from x towards y.

    >>> line(0.0)[:, 1].tolist() == list(range(-9, 10))
    True
    """
    dy, dx = np.mgrid[-REACH : REACH + 1, -REACH : REACH + 1]
    along = np.round(dx * math.cos(angle) + dy * math.sin(angle), 9)
    beside = np.round(dy * math.cos(angle) - dx * math.sin(angle), 9)
    on = (beside >= -0.5) & (beside < 0.5) & (along >= -REACH - 0.5) & (along < REACH + 0.5)
    return np.stack([dy[on], dx[on]], axis=1).astype(np.int64)


LINES = [line(math.pi * k / ANGLES) for k in range(ANGLES)]
STARTS = np.cumsum([0, *map(len, LINES)])
OFFSETS = np.concatenate(LINES) + REACH
NETWORK = needed(sorting(list(range(ANGLES))), [ANGLES // 2 - 1, ANGLES // 2])


@kernel
def _lay(plane: Array, rows: Array, places: Array, centre: Number, padded: Array) -> None:
    """The plane less `centre`, with borders."""
    for k in range(rows.size):
        row, out = plane[rows[k]], padded[k]
        for i in range(places.size):
            out[i] = np.float32(row[places[i]]) - centre
        for i in range(places.size, out.size):
            out[i] = 0


@kernel
def _project(
    padded: Array, starts: Array, offsets: Array, network: Array, centre: Number, rows: Array, out: Array
) -> None:
    """Mean, maximum, minimum, deviation and median into `out` (5, Y, X); `rows` hold responses and 2 sums."""
    _, height, width = out.shape
    responses, sums = rows[:ANGLES], rows[ANGLES:]
    pitch = padded.shape[1]
    flat = padded.reshape(padded.size)
    for y in range(height):
        for left in range(0, width, WIDTH):
            for k in range(ANGLES):
                _respond(flat, offsets, starts[k], starts[k + 1], y * pitch + left, responses[k])
            stop = min(left + WIDTH, width)
            _summarise(responses, centre, sums, out[:, y, left:stop])
            run(network, responses)
            median = out[4, y, left:stop]
            for i in range(median.size):
                middle = responses[ANGLES // 2 - 1, i] + responses[ANGLES // 2, i]
                median[i] = np.float32(0.5) * middle + centre


@kernel
def _respond(flat: Array, offsets: Array, start: int, stop: int, first: int, response: Array) -> None:
    """Average of the voxels `start` to `stop` of `offsets` from `first` on, four at a time."""
    for i in range(WIDTH):
        response[i] = 0
    grouped = start + (stop - start) // 4 * 4
    for k in range(start, grouped, 4):
        a, b = flat[first + offsets[k] :], flat[first + offsets[k + 1] :]
        c, d = flat[first + offsets[k + 2] :], flat[first + offsets[k + 3] :]
        for i in range(WIDTH):
            response[i] += (a[i] + b[i]) + (c[i] + d[i])
    for k in range(grouped, stop):
        a = flat[first + offsets[k] :]
        for i in range(WIDTH):
            response[i] += a[i]
    scale = np.float32(1) / np.float32(stop - start)
    for i in range(WIDTH):
        response[i] *= scale


@kernel
def _summarise(responses: Array, centre: Number, sums: Array, out: Array) -> None:
    """Mean, maximum, minimum and deviation; one after the other, so that each is one loop of vectors."""
    width = out.shape[1]
    _reduce(responses, sums[0], 0)
    _take(sums[0], np.float32(1 / ANGLES), centre, out[0])
    _reduce(responses, sums[1], 1)
    _take(sums[1], np.float32(1), centre, out[1])
    _reduce(responses, sums[1], -1)
    _take(sums[1], np.float32(1), centre, out[2])
    _deviations(responses, sums[0], sums[1])
    deviation = out[3]
    for i in range(width):
        deviation[i] = np.sqrt(sums[1, i] * np.float32(1 / (ANGLES - 1)))


@kernel
def _take(sums: Array, scale: Number, centre: Number, out: Array) -> None:
    for i in range(out.size):
        out[i] = scale * sums[i] + centre


@kernel
def _reduce(responses: Array, result: Array, kind: int) -> None:
    """Sum (0), greatest (1) or least (-1) of the responses."""
    for i in range(WIDTH):
        result[i] = responses[0, i]
    for k in range(1, ANGLES):
        if kind == 0:
            for i in range(WIDTH):
                result[i] += responses[k, i]
        elif kind == 1:
            for i in range(WIDTH):
                result[i] = max(result[i], responses[k, i])
        else:
            for i in range(WIDTH):
                result[i] = min(result[i], responses[k, i])


@kernel
def _deviations(responses: Array, sums: Array, result: Array) -> None:
    """Sum of squared deviations from the mean."""
    for i in range(WIDTH):
        result[i] = 0
    for k in range(ANGLES):
        for i in range(WIDTH):
            difference = responses[k, i] - sums[i] * np.float32(1 / ANGLES)
            result[i] += difference * difference
