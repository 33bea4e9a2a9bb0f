import numpy as np
import pytest

from annotat3d_tui.superpixels import gradient as gradient_module
from annotat3d_tui.superpixels.borders import borders
from annotat3d_tui.superpixels.gradient import gradient
from annotat3d_tui.superpixels.methods import METHODS, Slic, Waterpixels, Waterpixels3D
from annotat3d_tui.superpixels.preview import preview
from annotat3d_tui.superpixels.seeds import nodes, nodes_within
from tests.superpixels.phantoms import two_phases

SHAPE = (60, 50, 70)


@pytest.fixture(scope="module")
def image():
    return two_phases(SHAPE)[0]


def assert_same_up_to_numbers(ids, expected):
    pairs = np.unique(np.stack([ids.ravel(), expected.ravel()]), axis=1)
    assert pairs.shape[1] == np.unique(ids).size == np.unique(expected).size


@pytest.mark.parametrize("planes", [slice(0, 2), slice(30, 35), slice(59, 60), slice(0, 60)])
def test_slice_by_slice_it_is_what_the_whole_image_has(image, planes):
    whole = Waterpixels()(image)
    shown = preview(Waterpixels(), image, planes)
    assert_same_up_to_numbers(shown, whole[planes])
    np.testing.assert_array_equal(np.unique(shown), np.arange(shown.max()) + 1)


@pytest.mark.parametrize("planes", [slice(0, 5), slice(29, 34), slice(55, 60)])
@pytest.mark.parametrize("method", [Waterpixels3D(), Waterpixels3D(5, 1000.0), Slic(), Slic(5, 0.3)])
def test_in_3d_nearly_so(image, method, planes):
    whole = method(image)[planes]
    shown = preview(method, image, planes)
    same = np.mean([borders(a) == borders(b) for a, b in zip(shown, whole, strict=True)])
    assert same > 0.95
    np.testing.assert_array_equal(np.unique(shown), np.arange(shown.max()) + 1)


@pytest.mark.parametrize("method", METHODS)
def test_all_planes_are_the_whole_image(image, method):
    np.testing.assert_array_equal(preview(method(), image[:20], slice(None)), method()(image[:20]))


@pytest.mark.parametrize("method", METHODS)
def test_threads_change_nothing(image, method):
    once = preview(method(), image, slice(20, 23))
    np.testing.assert_array_equal(preview(method(), image, slice(20, 23), threads=2), once)


@pytest.mark.parametrize("flat", [False, True])
def test_some_planes_of_the_gradient_are_those_of_the_whole_one(image, flat, monkeypatch):
    for sample in (1 << 24, 1 << 15):
        monkeypatch.setattr(gradient_module, "_SAMPLE", sample)
        whole = gradient(image, flat=flat)
        for planes in (slice(0, 3), slice(17, 40), slice(58, 60)):
            np.testing.assert_array_equal(gradient(image, planes, flat=flat), whole[planes])


def test_the_scale_of_a_sample_is_near_that_of_all(image, monkeypatch):
    whole = gradient(image)
    monkeypatch.setattr(gradient_module, "_SAMPLE", 1 << 15)
    np.testing.assert_allclose(gradient(image).astype(float), whole, rtol=0.1, atol=400)


def test_what_the_sample_misses_is_clipped(monkeypatch):
    monkeypatch.setattr(gradient_module, "_SAMPLE", 1 << 15)
    image = np.random.default_rng(0).normal(size=SHAPE).astype(np.float32)
    calm = gradient(image)
    image[0, 0, 0], image[20, 5, 5] = 1e37, -1e37
    assert (gradient(image)[32:] == calm[32:]).mean() > 0.99
    sparse = np.zeros(SHAPE, np.uint8)
    sparse[0, 0, 0] = 1
    assert gradient(sparse).max() == 65535


@pytest.mark.parametrize("spacing", [1, 2, 7, 12])
def test_nodes_within_are_the_nodes_of_the_whole_axis(spacing):
    for size in (5, 20, 43):
        start, count = nodes(size, spacing)
        positions = start + spacing * np.arange(count)
        for first in range(size):
            for last in range(first + 1, size + 1):
                begin, number = nodes_within(size, spacing, first, last)
                expected = positions[(positions >= first) & (positions < last)]
                np.testing.assert_array_equal(first + begin + spacing * np.arange(number), expected)
