import math

import numpy as np
import pytest

from annotat3d_tui.features.membrane import ANGLES, LINES, line
from tests.features.examples import SHAPES, TYPES, filtered, textured, windows

PROJECTIONS = {
    "mean": lambda responses: responses.mean(axis=0),
    "maximum": lambda responses: responses.max(axis=0),
    "minimum": lambda responses: responses.min(axis=0),
    "sum": lambda responses: responses.sum(axis=0),
    "deviation": lambda responses: responses.std(axis=0, ddof=1),
    "median": lambda responses: np.median(responses, axis=0),
}


def kernels():
    """The vertical line of the patch, turned as an image is: each voxel is what lies nearest where it came from."""
    for k in range(ANGLES):
        kernel = np.zeros((19, 19))
        cosine, sine = math.cos(math.pi * k / ANGLES), math.sin(math.pi * k / ANGLES)
        for row in range(-9, 10):
            for column in range(-9, 10):
                beside = math.floor(round(row * cosine - column * sine, 9) + 0.5)
                along = math.floor(round(row * sine + column * cosine, 9) + 0.5)
                kernel[row + 9, column + 9] = beside == 0 and abs(along) <= 9
        yield kernel / kernel.sum()


def responses(image):
    patches = windows(image, 9, 2)
    return np.stack([patches @ kernel.ravel() for kernel in kernels()])


@pytest.mark.parametrize("shape", [*SHAPES, (2, 30, 90), (1, 1, 8), (2, 2, 2)])
def test_projections_are_those_of_dense_kernels(shape):
    image = textured(shape)
    expected = responses(image)
    for dimensions in (2, 3):
        found = filtered(image, "membrane_projections", dimensions=dimensions)
        for part, project in PROJECTIONS.items():
            values = found[f"membrane_projections {part}"]
            np.testing.assert_allclose(values, project(expected), rtol=2e-6, atol=2e-5)


@pytest.mark.parametrize("dtype", TYPES)
def test_every_voxel_type(dtype):
    image = textured((2, 20, 21), dtype)
    expected = responses(image)
    for part, project in PROJECTIONS.items():
        found = filtered(image, "membrane_projections")[f"membrane_projections {part}"]
        np.testing.assert_allclose(found, project(expected), rtol=2e-6, atol=3e-4)


def test_lines_are_thin_and_all_directions_alike():
    assert all(13 <= len(voxels) <= 21 for voxels in LINES)
    upright = line(math.pi / 2)
    assert (upright[:, 1] == 0).all()
    assert len(upright) == 19


def test_a_bright_line_shows_in_the_maximum_alone():
    image = np.zeros((1, 40, 40), np.uint8)
    image[0, :, 20] = 190
    found = filtered(image, "membrane_projections")
    assert found["membrane_projections maximum"][0, 20, 20] == 190
    assert found["membrane_projections minimum"][0, 20, 20] == pytest.approx(190 / 21)


@pytest.mark.parametrize("value", [0, 7, 65521])
def test_a_constant_image_stays_exactly_constant(value):
    found = filtered(np.full((2, 9, 70), value, np.uint16), "membrane_projections")
    for part in ("mean", "maximum", "minimum", "median"):
        assert (found[f"membrane_projections {part}"] == value).all()
    assert (found["membrane_projections deviation"] == 0).all()
    np.testing.assert_allclose(found["membrane_projections sum"], 30 * value)
