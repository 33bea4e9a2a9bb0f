"""Strokes, planes and folds."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from annotat3d_tui.classifiers.groups import folds_of, groups_of, strokes_of

EVERY_NEIGHBOUR = np.ones((3, 3, 3))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.02, 0.5))
def test_strokes_are_the_26_connected_components_of_each_label(seed: int, density: float) -> None:
    random = np.random.default_rng(seed)
    volume = random.integers(1, 4, (4, 6, 9)) * (random.random((4, 6, 9)) < density)
    coordinates = random.permutation(np.argwhere(volume))
    labels = volume[tuple(coordinates.T)]
    expected = np.zeros(len(labels), int)
    for label in (1, 2, 3):
        components = ndimage.label(volume == label, EVERY_NEIGHBOUR)[0][tuple(coordinates.T)]
        expected[labels == label] = 1000 * label + components[labels == label]
    strokes = strokes_of(coordinates, labels)
    pairs = set(zip(strokes.tolist(), expected.tolist(), strict=True))
    assert len(pairs) == len(set(strokes.tolist())) == len(set(expected.tolist()))
    assert set(strokes.tolist()) == set(range(len(pairs)))


def test_strokes_far_apart_in_a_huge_volume() -> None:
    far = np.array([(0, 0, 0), (9000, 9000, 9000), (9000, 9000, 8999), (0, 1, 0)])
    assert strokes_of(far, np.array([1, 1, 1, 2])).tolist() == [0, 2, 2, 1]
    assert strokes_of(far[:0], np.array([])).tolist() == []


def test_planes_where_each_label_is_on_two_of_them_else_strokes() -> None:
    coordinates = np.array([(2, 0, 0), (2, 5, 7), (3, 5, 7), (8, 1, 1), (8, 6, 9)])
    labels = np.array([1, 2, 2, 1, 2])
    planes, of = groups_of(coordinates, labels)
    assert (planes.tolist(), of) == ([0, 0, 0, 1, 1], "planes")
    strokes, of = groups_of(coordinates, np.array([1, 2, 2, 1, 1]))
    assert of == "strokes"
    assert len(set(strokes.tolist())) == 4


def test_planes_are_found_along_every_axis() -> None:
    coordinates = np.array([(2, 0, 0), (2, 5, 7), (8, 1, 1), (8, 6, 9)])
    for axes in ((0, 1, 2), (1, 0, 2), (2, 1, 0)):
        planes, of = groups_of(coordinates[:, list(axes)], np.array([1, 2, 1, 2]))
        assert (planes.tolist(), of) == ([0, 0, 1, 1], "planes")


def test_folds_keep_groups_whole_and_spread_labels() -> None:
    random = np.random.default_rng(0)
    group_label = random.integers(1, 4, 30)
    groups = random.integers(0, 30, 900)
    labels = group_label[groups]
    folds = folds_of(groups, labels, 5)
    assert set(folds.tolist()) == set(range(5))
    assert all(len(set(folds[groups == one].tolist())) == 1 for one in set(groups.tolist()))
    for label in (1, 2, 3):
        assert set(folds[labels == label].tolist()) == set(range(5))
    sizes = np.bincount(folds)
    assert sizes.max() < 2 * sizes.min()
    assert set(folds_of(np.array([4, 4, 9]), np.array([1, 2, 1]), 5).tolist()) == {0, 1}
