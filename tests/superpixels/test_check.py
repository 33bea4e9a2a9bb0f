import numpy as np
import pytest

from annotat3d_tui.errors import InvalidFile, ShapeMismatch, UnknownType
from annotat3d_tui.superpixels.check import check_superpixels

SHAPE = (20, 7, 11)


@pytest.fixture
def ids():
    rng = np.random.default_rng(0)
    ids = rng.integers(1, 40, SHAPE).astype(np.int32)
    ids.ravel()[:39] = np.arange(39) + 1
    return ids


def test_good_superpixels_are_not_copied(ids):
    assert check_superpixels(ids, SHAPE) is ids


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int64, np.uint64, ">i4", "<u4"])
def test_any_whole_numbers_become_int32(ids, dtype):
    checked = check_superpixels(ids.astype(dtype), SHAPE)
    assert checked.dtype == np.int32
    np.testing.assert_array_equal(checked, ids)


@pytest.mark.parametrize("factor", [2, 10**9])
def test_holes_are_closed_and_the_order_stays(ids, factor):
    scattered = ids.astype(np.int64) ** 2 * factor + 5
    np.testing.assert_array_equal(check_superpixels(scattered, SHAPE), ids)


def test_a_file_on_disk_serves(ids, tmp_path):
    np.save(tmp_path / "ids.npy", ids * 3)
    np.testing.assert_array_equal(check_superpixels(np.load(tmp_path / "ids.npy", mmap_mode="r"), SHAPE), ids)


def test_another_size_is_refused(ids):
    with pytest.raises(
        ShapeMismatch, match="image's size 11×7×21, received 11×7×20: give the superpixels of this image"
    ):
        check_superpixels(ids, (21, 7, 11))


def test_ids_below_one_are_refused(ids):
    ids[18, 5, 3] = 0
    with pytest.raises(InvalidFile, match="at least 1 in every voxel, received 0 at x 3, y 5, z 18: give superpixels"):
        check_superpixels(ids, SHAPE)


def test_real_numbers_are_refused(ids):
    with pytest.raises(UnknownType, match="must be whole numbers, received float32: save them"):
        check_superpixels(ids.astype(np.float32), SHAPE)
