import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import ndimage

from annotat3d_tui.errors import Cancelled, InvalidParameter
from annotat3d_tui.superpixels.clustering import ITERATIONS
from annotat3d_tui.superpixels.intensity import intensity
from annotat3d_tui.superpixels.methods import METHODS
from annotat3d_tui.superpixels.slic import Slic
from tests.superpixels.phantoms import majority_labels, two_phases
from tests.superpixels.test_waterpixels import assert_superpixels

SHAPE = (19, 40, 61)


@pytest.fixture(scope="module")
def phantom():
    return two_phases(SHAPE)


@pytest.mark.parametrize(("spacing", "compactness"), [(7, 0.1), (4, 0.0), (12, 1.0), (2, 0.1), (64, 0.01)])
def test_ids_are_1_to_n_and_each_superpixel_is_connected(phantom, spacing, compactness):
    ids = Slic(spacing, compactness)(phantom[0])
    assert_superpixels(ids, SHAPE, int(ids.max()))


def test_threads_and_repetition_change_nothing(phantom):
    once = Slic()(phantom[0])
    for threads in (1, 2, 4):
        np.testing.assert_array_equal(Slic()(phantom[0], threads=threads), once)


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 2, 2), (1, 5, 3), (2, 40, 3), (3, 1, 50), (1, 40, 60), (5, 95, 2)])
def test_tiny_volumes(shape):
    image = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    for spacing in (4, 64):
        ids = Slic(spacing=spacing, compactness=0.0)(image)
        assert_superpixels(ids, shape, int(ids.max()))


def test_a_constant_image_gives_the_cells_of_the_grid():
    ids = Slic(spacing=5)(np.full((10, 25, 30), -7.5))
    np.testing.assert_array_equal(ids, np.arange(60).reshape(2, 5, 6).repeat(5, 0).repeat(5, 1).repeat(5, 2) + 1)


def test_compactness_means_the_same_for_every_type(phantom):
    image = phantom[0]
    ids = Slic()(image)
    for same in (image.astype(np.int32) - 40000, image.astype(">u2"), image.astype(np.float64) * 2.0**-300):
        assert (Slic()(same) == ids).mean() > 0.995
    outlier = image.astype(np.float32)
    outlier[3, 3, 3] = 1e30
    assert (Slic()(outlier) == ids).mean() > 0.95


def test_out_is_filled_and_returned(phantom):
    out = np.zeros(SHAPE, np.int32)
    assert Slic()(phantom[0], out=out) is out
    np.testing.assert_array_equal(out, Slic()(phantom[0]))


def test_each_voxel_belongs_to_the_best_centre_around_its_cell():
    """Against the definition, in float64, for a volume of 3×3×3 cells, before pieces are given away."""
    spacing, compactness = 6, 0.3
    image = ndimage.gaussian_filter(np.random.default_rng(1).normal(size=(18, 18, 18)), 2.0)
    levels = intensity(image) / 65535
    z, y, x = np.indices(image.shape)
    ids = (z // spacing * 3 + y // spacing) * 3 + x // spacing
    for _ in range(ITERATIONS):
        points = [levels, *(compactness / spacing * axis for axis in (z, y, x))]
        means = [ndimage.mean(point, ids, np.arange(27)) for point in points]
        cost = sum((point[..., None] - mean) ** 2 for point, mean in zip(points, means, strict=True))
        cells = np.stack(np.unravel_index(np.arange(27), (3, 3, 3)), -1)
        own = np.stack([axis // spacing for axis in (z, y, x)], -1)
        cost[(np.abs(own[..., None, :] - cells) > 1).any(-1)] = np.inf
        ids = cost.argmin(-1)
    assert (Slic(spacing, compactness)(image) == ids + 1).mean() > 0.97


def test_superpixels_follow_strong_edges(phantom):
    image, truth = phantom
    assert (majority_labels(Slic()(image), truth) == truth).mean() > 0.97
    clean, truth = two_phases(SHAPE, noise=100.0)
    assert (majority_labels(Slic()(clean), truth) == truth).mean() > 0.99


def test_they_keep_as_much_as_those_of_scikit_image(phantom):
    from skimage.segmentation import slic

    image, truth = phantom
    number = image.size // 7**3
    theirs = slic(intensity(image) / 65535, n_segments=number, compactness=0.1, channel_axis=None, start_label=1)
    ours = Slic()(image)
    best = [(majority_labels(ids.astype(np.int32), truth) == truth).mean() for ids in (ours, theirs)]
    assert best[0] > best[1] - 0.005


def test_progress_rises_and_can_cancel(phantom):
    told = []
    Slic()(phantom[0], threads=2, progress=lambda share, stage: told.append((share, stage)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)
    assert list(dict.fromkeys(stage for _, stage in told)) == ["intensity", "clusters", "connecting"]

    def stop(share, stage):
        if share > 0.4:
            raise Cancelled

    with pytest.raises(Cancelled):
        Slic()(phantom[0], progress=stop)


def test_parameters_have_ranges_and_help():
    assert Slic() == Slic.from_dict(Slic().to_dict())
    with pytest.raises(InvalidParameter, match="compactness of slic must be from 0 to 1, received 2"):
        Slic(compactness=2.0)


TYPES = st.sampled_from([np.uint8, np.int8, np.uint16, np.int16, np.uint32, np.int32, np.float32, np.float64])


@settings(max_examples=60, deadline=None)
@given(
    st.data(),
    TYPES,
    arrays.array_shapes(min_dims=3, max_dims=3, max_side=9),
    st.integers(2, 12),
    st.sampled_from(METHODS),
)
def test_any_image_gives_connected_superpixels_in_every_voxel(data, dtype, shape, spacing, method):
    finite = {"allow_nan": False, "allow_infinity": False} if np.issubdtype(dtype, np.floating) else {}
    image = data.draw(arrays.arrays(dtype, shape, elements=arrays.from_dtype(np.dtype(dtype), **finite)))
    ids = method(spacing=spacing)(image)
    assert_superpixels(ids, shape, int(ids.max()))
