"""Grey values of any type come to mean 0 and deviation 1."""

import numpy as np
import pytest

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.networks.normalization import NORMALIZATIONS, Moments, common_moments, moments_for, moments_of


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "int32", "float32", "float64"])
def test_moments_are_those_of_all_blocks(dtype: str) -> None:
    values = np.random.default_rng(0).integers(0, 120, (7, 30, 40)).astype(dtype)
    if dtype == "int32":
        values += 2_000_000_000
    found = moments_of(values[start : start + 3] for start in (0, 3, 6))
    exact = values.astype(np.longdouble)
    assert found.mean == pytest.approx(float(exact.mean()), rel=1e-12)
    assert found.std == pytest.approx(float(exact.std()), rel=1e-9)


def test_normalized_voxels() -> None:
    values = np.random.default_rng(1).normal(30000, 300, (8, 20, 20)).astype(np.uint16)
    normalized = moments_of([values]).normalized(values)
    assert normalized.dtype == np.float32
    assert normalized.shape == values.shape
    assert float(normalized.mean(dtype=np.float64)) == pytest.approx(0, abs=1e-5)
    assert float(normalized.std(dtype=np.float64)) == pytest.approx(1, abs=1e-5)


def test_an_image_without_contrast_stays_finite() -> None:
    values = np.full((3, 4, 5), 0.1, np.float32)
    assert not moments_of([values]).normalized(values).any()
    assert np.isfinite(moments_of([values]).normalized(values + 5)).all()
    assert np.isfinite(Moments(0.0, 0.0).normalized(values)).all()


def test_nan_and_infinity_do_not_count() -> None:
    values = np.array([1.0, 3.0, np.nan, np.inf])
    assert moments_of([values]) == Moments(2.0, 1.0)


def test_each_way_to_normalize() -> None:
    each = (Moments(1.0, 2.0), Moments(5.0, 2.0))
    assert moments_for("image", each) == each
    assert moments_for("dataset", each) == (common_moments(each),) * 2
    assert common_moments(each).std == pytest.approx(np.sqrt(8))
    values = np.arange(6, dtype=np.uint8).reshape(1, 2, 3)
    assert np.array_equal(moments_for("none", each)[0].normalized(values), values)
    with pytest.raises(InvalidParameter, match=f"one of {', '.join(NORMALIZATIONS)}, received 'batch'"):
        moments_for("batch", each)
