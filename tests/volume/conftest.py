"""Volumes with three different side lengths, in which every voxel differs from its neighbours."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

SHAPE = (5, 7, 11)


@pytest.fixture
def numbered() -> Callable[..., NDArray[Any]]:
    """`numbered(dtype, shape)`: voxels count from 1 in C order, so that a moved axis shows."""

    def make(dtype: str = "uint16", shape: tuple[int, ...] = SHAPE) -> NDArray[Any]:
        count = np.arange(1, int(np.prod(shape)) + 1).reshape(shape)
        return (count % 251 if np.dtype(dtype).itemsize == 1 else count).astype(dtype)

    return make
