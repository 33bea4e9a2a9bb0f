import numpy as np
import pytest
from scipy import ndimage

from annotat3d_tui.superpixels.intensity import intensity


def smoothed(levels):
    """Weights 1, 2, 1 along y and x by SciPy, in whole numbers."""
    sums = levels.astype(np.int64)
    for axis in (1, 2):
        sums = ndimage.correlate1d(sums, [1, 2, 1], axis=axis, mode="reflect")
    return (sums + 8) // 16


@pytest.mark.parametrize("shape", [(3, 1, 1), (2, 5, 7), (1, 1, 9), (1, 9, 1), (35, 12, 40), (2, 2, 2)])
def test_it_is_the_scaled_image_smoothed_in_each_slice(shape):
    image = np.random.default_rng(0).integers(0, 65536, shape).astype(np.uint16)
    image.ravel()[:2] = 0, 65535
    expected = np.rint(np.interp(image, *_ends(image)))
    np.testing.assert_allclose(intensity(image), smoothed(expected), atol=1)
    np.testing.assert_array_equal(intensity(image, threads=2), intensity(image))


def _ends(image):
    ordered = np.sort(image.ravel())
    skipped = int(0.001 * (image.size - 1))
    return [int(ordered[skipped]), int(ordered[image.size - 1 - skipped])], [0, 65535]


def test_some_planes_are_those_of_the_whole_image():
    image = np.random.default_rng(0).normal(size=(40, 9, 11))
    np.testing.assert_array_equal(intensity(image, slice(7, 25)), intensity(image)[7:25])


def test_a_constant_image_is_0():
    assert not intensity(np.full((3, 4, 5), -7.5)).any()
