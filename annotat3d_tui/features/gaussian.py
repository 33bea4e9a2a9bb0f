"""Filters of the Gaussian family, from one smoothed block: `fft_gauss`, `fft_dog`, `sobel`, `laplacian`, `hessian`."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel
from annotat3d_tui.features.block import Block
from annotat3d_tui.features.coarse import SMALLEST, smooth
from annotat3d_tui.features.convolution import difference_step
from annotat3d_tui.features.derivatives import hessian_eigenvalues, laplacian
from annotat3d_tui.features.eigenvalues import PARTS
from annotat3d_tui.features.filters import Scale
from annotat3d_tui.features.lines import Array, Number
from annotat3d_tui.features.sobel import sobel_magnitude


class Gaussians:
    """Filters made of the image smoothed by Gaussians, whose standard deviation is the radius.

    The Gaussian G(r) has separable taps that end at 4 sigma and add up to 1, and mirrored borders: it
    is `scipy.ndimage.gaussian_filter(image, r)`. The same by FFT, as the names of Annotat3D's
    manual have it, would differ at the borders only, where an FFT wraps around. In 2 dimensions each
    slice is smoothed alone. From r = 8 on it is computed on a coarser grid (`coarse`) and differs from that by up to
    2 %, on average by 0.1 %, of its standard deviation in the image.

    - `fft_gauss`: G(r).
    - `fft_dog`: G(r) − G(s), s the next smaller radius that is asked for; at the smallest
      radius G(r) − image. It is negative on blobs brighter than their surroundings. (Marr & Hildreth 1980,
      doi:10.1098/rspb.1980.0020, has narrow minus wide.)
    - `sobel`: magnitude of the Sobel gradient of G(r), in grey values per voxel: along each axis the
      `scipy.ndimage.sobel` derivative of G(r), divided by the sum of its absolute weights (8 in 2, 32 in 3
      dimensions: a ramp of one grey value a voxel has gradient 1), then the root of the sum of squares.
      Mirrored borders, as those of G(r).
    - `laplacian`: r² times the sum of the second differences of G(r) along the axes, over s voxels: along x
      (G(x + s) − 2 G(x) + G(x − s)) / s². With the factor r² it is in grey values and of like size at all
      radii (Lindeberg 1998, doi:10.1023/A:1008045108935). Negative on bright blobs. Mirrored borders.
    - `hessian`: eigenvalues, the largest first, of r² times the matrix of second differences of G(r), over s
      voxels; off the diagonal (G(y + s, x + s) − G(y + s, x − s) − G(y − s, x + s) + G(y − s, x − s)) / 4s².
      In 2 dimensions there are two of them, and `middle` is 0. Mirrored borders.

    The step s is 1 voxel at radii up to 3, 2 up to 7, 4 up to 15, then 8: differences over more voxels would blur,
    over fewer would lose digits. Both are ilastik's (vigra's) of that name, but for the factor r² and the step.
    """

    filters = ("fft_gauss", "fft_dog", "sobel", "laplacian", "hessian")
    scaled = True

    def parts(self, name: str) -> tuple[str, ...]:
        """Three eigenvalues of the Hessian, one value of any other."""
        return PARTS if name == "hessian" else ("",)

    def cost(self, wanted: tuple[str, ...], scale: Scale, dimensions: int) -> float:
        """One smoothing for all; the difference needs a second, with the smaller radius."""
        smoothing = _cost(scale.radius, dimensions)
        second = _cost(scale.smaller, dimensions) if "fft_dog" in wanted else 0.0
        derived = 2.0 * ("sobel" in wanted) + 2.0 * ("laplacian" in wanted) + 10.0 * ("hessian" in wanted)
        return smoothing + second + derived + len(wanted)

    def evaluate(self, block: Block, wanted: tuple[str, ...], scale: Scale) -> Iterator[tuple[str, str, NDArray[Any]]]:
        """Smooth once, less the centre of the grey values, which is added for `fft_gauss` at the end."""
        centre = block.source.centre
        if wanted == ("fft_gauss",):
            yield "fft_gauss", "", smooth(block, scale.radius, "first", offset=centre)
            return
        beyond = _reach(wanted, scale.radius) if block.dimensions == 3 else 0
        wide = smooth(block, scale.radius, "first", beyond=beyond)
        inner = wide[beyond : beyond + block.shape[0]]
        yield from _derived(block, wanted, scale.radius, wide, beyond)
        if "fft_dog" in wanted:
            yield "fft_dog", "", _difference(block, inner, scale.smaller)
        if "fft_gauss" in wanted:
            _add(inner, np.float32(centre))
            yield "fft_gauss", "", inner


FAMILY = Gaussians()


def _cost(sigma: int, dimensions: int) -> float:
    """Of smoothing: from 8 voxels on, that of the way to a coarser grid and back."""
    return (0.5 + 0.15 * sigma) * dimensions if sigma < SMALLEST else 2.0


def _reach(wanted: tuple[str, ...], radius: int) -> int:
    """Planes that are needed on either side of a block."""
    second = difference_step(radius) if "laplacian" in wanted or "hessian" in wanted else 0
    return max(second, int("sobel" in wanted))


def _derived(
    block: Block, wanted: tuple[str, ...], radius: int, wide: NDArray[np.float32], beyond: int
) -> Iterator[tuple[str, str, NDArray[Any]]]:
    """Derivatives of a smoothed block that has `beyond` planes more on either side."""
    step = difference_step(radius)
    near, far = ((wide[beyond - reach : wide.shape[0] - beyond + reach] if beyond else wide) for reach in (1, step))
    if "sobel" in wanted:
        magnitude = block.scratch.array("second", block.shape)
        sobel_magnitude(near, magnitude)
        yield "sobel", "", magnitude
    if "laplacian" in wanted:
        second = block.scratch.array("second", block.shape)
        laplacian(far, step, radius**2, block.scratch, second)
        yield "laplacian", "", second
    if "hessian" in wanted:
        first, middle, last = (block.scratch.array(name, block.shape) for name in ("second", "third", "fourth"))
        hessian_eigenvalues(far, step, radius**2, block.scratch, (first, middle, last))
        for part, values in zip(PARTS, (first, middle, last), strict=True):
            yield "hessian", part, values


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
