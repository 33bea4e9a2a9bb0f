import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotat3d_tui.features.gathering import Regions


def pooled(ids, values, planes, blocks, after=0):
    """Columns mean, minimum, maximum of one feature, block by block, each block counted last to first."""
    regions = Regions(ids, 0, after, int(ids.max()) - after, planes, ("x",), ("mean", "minimum", "maximum"), blocks)
    for number in reversed(range(len(blocks))):
        regions.count(number)
    regions.begin()
    for number, (start, stop) in enumerate(blocks):
        regions.take("x", number, values[start:stop])
    return regions.columns


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_ids_in_any_blocks(data):
    depth = data.draw(st.integers(1, 12))
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    ids = rng.integers(1, data.draw(st.integers(2, 40)), (depth, 3, 4)).astype(np.int32)
    values = rng.normal(1000, 1, ids.shape).astype(np.float32)
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, depth - 1)), max_size=5)) - {depth})
    blocks = list(zip([0, *cuts], [*cuts, depth], strict=True))
    first = data.draw(st.integers(0, depth - 1))
    last = data.draw(st.integers(first + 1, depth))
    columns = pooled(ids, values, (first, last), blocks)
    after = np.int32(data.draw(st.integers(0, 100)))
    assert pooled(ids + after, values, (first, last), blocks, int(after)).tobytes() == columns.tobytes()
    inside, part = ids[first:last], values[first:last]
    for each in range(1, ids.max() + 1):
        mine = part[inside == each]
        if mine.size == 0:
            assert np.isnan(columns[each - 1]).all()
        else:
            mean = np.float32(mine.astype(np.float64).mean())
            np.testing.assert_allclose(columns[each - 1], [mean, mine.min(), mine.max()], rtol=1e-7)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.int32, np.float32, np.float64])
def test_every_type_of_values(dtype):
    ids = np.repeat(np.array([2, 1], np.int32), 6).reshape(2, 2, 3)
    values = np.arange(12).reshape(2, 2, 3).astype(dtype)
    columns = pooled(ids, values, (0, 2), [(0, 2)])
    np.testing.assert_array_equal(columns, [[8.5, 6, 11], [2.5, 0, 5]])


def test_blocks_only_cut_the_sums_not_their_order():
    rng = np.random.default_rng(0)
    ids = rng.integers(1, 9, (10, 5, 6)).astype(np.int32)
    values = (rng.normal(0, 1, ids.shape) * 10.0 ** rng.integers(-8, 8, ids.shape)).astype(np.float32)
    whole = pooled(ids, values, (0, 10), [(0, 10)])
    assert pooled(ids, values, (0, 10), [(0, 1), (1, 4), (4, 9), (9, 10)]).tobytes() == whole.tobytes()
