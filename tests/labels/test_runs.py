"""Voxels as text: reading back gives the same voxels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotat3d_tui.errors import InvalidFile
from annotat3d_tui.labels.runs import from_text, runs_of, spread, to_text


@given(st.dictionaries(st.integers(0, 2**33), st.integers(0, 3) | st.just(65535), max_size=40))
def test_text_reads_back(marks: dict[int, int]) -> None:
    where = np.array(sorted(marks), dtype=np.int64)
    labels = np.array([marks[voxel] for voxel in sorted(marks)], dtype=np.uint16)
    read_where, read_labels = from_text(to_text(where, labels))
    np.testing.assert_array_equal(read_where, where)
    np.testing.assert_array_equal(read_labels, labels)
    assert (read_where.dtype, read_labels.dtype) == (np.int64, np.uint16)


@given(st.sets(st.integers(0, 60)))
def test_runs_spread_to_the_voxels(marks: set[int]) -> None:
    where = np.array(sorted(marks), dtype=np.int64)
    starts, lengths = runs_of(where)
    np.testing.assert_array_equal(spread(starts, lengths), where)
    assert (starts[1:] > (starts + lengths)[:-1]).all()


@pytest.mark.parametrize("text", ["?", "AAAA", "eJxjYAACAAAFAAE="])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidFile, match="base64 of zlib of runs"):
        from_text(text)
