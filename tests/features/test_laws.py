"""What holds for every filter, whatever it computes."""

import numpy as np
import pytest

from annotat3d_tui.features import engine
from annotat3d_tui.features.features import Features
from annotat3d_tui.features.voxels import voxel_features
from tests.features.examples import EVERY, filtered, textured

SHAPE = (13, 21, 34)
POOLS = ("mean", "minimum", "maximum")


def grid_superpixels(shape, side=5):
    """Boxes of `side` voxels, numbered from 1 in order."""
    z, y, x = np.indices(shape) // side
    rows, columns = -(-shape[1] // side), -(-shape[2] // side)
    return (1 + (z * rows + y) * columns + x).astype(np.int32)


def table(image, **options):
    settings = {"filters": EVERY, "radii": (1, 3), "dimensions": "3", "pooling": POOLS}
    settings |= {name: options.pop(name) for name in list(options) if name in settings}
    return Features(**settings)(image, **options)


@pytest.fixture(scope="module")
def image():
    return textured(SHAPE)


@pytest.fixture(scope="module")
def ids():
    return grid_superpixels(SHAPE)


@pytest.fixture(scope="module")
def marked():
    return np.random.default_rng(1).integers(0, SHAPE, (50, 3))


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("name", EVERY)
def test_a_voxel_does_not_depend_on_the_slab_grid(image, name, dimensions):
    whole = filtered(image, name, (1, 2, 5), dimensions)
    for thickness in (1, 4, 7):
        cut = filtered(image, name, (1, 2, 5), dimensions, thickness)
        for feature, values in whole.items():
            np.testing.assert_array_equal(cut[feature], values)


@pytest.mark.parametrize("dimensions", ["2", "3"])
def test_the_table_does_not_depend_on_threads_or_slabs(image, ids, marked, dimensions, monkeypatch):
    first = table(image, superpixels=ids, marked=marked, dimensions=dimensions)
    for thickness, threads in ((32, 2), (1, 3), (4, 5)):
        monkeypatch.setattr(engine, "SLAB_PLANES", thickness)
        other = table(image, superpixels=ids, marked=marked, dimensions=dimensions, threads=threads)
        assert other.superpixels.tobytes() == first.superpixels.tobytes()
        assert other.voxels.tobytes() == first.voxels.tobytes()


def test_a_feature_does_not_depend_on_what_else_is_asked_for(image, ids, marked):
    everything = table(image, superpixels=ids, marked=marked)
    for name in EVERY:
        alone = table(image, superpixels=ids, marked=marked, filters=(name,))
        for column, values in zip(alone.columns, alone.superpixels.T, strict=True):
            np.testing.assert_array_equal(values, everything.superpixels[:, everything.columns.index(column)])
        for column, values in zip(alone.columns, alone.voxels.T, strict=True):
            np.testing.assert_array_equal(values, everything.voxels[:, everything.columns.index(column)])


def test_permuting_ids_permutes_the_table(image, ids):
    count = int(ids.max())
    order = np.random.default_rng(0).permutation(count)
    found = table(image, superpixels=ids)
    permuted = table(image, superpixels=(order[ids - 1] + 1).astype(np.int32))
    np.testing.assert_array_equal(permuted.superpixels[order], found.superpixels)


def test_pools_are_those_of_the_filtered_voxels(image, ids):
    found = table(image, superpixels=ids)
    for name in EVERY:
        for feature, values in filtered(image, name, (1, 3)).items():
            groups = [values[ids == each].astype(np.float64) for each in (1, 9, 40)]
            for pool, function in (("mean", np.mean), ("minimum", np.min), ("maximum", np.max)):
                column = found.superpixels[[0, 8, 39], found.columns.index(f"{feature} {pool}")]
                np.testing.assert_allclose(column, [function(group) for group in groups], rtol=1e-6, atol=1e-9)


def test_a_superpixel_of_one_voxel_is_that_voxel():
    image = textured((4, 5, 6))
    single = np.arange(1, 121, dtype=np.int32).reshape(4, 5, 6)
    found = table(image, superpixels=single, marked=np.argwhere(single))
    np.testing.assert_array_equal(found.superpixels, found.voxels)


def test_marked_voxels_have_the_features_of_every_voxel(image, marked):
    parameters = Features(EVERY, (1, 3), "3", ("mean", "maximum"))
    found = parameters(image, marked=marked, threads=2)
    assert found.superpixels is None
    everywhere = np.concatenate([voxel_features(image, parameters, slice(z, z + 5)) for z in range(0, 13, 5)], axis=1)
    np.testing.assert_array_equal(everywhere[:, marked[:, 0], marked[:, 1], marked[:, 2]].T, found.voxels)


def test_a_preview_pools_its_planes_alone(image, ids, marked):
    found = table(image, superpixels=ids, planes=slice(4, 6), marked=marked)
    within = np.unique(ids[4:6])
    outside = np.setdiff1d(np.arange(1, ids.max() + 1), within)
    assert np.isnan(found.superpixels[outside - 1]).all()
    column = found.columns.index("fft_gauss 3 mean")
    values = filtered(image, "fft_gauss", (3,))["fft_gauss 3"][4:6].astype(np.float64)
    means = [values[ids[4:6] == each].mean() for each in within]
    np.testing.assert_allclose(found.superpixels[within - 1, column], means, rtol=1e-6)
    np.testing.assert_array_equal(found.voxels, table(image, marked=marked).voxels)


def test_planes_that_nobody_asks_for_are_not_computed():
    needed = np.zeros(100, bool)
    needed[[3, 4, 40, 99]] = True
    assert engine.cut(needed, 4) == [(3, 4), (4, 5), (40, 41), (99, 100)]
    assert engine.cut(np.ones(5, bool), 2) == [(0, 2), (2, 4), (4, 5)]
    assert engine.cut(np.zeros(5, bool), 2) == []


@pytest.mark.parametrize("dimensions", ["2", "3"])
def test_how_the_image_lies_in_memory_does_not_matter(image, ids, marked, dimensions, tmp_path):
    expected = table(image, superpixels=ids, marked=marked, dimensions=dimensions)
    np.save(tmp_path / "image.npy", image)
    swapped = image.astype(image.dtype.newbyteorder())
    shifted = np.zeros((14, 50, 35), image.dtype)[1:, 3 : 3 + SHAPE[1], 1:]
    shifted[:] = image
    unaligned = np.frombuffer(b"?" + image.tobytes(), image.dtype, offset=1).reshape(SHAPE)
    mapped = np.load(tmp_path / "image.npy", mmap_mode="r")
    variants = (mapped, swapped, np.asfortranarray(image), shifted, unaligned)
    for variant in variants:
        found = table(variant, superpixels=np.asfortranarray(ids), marked=marked, dimensions=dimensions)
        assert found.superpixels.tobytes() == expected.superpixels.tobytes()
        assert found.voxels.tobytes() == expected.voxels.tobytes()


def test_the_image_is_left_alone(image, ids):
    before = image.copy(), ids.copy()
    table(image, superpixels=ids)
    np.testing.assert_array_equal(image, before[0])
    np.testing.assert_array_equal(ids, before[1])
    assert image.flags.writeable
    assert ids.flags.writeable


def test_slices_alone_are_the_same_as_each_slice_of_its_own(image):
    parameters = Features(EVERY, (1, 3), "2")
    whole = voxel_features(image, parameters, slice(None))
    # The first slice's values differ from the volume's by rounding (second differences r² times that): the
    # centre of the grey values is another.
    alone = voxel_features(image[6:7], parameters, slice(None))
    np.testing.assert_allclose(whole[:, 6:7], alone, rtol=2e-6, atol=2e-3)


@pytest.mark.parametrize("dimensions", ["2", "3"])
@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 9, 4), (2, 1, 5)])
def test_volumes_smaller_than_any_window(shape, dimensions):
    image = textured(shape)
    found = table(image, superpixels=np.ones(shape, np.int32), radii=(8, 2, 1), dimensions=dimensions)
    assert found.superpixels.shape == (1, len(found.columns))
    assert np.isfinite(found.superpixels).all()
