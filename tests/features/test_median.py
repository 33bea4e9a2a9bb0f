import numpy as np
import pytest
from scipy import ndimage

from annotat3d_tui.features.block import Source
from annotat3d_tui.features.codes import Codes
from tests.features.examples import SHAPES, TYPES, filtered, textured, windows


def expected(image, radius, dimensions):
    return np.median(windows(image, radius, dimensions), axis=-1)


def found(image, radius, dimensions=3):
    return filtered(image, "median", (radius,), dimensions)[f"median {radius}"]


@pytest.mark.parametrize("radius", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("shape", [*SHAPES, (1, 1, 8), (2, 2, 2), (3, 40, 41)])
def test_medians_of_bytes_are_exact(shape, dimensions, radius):
    image = textured(shape, np.uint8)
    np.testing.assert_array_equal(found(image, radius, dimensions), expected(image, radius, dimensions))


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("dtype", TYPES)
def test_radius_1_is_exact_for_every_voxel_type(dtype, dimensions):
    image = textured((6, 7, 150), dtype)
    result = expected(image, 1, dimensions).astype(np.float32)
    np.testing.assert_array_equal(found(image, 1, dimensions), result)


def test_the_median_is_scipys():
    image = textured((9, 13, 17), np.uint8)
    for radius in (1, 2, 4):
        np.testing.assert_array_equal(found(image, radius), ndimage.median_filter(image, 2 * radius + 1))


@pytest.mark.parametrize("radius", [2, 4])
@pytest.mark.parametrize("dtype", TYPES)
def test_larger_radii_are_right_to_half_a_step(dtype, radius):
    image = textured((8, 9, 31), dtype)
    if dtype not in (np.uint8, np.int16):
        image = (image * 200.0).astype(dtype)
    step = Codes.of(Source.of(image)).step
    np.testing.assert_allclose(found(image, radius), expected(image, radius, 3), atol=0.501 * step)


def test_integers_that_span_a_little_are_exact():
    image = (textured((8, 9, 31), np.uint8) // 2).astype(np.uint16) + np.uint16(40000)
    np.testing.assert_array_equal(found(image, 3), expected(image, 3, 3))


def test_what_lies_far_beyond_the_range_is_still_in_order():
    image = textured((8, 12, 40), np.float32)
    image[2:6, 3:8, 20:25] = 5000
    middle = found(image, 2)[4, 5, 22]
    assert middle == pytest.approx(5000, rel=0.2)
    assert found(-image, 2)[4, 5, 22] == pytest.approx(-middle, rel=0.1)


def test_codes_ascend_and_hold_what_they_say():
    codes = Codes.of(Source.of(textured((6, 7, 11), np.float32)))
    values = codes.values
    assert (np.diff(values) > 0).all()
    assert values[16] == np.float32(codes.low)
    assert values[255 - 16] == pytest.approx(codes.low + 223 * codes.step)


@pytest.mark.parametrize("dtype", TYPES)
def test_a_constant_image_stays_exactly_constant(dtype):
    image = np.full((3, 9, 70), 113, dtype)
    for dimensions in (2, 3):
        for values in filtered(image, "median", (1, 2, 8), dimensions).values():
            assert (values == 113).all()


def test_a_radius_of_64_works():
    image = textured((2, 3, 1), np.uint8)
    np.testing.assert_array_equal(found(image, 64), expected(image, 64, 3))
