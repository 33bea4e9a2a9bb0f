import numpy as np
import pytest
from scipy import ndimage

from annotat3d_tui.superpixels import gradient as module
from annotat3d_tui.superpixels.gradient import gradient

SHAPE = (11, 21, 34)


@pytest.fixture
def image():
    return np.random.default_rng(1).integers(0, 256, SHAPE).astype(np.uint8)


def scaled(magnitude):
    return np.minimum(magnitude / np.quantile(magnitude, 0.999, method="inverted_cdf"), 1) * 65535


def test_it_is_the_sobel_magnitude_of_the_smoothed_image(image):
    smooth = ndimage.gaussian_filter(image.astype(float), 1, truncate=3, mode="reflect")
    magnitude = np.sqrt(sum(ndimage.sobel(smooth, axis, mode="reflect") ** 2 for axis in range(3)))
    np.testing.assert_allclose(gradient(image), scaled(magnitude), rtol=2e-3, atol=2)


def test_flat_it_is_that_of_each_plane_at_one_scale(image):
    smooth = ndimage.gaussian_filter(image.astype(float), 1, truncate=3, mode="reflect", axes=(1, 2))
    slopes = [[ndimage.sobel(plane, axis, mode="reflect") for plane in smooth] for axis in (0, 1)]
    np.testing.assert_allclose(gradient(image, flat=True), scaled(np.hypot(*slopes)), rtol=2e-3, atol=2)


@pytest.mark.parametrize(
    ("dtype", "factor"),
    [
        (np.uint16, 256),
        (np.int16, 64),
        (np.int32, 2**23),
        (">u2", 2),
        (np.float32, 2.0**-140),
        (np.float32, 2.0**119),
        (np.float64, 2.0**-900),
        (np.float64, 2.0**1015),
    ],
)
def test_a_power_of_two_and_the_voxel_type_change_no_bit(image, dtype, factor):
    np.testing.assert_array_equal(gradient(image.astype(dtype) * np.dtype(dtype).type(factor)), gradient(image))


def test_an_offset_changes_no_bit(image):
    np.testing.assert_array_equal(gradient(image.astype(np.float64) + 2.0**30), gradient(image))


def test_any_view_of_the_voxels_serves(image):
    turned = np.ascontiguousarray(image.transpose(2, 0, 1)).transpose(1, 2, 0)
    turned.flags.writeable = False
    np.testing.assert_array_equal(gradient(turned), gradient(image))


@pytest.mark.parametrize("flat", [False, True])
def test_tiles_and_threads_change_no_bit(image, flat, monkeypatch):
    whole = gradient(image, flat=flat)
    monkeypatch.setattr(module, "_PLANES", 3)
    monkeypatch.setattr(module, "_PLANE_VOXELS", 5 * SHAPE[2])
    for threads in (1, 2, 3):
        np.testing.assert_array_equal(gradient(image, flat=flat, threads=threads), whole)


def test_one_voxel_in_a_thousand_is_clipped():
    noise = np.random.default_rng(2).normal(size=(20, 40, 50))
    assert 0.0005 < (gradient(noise) == 65535).mean() < 0.002


def test_a_constant_image_has_no_gradient():
    for dtype in (np.uint8, np.uint16, np.int32, np.float32, np.float64):
        assert not gradient(np.full((3, 5, 7), 77, dtype)).any()


def test_few_edges_are_not_lost():
    image = np.zeros((1, 300, 310), np.uint16)
    image[0, 15, 20] = 9
    edges = gradient(image)
    assert edges.max() == 65535
    assert 0 < (edges > 0).mean() < 0.001


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 5, 3), (2, 40, 3), (40, 2, 1)])
def test_tiny_volumes(shape):
    image = np.random.default_rng(3).normal(size=shape).astype(np.float32)
    assert gradient(image).shape == shape
