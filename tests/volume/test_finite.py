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
    elements=st.sampled_from([0.0, -1.5, 2.0, 1e14, -1e14, np.nan, np.inf, -np.inf]),
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


@pytest.mark.parametrize(
    ("low", "high", "dtype", "said"),
    [
        (0, 1e30, "f4", "be at most 1e.15 in size, received 0 to 1.00000002e.30: rescale it, as annotat3d convert"),
        (-1.7e308, 1.7e308, "f8", "be at most 1e.15 in size, received -1.7e.308 to 1.7e.308"),
        (0, 1e-42, "f4", "differ by more than 1e-30, received 0 to 1"),
        (1e12, 1e12 + 100, "f8", "differ by more than a millionth of their size, received 1e.12 to 1e.12"),
        (2**31 - 200, 2**31 - 1, "i4", "differ by more than a millionth of their size, received 2.14748345e.09 to"),
        (-(2**31), -(2**31) + 4000, "i4", "differ by more than a millionth of their size, received -2.14748365e.09"),
    ],
)
def test_values_that_32_bits_cannot_compute_with_are_refused(low, high, dtype, said):
    volume = np.array([[[low, high]]], dtype)
    with pytest.raises(InvalidFile, match=f"The values of the image must {said}"):
        finite(volume)


@pytest.mark.parametrize(
    ("low", "high", "dtype"),
    [
        (0, 0, "f4"), (1e12, 1e12, "f8"), (1e6, 1e6 + 1, "f4"), (1e-7, 3e-7, "f8"), (0, 1e15, "f4"),
        (2**31 - 1, 2**31 - 1, "i4"), (2**31 - 4200, 2**31 - 1, "i4"), (-(2**31), 2**31 - 1, "i4"), (1, 3, "i4"),
    ],
)  # fmt: skip
def test_values_that_32_bits_can_tell_are_taken(low, high, dtype):
    volume = np.array([[[low, high]]], dtype)
    assert finite(volume)[0] is volume
