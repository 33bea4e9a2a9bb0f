"""Eigenvalues of the structure tensor against the definition, and against scikit-image away from borders."""

import math

import numpy as np
import pytest
from scipy import ndimage
from skimage.feature import structure_tensor, structure_tensor_eigenvalues

from annotat3d_tui.features.convolution import difference_step
from annotat3d_tui.features.eigenvalues import PARTS
from tests.features.examples import SHAPES, TYPES, filtered, textured
from tests.features.test_gaussian import scipy_gauss


def defined(image, radius, dimensions):
    """Eigenvalues (3, Z, Y, X), from the definition, on the image mirrored beyond all that is reached."""
    step, taps = difference_step(radius), 4 * math.ceil(radius / 2)
    margin = [taps + step if dimensions == 3 else 0] + 2 * [taps + step]
    smooth = np.pad(scipy_gauss(image, radius, dimensions), [(m, m) for m in margin], mode="symmetric")
    axes = range(3 - dimensions, 3)
    slopes = [(np.roll(smooth, -step, axis) - np.roll(smooth, step, axis)) / (2 * step) for axis in axes]
    matrix = np.empty((*image.shape, dimensions, dimensions))
    inside = tuple(slice(m, m + length) for m, length in zip(margin, image.shape, strict=True))
    for i in range(dimensions):
        for j in range(dimensions):
            product = slopes[i] * slopes[j]
            for axis in axes:
                product = ndimage.gaussian_filter1d(product, radius / 2, axis, radius=taps, mode="nearest")
            matrix[..., i, j] = product[inside] * radius**2
    values = np.moveaxis(np.linalg.eigvalsh(matrix)[..., ::-1], -1, 0)
    return values if dimensions == 3 else np.stack([values[0], np.zeros(image.shape), values[1]])


def found_for(image, radius, dimensions, thickness=None):
    found = filtered(image, "structure_tensor", (radius,), dimensions, thickness)
    return np.stack([found[f"structure_tensor {radius} {part}"] for part in PARTS])


@pytest.mark.parametrize("radius", [1, 3, 4])
@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("shape", SHAPES)
def test_it_is_that_of_the_definition(shape, dimensions, radius):
    image = textured(shape)
    expected = defined(image, radius, dimensions)
    np.testing.assert_allclose(
        found_for(image, radius, dimensions), expected, rtol=2e-5, atol=1e-6 * abs(expected).max() + 1e-6
    )


@pytest.mark.parametrize("dtype", TYPES)
def test_every_voxel_type(dtype):
    image = textured((6, 7, 11), dtype)
    np.testing.assert_allclose(found_for(image, 2, 3), defined(image, 2, 3), rtol=2e-5, atol=1e-2)


def test_bands_meet():
    image = textured((3, 150, 9))
    np.testing.assert_allclose(found_for(image, 2, 3), defined(image, 2, 3), rtol=2e-5, atol=1e-2)


def test_it_is_that_of_scikit_image_away_from_borders():
    image = textured((30, 31, 32), np.float32)
    smooth = scipy_gauss(image, 2, 3)
    slopes = [ndimage.correlate1d(smooth, [-0.5, 0, 0.5], axis) for axis in range(3)]
    products = [ndimage.gaussian_filter(slopes[i] * slopes[j], 1) for i in range(3) for j in range(i, 3)]
    expected = 4 * structure_tensor_eigenvalues(products)
    inside = np.s_[:, 9:-9, 9:-9, 9:-9]
    np.testing.assert_allclose(found_for(image, 2, 3)[inside], expected[inside], rtol=1e-4, atol=1e-2)
    theirs = structure_tensor_eigenvalues(structure_tensor(smooth, sigma=1))  # with Sobel's differences
    assert np.corrcoef(theirs[0][9:-9, 9:-9, 9:-9].ravel(), expected[0][9:-9, 9:-9, 9:-9].ravel())[0, 1] > 0.98


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("radius", [8, 12, 16])
def test_large_radii_are_near_the_definition(radius, dimensions):
    rng = np.random.default_rng(0)
    noise = rng.normal(1000, 100, (30, 70, 61)).astype(np.float32)
    edges = np.zeros_like(noise)
    edges[:, :37, 40:] = 1000
    edges[15:, 50:, :20] = 500
    for image in (noise, edges):
        expected = defined(image, radius, dimensions)
        for part in (0, 2):
            error = (found_for(image, radius, dimensions)[part] - expected[part]) / expected[part].std()
            assert np.sqrt((error**2).mean()) < 0.02, (part, radius)
            assert abs(error).max() < 0.1, (part, radius)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_large_radii_do_not_depend_on_the_blocks(dimensions):
    image = textured((23, 70, 41))
    for radius in (8, 17):
        whole = found_for(image, radius, dimensions)
        for thickness in (1, 5, 8):
            np.testing.assert_array_equal(found_for(image, radius, dimensions, thickness), whole)


def test_a_ramp_changes_in_one_direction():
    z, y, x = np.meshgrid(*[np.arange(40.0, dtype=np.float32)] * 3, indexing="ij")
    found = found_for(2 * z + 3 * y + 6 * x, 2, 3)[:, 20, 20, 20]
    assert found == pytest.approx([4 * 49, 0, 0], abs=1e-2)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_a_constant_image_has_no_structure_at_all(dimensions):
    for radius in (1, 5, 8, 40):
        assert (found_for(np.full((5, 9, 70), 65521, np.uint16), radius, dimensions) == 0).all()
