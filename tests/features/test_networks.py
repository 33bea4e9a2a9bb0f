import numpy as np
import pytest

from annotat3d_tui.features.networks import needed, run, sorting


@pytest.mark.parametrize("count", [1, 2, 3, 7, 9, 13])
def test_every_pattern_of_zeros_and_ones_is_sorted(count):
    """A network that sorts these sorts everything (Knuth's 0-1 principle)."""
    rows = (np.arange(2**count) >> np.arange(count)[:, None] & 1).astype(np.float32)
    expected = np.sort(rows, axis=0)
    run(needed(sorting(list(range(count))), range(count)), rows)
    np.testing.assert_array_equal(rows, expected)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
def test_wanted_ranks_are_right_when_the_rest_is_dropped(dtype):
    rows = np.random.default_rng(0).integers(0, 100, (30, 500)).astype(dtype)
    expected = np.sort(rows, axis=0)
    full, pruned = (needed(sorting(list(range(30))), wanted) for wanted in (range(30), (14, 15)))
    assert len(pruned) < len(full)
    run(pruned, rows)
    np.testing.assert_array_equal(rows[14:16], expected[14:16])
