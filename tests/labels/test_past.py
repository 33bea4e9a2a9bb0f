"""Acts on marks and corrections of the label volume are one history, whatever is undone and redone in between."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.corrections import KIND, Correction, Corrections
from annotat3d_tui.labels.journal import Journal, read_journal
from annotat3d_tui.labels.past import Past

SHAPE = (1, 4, 8)


def opened(folder: Path) -> Past:
    annotation, _ = Annotation.open(SHAPE, folder / "marks.journal")
    corrections, said = Corrections.open(np.zeros(SHAPE, np.uint8), folder / "label.journal", "first")
    assert said == []
    past = Past(annotation, corrections)
    annotation.before_act = past.forget_undone
    return past


def closed(past: Past) -> None:
    assert past.corrections is not None
    past.corrections.close()
    past._annotation.close()


def mark(past: Past, number: int) -> str:
    past._annotation.edit(np.array([number]), 1 + number % 2, words := f"mark {number}")
    return words


def lock(past: Past, number: int) -> str:
    past._annotation.add_label(f"to lock {number}")
    return past.words_of(past.position - 1)


def correct(past: Past, number: int) -> str:
    corrections, marks = past.corrections, past._annotation
    assert corrections is not None
    before = marks.position
    marks.add_missing([20 + number], "brought")
    now = corrections.label.reshape(-1)[[number]]
    made = Correction.of(f"correct {number}", np.array([number]), now, np.array([20 + number]), marks.position)
    corrections.do(replace(made, brings=marks.position - before))
    marks.forget_undone()
    return made.words


def words(past: Past) -> list[str]:
    return [past.words_of(number) for number in range(past.acts())]


NEW: dict[str, Callable[[Past, int], str]] = {"mark": mark, "label": lock, "correct": correct}


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from([*NEW, "undo", "undo", "redo", "open"]), max_size=20))
def test_a_new_act_of_any_kind_ends_all_redoing(tmp_path_factory: pytest.TempPathFactory, acts: list[str]) -> None:
    """As a list of words with a place in it, which a new act cuts off there; opening again changes nothing of it."""
    folder = tmp_path_factory.mktemp("history")
    past, expected, place = opened(folder), list[str](), 0
    for number, act in enumerate(acts):
        if act in NEW:
            expected, place = [*expected[:place], NEW[act](past, number)], place + 1
        elif act == "open":
            closed(past)
            past = opened(folder)
        elif act == "undo":
            assert past.undo() == (expected[place - 1] if place else None)
            place = max(place - 1, 0)
        else:
            assert past.redo() == (expected[place] if place < len(expected) else None)
            place = min(place + 1, len(expected))
        assert (words(past), past.position) == (expected, place)
    assert past.corrections is not None
    there = {one for one in past.corrections.label.reshape(-1).tolist() if one}
    assert there == {20 + int(one.split()[1]) for one in expected[:place] if one.startswith("correct")}
    closed(past)


@pytest.mark.parametrize("undone", [2, 4])
def test_a_journal_from_before_that_holds_dead_acts_opens_without_them(tmp_path: Path, undone: int) -> None:
    """Former versions did not write into the journal of corrections that a mark had ended redoing."""
    past = opened(tmp_path)
    for number in (1, 3):
        mark(past, number)
        correct(past, number + 1)
    past.undo(undone)
    mark(past, 5)
    expected = words(past)
    assert expected == [*["mark 1", "correct 2", "mark 3", "correct 4"][: 4 - undone], "mark 5"]
    closed(past)
    path = tmp_path / "label.journal"
    records, _ = read_journal(path, SHAPE, kind=KIND)
    assert [one["do"] for one in records].count("forget") == 1
    path.unlink()
    journal, _, _ = Journal.open(path, SHAPE, kind=KIND)
    for one in records:
        if one["do"] != "forget":
            journal.append({name: value for name, value in one.items() if name != "forgets"})
    journal.close()
    for _ in range(2):
        again = opened(tmp_path)
        assert (words(again), again.redo()) == (expected, None)
        assert again.undo() == "mark 5"
        assert again.redo() == "mark 5"
        closed(again)


def test_the_history_can_be_read_where_the_journal_of_marks_is_lost(tmp_path: Path) -> None:
    past = opened(tmp_path)
    for number in (1, 3):
        mark(past, number)
        correct(past, number + 1)
    closed(past)
    (tmp_path / "marks.journal").unlink()
    again = opened(tmp_path)
    assert len(words(again)) == again.acts() == again.position
    again.undo(9)
    assert again.position == 0
    assert again.corrections is not None
    assert not again.corrections.label.any()
    closed(again)
