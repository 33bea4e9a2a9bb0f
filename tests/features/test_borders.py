import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from annotat3d_tui.features.borders import reflected


@given(st.integers(1, 12), st.integers(0, 40))
def test_borders_are_those_of_symmetric_padding(length, reach):
    expected = np.pad(np.arange(length), reach, mode="symmetric")
    np.testing.assert_array_equal(reflected(-reach, length + reach, length), expected)
