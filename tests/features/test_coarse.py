"""Large Gaussians on a coarser grid: near the exact ones, the same for any blocks and threads."""

import threading

import numpy as np
import pytest
from scipy import ndimage

from annotat3d_tui.features.block import Block, Scratch, Source
from annotat3d_tui.features.coarse import smooth
from annotat3d_tui.features.features import Features
from annotat3d_tui.features.pyramid import Level, spline_taps, spline_weights
from annotat3d_tui.features.voxels import voxel_features
from tests.features.examples import filtered, textured
from tests.features.test_derivatives import second_differences
from tests.features.test_gaussian import scipy_gauss, scipy_sobel

SHAPE = (37, 61, 54)


def noise():
    return np.random.default_rng(0).normal(1000, 100, SHAPE).astype(np.float32)


def edges():
    image = np.zeros(SHAPE, np.uint16)
    image[:, :37, 40:] = 1000
    image[20:, 41:, :20] = 500
    return image


def dots():
    return ((np.random.default_rng(0).random(SHAPE) < 0.0005) * 255).astype(np.uint8)


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("make", [noise, edges, dots])
def test_they_are_near_the_exact_ones(make, dimensions):
    image = make()
    radii = (8, 11, 15, 16, 24)
    found = filtered(image, ("fft_gauss", "sobel", "laplacian"), radii, dimensions)
    for radius in radii:
        gauss = scipy_gauss(image, radius, dimensions)
        exact = {"fft_gauss": gauss, "sobel": scipy_sobel(gauss, dimensions)}
        exact["laplacian"] = np.trace(second_differences(gauss, radius, dimensions))
        for name, worst in (("fft_gauss", 0.02), ("sobel", 0.05), ("laplacian", 0.05)):
            error = (found[f"{name} {radius}"] - exact[name]) / exact[name].std()
            assert abs(error).max() < worst, (name, radius)
            assert np.sqrt((error**2).mean()) < 0.01, (name, radius)


@pytest.mark.parametrize("radius", [32, 64])
def test_the_largest_on_what_varies_slowly(radius):
    rng = np.random.default_rng(0)
    image = ndimage.zoom(rng.normal(0, 1000, (2, 5, 5)), (1, 45, 45), order=1).astype(np.float32)
    exact = scipy_gauss(image, radius, 2)
    found = filtered(image, "fft_gauss", (radius,), 2)[f"fft_gauss {radius}"]
    assert abs(found - exact).max() < 0.02 * exact.std()


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 4, 6), (2, 1, 9), (40, 3, 70)])
def test_borders_of_small_volumes(shape, dimensions):
    image = textured(shape)
    for radius in (8, 16):
        found = filtered(image, "fft_gauss", (radius,), dimensions)[f"fft_gauss {radius}"]
        np.testing.assert_allclose(found, scipy_gauss(image, radius, dimensions), atol=0.01 * image.std() + 1e-3)


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("name", ["fft_gauss", "fft_dog", "sobel", "laplacian", "hessian"])
def test_they_do_not_depend_on_the_blocks(name, dimensions):
    image = textured((23, 30, 41))
    whole = filtered(image, name, (8, 17), dimensions)
    for thickness in (1, 5, 8):
        for feature, values in filtered(image, name, (8, 17), dimensions, thickness).items():
            np.testing.assert_array_equal(values, whole[feature])


def test_they_do_not_depend_on_threads_or_on_how_the_image_lies_in_memory():
    image = textured((70, 20, 31))
    parameters = Features(("fft_gauss", "hessian"), (8, 16, 20), "3")
    marked = np.argwhere(image > 0)[::11]
    expected = parameters(image, marked=marked).voxels
    for variant, threads in ((image, 4), (np.asfortranarray(image), 1), (image.astype(">u2"), 3)):
        assert parameters(variant, marked=marked, threads=threads).voxels.tobytes() == expected.tobytes()


def test_a_source_keeps_its_cells_from_call_to_call(monkeypatch):
    image = textured((12, 20, 31))
    parameters = Features(("fft_gauss",), (8,), "3")
    expected = voxel_features(image, parameters, slice(4, 6))
    source = Source.of(image)
    assert Source.of(source) is source
    voxel_features(source, parameters, slice(0, 12))
    monkeypatch.setattr(Level, "_make", None)
    np.testing.assert_array_equal(voxel_features(source, parameters, slice(4, 6)), expected)


def test_planes_of_cells_are_made_once_by_many_threads(monkeypatch):
    made = []
    make = Level._make

    def count(self, number, scratch):
        made.append(number)
        make(self, number, scratch)

    monkeypatch.setattr(Level, "_make", count)
    source = Source.of(textured((60, 9, 9)))

    def work():
        for start in range(0, 60, 20):
            smooth(Block(source, start, start + 20, 3, Scratch()), 8, "first")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == len(set(made)) > 15


def test_a_plane_that_could_not_be_made_is_tried_again(monkeypatch):
    source, make, failed = Source.of(textured((9, 9, 9))), Level._make, []

    def fail_once(self, number, scratch):
        if not failed:
            failed.append(number)
            raise OSError("disk")
        make(self, number, scratch)

    monkeypatch.setattr(Level, "_make", fail_once)
    block = Block(source, 0, 9, 3, Scratch())
    with pytest.raises(OSError, match="disk"):
        smooth(block, 8, "first")
    assert np.isfinite(smooth(block, 8, "first")).all()


@pytest.mark.parametrize("dimensions", [2, 3])
def test_a_constant_image_stays_exactly_constant(dimensions):
    image = np.full((5, 9, 70), 65521, np.uint16)
    for radius in (8, 16, 64):
        assert (filtered(image, "fft_gauss", (radius,), dimensions)[f"fft_gauss {radius}"] == 65521).all()


@pytest.mark.parametrize("step", [2, 4, 8])
def test_splines_are_averages(step):
    taps, place = spline_taps(step).astype(float), np.arange(5 * step - 4)
    assert taps.sum() == pytest.approx(1)
    assert (taps * (place - place.mean()) ** 2).sum() == pytest.approx(5 * (step**2 - 1) / 12)
    np.testing.assert_allclose(spline_weights(step).sum(axis=1), 1, rtol=1e-6)
