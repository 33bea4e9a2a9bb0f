import threading
import tracemalloc

import numpy as np
import pytest
from scipy import ndimage
from skimage.segmentation import find_boundaries, watershed

from annotat3d_tui.errors import Cancelled, InvalidParameter
from annotat3d_tui.superpixels.flood import flood
from annotat3d_tui.superpixels.gradient import gradient
from annotat3d_tui.superpixels.seeds import place_seeds
from annotat3d_tui.superpixels.waterpixels import Waterpixels, Waterpixels3D
from tests.superpixels.phantoms import majority_labels, two_phases

SHAPE = (19, 70, 131)


@pytest.fixture(scope="module")
def phantom():
    return two_phases(SHAPE)


def assert_superpixels(ids, shape, number):
    """Ids 1 … number, each connected through faces, in every voxel of the shape."""
    assert ids.shape == shape
    assert ids.dtype == np.int32
    assert ids.flags.c_contiguous
    np.testing.assert_array_equal(np.unique(ids), np.arange(number) + 1)
    for number, box in enumerate(ndimage.find_objects(ids), start=1):
        assert ndimage.label(ids[box] == number)[1] == 1


@pytest.mark.parametrize("method", [Waterpixels3D, Waterpixels])
@pytest.mark.parametrize(("spacing", "compactness"), [(7, 10000.0), (4, 100.0), (12, 0.0)])
def test_ids_are_1_to_n_and_each_superpixel_is_connected(phantom, method, spacing, compactness):
    image, _ = phantom
    ids = method(spacing, compactness)(image)
    number = place_seeds(np.zeros(SHAPE, np.uint16), spacing, flat=method is Waterpixels).number
    assert_superpixels(ids, SHAPE, number)
    if method is Waterpixels:
        assert all(ids[z].max() < ids[z + 1].min() for z in range(SHAPE[0] - 1))


@pytest.mark.parametrize("method", [Waterpixels3D, Waterpixels])
def test_threads_and_repetition_change_nothing(phantom, method):
    image, _ = phantom
    once = method()(image)
    for threads in (1, 2, 3):
        np.testing.assert_array_equal(method()(image, threads=threads), once)


@pytest.mark.parametrize("method", [Waterpixels3D, Waterpixels])
@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 5, 3), (2, 40, 3), (3, 1, 50), (1, 1, 300)])
def test_tiny_volumes(method, shape):
    image = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    ids = method(spacing=4)(image)
    assert_superpixels(ids, shape, int(ids.max()))


@pytest.mark.parametrize("method", [Waterpixels3D, Waterpixels])
def test_a_constant_image_gives_the_cells_of_the_grid(method):
    ids = method(spacing=7)(np.full((15, 29, 43), 5, np.uint8))
    seeds = place_seeds(np.zeros(ids.shape, np.uint16), 7, flat=method is Waterpixels)
    places = np.stack(np.unravel_index(seeds.voxels.ravel(), ids.shape), axis=1)
    voxels = np.stack(np.indices(ids.shape), axis=-1)
    to_seed = np.sqrt(((voxels[..., None, :] - places) ** 2).sum(-1))
    own = np.take_along_axis(to_seed, ids[..., None].astype(np.int64) - 1, axis=-1)[..., 0]
    to_seed[voxels[..., None, 0] != places[:, 0]] += 1000 if method is Waterpixels else 0
    assert (own == to_seed.min(axis=-1)).mean() > 0.99


@pytest.mark.parametrize("method", [Waterpixels3D, Waterpixels])
def test_the_image_may_be_scaled(phantom, method):
    image, _ = phantom
    ids = method()(image)
    np.testing.assert_array_equal(method()(image.astype(np.float32) / 1024), ids)
    np.testing.assert_array_equal(method()(image.astype(np.float64) * 2.0**200), ids)
    assert (method()(image * 1.7 - 99) == ids).mean() > 0.99


def test_a_single_plane_is_the_same_in_2d_and_3d(phantom):
    plane = phantom[0][3:4]
    np.testing.assert_array_equal(Waterpixels3D()(plane), Waterpixels()(plane))


