"""Which marks become samples."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from annotat3d_tui.classifiers.training import check_markers, superpixel_groups, superpixel_samples, voxel_samples
from annotat3d_tui.errors import InvalidMarkers


def line(z: int, y: int, length: int) -> NDArray[np.int64]:
    return np.array([(z, y, x) for x in range(length)])


def as_set(coordinates: NDArray[np.int64], chosen: NDArray[np.intp]) -> set[tuple[int, ...]]:
    return {tuple(one) for one in coordinates[chosen].tolist()}


def test_at_most_limit_of_each_label_and_stroke() -> None:
    coordinates = np.concatenate([line(0, 0, 50), line(0, 5, 20), line(0, 1, 30), line(3, 0, 7)])
    labels = np.repeat([1, 1, 2, 2], [50, 20, 30, 7])
    chosen = voxel_samples(coordinates, labels, limit=25)
    assert (np.diff(chosen) > 0).all()
    strokes = np.repeat([0, 1, 2, 3], [50, 20, 30, 7])
    assert np.bincount(strokes[chosen]).tolist() == [25, 20, 25, 7]
    assert np.array_equal(voxel_samples(coordinates, labels), np.arange(len(labels)))


def test_order_of_marks_and_other_strokes_do_not_matter() -> None:
    coordinates = np.concatenate([line(0, 0, 80), line(0, 4, 60)])
    labels = np.repeat([1, 2], [80, 60])
    chosen = as_set(coordinates, voxel_samples(coordinates, labels, limit=10))
    order = np.random.default_rng(0).permutation(len(labels))
    assert as_set(coordinates[order], voxel_samples(coordinates[order], labels[order], limit=10)) == chosen
    more = np.concatenate([line(0, -9, 40), coordinates])
    assert chosen < as_set(more, voxel_samples(more, np.concatenate([np.full(40, 1), labels]), limit=10))


def test_seed_decides_which_and_the_stroke_is_covered() -> None:
    coordinates, labels = line(0, 0, 1000), np.ones(1000, int)
    zero = voxel_samples(coordinates, labels, limit=100)
    assert np.array_equal(voxel_samples(coordinates, labels, limit=100), zero)
    assert not np.array_equal(voxel_samples(coordinates, labels, limit=100, seed=1), zero)
    assert np.bincount(zero // 250, minlength=4).min() > 10
    assert len(voxel_samples(coordinates[:0], labels[:0])) == 0


def test_superpixel_takes_the_majority_and_the_lower_of_equals() -> None:
    superpixels = np.array([[[4, 4, 4, 9, 9, 2, 2, 7]]], np.int32)
    coordinates = np.array([(0, 0, x) for x in range(7)])
    ids, labels = superpixel_samples(superpixels, coordinates, np.array([3, 300, 300, 5, 2, 1, 1], np.uint16))
    assert ids.tolist() == [2, 4, 9]
    assert labels.tolist() == [1, 300, 2]
    assert ids.dtype == np.int32
    assert labels.dtype == np.uint16


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 4)), min_size=1, max_size=40), st.randoms())
def test_superpixel_samples_against_counting(marks: list[tuple[int, int]], random: object) -> None:
    superpixels = np.array([one for one, _ in marks], np.int32).reshape(1, 1, -1)
    coordinates = np.array([(0, 0, x) for x in range(len(marks))])
    labels = np.array([label for _, label in marks])
    ids, received = superpixel_samples(superpixels, coordinates, labels)
    assert ids.tolist() == sorted({one for one, _ in marks})
    for superpixel, label in zip(ids, received, strict=True):
        assert label == np.bincount(labels[superpixels.ravel() == superpixel]).argmax()
    order = np.random.default_rng(0).permutation(len(marks))
    again = superpixel_samples(superpixels, coordinates[order], labels[order])
    assert np.array_equal(again[0], ids)
    assert np.array_equal(again[1], received)


def test_group_of_a_superpixel_is_the_lowest_of_its_marks() -> None:
    superpixels = np.array([[[4, 4, 9, 2]]], np.int32)
    coordinates = np.array([(0, 0, 3), (0, 0, 2), (0, 0, 1), (0, 0, 0)])
    assert superpixel_groups(superpixels, coordinates, np.array([5, 6, 2, 1])).tolist() == [5, 1, 6]


def test_messages() -> None:
    check_markers(np.array([1, 2, 2]))
    with pytest.raises(InvalidMarkers, match="at least two labels, received none: mark some voxels"):
        check_markers(np.array([], int))
    with pytest.raises(
        InvalidMarkers, match=r"^Markers must hold at least two labels, received only Grain \(2\): mark another label.$"
    ):
        check_markers(np.array([2, 2]), {2: "Grain"})
    with pytest.raises(InvalidMarkers, match="received only label 2: mark"):
        check_markers(np.array([2, 2]), {1: "Pore"})
