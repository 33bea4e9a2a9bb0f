"""The guided filter does what its definition says, tile by tile, for any number of threads."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage

from annotat3d_tui.classifiers import smoothing as module
from annotat3d_tui.classifiers.boxes import box_mean
from annotat3d_tui.classifiers.smoothing import Smoothing, make_guide, smooth_probabilities

LABELS = np.array([2, 5, 300], np.uint16)


def by_definition(values: NDArray[Any], radii: tuple[int, int, int]) -> NDArray[np.float64]:
    """Mean of each box, as far as it lies in the array."""
    size = [2 * radius + 1 for radius in radii]
    total = ndimage.uniform_filter(values.astype(np.float64), size, mode="constant")
    share = ndimage.uniform_filter(np.ones(values.shape), size, mode="constant")
    return total / share


def filtered(light: NDArray[Any], chance: NDArray[Any], parameters: Smoothing, dimensions: int) -> NDArray[np.float64]:
    """He et al. 2013, algorithm 1."""
    radii = (parameters.radius if dimensions == 3 else 0, parameters.radius, parameters.radius)
    for _ in range(parameters.times):
        mean, chances = by_definition(light, radii), by_definition(chance, radii)
        covariance = by_definition(light * chance, radii) - mean * chances
        slope = covariance / (by_definition(light * light, radii) - mean * mean + parameters.epsilon)
        offset = chances - slope * mean
        chance = np.clip(by_definition(slope, radii) * light + by_definition(offset, radii), 0, 1)
    return chance


def example(shape: tuple[int, int, int], seed: int = 0) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    random = np.random.default_rng(seed)
    light = ndimage.gaussian_filter(random.random(shape), 1).astype(np.float32)
    light = (light - light.min()) / np.ptp(light)
    chances = random.dirichlet(np.ones(3), shape).transpose(3, 0, 1, 2)
    return light, np.ascontiguousarray(chances, np.float32)


def smooth(
    chances: NDArray[Any], light: NDArray[Any], parameters: Smoothing, dimensions: int, **others: Any
) -> tuple[NDArray[np.uint16], NDArray[np.float32]]:
    label, out = np.zeros(light.shape, np.uint16), np.zeros((3, *light.shape), np.float32)
    smooth_probabilities(chances, light, LABELS, label, parameters, dimensions=dimensions, out=out, **others)
    return label, out


@settings(max_examples=30, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 7), st.integers(1, 40), st.integers(1, 40)),
    radii=st.tuples(st.integers(0, 3), st.integers(0, 5), st.integers(0, 9)),
)
def test_means_of_boxes(shape: tuple[int, int, int], radii: tuple[int, int, int]) -> None:
    values = np.random.default_rng(0).random(shape).astype(np.float32)
    expected = by_definition(values, radii)
    box_mean(values, radii, np.empty(max(40, shape[2]), np.float32))
    np.testing.assert_allclose(values, expected, atol=1e-6, rtol=0)


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("parameters", [Smoothing(times=2), Smoothing(radius=2, epsilon=1e-2)])
def test_equals_the_definition(parameters: Smoothing, dimensions: int) -> None:
    light, chances = example((9, 30, 41))
    label, out = smooth(chances, light, parameters, dimensions)
    for number in (0, 1):
        expected = filtered(light.astype(np.float64), chances[number], parameters, dimensions)
        np.testing.assert_allclose(out[number], expected, atol=3e-4)
    np.testing.assert_allclose(out.sum(axis=0), 1.0, atol=1e-6)
    assert np.array_equal(label, LABELS[out.argmax(axis=0)])


@pytest.mark.parametrize("dimensions", [2, 3])
def test_tiles_threads_planes_and_the_last_label_change_nothing(
    dimensions: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    light, chances = example((11, 37, 50))
    parameters = Smoothing(radius=2, times=2)
    whole = smooth(chances, light, parameters, dimensions)
    some = smooth(chances, light, parameters, dimensions, planes=slice(3, 6))
    without = smooth(chances[:2], light, parameters, dimensions)
    monkeypatch.setattr(module, "TILE", (4, 16, 9))
    monkeypatch.setattr(module, "TILE_2D", (1, 16, 9))
    for threads in (1, 2, 4):
        tiled = smooth(chances, light, parameters, dimensions, threads=threads)
        for one, other in zip(whole, tiled, strict=True):
            assert np.array_equal(one, other)
    assert np.array_equal(whole[0][3:6], some[0][3:6])
    assert not some[0][6:].any()
    assert np.array_equal(whole[1], without[1])


def test_keeps_edges_and_removes_noise() -> None:
    random = np.random.default_rng(0)
    truth = np.zeros((1, 60, 60), bool)
    truth[:, :, 30:] = True
    image = np.where(truth, 3000, 1000) + random.normal(0, 50, truth.shape)
    chances = np.zeros((3, *truth.shape), np.float16)
    chances[1] = np.clip(np.where(truth, 0.7, 0.3) + random.normal(0, 0.4, truth.shape), 0, 1)
    chances[0] = 1 - chances[1]
    guide = make_guide(image, 2, np.empty(truth.shape, np.float16))
    assert (guide.min(), guide.max()) == (0, 1)
    label, _ = smooth(chances, guide, Smoothing(), 2)
    assert np.mean((chances[1] > 0.5) == truth) < 0.9
    assert np.mean((label == 5) == truth) > 0.99


@pytest.mark.parametrize("chance", [0.5, 1 / 3, 0.9])
def test_a_constant_image_stays_constant(chance: float) -> None:
    image = np.full((8, 40, 20), 77, np.uint8)
    guide = make_guide(image, 3, np.empty(image.shape, np.float16))
    chances = np.full((2, *image.shape), chance, np.float32)
    label = np.zeros(image.shape, np.uint8)
    chances[1] -= 2 * chance - 1
    smooth_probabilities(chances, guide, LABELS[:2], label, Smoothing(), dimensions=3)
    assert np.unique(label).size == 1


def test_the_guide_is_the_same_for_any_number_of_threads() -> None:
    image = np.random.default_rng(0).integers(0, 60000, (40, 20, 30)).astype(np.uint16)
    for dimensions in (2, 3):
        guides = [make_guide(image, dimensions, np.empty(image.shape, np.float16), threads=t) for t in (1, 3)]
        assert np.array_equal(*guides)


def test_probabilities_of_many_labels_are_1_together() -> None:
    light, _ = example((9, 30, 41))
    middle_first = np.array([2, 0, 1])[np.digitize(light, (0.35, 0.65))]
    chances = np.moveaxis(np.eye(3, dtype=np.float32)[middle_first], 3, 0).copy()
    parameters = Smoothing(radius=2)
    alone = [filtered(light.astype(np.float64), chance, parameters, 3) for chance in chances[:2]]
    assert np.clip(alone, 0, 1).sum(axis=0).max() > 1.3
    _, out = smooth(chances, light, parameters, 3)
    assert (out >= 0).all()
    np.testing.assert_allclose(out.sum(axis=0), 1.0, atol=1e-6)
