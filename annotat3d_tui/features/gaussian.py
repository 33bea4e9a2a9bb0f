"""Filters of the Gaussian family: `fft_gauss`, `fft_dog` and `sobel`, from one smoothed block."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel
from annotat3d_tui.features.block import Block
from annotat3d_tui.features.convolution import smooth
from annotat3d_tui.features.filters import Scale, SinglePart
from annotat3d_tui.features.lines import Array, Number
from annotat3d_tui.features.sobel import sobel_magnitude


class Gaussians(SinglePart):
    """Filters made of the image smoothed by Gaussians, whose standard deviation is the radius.

    The Gaussian G(r) has separable taps that end at 4 sigma and add up to 1, and mirrored borders: it
    is `scipy.ndimage.gaussian_filter(image, r)`. The same by FFT, as the names of Annotat3D's
    manual have it, would differ at the borders only, where an FFT wraps around. In 2 dimensions each
    slice is smoothed alone.

    - `fft_gauss`: G(r).
    - `fft_dog`: G(r) − G(s), s the next smaller radius that is asked for; at the smallest
      radius G(r) − image. It is negative on blobs brighter than their surroundings. (Marr & Hildreth 1980,
      doi:10.1098/rspb.1980.0020, has narrow minus wide.)
    - `sobel`: magnitude of the Sobel gradient of G(r), in grey values per voxel: along each axis the
      `scipy.ndimage.sobel` derivative of G(r), divided by the sum of its absolute weights (8 in 2, 32 in 3
      dimensions: a ramp of one grey value a voxel has gradient 1), then the root of the sum of squares.
      Mirrored borders, as those of G(r).
    """

    filters = ("fft_gauss", "fft_dog", "sobel")
    scaled = True

    def cost(self, wanted: tuple[str, ...], scale: Scale, dimensions: int) -> float:
        """One smoothing for all; the difference needs a second, with the smaller radius."""
        smoothing = (0.5 + 0.15 * scale.radius) * dimensions
        second = (0.5 + 0.15 * scale.smaller) * dimensions if "fft_dog" in wanted else 0.0
        return smoothing + second + 2.0 * ("sobel" in wanted) + len(wanted)

    def evaluate(self, block: Block, wanted: tuple[str, ...], scale: Scale) -> Iterator[tuple[str, str, NDArray[Any]]]:
        """Smooth once, less the centre of the grey values, which is added for `fft_gauss` at the end."""
        centre = block.source.centre
        if wanted == ("fft_gauss",):
            yield "fft_gauss", "", smooth(block, scale.radius, "first", offset=centre)
            return
        beyond = 1 if block.dimensions == 3 and "sobel" in wanted else 0
        wide = smooth(block, scale.radius, "first", beyond=beyond)
        inner = wide[beyond : beyond + block.shape[0]]
        if "sobel" in wanted:
            magnitude = block.scratch.array("second", block.shape)
            sobel_magnitude(wide, magnitude)
            yield "sobel", "", magnitude
        if "fft_dog" in wanted:
            yield "fft_dog", "", _difference(block, inner, scale.smaller)
        if "fft_gauss" in wanted:
            _add(inner, np.float32(centre))
            yield "fft_gauss", "", inner


FAMILY = Gaussians()


def _difference(block: Block, wide: NDArray[np.float32], smaller: int) -> NDArray[np.float32]:
    if smaller:
        narrow: NDArray[np.float32] = smooth(block, smaller, "second")
        _subtract_from(wide, narrow)
        return narrow
    difference = block.scratch.array("second", block.shape)
    _subtract_image(wide, block.planes(), np.float32(block.source.centre), difference)
    return difference


@kernel
def _add(values: Array, offset: Number) -> None:
    flat = values.reshape(values.size)
    for i in range(flat.size):
        flat[i] += offset


@kernel
def _subtract_from(wide: Array, narrow: Array) -> None:
    minuend, difference = wide.reshape(wide.size), narrow.reshape(narrow.size)
    for i in range(difference.size):
        difference[i] = minuend[i] - difference[i]


@kernel
def _subtract_image(wide: Array, image: Array, centre: Number, difference: Array) -> None:
    minuend, subtrahend, out = wide.reshape(wide.size), image.reshape(image.size), difference.reshape(wide.size)
    for i in range(out.size):
        out[i] = minuend[i] - (np.float32(subtrahend[i]) - centre)
