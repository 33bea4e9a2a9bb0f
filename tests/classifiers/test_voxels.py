"""Every voxel gets what the rows of all features would give it, whatever is left out, cut or shared."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from annotat3d_tui.classifiers import voxels as module
from annotat3d_tui.classifiers.ensemble import ScaleEnsemble
from annotat3d_tui.classifiers.forest import ExtraTrees, Forest
from annotat3d_tui.classifiers.model import predict
from annotat3d_tui.classifiers.smoothing import Smoothing
from annotat3d_tui.classifiers.voxels import classify_voxels
from annotat3d_tui.features.features import Features
from annotat3d_tui.features.voxels import voxel_features

FEATURES = Features(
    ("none", "fft_gauss", "fft_dog", "sobel", "variance", "maximum"), (1, 2, 4), "3", pooling=("mean", "maximum")
)


def example(dimensions: str) -> tuple[NDArray[np.uint16], Features, NDArray[np.float32]]:
    """An image, its features, and their values (Z, Y, X, columns)."""
    noise = np.random.default_rng(0).normal(size=(11, 24, 33))
    image = (20000 + 9000 * ndimage.gaussian_filter(noise, 2) / 0.1 + 900 * noise).clip(0, 65535).astype(np.uint16)
    features = Features(FEATURES.filters, FEATURES.radii, dimensions, FEATURES.pooling)
    return image, features, np.moveaxis(voxel_features(image, features, slice(None)), 0, -1)


def trained(columns: NDArray[np.float32], features: Features, image: NDArray[np.uint16], trees: int = 9) -> Forest:
    labels = np.digitize(ndimage.gaussian_filter(image.astype(float), 1)[::5].ravel(), (18000, 22000))
    samples = columns[::5].reshape(-1, columns.shape[-1])
    return ScaleEnsemble(trees=trees, trials=3)(samples, np.array([3, 8, 12])[labels], columns=features.columns)


@pytest.mark.parametrize("dimensions", ["2", "3"])
def test_equals_the_rows_of_all_features(dimensions: str) -> None:
    image, features, columns = example(dimensions)
    for trees in (1, 9):  # one tree asks for some of the features only
        forest = trained(columns, features, image, trees)
        rows = columns.reshape(-1, columns.shape[-1])
        known = np.empty((3, *image.shape), np.float32)
        label = classify_voxels(image, features, forest, probabilities=known)
        assert label.dtype == np.uint8
        assert np.array_equal(label.ravel(), predict(forest, rows))
        assert np.array_equal(known.reshape(3, -1).T, forest.probabilities(rows))


@pytest.mark.parametrize("smoothing", [None, Smoothing(radius=1)])
@pytest.mark.parametrize("dimensions", ["2", "3"])
def test_slabs_threads_and_planes_change_nothing(
    dimensions: str, smoothing: Smoothing | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    image, features, columns = example(dimensions)
    forest = trained(columns, features, image)
    whole = classify_voxels(image, features, forest, smoothing=smoothing)
    some = classify_voxels(image, features, forest, smoothing=smoothing, planes=slice(4, 7))
    assert np.array_equal(some[4:7], whole[4:7])
    assert not some[:4].any()
    assert not some[7:].any()
    monkeypatch.setattr(module, "SLAB_PLANES", 3)
    monkeypatch.setattr(module, "ROWS", 100)
    for threads in (1, 2, 4):
        assert np.array_equal(classify_voxels(image, features, forest, smoothing=smoothing, threads=threads), whole), (
            threads
        )


def test_smoothed_probabilities_are_those_of_the_labels() -> None:
    image, features, columns = example("3")
    forest = trained(columns, features, image)
    known = np.empty((3, *image.shape), np.float32)
    label = classify_voxels(
        image, features, forest, smoothing=Smoothing(), planes=slice(2, 6), probabilities=known, threads=2
    )
    assert np.isnan(known[:, :2]).all()
    assert np.isnan(known[:, 6:]).all()
    assert np.array_equal(label[2:6], forest.labels[known[:, 2:6].argmax(axis=0)])


def test_other_models_and_models_without_some_columns() -> None:
    image, features, columns = example("2")
    chosen = [3, 8, 11]
    names = [features.columns[one] for one in chosen]
    samples = columns[..., chosen].reshape(-1, 3)
    labels = 1 + 299 * (image.ravel() > np.median(image))
    forest = ExtraTrees(trees=5)(samples[::7], labels[::7], columns=names)

    class Other:
        labels, columns, importances, out_of_bag = forest.labels, forest.columns, forest.importances, None
        probabilities = staticmethod(forest.probabilities)

    expected = predict(forest, samples).reshape(image.shape)
    for model in (forest, Other()):
        label = classify_voxels(image, features, model, threads=2)
        assert label.dtype == np.uint16
        assert np.array_equal(label, expected)
