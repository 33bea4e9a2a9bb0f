"""Laws that superpixels of any method keep for images of any shape, type and values."""

from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from annotat3d_tui.errors import InvalidFile
from annotat3d_tui.superpixels.methods import Method
from annotat3d_tui.superpixels.preview import preview
from annotat3d_tui.superpixels.repair import repair
from annotat3d_tui.superpixels.seeds import nodes
from annotat3d_tui.superpixels.slic import Slic
from annotat3d_tui.superpixels.waterpixels import Waterpixels, Waterpixels3D
from annotat3d_tui.volume.finite import finite
from tests.superpixels.test_waterpixels import assert_superpixels

SHAPES = st.tuples(st.integers(1, 12), st.integers(1, 12), st.integers(1, 12))
VALUES = {
    "uint8": (0, 1, 7, 255),
    "int16": (-(2**15), 0, 3, 2**15 - 1),
    "uint16": (0, 1, 300, 2**16 - 1),
    "int32": (-(2**31), -5, 0, 2**31 - 1),
    "float32": (np.nan, np.inf, -np.inf, 0.0, 1e-7, 1.0, -1e15, 1e15),
    "float64": (np.nan, np.inf, -np.inf, 0.0, 1e-7, 1.0, -1e15, 1e15),
}
COMPACTNESS = {Waterpixels3D: (0.0, 100.0, 1e6), Waterpixels: (0.0, 100.0, 1e6), Slic: (0.0, 0.1, 1.0)}


@st.composite
def images(draw):
    """Few values or one in many voxels, or noise; what is not finite is replaced as when a file is opened."""
    dtype, shape = draw(st.sampled_from(sorted(VALUES))), draw(SHAPES)
    if draw(st.booleans()):
        image = np.random.default_rng(draw(st.integers(0, 99))).normal(100, 30, shape).astype(dtype)
    else:
        image = draw(arrays.arrays(dtype, shape, elements=st.sampled_from(VALUES[dtype])))
    try:
        return finite(image)[0]
    except InvalidFile:
        return np.zeros(shape, dtype)


@st.composite
def methods(draw, kind):
    return kind(draw(st.sampled_from((2, 3, 7, 64))), draw(st.sampled_from(COMPACTNESS[kind])))


@pytest.mark.parametrize("kind", COMPACTNESS)
def test_every_voxel_has_one_of_as_many_connected_superpixels_as_are_wished(kind: type[Method]) -> None:
    @settings(max_examples=40, deadline=None)
    @given(image=images(), method=methods(kind))
    def law(image, method):
        before = image.copy()
        ids = method(image)
        wished = prod(
            nodes(size, 1 if kind is Waterpixels and axis == 0 else method.spacing)[1]
            for axis, size in enumerate(image.shape)
        )
        assert ids.max() <= wished
        assert kind is Slic or ids.max() == wished
        assert_superpixels(ids, image.shape, int(ids.max()))
        assert method(image, threads=3).tobytes() == ids.tobytes()
        np.testing.assert_array_equal(image, before)
        _, report = repair(ids, image.shape)
        assert report.sentence == "The superpixels needed no repair."

    law()


@pytest.mark.parametrize("kind", COMPACTNESS)
def test_a_preview_has_ids_without_gaps(kind: type[Method]) -> None:
    @settings(max_examples=25, deadline=None)
    @given(image=images(), method=methods(kind), first=st.integers(0, 11), count=st.integers(1, 12))
    def law(image, method, first, count):
        first = min(first, len(image) - 1)
        last = min(first + count, len(image))
        ids = preview(method, image, slice(first, last))
        assert ids.shape == image[first:last].shape
        assert np.array_equal(np.unique(ids), np.arange(ids.max()) + 1)
        if (first, last) == (0, len(image)):
            assert ids.tobytes() == method(image).tobytes()

    law()
