"""Filter `fft_gabor`: how strong waves of one length are, over directions."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.features.block import Block, read_only
from annotat3d_tui.features.borders import reflected
from annotat3d_tui.features.filters import Scale
from annotat3d_tui.features.lines import line_size
from annotat3d_tui.features.waves import fold_columns, lower, spread, take_waves

WAVELENGTH = 4
"""Wavelength in radii: a window of side 2r + 1 holds half a wave."""

BANDWIDTH = 1.5
"""Octaves between the wavelengths at which the magnitude is half of the greatest."""

SIGMA = WAVELENGTH / math.pi * math.sqrt(math.log(2) / 2) * (2**BANDWIDTH + 1) / (2**BANDWIDTH - 1)
"""Standard deviation of the envelope, in radii: 1.57."""

CHUNK_PLANES = 8
"""Planes that are filtered at a time."""

LONG, SHORT = math.sqrt((5 + math.sqrt(5)) / 10), math.sqrt((5 - math.sqrt(5)) / 10)

WAVES = {
    2: [
        (0.0, 0.0, 1.0),
        *((0.0, math.sin(k * math.pi / 8), math.cos(k * math.pi / 8)) for k in (1, 2, 3)),
        (0.0, 1.0, 0.0),
    ],
    3: [(0.0, SHORT, LONG), (SHORT, LONG, 0.0), (LONG, 0.0, SHORT)],
}
"""Unit vectors (z, y, x) of waves, of which one or two parts are not 0; with two goes the mirror image."""


class Gabors:
    """`fft_gabor`: the greatest and the mean magnitude of Gabor filters over directions.

    The filter of direction u (a unit vector) is 2 G(x) (exp(2πi u·x / λ) − κ), of wavelength λ = 4 radii, with a
    Gaussian envelope G that adds up to 1 and has a standard deviation of 1.57 radii: a bandwidth of 1.5 octaves. κ
    makes its sum 0. Taps end at the first multiple of 4 voxels from 6 radii on. The magnitude of the complex
    response to a wave of this length and direction is its amplitude in grey values, whatever its phase.

    In 2 dimensions there are 8 directions 22.5 degrees apart, in each slice alone. In 3 dimensions there are the 6
    axes through the corners of an icosahedron, the most whose angles are all the same: a wave is at most 37.4 degrees
    off one of them, where the magnitude is still a third. Borders are mirrored. In a constant image both are
    exactly 0.

    The filters are products along the axes: cosines and sines of a direction also give that of its mirror image.
    From radius 4 on, magnitudes are computed in every second plane and row, from 16 on in every fourth and so on (of
    planes in 3 dimensions only), and are linear between them: an envelope of 1.57 r lets them change so slowly that the
    error is about 1 to 3 % of the standard deviation of the feature.

    Source: Jain & Farrokhnia 1991 (Unsupervised texture segmentation using Gabor filters,
    doi:10.1016/0031-3203(91)90143-S).

    >>> FAMILY.parts("fft_gabor")
    ('maximum', 'mean')
    """

    filters = ("fft_gabor",)
    scaled = True

    def parts(self, name: str) -> tuple[str, ...]:
        """Over the directions."""
        return ("maximum", "mean")

    def cost(self, wanted: tuple[str, ...], scale: Scale, dimensions: int) -> float:
        """Grows with the radius where every voxel is computed."""
        return 15.0 + (10.0 * scale.radius if node_step(scale.radius) == 1 else 20.0)

    def evaluate(self, block: Block, wanted: tuple[str, ...], scale: Scale) -> Iterator[tuple[str, str, NDArray[Any]]]:
        """Both at once."""
        most, mean = magnitudes(block, scale.radius)
        yield "fft_gabor", "maximum", most
        yield "fft_gabor", "mean", mean


FAMILY = Gabors()


class Taps(NamedTuple):
    """Weights of the voxels 0, 1, … away, and the sign with which those before count: 1 in even, −1 in odd filters."""

    weights: NDArray[np.float32]
    sign: np.float32


def wave_taps(radius: int, part: float) -> tuple[list[Taps], float]:
    """Filters along an axis on which the wave has `part` of its wave number, and the sum of the even one.

    One Gaussian where that is 0, else a cosine and a sine with this envelope.
    """
    reach = 4 * -(-3 * radius // 2)
    distance = np.arange(reach + 1)
    envelope = np.exp(-0.5 * (distance / (SIGMA * radius)) ** 2)
    envelope /= 2 * envelope.sum() - envelope[0]
    phase = 2 * np.pi * part / (WAVELENGTH * radius) * distance
    even, odd = envelope * np.cos(phase), envelope * np.sin(phase)
    found = [Taps(even.astype(np.float32), np.float32(1)), Taps(odd.astype(np.float32), np.float32(-1))]
    return found[: 1 if part == 0 else 2], float(2 * even.sum() - even[0])


def node_step(radius: int) -> int:
    """Voxels between the planes and rows where magnitudes are computed.

    >>> [node_step(radius) for radius in (1, 3, 4, 8, 16)]
    [1, 1, 2, 2, 4]
    """
    return 1 if radius < 4 else max(2, 1 << (radius // 4).bit_length() - 1)


class Nodes(NamedTuple):
    """Planes `first × step_z`, … and rows 0, `step_y`, … that lie around the voxels of a block."""

    first: int
    planes: int
    rows: int
    step_z: int
    step_y: int

    @classmethod
    def of(cls, block: Block, radius: int) -> "Nodes":
        """Those of a block; in 2 dimensions every plane is one."""
        step_y = node_step(radius)
        step_z = step_y if block.dimensions == 3 else 1
        first, last = block.start // step_z, -(-(block.stop - 1) // step_z)
        return cls(first, last - first + 1, -(-(block.shape[1] - 1) // step_y) + 1, step_z, step_y)

    def chunks(self) -> "Iterator[tuple[slice, Nodes]]":
        """A few planes at a time: which of these they are, and the nodes in them."""
        for start in range(0, self.planes, CHUNK_PLANES):
            stop = min(start + CHUNK_PLANES, self.planes)
            yield slice(start, stop), self._replace(first=self.first + start, planes=stop - start)

    def span(self, block: Block) -> Block:
        """The planes of the volume, perhaps beyond its border, from the first node to the last."""
        start = self.first * self.step_z
        return replace(block, start=start, stop=start + (self.planes - 1) * self.step_z + 1)


def magnitudes(block: Block, radius: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The greatest and the mean magnitude over the directions: the block's scratch `first` and `second`."""
    nodes = Nodes.of(block, radius)
    most, mean = (block.scratch.array(name, block.shape) for name in ("first", "second"))
    shape = nodes.planes, nodes.rows, block.shape[2]
    everywhere = shape == block.shape
    at_nodes = (most, mean) if everywhere else tuple(block.scratch.array(f"at nodes {k}", shape) for k in range(2))
    for values in at_nodes:
        values[:] = 0
    for planes, part in nodes.chunks():
        _add_waves(part.span(block), part, radius, at_nodes[0][planes], at_nodes[1][planes])
    directions = sum(2 ** (np.count_nonzero(wave) - 1) for wave in WAVES[block.dimensions])
    at_nodes[1][:] *= np.float32(1 / directions)
    if not everywhere:
        offset = block.start - nodes.first * nodes.step_z
        for values, target in zip(at_nodes, (most, mean), strict=True):
            spread(values, offset, nodes.step_z, nodes.step_y, target)
    return most, mean


