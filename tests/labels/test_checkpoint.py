"""The checkpoint of a journal: opening from it is opening by doing every act, or it is left alone."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.labels import annotation as annotations
from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.checkpoint import load, place_of
from annotat3d_tui.labels.strokes import parse_stroke

SHAPE = (6, 20, 24)


@pytest.fixture(autouse=True)
def kept_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every closing keeps a checkpoint."""
    monkeypatch.setattr(annotations, "KEEP_AFTER", 1)


def act_at_random(annotation: Annotation, rng: np.random.Generator) -> None:
    """One of the acts that a person can do."""
    label, z, x, y = (int(rng.integers(low, high)) for low, high in ((1, 5), (0, 6), (0, 24), (0, 20)))
    choice = int(rng.integers(9))
    if choice < 4:
        annotation.draw(parse_stroke(f"brush {label} r={choice} xy z={z} {x},{y} {23 - x},{19 - y}"))
    elif choice == 4:
        annotation.undo(int(rng.integers(1, 4)))
    elif choice == 5:
        annotation.redo()
    elif choice == 6:
        annotation.edit(rng.choice(np.prod(SHAPE), 30, replace=False), label, f"scattered über {label}")
    elif choice == 7:
        annotation.add_label(f"Label {len(annotation.table)} of {annotation.acts()}")
    else:
        annotation.set_visible(1, bool(rng.integers(2)))


def journal_of(folder: Path, seed: int, acts: int = 25) -> Path:
    """A journal of acts at random, with its checkpoint."""
    path, rng = folder / "annotation.journal", np.random.default_rng(seed)
    annotation, _ = Annotation.open(SHAPE, path)
    for _ in range(acts):
        act_at_random(annotation, rng)
    annotation.close()
    assert load(path, SHAPE)[1] == path.stat().st_size
    return path


def without_checkpoint(path: Path) -> Path:
    """A copy of a journal alone."""
    alone = path.parent / "alone"
    alone.mkdir(exist_ok=True)
    return Path(shutil.copy(path, alone / path.name))


def all_of(annotation: Annotation) -> tuple[Any, ...]:
    """Everything that can be seen of an annotation."""
    voxels = tuple(tuple(array.tolist()) for array in annotation.markers.voxels())
    slices = tuple(tuple(annotation.markers.slices_with_markers(plane).tolist()) for plane in ("xy", "xz", "yz"))
    return (voxels, slices, annotation.markers.counts(), annotation.table, annotation.history(), annotation.undone())


def assert_same(one: Annotation, other: Annotation) -> None:
    """They are alike, and stay so when all is undone and done again."""
    assert all_of(one) == all_of(other)
    while one.can_undo:
        assert one.undo() == other.undo()
        assert all_of(one) == all_of(other)
    while one.can_redo:
        assert one.redo() == other.redo()
    assert all_of(one) == all_of(other)


@pytest.mark.parametrize("seed", range(6))
def test_opened_from_a_checkpoint_all_is_as_if_every_act_was_done_again(tmp_path: Path, seed: int) -> None:
    path = journal_of(tmp_path, seed)
    rng = np.random.default_rng(seed + 100)
    for _ in range(3):  # each time a checkpoint is made from the one before
        annotation, _ = Annotation.open(SHAPE, path)
        for _ in range(8):
            act_at_random(annotation, rng)
        annotation.close()
    replayed, _ = Annotation.open(SHAPE, without_checkpoint(path), read_only=True)
    kept, messages = Annotation.open(SHAPE, path, read_only=True)
    assert messages == []
    kept.read_only = replayed.read_only = False
    assert_same(kept, replayed)


def test_what_comes_after_the_checkpoint_is_done_again(tmp_path: Path) -> None:
    path = journal_of(tmp_path, 1)
    before = path.read_bytes()
    annotation, _ = Annotation.open(SHAPE, path)
    annotation.draw(parse_stroke("brush 3 r=1 xz y=4 3,3 9,3"))
    annotation.sync()
    assert path.read_bytes().startswith(before)
    again, _ = Annotation.open(SHAPE, path, read_only=True)
    assert all_of(again) == all_of(annotation)
    annotation.close()


