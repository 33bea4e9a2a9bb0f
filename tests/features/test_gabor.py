import itertools
import math

import numpy as np
import pytest
from scipy import fft

from tests.features.examples import SHAPES, TYPES, filtered, textured

SIGMA = 4 / math.pi * math.sqrt(math.log(2) / 2) * (2**1.5 + 1) / (2**1.5 - 1)
"""Of the envelope, in radii: bandwidth of 1.5 octaves at a wavelength of 4."""


def directions(dimensions):
    """Unit vectors (z, y, x): eight in the plane, or the six axes of an icosahedron."""
    if dimensions == 2:
        return [(0, math.sin(k * math.pi / 8), math.cos(k * math.pi / 8)) for k in range(8)]
    golden = (1 + math.sqrt(5)) / 2
    corners = [(0, 1, s * golden) for s in (1, -1)]
    return [np.roll(corner, k) / math.hypot(1, golden) for corner in corners for k in range(3)]


def gabor(direction, radius, dimensions):
    reach = 4 * math.ceil(1.5 * radius)
    axes = [np.arange(-reach, reach + 1) if dimensions == 3 or axis else np.zeros(1) for axis in range(3)]
    open_axes = np.meshgrid(*axes, indexing="ij", sparse=True)
    envelope = math.prod(np.exp(-0.5 * (axis / (SIGMA * radius)) ** 2) for axis in open_axes)
    envelope /= envelope.sum()
    turns = zip(direction, open_axes, strict=True)
    wave = math.prod(np.exp(2j * np.pi * slope * axis / (4 * radius)) for slope, axis in turns)
    return 2 * envelope * (wave - (envelope * wave).sum().real)


def magnitudes(image, radius, dimensions):
    """By FFT of the image with its mirrored borders, as dense kernels."""
    reach = 4 * math.ceil(1.5 * radius)
    halves = [reach if dimensions == 3 else 0, reach, reach]
    padded = np.pad(image.astype(np.float64), [(half, half) for half in halves], mode="symmetric")
    whole = tuple(slice(2 * half, 2 * half + length) for half, length in zip(halves, image.shape, strict=True))
    shape = [fft.next_fast_len(length) for length in padded.shape]
    spectrum = fft.fftn(padded, shape)
    found = [
        np.abs(fft.ifftn(spectrum * fft.fftn(gabor(direction, radius, dimensions), shape), overwrite_x=True)[whole])
        for direction in directions(dimensions)
    ]
    return {"maximum": np.max(found, axis=0), "mean": np.mean(found, axis=0)}


def check(image, radius, dimensions, atol):
    found = filtered(image, "fft_gabor", (radius,), dimensions)
    for part, expected in magnitudes(image, radius, dimensions).items():
        np.testing.assert_allclose(found[f"fft_gabor {radius} {part}"], expected, atol=atol)


@pytest.mark.parametrize("radius", [1, 2, 3])
@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("shape", [*SHAPES, (1, 1, 8), (2, 2, 2)])
def test_magnitudes_are_those_of_dense_kernels(shape, dimensions, radius):
    check(textured(shape), radius, dimensions, 3e-4)


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize(("radius", "step"), [(4, 2), (5, 2), (8, 2), (16, 4)])
def test_large_windows_are_exact_at_nodes_and_near_between(radius, step, dimensions):
    image = textured((23, 42, 31))
    found = filtered(image, "fft_gabor", (radius,), dimensions)
    for part, expected in magnitudes(image, radius, dimensions).items():
        values = found[f"fft_gabor {radius} {part}"]
        at_nodes = np.s_[:: step if dimensions == 3 else 1, ::step]
        np.testing.assert_allclose(values[at_nodes], expected[at_nodes], atol=3e-4)
        assert np.sqrt(np.mean((values - expected) ** 2)) < 0.035 * expected.std()


@pytest.mark.parametrize("dtype", TYPES)
def test_every_voxel_type(dtype):
    check(textured((6, 7, 11), dtype), 1, 3, 3e-4)


def test_directions_are_spread_evenly():
    six = np.array(directions(3))
    cosines = [abs(float(a @ b)) for a, b in itertools.combinations(six, 2)]
    np.testing.assert_allclose(cosines, 1 / math.sqrt(5))


@pytest.mark.parametrize("dimensions", [2, 3])
def test_a_wave_has_its_amplitude(dimensions):
    direction = directions(dimensions)[1]
    place = np.indices((40, 40, 40))
    wave = 50 * np.cos(2 * np.pi * sum(u * axis for u, axis in zip(direction, place, strict=True)) / 8 + 0.3)
    found = filtered(wave.astype(np.float32), "fft_gabor", (2,), dimensions)["fft_gabor 2 maximum"]
    np.testing.assert_allclose(found[14:26, 14:26, 14:26], 50, rtol=0.01)


@pytest.mark.parametrize("value", [0, 7, 65521])
def test_a_constant_image_has_no_waves_at_all(value):
    for dimensions in (2, 3):
        found = filtered(np.full((3, 9, 70), value, np.uint16), "fft_gabor", (1, 3, 8), dimensions)
        assert all((values == 0).all() for values in found.values())
