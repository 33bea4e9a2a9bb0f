import numpy as np
import pytest
from scipy import ndimage

from tests.features.examples import SHAPES, TYPES, filtered, textured


def scipy_gauss(image, sigma, dimensions):
    values = image.astype(np.float32).astype(np.float64)
    return ndimage.gaussian_filter(values, (sigma if dimensions == 3 else 0, sigma, sigma)) if sigma else values


def scipy_sobel(smooth, dimensions):
    if dimensions == 2:
        return np.stack([np.hypot(ndimage.sobel(plane, 0), ndimage.sobel(plane, 1)) / 8 for plane in smooth])
    return np.sqrt(sum(ndimage.sobel(smooth, axis) ** 2 for axis in range(3))) / 32


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("shape", SHAPES)
def test_gauss_and_differences_are_those_of_scipy(shape, dimensions):
    image = textured(shape)
    gauss = filtered(image, "fft_gauss", (1, 3, 7), dimensions)
    difference = filtered(image, "fft_dog", (1, 3, 7), dimensions)
    for radius, smaller in ((1, 0), (3, 1), (7, 3)):
        wide, narrow = scipy_gauss(image, radius, dimensions), scipy_gauss(image, smaller, dimensions)
        np.testing.assert_allclose(gauss[f"fft_gauss {radius}"], wide, rtol=2e-6)
        np.testing.assert_allclose(difference[f"fft_dog {radius}"], wide - narrow, atol=2e-4)


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("shape", SHAPES)
def test_sobel_is_that_of_scipy_on_the_smoothed_image(shape, dimensions):
    image = textured(shape)
    found = filtered(image, "sobel", (1, 2), dimensions)
    for radius in (1, 2):
        smooth = scipy_gauss(image, radius, dimensions)
        expected = scipy_sobel(smooth, dimensions)
        np.testing.assert_allclose(found[f"sobel {radius}"], expected, atol=2e-4)


@pytest.mark.parametrize("dtype", TYPES)
def test_every_voxel_type(dtype):
    image = textured((6, 7, 11), dtype)
    expected = scipy_gauss(image, 2, 3)
    found = filtered(image, ("fft_gauss", "fft_dog", "sobel"))
    np.testing.assert_allclose(found["fft_gauss 2"], expected, atol=1e-4)
    np.testing.assert_allclose(found["fft_dog 2"], expected - image, atol=1e-4)
    np.testing.assert_allclose(found["sobel 2"], scipy_sobel(expected, 3), atol=1e-4)


def test_a_ramp_has_the_slope_that_it_has():
    z, y, x = np.meshgrid(*[np.arange(30.0, dtype=np.float32)] * 3, indexing="ij")
    for dimensions, slope in ((3, 2.0), (2, 3**0.5)):
        ramp = (1 * z + 1 * y + 2**0.5 * x).astype(np.float32)
        found = filtered(ramp, "sobel", (1,), dimensions)["sobel 1"]
        np.testing.assert_allclose(found[10:20, 10:20, 10:20], slope, rtol=1e-5)


def test_a_difference_of_gaussians_is_negative_on_a_bright_blob():
    image = np.zeros((21, 21, 21), np.uint8)
    image[10, 10, 10] = 200
    found = filtered(image, "fft_dog", (1, 2))
    assert found["fft_dog 1"][10, 10, 10] < 0
    assert found["fft_dog 2"][10, 10, 10] < 0


@pytest.mark.parametrize("value", [0, 7, 65521])
def test_a_constant_image_stays_exactly_constant(value):
    image = np.full((5, 9, 70), value, np.uint16)
    assert (filtered(image, "fft_gauss", (1, 8))["fft_gauss 8"] == value).all()
    for name in ("fft_dog", "sobel"):
        assert all((values == 0).all() for values in filtered(image, name, (1, 8)).values())


def test_differences_keep_their_digits_on_a_large_offset():
    small = textured((9, 13, 17), np.float32) / 256
    large = (small + np.float32(2**17)).astype(np.float32)
    exact = (large - np.float32(2**17)).astype(np.float32)
    for name in ("fft_dog 2", "sobel 2"):
        found, expected = (filtered(image, name.split()[0], (1, 2))[name] for image in (large, exact))
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_radius_of_64_works():
    image = textured((2, 9, 5))
    found = filtered(image, "fft_gauss", (64,))["fft_gauss 64"]
    np.testing.assert_allclose(found, scipy_gauss(image, 64, 3), rtol=2e-6)
