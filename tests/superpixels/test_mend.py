import numpy as np
import pytest

from annotat3d_tui.superpixels.mend import mend
from annotat3d_tui.superpixels.seeds import Seeds, place_seeds


def seeds_at(*voxels):
    return Seeds(np.array(voxels, np.int64).reshape(1, 1, -1), (0, 0, 0), (1, 1, 1), (0, 0, 0))


def test_a_piece_goes_to_the_neighbour_of_most_similar_gradient():
    ids = np.array([[[1, 1, 2, 1, 3, 3]]], np.int32)
    gradient = np.array([[[0, 0, 10, 30, 35, 0]]], np.uint16)
    mend(ids, gradient, seeds_at(0, 2, 4))
    assert ids.tolist() == [[[1, 1, 2, 3, 3, 3]]]


def test_between_equal_neighbours_the_lowest_id_wins():
    ids = np.array([[[1, 1, 3, 1, 2, 2]]], np.int32)
    mend(ids, np.zeros(ids.shape, np.uint16), seeds_at(0, 4, 2))
    assert ids.tolist() == [[[1, 1, 3, 2, 2, 2]]]


def test_a_thick_piece_is_taken_round_by_round():
    ids = np.full((1, 5, 9), 2, np.int32)
    ids[:, :, 0] = 1
    ids[:, 1:4, 3:8] = 1
    mend(ids, np.zeros(ids.shape, np.uint16), seeds_at(0, 1))
    assert (ids[:, :, 1:] == 2).all()


def test_pieces_touching_by_an_edge_or_a_corner_or_wrapping_around_a_row_are_cut_off():
    for other in ((0, 1, 1), (1, 1, 1), (1, 0, 1)):
        ids = np.full((2, 2, 2), 2, np.int32)
        ids[0, 0, 0] = ids[other] = 1
        mend(ids, np.zeros(ids.shape, np.uint16), seeds_at(0, 1 if other != (1, 0, 1) else 2))
        assert (ids == 1).sum() == 1
    ids = np.array([[[2, 2, 1], [1, 2, 2]]], np.int32)
    mend(ids, np.zeros(ids.shape, np.uint16), seeds_at(2, 0))
    assert ids.tolist() == [[[2, 2, 1], [2, 2, 2]]]


def test_flat_planes_do_not_connect():
    ids = np.array([[[1, 1, 2]], [[3, 1, 4]]], np.int32)
    ids_3d = ids.copy()
    seeds = seeds_at(0, 2, 3, 5)
    mend(ids, np.zeros(ids.shape, np.uint16), seeds, flat=True)
    assert ids.tolist() == [[[1, 1, 2]], [[3, 3, 4]]]
    mend(ids_3d, np.zeros(ids.shape, np.uint16), seeds)
    assert ids_3d.tolist() == [[[1, 1, 2]], [[3, 1, 4]]]


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_a_winding_superpixel_of_any_size_stays_whole(threads):
    ids = np.full((7, 90, 101), 2, np.int32)
    ids[3, ::2] = 1
    ids[3, 1::4, -1] = ids[3, 3::4, 0] = 1
    expected = ids.copy()
    mend(ids, np.zeros(ids.shape, np.uint16), seeds_at(3 * 90 * 101, 0), threads=threads)
    np.testing.assert_array_equal(ids, expected)


def test_large_regions_outgrow_the_stack():
    ids = np.ones((30, 60, 70), np.int32)
    mend(ids, np.zeros(ids.shape, np.uint16), seeds_at(64000))
    assert (ids == 1).all()


def test_threads_change_nothing():
    rng = np.random.default_rng(0)
    gradient = rng.integers(0, 65536, (40, 30, 50)).astype(np.uint16)
    seeds = place_seeds(gradient, 6)
    scattered = rng.integers(1, seeds.number + 1, gradient.shape).astype(np.int32)
    scattered.ravel()[seeds.voxels.ravel()] = np.arange(seeds.number) + 1
    results = []
    for threads in (1, 2, 3):
        results.append(scattered.copy())
        mend(results[-1], gradient, seeds, threads=threads)
        np.testing.assert_array_equal(results[-1], results[0])
    assert results[0].min() >= 1
