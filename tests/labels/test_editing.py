"""Editing step by step gives what one step with all marks gives, whatever was undone or corrected in between."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from annotat3d_tui.labels.correcting import at_voxels, corrected
from annotat3d_tui.labels.corrections import Corrections
from annotat3d_tui.labels.editing import Editing
from annotat3d_tui.labels.resume import Resume

SHAPE = (4, 24, 24)
IMAGE = np.random.default_rng(0).integers(0, 255, SHAPE, dtype=np.uint8)
LABEL = np.zeros(SHAPE, np.uint8)
LABEL[:, 2:11, 2:11], LABEL[:, 12:22, 3:12], LABEL[1:3, 5:20, 14:22] = 1, 2, 3


@given(st.lists(st.sampled_from(["mark", "unmark", "edit", "edit", "undo", "redo", "beta"]), max_size=14), st.data())
@settings(max_examples=40, deadline=None)
def test_steps_lead_where_one_step_leads(acts: list[str], data: st.DataObject) -> None:
    corrections, _ = Corrections.open(LABEL)
    editing, marks, parameters = Editing(), {0: 1}, Resume()
    for act in acts:
        if act == "mark":
            marks[data.draw(st.integers(0, LABEL.size - 1))] = data.draw(st.integers(0, 4))
        elif act == "unmark" and marks:
            marks.pop(data.draw(st.sampled_from(sorted(marks))))
        elif act == "beta":
            parameters = Resume(beta=data.draw(st.sampled_from([2.0, 6.0, 9.0])))
        elif act == "undo" and corrections.done:
            corrections.undo()
        elif act == "redo" and corrections.undone:
            corrections.redo()
        elif act == "edit":
            where = np.array(sorted(marks), np.int64)
            labels = np.array([marks[one] for one in where.tolist()], np.uint16)
            now = corrections.label
            change = editing.change(parameters, now, IMAGE, where, labels, frozenset(), tuple(corrections.done))
            if change.size:
                corrections.do(change)
                editing.took(tuple(corrections.done))
            whole = corrected(LABEL, parameters(LABEL, IMAGE, where, labels))
            assert np.array_equal(corrections.label, whole)


def test_what_is_locked_after_it_grew_keeps_what_it_has() -> None:
    """Neither its own marks nor those of another label, nor their withdrawal, change it from then on."""
    corrections, _ = Corrections.open(LABEL)
    editing = Editing()
    marks = {(1 * 24 + 12) * 24 + 5: 1, (1 * 24 + 9) * 24 + 8: 2}

    def edit(kept: frozenset[int]) -> np.ndarray:
        where = np.array(sorted(marks), np.int64)
        labels = np.array([marks[one] for one in where.tolist()], np.uint16)
        past = tuple(corrections.done)
        change = editing.change(Resume(), corrections.label, IMAGE, where, labels, kept, past)
        if change.size:
            corrections.do(change)
            editing.took(tuple(corrections.done))
        return corrections.label.copy()

    grown = edit(frozenset())
    for one in (1, 2):
        assert np.count_nonzero(grown == one) != np.count_nonzero(one == LABEL)
    marks |= {(2 * 24 + 20) * 24 + 2: 1, (2 * 24 + 1) * 24 + 18: 4}
    locked = edit(frozenset({1}))
    assert np.array_equal(locked == 1, grown == 1)
    assert 4 in locked
    for one in [one for one, label in marks.items() if label in (1, 2)]:
        marks.pop(one)
    assert np.array_equal(edit(frozenset({1})) == 1, grown == 1)
    assert np.array_equal(edit(frozenset()) == 1, LABEL == 1)


def test_what_another_tool_did_is_where_editing_begins_again() -> None:
    corrections, _ = Corrections.open(LABEL)
    editing, where, labels = Editing(), np.array([24 * 24 + 13 * 24 + 13]), np.array([2], np.uint16)
    first = editing.change(Resume(), corrections.label, IMAGE, where, labels, frozenset(), ())
    corrections.do(first)
    editing.took(tuple(corrections.done))
    merged = at_voxels("merge", corrections.label, np.flatnonzero(corrections.label == 3), 1)
    corrections.do(merged)
    expected = corrected(corrections.label, Resume()(corrections.label, IMAGE, where, labels))
    past = tuple(corrections.done)
    again = editing.change(Resume(), corrections.label, IMAGE, where, labels, frozenset(), past)
    assert np.array_equal(corrected(corrections.label, again), expected)
    assert 3 not in corrected(corrections.label, again)
