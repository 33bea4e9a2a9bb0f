import numpy as np
import pytest
from scipy import ndimage

from tests.features.examples import SHAPES, TYPES, filtered, textured, windows


def check(image, radius, dimensions):
    direct = windows(image, radius, dimensions)
    found = filtered(image, ("average", "variance"), (radius,), dimensions)
    np.testing.assert_allclose(found[f"average {radius}"], direct.mean(axis=-1), rtol=2e-7, atol=1e-6)
    np.testing.assert_allclose(found[f"variance {radius}"], direct.var(axis=-1), rtol=2e-7)


@pytest.mark.parametrize("radius", [1, 2, 3, 5])
@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("shape", SHAPES)
def test_average_and_variance_are_exact_to_float32(shape, dimensions, radius):
    check(textured(shape), radius, dimensions)


@pytest.mark.parametrize("dtype", TYPES)
def test_every_voxel_type(dtype):
    check(textured((6, 7, 11), dtype), 2, 3)


def test_the_average_is_scipys_uniform_filter():
    image = textured((9, 13, 17))
    expected = ndimage.uniform_filter(image.astype(np.float64), 9)
    np.testing.assert_allclose(filtered(image, "average", (4,))["average 4"], expected, rtol=1e-6)


def test_one_deviating_voxel_on_a_16_bit_plateau():
    image = np.full((20, 21, 22), 65535, np.uint16)
    image[3, 4, 5] -= 1
    image[12, 15, 18] = 0
    check(image, 2, 3)
    check(image[:, :9, :11], 8, 3)


@pytest.mark.parametrize(("dtype", "offset"), [("float32", 1e4), ("float32", 1e6), ("float64", 1e9)])
def test_float_data_with_a_large_offset(dtype, offset):
    image = (offset + np.random.default_rng(0).normal(0, 1, (9, 13, 17))).astype(dtype)
    check(image, 2, 3)


def test_half_of_the_image_far_from_the_other():
    image = np.random.default_rng(0).normal(0, 1, (9, 13, 17)).astype(np.float32)
    image[:, :, 8:] += 30000
    check(image, 2, 3)


def test_a_constant_region_has_no_variance_at_all():
    image = np.full((6, 9, 70), 0.1, np.float32)
    image[:, :, 40:] = 30000.7
    assert (filtered(image, "variance", (2, 3))["variance 3"][:, :, 50:] == 0).all()
    assert (filtered(image, "variance", (2, 3))["variance 2"][:, :, :30] == 0).all()


def test_a_constant_image_has_no_variance_at_all():
    for value in (0, 3, 65521):
        image = np.full((6, 9, 70), value, np.uint16)
        assert (filtered(image, "variance", (1, 3, 8))["variance 8"] == 0).all()
        assert (filtered(image, "average", (1, 3, 8))["average 3"] == value).all()


def test_a_radius_of_64_works():
    image = textured((2, 3, 1))
    check(image, 64, 3)
