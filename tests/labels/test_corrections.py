"""Corrections of a label volume: undone, redone, kept on disk, whatever happens."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidFile, InvalidParameter, ReadOnly, ShapeMismatch
from annotat3d_tui.labels import corrections as module
from annotat3d_tui.labels import runs
from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.correcting import corrected, in_boxes, limited
from annotat3d_tui.labels.corrections import Correction, Corrections
from annotat3d_tui.labels.past import Past
from annotat3d_tui.labels.runs import columns_text, runs_text

SHAPE = (3, 5, 7)
COLUMNS = ("starts", "lengths", "before", "after")


def volume(seed: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 4, SHAPE, dtype=np.uint8)


def correct(corrections: Corrections, seed: int, acts: int = 0) -> NDArray[np.uint16]:
    """A random box gets random labels; the volume as it is then."""
    rng = np.random.default_rng(seed)
    corner = tuple(int(rng.integers(0, side)) for side in SHAPE)
    box = tuple(slice(first, side) for first, side in zip(corner, SHAPE, strict=True))
    before = corrections.label[box]
    after = np.where(rng.random(before.shape) < 0.5, before, rng.integers(0, 300, before.shape))
    corner_zyx = (corner[0], corner[1], corner[2])
    corrections.do(Correction.between(f"number {seed}", before, after, corner_zyx, SHAPE, acts))
    return corrections.label.astype(np.uint16)


@given(st.lists(st.sampled_from(["do", "undo", "redo", "save"]), max_size=12), st.integers(0, 1000))
@settings(max_examples=60, deadline=None)
def test_opening_again_gives_the_same_volume_and_the_same_history(
    tmp_path_factory: pytest.TempPathFactory, acts: list[str], seed: int
) -> None:
    path = tmp_path_factory.mktemp("labels") / "label.journal"
    saved, state = volume(seed).astype(np.uint16), "first"
    corrections, messages = Corrections.open(saved, path, state)
    for number, act in enumerate(acts):
        if act == "do":
            correct(corrections, seed + number)
        elif act == "undo" and corrections.done:
            corrections.undo()
        elif act == "redo" and corrections.undone:
            corrections.redo()
        elif act == "save":
            saved, state = corrections.label.astype(np.uint16), f"state {number}"
            corrections.saving(state)
    corrections.close()
    again, said = Corrections.open(saved, path, state)
    assert (messages, said) == ([], [])
    assert np.array_equal(again.label, corrections.label)
    assert [one.words for one in again.done] == [one.words for one in corrections.done]
    assert [one.words for one in again.undone] == [one.words for one in corrections.undone]
    assert again.unsaved == corrections.unsaved
    while again.done:
        again.undo()
    assert np.array_equal(again.label, volume(seed))


def test_a_file_whose_saving_was_cut_short_is_still_of_the_journal(tmp_path: Path) -> None:
    """The journal says that it is saved, and the file is the one from before: all acts since are made on it again."""
    first = volume(1)
    corrections, _ = Corrections.open(first, tmp_path / "label.journal", "first")
    now = correct(corrections, 2)
    corrections.saving("second")
    corrections.close()
    for file, state in ((first, "first"), (now, "second")):
        again, messages = Corrections.open(file, tmp_path / "label.journal", state)
        again.close()
        assert messages == []
        assert np.array_equal(again.label, now)


def test_undo_gives_every_byte_back_and_widens_only_where_it_must() -> None:
    first = volume(3)
    corrections, _ = Corrections.open(first)
    corrections.do(Correction.between("higher", first, np.where(first == 2, 300, first.astype(np.uint16))))
    assert corrections.label.dtype == np.uint16
    assert corrections.undo() == "higher"
    assert np.array_equal(corrections.label, first)
    assert corrections.redo() == "higher"
    assert not np.array_equal(corrections.label, first)


def test_a_journal_of_another_label_volume_is_never_applied(tmp_path: Path) -> None:
    corrections, _ = Corrections.open(volume(1), tmp_path / "label.journal", "first")
    correct(corrections, 2)
    corrections.close()
    other, messages = Corrections.open(volume(5), tmp_path / "label.journal", "other")
    assert len(messages) == 1
    assert "another label volume" in messages[0]
    assert np.array_equal(other.label, volume(5))
    assert other.done == []


def test_both_histories_are_undone_in_their_order() -> None:
    corrections, _ = Corrections.open(volume(1))
    assert not corrections.is_later(0)
    correct(corrections, 2, acts=3)
    assert corrections.is_later(3)
    assert not corrections.is_later(4)
    corrections.undo()
    assert corrections.is_next(3)
    assert not corrections.is_next(2)


def test_labels_that_a_correction_brings_are_one_step_with_it(tmp_path: Path) -> None:
    def opened() -> Past:
        label = Corrections.open(volume(1), tmp_path / "label.journal", "first")[0]
        return Past(Annotation.open(SHAPE, tmp_path / "marks.journal")[0], label)

    past = opened()
    marks, corrections = past._annotation, past.corrections
    assert corrections is not None
    for word in ("A", "B"):
        marks.add_label(word)
    marks.undo()
    marks.add_missing([9], "labels of split")
    made = Correction.of("split", np.array([3]), volume(1).reshape(-1)[[3]], np.array([9]), marks.position)
    corrections.do(replace(made, brings=1))
    marks.add_label("C")
    marks.add_label("D")
    marks.undo()

    def steps(past: Past) -> tuple[list[str], int]:
        return [past.words_of(number) for number in range(past.acts())], past.position

    assert steps(past) == (["add label 3 A", "split", "add label 10 C", "add label 11 D"], 3)
    for now in (past, opened()):
        assert steps(now) == steps(past)
        assert [now.undo(), now.undo()] == ["add label 10 C", "split"]
        assert 9 not in now._annotation.table
        assert [now.redo(), now.redo(2), now.position] == ["split", "add label 11 D", 4]
        assert 9 in now._annotation.table
        now.undo()
        now._annotation.forget_undone()
        assert (now.acts(), now.redo()) == (3, None)
        now.undo(3)
        assert now.position == 0
        now.redo(9)
        now._annotation.add_label("D")
        now.undo()
        now._annotation.close()
        now.corrections and now.corrections.close()


def test_read_only_shows_what_is_there_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "label.journal"
    corrections, _ = Corrections.open(volume(1), path, "first")
    now = correct(corrections, 2)
    content = path.read_bytes()
    reader, _ = Corrections.open(volume(1), path, "first", read_only=True)
    assert np.array_equal(reader.label, now)
    with pytest.raises(ReadOnly):
        reader.undo()
    assert np.array_equal(reader.label, now)
    assert path.read_bytes() == content


def test_the_journal_grows_with_the_change_and_not_with_the_volume(tmp_path: Path) -> None:
    label = np.zeros((64, 64, 64), np.uint8)
    corrections, _ = Corrections.open(label, tmp_path / "label.journal", "first")
    before = (tmp_path / "label.journal").stat().st_size
    box = label[10:14, 10:14, 10:14]
    corrections.do(Correction.between("small", box, box + 1, (10, 10, 10), label.shape))
    assert (tmp_path / "label.journal").stat().st_size - before < 500


def test_a_journal_of_marks_is_refused(tmp_path: Path) -> None:
    from annotat3d_tui.labels.annotation import Annotation

    path = tmp_path / "label.journal"
    Annotation.open(SHAPE, path)[0].close()
    with pytest.raises(InvalidFile, match="must be an annotat3d label journal"):
        Corrections.open(volume(1), path, "first")
    corrections, _ = Corrections.open(volume(1), tmp_path / "other.journal", "first")
    corrections.close()
    with pytest.raises(ShapeMismatch):
        Corrections.open(np.zeros((1, 2, 3), np.uint8), tmp_path / "other.journal", "first")


def test_a_correction_of_another_label_volume_is_refused_and_nothing_is_done(tmp_path: Path) -> None:
    first = volume(1)
    corrections, _ = Corrections.open(first, tmp_path / "label.journal", "first")
    content = (tmp_path / "label.journal").read_bytes()
    with pytest.raises(InvalidParameter, match="that has changed"):
        corrections.do(Correction.of("stale", np.array([3, 4]), np.array([9, 9]), np.array([1, 1])))
    assert np.array_equal(corrections.label, first)
    assert (tmp_path / "label.journal").read_bytes() == content


def test_large_corrections_are_made_as_small_ones_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for large in (10**6, 0):
        monkeypatch.setattr(module, "LARGE", large)
        monkeypatch.setattr(runs, "MANY", large)
        path = tmp_path / f"{large}.journal"
        corrections, _ = Corrections.open(volume(1), path, "begun")
        states = [correct(corrections, seed) for seed in range(4)]
        corrections.undo()
        assert np.array_equal(corrections.label, states[2])
        corrections.redo()
        assert np.array_equal(corrections.label, states[3])
        wrong = Correction.between("wrong", corrections.label + 1, corrections.label)
        with pytest.raises(InvalidParameter, match="made to the label volume that it was found on"):
            corrections.do(wrong)
        corrections.close()
        again, messages = Corrections.open(volume(1), path, "begun")
        assert np.array_equal(again.label, states[3])
        assert messages == []
        again.close()
        found.append(states)
    assert np.array_equal(found[0], found[1])


def test_a_record_is_read_in_its_former_version_and_refused_where_it_is_damaged() -> None:
    first = volume(1)
    made = replace(Correction.between("raise", first, np.where(first == 2, 900, first.astype(np.uint16))), brings=2)
    former = {"do": "correct", "words": "raise", "acts": 0, "brings": 2} | {
        name: runs_text(made.starts, made.lengths, getattr(made, name)) for name in ("before", "after")
    }
    for record in (made.record(), former):
        read = Correction.from_record(record)
        assert all(np.array_equal(getattr(read, name), getattr(made, name)) for name in COLUMNS)
        assert (read.words, read.brings) == ("raise", 2)
    one = np.array([1])
    for gaps, lengths, before in (([1, 1], [2, 1], [1, 1]), ([1], [0], one), ([1], one, [70000])):
        text = columns_text(*map(np.array, (gaps, lengths, before, before)))
        with pytest.raises(ValueError, match="follow each other|no label has"):
            Correction.from_record({"words": "", "acts": 0, "runs": text})
    with pytest.raises(InvalidFile, match="must be base64 of zlib of columns"):
        Correction.from_record({"words": "", "acts": 0, "runs": "AAAA"[:3]})


@pytest.mark.parametrize("large", [False, True])
def test_with_a_kernel_as_without(monkeypatch: pytest.MonkeyPatch, large: bool) -> None:
    monkeypatch.setattr(module, "LARGE", 0 if large else 1 << 20)
    first, second = volume(1), volume(2)
    made, label = Correction.between("all", first, second), first.copy()
    assert made.fits(label)
    made.put(label)
    assert np.array_equal(label, second)
    assert not made.fits(label)
    made.put(label, back=True)
    assert np.array_equal(label, first)
    assert made.where[made.size // 2] == made.middle
    with pytest.raises(IndexError, match="beyond the 5 that there are"):
        made.put(np.zeros(5, np.uint8))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 99), st.data())
def test_what_lies_in_a_box_and_what_several_boxes_make(seed: int, data: st.DataObject) -> None:
    first, second = volume(seed), volume(seed + 1)
    sides = [sorted(data.draw(st.lists(st.integers(0, n), min_size=2, max_size=2))) for n in SHAPE]
    box = (slice(*sides[0]), slice(*sides[1]), slice(*sides[2]))
    expected = first.copy()
    expected[box] = second[box]
    got = corrected(first, limited(Correction.between("all", first, second), box, SHAPE))
    assert np.array_equal(got, expected)
    boxes = [np.s_[0:2, 0:2, 0:2], np.s_[1:3, 0:3, 0:1], np.s_[0:1, 3:4, 0:4]][: data.draw(st.integers(0, 3))]
    expected = first.copy()
    for one in boxes:
        expected[one] = np.where(second[one] != first[one], second[one], expected[one])
    assert np.array_equal(corrected(first, in_boxes("some", first, [(one, second[one]) for one in boxes])), expected)