def test_slices_and_strokes_are_there_before_all_is_looked_at(tmp_path: Path) -> None:
    path = journal_of(tmp_path, 8)
    replayed, _ = Annotation.open(SHAPE, without_checkpoint(path))
    stroke = parse_stroke("brush 4 r=2 xy z=2 3,3 19,15")
    replayed.draw(stroke)
    for plane, depth in (("xy", 6), ("xz", 20), ("yz", 24)):
        kept, _ = Annotation.open(SHAPE, path, read_only=True)
        kept.read_only = False
        kept.draw(stroke)
        for index in reversed(range(depth)):
            assert np.array_equal(kept.markers.plane(plane, index), replayed.markers.plane(plane, index))
            same = kept.markers.strokes_plane(plane, index) == replayed.markers.strokes_plane(plane, index)
            assert same.all()
    replayed.close()


def test_a_journal_cut_at_any_byte_opens_as_it_would_alone(tmp_path: Path) -> None:
    path = journal_of(tmp_path, 2, acts=4)
    content, checkpoint = path.read_bytes(), place_of(path).read_bytes()
    for length in range(len(content) + 1):
        path.write_bytes(content[:length])
        place_of(path).write_bytes(checkpoint)
        alone = without_checkpoint(path)
        kept, messages = Annotation.open(SHAPE, path, read_only=True)
        replayed, expected = Annotation.open(SHAPE, alone, read_only=True)
        assert all_of(kept) == all_of(replayed)
        assert messages == expected


def test_a_checkpoint_cut_or_changed_at_any_byte_is_left_alone(tmp_path: Path) -> None:
    path = journal_of(tmp_path, 3, acts=3)
    content = place_of(path).read_bytes()
    for at in range(0, len(content), 3):
        place_of(path).write_bytes(content[:at])
        assert load(path, SHAPE) == (None, 0)
        place_of(path).write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert load(path, SHAPE) == (None, 0)


def test_that_of_another_journal_or_size_is_left_alone(tmp_path: Path) -> None:
    path = journal_of(tmp_path, 4)
    assert load(path, (6, 24, 20)) == (None, 0)
    with path.open("r+b") as file:
        file.write(b"x")
    assert load(path, SHAPE) == (None, 0)


def test_damage_after_the_checkpoint_is_said_with_its_line(tmp_path: Path) -> None:
    path = journal_of(tmp_path, 5)
    lines = path.read_bytes().count(b"\n")
    with path.open("ab") as file:
        file.write(b"00000000 {}\nmore\n")
    annotation, messages = Annotation.open(SHAPE, path)
    assert messages == [
        f"annotation.journal is damaged from line {lines + 1} on: what stands before is kept, the rest was moved to "
        "annotation.journal.damaged-1."
    ]
    annotation.close()


def test_where_no_checkpoint_can_be_written_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "annotation.journal"
    place_of(path).mkdir()
    annotation, _ = Annotation.open(SHAPE, path)
    annotation.draw(parse_stroke("brush 2 r=1 xy z=1 3,4"))
    annotation.close()
    again, _ = Annotation.open(SHAPE, path)
    assert again.history() == ["brush 2 r=1 xy z=1 3,4"]
    again.close()


def test_many_acts_are_done_again_only_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(annotations, "KEEP_AT_ONCE", 5)
    path = journal_of(tmp_path, 6)
    place_of(path).unlink()
    annotation, _ = Annotation.open(SHAPE, path)
    assert load(path, SHAPE)[1] == path.stat().st_size
    annotation.close()


def test_an_image_of_another_size_is_refused_as_ever(tmp_path: Path) -> None:
    path = journal_of(tmp_path, 7)
    with pytest.raises(Annotat3DError, match="must be of an image of"):
        Annotation.open((6, 24, 20), path)
