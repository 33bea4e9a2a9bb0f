"""Laws of label editing by several strokes, whose labels the volume does not hold: what changes is what they reach."""

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from annotat3d_tui.labels.correcting import corrected
from annotat3d_tui.labels.resume import Resume
from tests.labels.test_resume import PARAMETERS, Marks, blob, scenes, together

FIRST = 101
"""Label of the first stroke; the others follow."""


@st.composite
def strokes(draw: st.DrawFn, shape: tuple[int, ...]) -> list[Marks]:
    """Two to four strokes, each with a label of its own, that have no voxel in common."""
    count = draw(st.integers(2, 4))
    taken: set[int] = set()
    made = []
    for number in range(count):
        at = draw(st.tuples(*(st.integers(0, side - 1) for side in shape)))
        where, _ = blob(shape, at, 0, draw(st.integers(0, 1)))
        where = np.array([one for one in where.tolist() if one not in taken], np.int64)
        taken |= set(where.tolist())
        made.append((where, np.full(len(where), FIRST + number)))
    return made


def result(parameters: Resume, label: NDArray[Any], image: NDArray[Any], marks: Marks) -> NDArray[np.int64]:
    return corrected(label, parameters(label, image, *marks)).astype(np.int64)


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_together_they_take_no_voxel_that_none_takes_alone(data: st.DataObject) -> None:
    label, image = data.draw(scenes())
    several, parameters = data.draw(strokes(label.shape)), data.draw(PARAMETERS)
    all_of_them = result(parameters, label, image, together(*several))
    for where, names in several:
        if not len(where):
            continue
        alone = result(parameters, label, image, (where, names))
        assert not ((all_of_them == names[0]) & (alone != names[0])).any()
        assert (all_of_them.flat[where] == names[0]).all()
    assert np.array_equal(all_of_them[all_of_them < FIRST], label[all_of_them < FIRST])


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_weight_takes_less_and_beta_more_from_all_of_them(data: st.DataObject) -> None:
    label, image = data.draw(scenes())
    marks, parameters = together(*data.draw(strokes(label.shape))), data.draw(PARAMETERS)
    taken = result(parameters, label, image, marks) >= FIRST
    heavier = replace(parameters, weight=parameters.weight + data.draw(st.sampled_from([0.1, 1.0, 20.0])))
    assert not ((result(heavier, label, image, marks) >= FIRST) & ~taken).any()
    wider = replace(parameters, beta=parameters.beta * data.draw(st.sampled_from([1.1, 2.0, 8.0])))
    looser = replace(parameters, compactness=2 * parameters.compactness)
    for one in (wider, looser):
        assert not (taken & (result(one, label, image, marks) < FIRST)).any()


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_neither_order_nor_names_of_marks_matter(data: st.DataObject) -> None:
    label, image = data.draw(scenes())
    (where, names), parameters = together(*data.draw(strokes(label.shape))), data.draw(PARAMETERS)
    expected = result(parameters, label, image, (where, names))
    order = np.random.default_rng(data.draw(st.integers(0, 99))).permutation(len(where))
    assert np.array_equal(result(parameters, label, image, (where[order], names[order])), expected)
    renamed = result(parameters, label, image, (where, 2 * FIRST + 9 - names))
    assert np.array_equal(np.where(renamed >= FIRST, 2 * FIRST + 9 - renamed, renamed), expected)


def test_strokes_that_do_not_meet_do_what_each_does_alone() -> None:
    label = np.zeros((4, 40, 150), np.uint16)
    label[:, 10:30, 5:25], label[:, 10:30, 120:140] = 1, 2
    image = (60 * (label > 0) + np.random.default_rng(0).integers(0, 20, label.shape)).astype(np.uint8)
    one, other = blob(label.shape, (2, 20, 15), 7), blob(label.shape, (1, 15, 130), 8)
    both = Resume()(label, image, *together(one, other))
    apart = [Resume()(label, image, *marks) for marks in (one, other)]
    assert set(both.where.tolist()) == {at for part in apart for at in part.where.tolist()}
    assert both.size == sum(part.size for part in apart) > len(one[0]) + len(other[0])
