"""Blocks add up to the whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotat3d_tui.networks.statistics import Spread, count_labels, spread_of


@given(st.lists(st.lists(st.integers(-1000, 1000), max_size=9), min_size=1, max_size=5))
def test_spreads_of_blocks_add_up(blocks: list[list[int]]) -> None:
    arrays = [np.array(block, np.float32) for block in blocks]
    whole = np.concatenate(arrays).astype(np.float64)
    found = spread_of(arrays)
    assert found.count == len(whole)
    if len(whole):
        assert found.mean == pytest.approx(whole.mean(), abs=1e-9)
        assert found.std == pytest.approx(whole.std(), abs=1e-6)
        assert (found.minimum, found.maximum) == (whole.min(), whole.max())
    else:
        assert found == Spread()


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int32", "int64", "bool"])
def test_labels_are_counted(dtype: str) -> None:
    ids = np.random.default_rng(0).integers(0, 2 if dtype == "bool" else 9, (5, 6, 7)).astype(dtype)
    values, times = np.unique(ids, return_counts=True)
    assert count_labels([ids[:2], ids[2:]]) == dict(zip(values.tolist(), times.tolist(), strict=True))


def test_ids_far_apart_and_below_zero() -> None:
    assert count_labels([np.array([-5, 2**40, 2**40])]) == {-5: 1, 2**40: 2}
    assert count_labels([np.array([-5, -3], np.int16)]) == {-5: 1, -3: 1}


def test_counting_ends_with_too_many_ids() -> None:
    blocks = (np.arange(start, start + 10) for start in range(0, 1000, 10))
    assert len(count_labels(blocks, most=25)) == 30
