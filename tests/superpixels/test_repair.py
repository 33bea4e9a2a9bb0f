import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import ndimage

from annotat3d_tui.errors import Cancelled, ShapeMismatch, UnknownType
from annotat3d_tui.superpixels.repair import RepairReport, repair
from annotat3d_tui.superpixels.waterpixels import Waterpixels3D
from tests.superpixels.phantoms import two_phases
from tests.superpixels.test_waterpixels import assert_superpixels


def components_of(ids):
    """The components of each id by SciPy, numbered in order of id, then of their first voxels."""
    numbers, count = np.zeros(ids.shape, np.int64), 0
    for one in np.unique(ids[ids > 0]):
        parts, found = ndimage.label(ids == one)
        numbers[parts > 0] = parts[parts > 0] + count
        count += found
    return numbers


@pytest.mark.parametrize("dtype", [np.int32, np.uint8, ">u2", np.int64, np.uint64])
def test_pieces_are_the_components_that_scipy_finds(dtype):
    rng = np.random.default_rng(0)
    ids = rng.integers(1, 4, (35, 12, 17)).astype(dtype)
    repaired, report = repair(ids, ids.shape)
    np.testing.assert_array_equal(repaired, components_of(ids))
    assert report == RepairReport(0, 3, 0)


def test_superpixels_that_need_no_repair_stay():
    ids = Waterpixels3D()(two_phases((40, 30, 30))[0])
    repaired, report = repair(ids, ids.shape)
    np.testing.assert_array_equal(repaired, ids)
    assert report.sentence == "The superpixels needed no repair."


def test_empty_voxels_go_to_the_nearest_superpixel_round_by_round():
    ids = np.zeros((3, 20, 20), np.int16)
    ids[1, 3, 3], ids[1, 15, 12], ids[0, 0, 19] = 30, 20, -5
    repaired, report = repair(ids, ids.shape)
    z, y, x = np.indices(ids.shape)
    to_30 = abs(z - 1) + abs(y - 3) + abs(x - 3)
    to_20 = abs(z - 1) + abs(y - 15) + abs(x - 12)
    np.testing.assert_array_equal(repaired, np.where(to_30 < to_20, 2, 1))
    assert report == RepairReport(28, 0, 1198)
    assert report.sentence == ("Repaired superpixels: 28 unused ids were closed up and 1198 empty voxels were filled.")


def test_one_and_many_are_told_apart():
    assert RepairReport(1, 1, 1).sentence == (
        "Repaired superpixels: 1 unused id was closed up, 1 in pieces was split and 1 empty voxel was filled."
    )
    assert RepairReport(0, 0, 2).sentence == "Repaired superpixels: 2 empty voxels were filled."


def test_a_volume_without_any_superpixel_is_one():
    repaired, report = repair(np.zeros((2, 3, 4), np.uint8), (2, 3, 4))
    assert (repaired == 1).all()
    assert report == RepairReport(0, 0, 24)


def test_a_winding_superpixel_is_whole_across_slabs():
    ids = np.ones((70, 9, 9), np.int32)
    ids[:, ::2] = 2
    ids[::2, :, 0] = 2
    repaired, _ = repair(ids, ids.shape)
    np.testing.assert_array_equal(repaired, components_of(ids))


@settings(max_examples=60, deadline=None)
@given(arrays.arrays(np.int8, arrays.array_shapes(min_dims=3, max_dims=3, max_side=20), elements=st.integers(-1, 3)))
def test_whatever_is_given_comes_out_fit(ids):
    repaired, report = repair(ids, ids.shape)
    assert_superpixels(repaired, ids.shape, int(repaired.max()))
    assert report.filled == (ids < 1).sum()
    expected = components_of(ids)
    if (ids > 0).any():
        np.testing.assert_array_equal(repaired[ids > 0], expected[ids > 0])
    for threads in (2, 4):
        np.testing.assert_array_equal(repair(ids, ids.shape, threads=threads)[0], repaired)
    again, second = repair(repaired, ids.shape)
    np.testing.assert_array_equal(again, repaired)
    assert second == RepairReport(0, 0, 0)


def test_what_cannot_be_repaired_is_refused():
    with pytest.raises(ShapeMismatch, match="must have the image's size 4×3×2, received 3×3×3"):
        repair(np.ones((3, 3, 3), np.int32), (2, 3, 4))
    with pytest.raises(UnknownType, match="must be whole numbers, received float32"):
        repair(np.ones((3, 3, 3), np.float32), (3, 3, 3))


def test_it_reports_and_can_be_cancelled():
    ids = np.zeros((40, 5, 5), np.int32)
    ids[0] = 1
    told = []
    repair(ids, ids.shape, progress=lambda share, stage: told.append(share))
    assert told == sorted(told)
    assert told[-1] == 1

    def stop(share, stage):
        raise Cancelled

    with pytest.raises(Cancelled):
        repair(ids, ids.shape, progress=stop)