def test_2d_each_plane_is_flooded_alone(phantom):
    edges = gradient(phantom[0], flat=True)
    seeds = place_seeds(edges, 7, flat=True)
    ids = flood(edges, seeds, 10000.0, flat=True)
    for z in (0, 7, 18):
        alone = flood(edges[z : z + 1], place_seeds(edges[z : z + 1], 7, flat=True), 10000.0, flat=True)
        np.testing.assert_array_equal(ids[z] - ids[z].min(), alone[0] - 1)


def test_2d_a_stack_of_one_plane_repeats_its_superpixels(phantom):
    plane = phantom[0][:1]
    ids = Waterpixels()(np.repeat(plane, 3, axis=0))
    alone = Waterpixels()(plane)
    for z in range(3):
        np.testing.assert_array_equal(ids[z], alone[0] + z * alone.max())


def test_superpixels_move_with_the_content():
    content, _ = two_phases((24, 30, 36))
    content -= content.min()
    here, there = np.zeros((50, 60, 70), np.uint16), np.zeros((50, 60, 70), np.uint16)
    here[6:30, 10:40, 12:48] = content
    there[13:37, 17:47, 26:62] = content
    moved = np.roll(Waterpixels3D()(here), (7, 7, 14), (0, 1, 2))[13:37, 17:47, 26:62]
    ids = Waterpixels3D()(there)[13:37, 17:47, 26:62]
    pairs = np.unique(np.stack([moved.ravel(), ids.ravel()]), axis=1)
    assert pairs.shape[1] < 1.02 * np.unique(ids).size


@pytest.mark.parametrize("method", [Waterpixels3D, Waterpixels])
def test_superpixels_follow_strong_edges(phantom, method):
    image, truth = phantom
    assert (majority_labels(method(7, 100.0)(image), truth) == truth).mean() > 0.97
    clean, truth = two_phases(SHAPE, noise=100.0)
    assert (majority_labels(method(7, 100.0)(clean), truth) == truth).mean() > 0.99


def test_they_find_as_many_borders_as_the_compact_watershed_of_scikit_image():
    image, truth = two_phases((24, 40, 56), noise=800.0)
    edges = gradient(image)
    seeds = place_seeds(edges, 7)
    markers = np.zeros(image.shape, np.int32)
    markers.ravel()[seeds.voxels.ravel()] = np.arange(seeds.number) + 1
    border = find_boundaries(truth, mode="inner")

    def recall(ids):
        return (ndimage.binary_dilation(find_boundaries(ids, mode="inner")) & border).sum() / border.sum()

    ours = Waterpixels3D(7, 1000.0)(image)
    theirs = watershed(edges.astype(float), markers, compactness=1000.0 / 7)
    assert recall(ours) > recall(theirs) - 0.02
    best = [(majority_labels(ids, truth) == truth).mean() for ids in (ours, theirs)]
    assert best[0] > best[1] - 0.01


def test_memory_stays_at_six_bytes_a_voxel_and_little_scratch():
    image = np.random.default_rng(0).integers(0, 65536, (96, 160, 256)).astype(np.uint16)
    Waterpixels3D()(image[:9, :9, :9])
    tracemalloc.start()
    Waterpixels3D()(image)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6.2 * image.size + 4e6


def test_progress_rises_through_the_stages(phantom):
    told = []
    Waterpixels3D()(phantom[0], threads=2, progress=lambda share, stage: told.append((share, stage)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] == pytest.approx(1)
    assert list(dict.fromkeys(stage for _, stage in told)) == ["gradient", "seeds", "watershed", "connecting"]


@pytest.mark.parametrize("stage_to_stop", ["gradient", "seeds", "watershed", "connecting"])
def test_cancelling_leaves_no_thread_running(phantom, stage_to_stop):
    def stop(share, stage):
        if stage == stage_to_stop:
            raise Cancelled

    before = threading.active_count()
    with pytest.raises(Cancelled, match="nothing was changed"):
        Waterpixels3D()(phantom[0], threads=2, progress=stop)
    assert threading.active_count() == before


def test_parameters_have_ranges_and_help():
    for method in (Waterpixels3D, Waterpixels):
        assert method() == method.from_dict(method().to_dict())
        assert all(declared.help for declared in method.parameters())
    with pytest.raises(InvalidParameter, match="spacing of waterpixels3d must be from 2 to 64 voxels, received 1"):
        Waterpixels3D(spacing=1)
    with pytest.raises(InvalidParameter, match="compactness of waterpixels must be from 0 to 1000000, received -1"):
        Waterpixels(compactness=-1.0)
