import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from tests.features.examples import SHAPES, TYPES, filtered, textured


def expected(image, name, radius, dimensions):
    side = 2 * radius + 1
    scipy_filter = {"minimum": ndimage.minimum_filter, "maximum": ndimage.maximum_filter}[name]
    return scipy_filter(image, size=(side if dimensions == 3 else 1, side, side))


@pytest.mark.parametrize("name", ["minimum", "maximum"])
@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("shape", SHAPES)
def test_extrema_are_those_of_scipy(shape, dimensions, name):
    image = textured(shape)
    found = filtered(image, name, (1, 2, 3, 8), dimensions)
    for radius in (1, 2, 3, 8):
        np.testing.assert_array_equal(found[f"{name} {radius}"], expected(image, name, radius, dimensions))


@pytest.mark.parametrize("dtype", TYPES)
def test_every_voxel_type_is_exact_in_float32(dtype):
    image = textured((6, 7, 11), dtype)
    for name in ("minimum", "maximum"):
        np.testing.assert_array_equal(
            filtered(image, name)[f"{name} 2"], expected(image, name, 2, 3).astype(np.float32)
        )


@settings(max_examples=30, deadline=None)
@given(st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9)), st.integers(1, 64), st.integers(0, 99))
def test_any_window_on_any_small_volume(shape, radius, seed):
    image = textured(shape, np.float32, seed)
    np.testing.assert_array_equal(
        filtered(image, "maximum", (radius,))[f"maximum {radius}"], expected(image, "maximum", radius, 3)
    )
