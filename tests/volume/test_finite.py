"""NaN and infinities count as the extremes of what is finite; ranges are exact."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from annotat3d_tui.errors import InvalidFile
from annotat3d_tui.volume.files import open_volume, save_volume
from annotat3d_tui.volume.finite import finite, value_range

volumes = arrays.arrays(
    st.sampled_from(["f4", "f8"]),
    st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 5)),
    elements=st.sampled_from([0.0, -1.5, 2.0, 1e30, -1e30, np.nan, np.inf, -np.inf]),
)


@settings(max_examples=60, deadline=None)
@given(volume=volumes)
def test_finite_follows_its_definition(volume):
    known = volume[np.isfinite(volume)]
    if not known.size:
        with pytest.raises(InvalidFile, match="The image must hold numbers, every voxel is NaN or infinite"):
            finite(volume)
        assert value_range(volume) == (0, 0, volume.size)
        return
    expected = np.where(np.isposinf(volume), known.max(), np.where(np.isfinite(volume), volume, known.min()))
    replaced, count = finite(volume)
    np.testing.assert_array_equal(replaced, expected, strict=True)
    assert count == volume.size - known.size
    assert value_range(volume) == (known.min(), known.max(), count)
    assert (replaced is volume) == (count == 0)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "int32", "int64", "uint64", "bool"])
def test_whole_numbers_are_finite(numbered, dtype):
    volume = numbered(dtype)
    assert finite(volume) == (volume, 0) if volume.size == 1 else finite(volume)[0] is volume
    low, high, missing = value_range(volume)
    assert (low, high, missing) == (volume.min(), volume.max(), 0)
    assert type(low) is (bool if dtype == "bool" else int)


def test_blocks_never_show(numbered, monkeypatch):
    volume = numbered("float32", (13, 7, 11))
    volume[[3, 8, 12], 2, 5] = np.nan, np.inf, -np.inf
    whole = finite(volume)
    monkeypatch.setattr("annotat3d_tui.volume.source.BLOCK_BYTES", 1)
    monkeypatch.setattr("annotat3d_tui.volume.finite._CACHE_BYTES", 1)
    np.testing.assert_array_equal(finite(volume)[0], whole[0])
    assert value_range(volume) == (1.0, 1001.0, 3)


def test_a_mapped_volume_without_nan_stays_mapped(tmp_path, numbered):
    volume = open_volume(save_volume(tmp_path / "image.npy", numbered("float32"))).data
    assert finite(volume)[0] is volume


def test_the_voxels_given_are_not_changed(tmp_path, numbered):
    volume = numbered("float64")
    volume[1, 2, 3] = np.nan
    before = volume.copy()
    replaced, count = finite(open_volume(save_volume(tmp_path / "image.npy", volume)).data)
    assert (count, replaced[1, 2, 3]) == (1, 1.0)
    finite(volume)
    np.testing.assert_array_equal(volume, before)