def _add_waves(block: Block, nodes: Nodes, radius: int, most: NDArray[np.float32], mean: NDArray[np.float32]) -> None:
    """Take in all directions of the nodes of a block."""
    low = block.scratch.array("low", most.shape)
    smooth = _along_z(block, nodes, radius, 0.0)
    _lower(block, nodes, radius, smooth, low)
    for wave in WAVES[block.dimensions]:
        parts = smooth if wave[0] == 0 else _along_z(block, nodes, radius, wave[0])
        _across(block, nodes, radius, wave, parts, low, most, mean)


def _along_z(block: Block, nodes: Nodes, radius: int, part: float) -> list[NDArray[np.float32]]:
    """The planes of nodes filtered along z, less the centre of the grey values; in 2 dimensions as they are."""
    centre = np.float32(block.source.centre)
    _, height, width = block.shape
    if block.dimensions == 2:
        plane = block.scratch.array("along z 0", block.shape)
        np.subtract(block.planes(), centre, out=plane, casting="unsafe", dtype=np.float32)
        return [plane]
    taps, _ = wave_taps(radius, part)
    found = []
    for number, (weights, sign) in enumerate(taps):
        target = block.scratch.array(f"along z {number if part else 2}", (nodes.planes, height, width))
        size = line_size(width, weights.size - 1)
        line, total = block.scratch.array("line", (size,)), block.scratch.array("total", (4, size))[0]
        flat = target.reshape(nodes.planes, -1)
        for columns, where, left in block.columns(weights.size - 1):
            fold_columns(columns, where, nodes.step_z, weights, sign, centre, line, total, flat, left)
        found.append(target)
    return found


def _lower(
    block: Block, nodes: Nodes, radius: int, smooth: list[NDArray[np.float32]], low: NDArray[np.float32]
) -> None:
    """The nodes smoothed by the envelope."""
    ((weights, _),), _ = wave_taps(radius, 0.0)
    reach = weights.size - 1
    places, lines = _places(block, nodes, reach), _lines(block, nodes, reach)
    lower(read_only(smooth[0]), *places, nodes.step_y, weights, *lines, low)


def _places(block: Block, nodes: Nodes, reach: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    _, height, width = block.shape
    last = (nodes.rows - 1) * nodes.step_y
    return reflected(-reach, last + 1 + reach, height), reflected(-reach, width + reach, width)


def _lines(
    block: Block, nodes: Nodes, reach: int
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    width = block.shape[2]
    size = line_size(width, reach)
    scratch = block.scratch
    return (
        scratch.array("line", (size,)),
        scratch.array("total", (4, size)),
        scratch.array("planes", (4, nodes.rows, width)),
    )


def _across(
    block: Block,
    nodes: Nodes,
    radius: int,
    wave: tuple[float, float, float],
    parts: list[NDArray[np.float32]],
    low: NDArray[np.float32],
    most: NDArray[np.float32],
    mean: NDArray[np.float32],
) -> None:
    """Filter along y and x, and take in the magnitudes of a wave and its mirror image."""
    taps_y, sum_y = wave_taps(radius, wave[1])
    taps_x, sum_x = wave_taps(radius, wave[2])
    _, sum_z = wave_taps(radius, wave[0])
    offset = np.float32((sum_z if block.dimensions == 3 else 1.0) * sum_y * sum_x)
    reach = taps_x[0].weights.size - 1
    rows, places = _places(block, nodes, reach)
    line, total, planes = _lines(block, nodes, reach)
    zero, none, step = np.float32(0), np.int64(0), nodes.step_y
    for z in range(nodes.planes):
        number = 0
        for part in parts:
            for weights, sign in taps_y:
                plane = planes[number]
                fold_columns(read_only(part[z]), rows, step, weights, sign, zero, line, total[0], plane, none)
                number += 1
        odd = taps_x[1].weights if len(taps_x) == 2 else None
        take_waves(planes[:number], places, taps_x[0].weights, odd, offset, line, total, low[z], most[z], mean[z])
