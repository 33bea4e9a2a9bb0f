import warnings

import numpy as np
import pytest
from skimage.feature import local_binary_pattern

from tests.features.examples import SHAPES, TYPES, filtered, textured


def in_plane(plane, radius):
    """The pattern of scikit-image; mirrored borders are laid around first, and cut off again."""
    padded = np.pad(plane.astype(np.float64), radius + 1, mode="symmetric")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # it would rather have integers
        found = local_binary_pattern(padded, 8, radius, "uniform")
    return found[radius + 1 : -radius - 1, radius + 1 : -radius - 1]


def direct(image, radius, dimensions):
    found = [np.stack([in_plane(plane, radius) for plane in image])]
    if dimensions == 3:
        found.append(np.stack([in_plane(image[:, y], radius) for y in range(image.shape[1])], axis=1))
        found.append(np.stack([in_plane(image[:, :, x], radius) for x in range(image.shape[2])], axis=2))
    return np.mean(found, axis=0)


@pytest.mark.parametrize("radius", [1, 2, 3, 8])
@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("shape", [*SHAPES, (1, 1, 8), (2, 2, 2)])
def test_patterns_are_those_of_scikit_image(shape, dimensions, radius):
    image = textured(shape, np.float32)
    found = filtered(image, "lbp", (radius,), dimensions)[f"lbp {radius}"]
    # A voxel that meets its own mirror image is compared with itself, where scikit-image rounds one way or the other.
    same = np.isclose(found, direct(image, radius, dimensions), atol=1e-5)
    inner = tuple(slice(radius, max(radius, length - radius)) for length in shape)
    assert same[inner if dimensions == 3 else (slice(None), *inner[1:])].all()
    assert same.mean() > 0.97


@pytest.mark.parametrize("dtype", TYPES)
def test_every_voxel_type(dtype):
    image = textured((6, 17, 31), dtype)
    same = np.isclose(filtered(image, "lbp")["lbp 2"], direct(image, 2, 3), atol=1e-5)
    assert same.mean() > 0.97


@pytest.mark.parametrize("value", [0, 7, 65521])
def test_a_constant_image_has_eight_everywhere(value):
    for dimensions in (2, 3):
        found = filtered(np.full((3, 9, 70), value, np.uint16), "lbp", (1, 3, 8), dimensions)
        assert all((values == 8).all() for values in found.values())


def test_spots_edges_and_the_rest():
    image = np.zeros((1, 9, 9), np.uint8)
    image[0, 4, 4] = 200
    assert filtered(image, "lbp", (1,), 2)["lbp 1"][0, 4, 4] == 0
    edge = np.zeros((1, 9, 9), np.uint8)
    edge[0, :, 5:] = 100
    assert (filtered(edge, "lbp", (1,), 2)["lbp 1"][0, 1:-1, 5] == 5).all()


def test_more_light_or_contrast_changes_nothing():
    image = textured((5, 12, 13), np.uint8).astype(np.uint16)
    expected = filtered(image, "lbp", (2,))["lbp 2"]
    np.testing.assert_array_equal(filtered(image * np.uint16(16) + np.uint16(77), "lbp", (2,))["lbp 2"], expected)
