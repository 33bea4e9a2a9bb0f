"""Markers: what was applied can be read in every way, what was reverted is gone, and little is kept or copied."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotat3d_tui.errors import InvalidMarkers, InvalidParameter
from annotat3d_tui.labels.edit import Edit
from annotat3d_tui.labels.markers import Markers
from annotat3d_tui.labels.planes import PLANES
from annotat3d_tui.labels.strokes import Stroke, parse_stroke

SHAPE = (9, 17, 22)  # no side a multiple of the blocks'
VOXELS = 9 * 17 * 22

edits = st.lists(
    st.tuples(
        st.dictionaries(st.integers(0, VOXELS - 1), st.sampled_from([0, 1, 2, 300]), max_size=30), st.integers(1, 9)
    ),
    max_size=6,
)
Marks = list[tuple[dict[int, int], int]]


def apply_all(markers: Markers, wanted: Marks) -> tuple[np.ndarray, np.ndarray, list[Edit]]:
    """Dense labels and stroke ids as they must be, and the edits that were applied."""
    labels, strokes, applied = np.zeros(VOXELS, np.uint16), np.zeros(VOXELS, np.uint32), []
    for marks, stroke in wanted:
        where = np.array(list(marks), dtype=np.int64)
        values = np.array(list(marks.values()), dtype=np.uint16)
        applied.append(markers.edit(where, values, stroke))
        markers.apply(applied[-1])
        labels[where], strokes[where] = values, np.where(values > 0, stroke, 0)
    return labels.reshape(SHAPE), strokes.reshape(SHAPE), applied


@given(edits)
@settings(deadline=None)
def test_every_reading_tells_the_same(wanted: Marks) -> None:
    markers = Markers(SHAPE)
    labels, strokes, _ = apply_all(markers, wanted)
    np.testing.assert_array_equal(markers.to_volume(), labels)
    coordinates, their_labels, their_strokes = markers.coordinates()
    np.testing.assert_array_equal(coordinates, np.argwhere(labels))
    np.testing.assert_array_equal(their_labels, labels[labels > 0])
    np.testing.assert_array_equal(their_strokes, strokes[labels > 0])
    read_labels, read_strokes = markers.at(np.arange(VOXELS))
    np.testing.assert_array_equal(read_labels, labels.ravel())
    np.testing.assert_array_equal(read_strokes, strokes.ravel())
    for plane, axes in PLANES.items():
        turned, turned_strokes = np.transpose(labels, axes), np.transpose(strokes, axes)
        np.testing.assert_array_equal(markers.slices_with_markers(plane), (turned > 0).sum(axis=(1, 2)))
        for index in range(SHAPE[axes.slice]):
            np.testing.assert_array_equal(markers.plane(plane, index), turned[index])
            np.testing.assert_array_equal(markers.strokes_plane(plane, index), turned_strokes[index])
    counts = markers.counts()
    assert list(counts) == [label for label in np.unique(labels).tolist() if label]
    for label, count in counts.items():
        assert count.voxels == (labels == label).sum()
        assert count.strokes == len(np.unique(strokes[labels == label]))
    assert len(markers) == (labels > 0).sum()


@given(edits)
@settings(deadline=None)
def test_reverting_all_leaves_nothing_and_applying_again_everything(wanted: Marks) -> None:
    markers, fresh = Markers(SHAPE), Markers(SHAPE)
    _, _, applied = apply_all(markers, wanted)
    states = []
    for edit in reversed(applied):
        states.append(markers.at(np.arange(VOXELS)))
        markers.revert(edit)
    assert len(markers) == 0
    assert not markers.to_volume().any()
    assert markers.counts() == {}
    for edit in applied:
        markers.apply(edit)
        np.testing.assert_array_equal(markers.at(np.arange(VOXELS)), states.pop())
    apply_all(fresh, wanted)
    assert fresh.counts() == markers.counts()


def test_an_edit_names_only_what_changes() -> None:
    markers = Markers(SHAPE)
    first = markers.edit(np.array([5, 3, 4]), 2, stroke=1)
    assert first.where.tolist() == [3, 4, 5]
    markers.apply(first)
    assert markers.edit(np.array([3, 4, 5]), 2, stroke=1).size == 0
    erased = markers.edit(np.arange(10), 0, stroke=2)
    assert erased.where.tolist() == [3, 4, 5]
    assert erased.labels_before.tolist() == [2, 2, 2]
    assert erased.strokes_after.tolist() == [0, 0, 0]
    assert erased == markers.edit(np.arange(3, 6), 0, stroke=7)
    assert erased != first
    assert erased != "edit"


def test_strokes_are_drawn_and_erased() -> None:
    markers = Markers(SHAPE)
    markers.apply(markers.stroke_edit(parse_stroke("brush 3 r=1 xz y=4 7,2"), 1))
    markers.apply(markers.stroke_edit(parse_stroke("erase r=0 xz y=4 7,2"), 2))
    coordinates, labels, strokes = markers.coordinates()
    assert coordinates.tolist() == [[1, 4, 7], [2, 4, 6], [2, 4, 8], [3, 4, 7]]
    assert set(labels.tolist()) == {3}
    assert set(strokes.tolist()) == {1}


def test_volume_type_follows_the_highest_label() -> None:
    markers = Markers(SHAPE)
    assert markers.to_volume().dtype == np.uint8
    markers.apply(markers.edit(np.array([0]), 255, stroke=1))
    assert markers.to_volume().dtype == np.uint8
    markers.apply(markers.edit(np.array([VOXELS - 1]), 256, stroke=2))
    assert markers.to_volume().dtype == np.uint16


def test_a_volume_of_2048_voxels_a_side_answers_at_once() -> None:
    markers = Markers((2048, 2047, 2046))
    random = np.random.default_rng(0)
    drawing, reading = [], []
    for number in range(1, 61):
        points = random.integers(100, 1900, 2) + np.cumsum(random.integers(-9, 10, (12, 2)), axis=0)
        plane = sorted(PLANES)[number % 3]
        stroke = Stroke("brush", 1 + number % 3, 5, plane, 1000, tuple((int(h), int(v)) for h, v in points))
        begin = time.thread_time()
        markers.apply(markers.stroke_edit(stroke, number))
        drawing.append(time.thread_time() - begin)
        begin = time.thread_time()
        markers.plane(plane, 1000)
        reading.append(time.thread_time() - begin)
    assert np.median(drawing) < 0.05
    assert np.median(reading) < 0.05
    assert markers._labels.nbytes + markers._strokes.nbytes < 12_000_000


def test_large_edits_go_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    volume = np.random.default_rng(0).integers(0, 3, SHAPE)
    where = np.flatnonzero(volume)
    whole, parts = Markers(SHAPE), Markers(SHAPE)
    whole.apply(whole.edit(where, volume.ravel()[where], stroke=1))
    monkeypatch.setattr("annotat3d_tui.labels.markers._AT_ONCE", 100)
    parts.apply(parts.edit(where, volume.ravel()[where], stroke=1))
    np.testing.assert_array_equal(parts.to_volume(), volume)
    np.testing.assert_array_equal(whole.voxels(), parts.voxels())


def test_a_history_of_strokes_is_small() -> None:
    markers = Markers((200, 200, 200))
    edit = markers.stroke_edit(parse_stroke("brush 1 r=20 xy z=5 20,20 150,150"), 1)
    kept = {
        name: array.base.nbytes if array.base is not None else array.nbytes
        for name, array in vars(edit).items()
        if name not in ("starts", "lengths")
    }
    assert edit.size > 5000
    assert sum(kept.values()) < 100
    assert len(edit.starts) < 200


def test_what_cannot_be_is_refused() -> None:
    markers = Markers(SHAPE)
    with pytest.raises(InvalidParameter, match="three sides from 1, received \\(3, 4\\)"):
        Markers((3, 4))
    with pytest.raises(InvalidMarkers, match="inside the volume of 22×17×9, received index 3366"):
        markers.edit(np.array([VOXELS]), 1, stroke=1)
    with pytest.raises(InvalidMarkers, match="received index -1"):
        markers.edit(np.array([3, -1]), 1, stroke=1)
    with pytest.raises(InvalidMarkers, match="label from 1 to 65535, or 0 for none, received 65536"):
        markers.edit(np.array([1]), 65536, stroke=1)
    with pytest.raises(InvalidMarkers, match="received -2"):
        markers.edit(np.array([1]), -2, stroke=1)
    with pytest.raises(InvalidMarkers, match="each voxel once"):
        markers.edit(np.array([1, 2, 1]), 1, stroke=1)
    with pytest.raises(InvalidParameter, match="slice of xz must be from 0 to 16, received 17"):
        markers.plane("xz", 17)
    with pytest.raises(InvalidParameter, match="must be one of xy, xz, yz, received 'zy'"):
        markers.plane("zy", 0)
