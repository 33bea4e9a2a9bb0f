import math

import numpy as np
import pytest
import tifffile
from scipy import ndimage

from annotat3d_tui.features.dimensions import choose_dimensions
from tests.conftest import real_data


def blobs(shape, sigma, seed=0):
    return ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=shape), sigma)


def test_an_isotropic_volume_is_filtered_in_3_dimensions():
    dimensions, lag = choose_dimensions((blobs((30, 60, 70), 3) * 1000).astype(np.float32))
    assert dimensions == 3
    assert lag == pytest.approx(1, abs=0.3)


def test_coarse_slices_are_filtered_one_by_one():
    stack = (blobs((240, 60, 70), 5)[::8] * 1000).astype(np.float32)
    dimensions, lag = choose_dimensions(stack)
    assert dimensions == 2
    assert lag == pytest.approx(8, abs=2)


def test_unrelated_slices():
    stack = np.stack([blobs((60, 70), 2, seed) for seed in range(6)]).astype(np.float32)
    assert choose_dimensions(stack)[0] == 2


def test_the_brightness_of_slices_does_not_matter():
    volume = blobs((30, 60, 70), 3).astype(np.float32)
    flicker = volume + np.random.default_rng(0).normal(0, 1, (30, 1, 1)).astype(np.float32)
    assert choose_dimensions(flicker)[1] == pytest.approx(choose_dimensions(volume)[1], rel=1e-3)


def test_degenerate_images():
    assert choose_dimensions(np.random.default_rng(0).random((1, 9, 9))) == (2, math.inf)
    assert choose_dimensions(np.full((5, 9, 9), 7, np.uint8)) == (3, 0.0)
    assert choose_dimensions(np.zeros((5, 1, 1), np.uint16)) == (3, 0.0)
    assert choose_dimensions(np.arange(5, dtype=np.int16).reshape(5, 1, 1)) == (3, 0.0)
    one_empty = np.zeros((2, 9, 9), np.uint8)
    one_empty[1] = np.random.default_rng(0).integers(0, 255, (9, 9))
    assert choose_dimensions(one_empty)[0] == 2


def test_it_is_the_same_however_the_image_lies_in_memory():
    volume = (blobs((30, 60, 70), 3) * 1000).astype(np.int16)
    assert choose_dimensions(volume.astype(">i2")) == choose_dimensions(np.asfortranarray(volume))


@pytest.mark.parametrize(
    ("name", "dimensions", "lag"),
    [
        ("nuclei_confocal", 3, (1.5, 2.5)),
        ("ct_abdomen", 3, (0.2, 0.6)),
        ("isbi2012_em", 2, (10, 17)),
        ("sandstone_xrm", 2, (30, 45)),
        ("bone_microct", 3, (0.9, 1.2)),
    ],
)
def test_real_volumes(name, dimensions, lag):
    found, distance = choose_dimensions(tifffile.imread(real_data(name) / "image.tif"))
    assert found == dimensions
    assert lag[0] < distance < lag[1]


@pytest.mark.parametrize("scale", [1e30, 3e37, 1e-30])
def test_the_unit_of_grey_values_does_not_matter(scale):
    volume = blobs((12, 40, 44), 3)
    volume = (volume / np.abs(volume).max()).astype(np.float32)
    dimensions, lag = choose_dimensions(volume)
    assert choose_dimensions(volume * np.float32(scale)) == (dimensions, pytest.approx(lag, rel=1e-3))
