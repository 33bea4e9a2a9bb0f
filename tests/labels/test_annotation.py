"""The annotation: undo is exact and endless, and what was done is there after any end of the process."""

import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotat3d_tui.errors import (
    CannotWrite,
    InvalidFile,
    InvalidMarkers,
    InvalidParameter,
    ReadOnly,
    ShapeMismatch,
    UnknownType,
)
from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.colours import colour_of
from annotat3d_tui.labels.edit import Edit
from annotat3d_tui.labels.journal import Journal
from annotat3d_tui.labels.strokes import Stroke, parse_stroke
from annotat3d_tui.labels.table import LabelTable
from tests.labels.full_disk import files_limited_to

SHAPE = (5, 9, 13)


def state(annotation: Annotation) -> tuple[Any, ...]:
    """Everything that can be seen of an annotation."""
    where, labels, strokes = annotation.markers.voxels()
    volume = annotation.markers.to_volume()
    counts = {label: (count.voxels, count.strokes) for label, count in annotation.markers.counts().items()}
    return where.tolist(), labels.tolist(), strokes.tolist(), volume.tobytes(), counts, annotation.table


def whole(annotation: Annotation) -> tuple[Any, ...]:
    return *state(annotation), annotation.history(), annotation.undone()


def opened(path: Path | None = None) -> Annotation:
    annotation, messages = Annotation.open(SHAPE, path)
    assert messages == []
    return annotation


label_ids = st.sampled_from([1, 2, 3, 300])
strokes = st.builds(
    Stroke,
    st.just("brush"),
    label_ids,
    st.integers(0, 3),
    st.sampled_from(["xy", "xz", "yz"]),
    st.integers(0, 4),
    st.lists(st.tuples(st.integers(-3, 14), st.integers(-3, 10)), min_size=1, max_size=3).map(tuple),
    st.integers(0, 2),
    st.booleans(),
)
acts = st.one_of(
    st.tuples(st.just("draw"), strokes),
    st.tuples(st.just("draw on"), strokes, strokes, st.booleans()),
    st.tuples(st.just("erase"), st.integers(0, 8), st.integers(0, 12)),
    st.tuples(st.just("edit"), st.lists(st.integers(0, 5 * 9 * 13 - 1), max_size=9), st.just(0) | label_ids),
    st.tuples(st.just("import"), st.integers(0, 99)),
    st.tuples(st.just("erase stroke"), st.tuples(st.integers(-1, 4), st.integers(0, 8), st.integers(0, 12))),
    st.tuples(st.just("erase all")),
    st.tuples(st.just("add"), st.none() | st.sampled_from(["Grain", "Crack"])),
    st.tuples(st.just("rename"), label_ids, st.sampled_from(["Grain", "Pore", "Label 1"])),
    st.tuples(st.just("recolour"), label_ids, st.integers(0, 255)),
    st.tuples(st.just("remove"), label_ids, st.booleans()),
    st.tuples(st.just("show"), label_ids, st.booleans()),
    st.tuples(st.just("remove to"), label_ids, label_ids),
    st.tuples(st.just("lock"), label_ids, st.booleans()),
    st.tuples(st.just("move"), label_ids, st.integers(0, 3)),
    st.tuples(st.just("show only"), st.none() | label_ids),
    st.tuples(st.just("undo"), st.integers(1, 3)),
    st.tuples(st.just("redo"), st.integers(1, 3)),
)


def act_on(annotation: Annotation, act: tuple[Any, ...]) -> None:
    """Do an act of the strategy; those that the annotation refuses must change nothing."""
    before = whole(annotation)
    try:
        match act:
            case ("draw", stroke):
                annotation.draw(stroke)
            case ("draw on", first, second, looked_away):
                begun = annotation.draw(first)
                if looked_away:
                    annotation.undo()
                annotation.draw(second, continues=begun, words=f"{first} and on")
            case ("erase", y, x):
                annotation.draw(Stroke("erase", 0, 2, "xy", 2, ((x, y),), depth=1))
            case ("edit", voxels, label):
                annotation.edit(np.array(voxels, dtype=np.int64), label, "flood")
            case ("import", seed):
                random = np.random.default_rng(seed)
                annotation.import_mask(random.integers(0, 4, SHAPE) * (random.random(SHAPE) < 0.03), name="m.tif")
            case ("erase stroke", voxel):
                annotation.erase_stroke_at(voxel)
            case ("erase all",):
                annotation.erase_all()
            case ("add", name):
                annotation.add_label(name)
            case ("rename", label, name):
                annotation.rename(label, name)
            case ("recolour", label, red):
                annotation.recolour(label, (red, 0, 0))
            case ("remove", label, erase):
                annotation.remove_label(label, erase_markers=erase)
            case ("show", label, visible):
                annotation.set_visible(label, visible)
            case ("remove to", label, other):
                annotation.remove_label(label, move_to=other)
            case ("lock", label, locked):
                annotation.set_locked(label, locked)
            case ("move", label, index):
                annotation.move_label(label, index)
            case ("show only", label):
                annotation.show_only(label)
            case ("undo", times):
                annotation.undo(times)
            case ("redo", times):
                annotation.redo(times)
    except (InvalidParameter, InvalidMarkers):
        assert whole(annotation) == before


@given(st.lists(acts, max_size=12))
@settings(deadline=None, max_examples=60)
def test_whatever_is_done_can_be_undone_redone_and_opened_again(done: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "annotation.journal"
        annotation = opened(path)
        for act in done:
            act_on(annotation, act)
        result = whole(annotation)
        annotation.close()

        again = opened(path)
        assert whole(again) == result
        while again.can_redo:
            again.redo()
        furthest = state(again)
        steps = [state(again)]
        while again.can_undo:
            again.undo()
            steps.append(state(again))
        assert len(again.markers) == 0
        named = [(label.id, label.name, label.colour) for label in again.table]
        assert named == [(label.id, label.name, label.colour) for label in LabelTable()]
        again.close()

        third = opened(path)  # the undoing was kept too
        assert third.history() == []
        for step in reversed(steps):
            assert state(third)[:5] == step[:5]
            third.redo()
        assert state(third) == furthest
        third.close()


def test_a_journal_does_not_ask_the_rasteriser_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    annotation = opened(tmp_path / "j")
    annotation.draw(parse_stroke("brush 2 r=2 xz y=3 5,2 9,4"))
    before = whole(annotation)
    annotation.close()

    def another_version(self: Stroke, shape: tuple[int, int, int]) -> np.ndarray:
        raise AssertionError("drawn anew")

    monkeypatch.setattr(Stroke, "voxels", another_version)
    assert whole(opened(tmp_path / "j")) == before


def test_what_changes_nothing_is_no_act(tmp_path: Path) -> None:
    annotation = opened(tmp_path / "j")
    size = (tmp_path / "j").stat().st_size
    assert annotation.draw(parse_stroke("brush 2 r=2 xy z=99 1,1")) is None
    assert annotation.draw(parse_stroke("erase r=2 xy z=1 1,1")) is None
    assert annotation.edit(np.array([4, 4]), 0, "nothing") is None
    assert annotation.erase_all() is None
    assert annotation.erase_stroke_at((0, 0, 0)) is None
    assert annotation.erase_stroke_at((0, 0, 13)) is None
    annotation.rename(2, "Label 1")
    annotation.recolour(2, colour_of(2))
    annotation.set_visible(2, True)
    assert annotation.undo() is None
    assert annotation.redo() is None
    assert not annotation.can_undo
    assert (tmp_path / "j").stat().st_size == size


def test_history_is_told_in_words() -> None:
    annotation = opened()
    annotation.add_label("Crack")
    annotation.draw(parse_stroke("brush 3 r=1 xy z=1 4,5"))
    annotation.edit(np.array([0, 1]), 2, "flood of superpixel 17")
    mask = np.zeros(SHAPE, np.uint8)
    mask[4, 8, :3] = 2
    annotation.import_mask(mask, name="old.tif")
    annotation.erase_stroke_at((1, 5, 4))
    annotation.rename(3, "Gap")
    annotation.recolour(3, (1, 2, 3))
    annotation.remove_label(3)
    annotation.erase_all()
    assert [annotation.words_of(number) for number in range(annotation.acts())] == annotation.history()
    assert annotation.history() == [
        "add label 3 Crack",
        "brush 3 r=1 xy z=1 4,5",
        "flood of superpixel 17",
        "import old.tif: 3 voxels of 1 labels",
        "erase the stroke of label 3 at 4 5 1",
        "rename label 3 to Gap",
        "recolour label 3",
        "remove label 3 Gap",
        "erase all markers",
    ]
    assert annotation.undo() == "erase all markers"
    assert annotation.undo() == "remove label 3 Gap"
    assert annotation.undone() == ["remove label 3 Gap", "erase all markers"]
    assert annotation.redo() == "remove label 3 Gap"
    annotation.add_label()
    assert not annotation.can_redo


def test_a_stroke_is_erased_whole_as_far_as_it_is_left() -> None:
    annotation = opened()
    annotation.draw(parse_stroke("brush 2 r=1 xy z=1 2,4 10,4"))
    annotation.draw(parse_stroke("brush 2 r=1 xy z=1 6,2 6,7"))
    annotation.erase_stroke_at((1, 4, 2))
    left = annotation.markers.plane("xy", 1) > 0
    expected = opened()
    expected.draw(parse_stroke("brush 2 r=1 xy z=1 6,2 6,7"))
    np.testing.assert_array_equal(left, expected.markers.plane("xy", 1) > 0)
    annotation.undo()
    assert annotation.markers.counts()[2].strokes == 2


def drawn_on(annotation: Annotation, *movements: str) -> None:
    """A stroke that is put into the annotation movement by movement, as a pen does."""
    edit = None
    for movement in movements:
        edit = annotation.draw(parse_stroke(movement), continues=edit, words=f"up to {movement}") or edit


MOVEMENTS = ("brush 4 r=1 xy z=1 2,4", "brush 4 r=1 xy z=1 2,4 6,4", "brush 4 r=1 xy z=1 6,4 5,4")


def test_movements_of_a_pen_are_one_act_and_each_is_kept_at_once(tmp_path: Path) -> None:
    annotation = opened(tmp_path / "j")
    annotation.draw(parse_stroke("brush 1 r=0 xy z=1 0,0"))
    before = state(annotation)
    changes = annotation.changes
    drawn_on(annotation, *MOVEMENTS)
    assert annotation.history() == ["brush 1 r=0 xy z=1 0,0", f"up to {MOVEMENTS[-1]}"]
    assert annotation.changes == changes + 2  # the last movement marks nothing new
    whole_stroke = opened()
    whole_stroke.draw(parse_stroke("brush 1 r=0 xy z=1 0,0"))
    whole_stroke.draw(parse_stroke("brush 4 r=1 xy z=1 2,4 6,4"))
    assert state(annotation) == state(whole_stroke)
    after = whole(annotation)
    killed = opened(tmp_path / "j")  # with the pen still down: nothing was closed
    assert whole(killed) == after
    assert annotation.undo() == f"up to {MOVEMENTS[-1]}"
    assert state(annotation) == before
    assert annotation.redo() == f"up to {MOVEMENTS[-1]}"
    assert whole(annotation) == after


def test_a_stroke_does_not_go_on_after_another_act(tmp_path: Path) -> None:
    annotation = opened(tmp_path / "j")
    begun = annotation.draw(parse_stroke(MOVEMENTS[0]))
    annotation.rename(4, "Crack")
    annotation.draw(parse_stroke(MOVEMENTS[1]), continues=begun)
    assert annotation.history() == [MOVEMENTS[0], "rename label 4 to Crack", MOVEMENTS[1]]
    last = annotation.draw(parse_stroke("brush 2 r=0 xy z=3 1,1"))
    annotation.undo()
    annotation.draw(parse_stroke("brush 2 r=0 xy z=3 1,1 3,1"), continues=last)
    assert annotation.history()[-1] == "brush 2 r=0 xy z=3 1,1 3,1"
    assert annotation.undone() == []
    assert whole(opened(tmp_path / "j")) == whole(annotation)


def test_an_eraser_that_touches_nothing_at_first_is_one_act_from_where_it_does() -> None:
    annotation = opened()
    annotation.draw(parse_stroke("brush 2 r=0 xy z=1 3,4 8,4"))
    drawn_on(annotation, "erase r=0 xy z=1 1,4", "erase r=0 xy z=1 1,4 3,4", "erase r=0 xy z=1 3,4 5,4")
    assert len(annotation.markers) == 3
    assert len(annotation.history()) == 2
    annotation.undo()
    assert len(annotation.markers) == 6


def test_labels_that_are_drawn_or_imported_are_added_and_undone_with_it() -> None:
    annotation = opened()
    annotation.draw(parse_stroke("brush 9 r=0 xy z=0 0,0"))
    assert annotation.table[9].name == "Label 9"
    mask = np.zeros(SHAPE, np.uint16)
    mask[0, 0, :3] = (5, 7, 9)
    annotation.import_mask(mask, {5: 4, 7: 0, 9: 300}, "m.tif")
    assert [label.id for label in annotation.table] == [1, 2, 4, 9, 300]
    assert annotation.markers.plane("xy", 0)[0, :3].tolist() == [4, 0, 300]
    annotation.undo()
    annotation.undo()
    assert annotation.table == LabelTable()


def test_hiding_is_kept_but_undo_passes_over_it(tmp_path: Path) -> None:
    annotation = opened(tmp_path / "j")
    annotation.add_label("Crack")
    annotation.set_visible(3, False)
    annotation.rename(3, "Gap")
    assert annotation.undo() == "rename label 3 to Gap"
    assert not annotation.table[3].visible
    assert annotation.undo() == "add label 3 Crack"
    annotation.redo()
    assert not annotation.table[3].visible
    annotation.close()
    again = opened(tmp_path / "j")
    assert not again.table[3].visible
    again.remove_label(3)
    assert again.add_label().visible  # a new label is seen, whatever had its id


def test_a_label_with_marks_is_removed_only_with_them() -> None:
    annotation = opened()
    annotation.draw(parse_stroke("brush 2 r=1 xy z=1 4,4"))
    with pytest.raises(InvalidMarkers, match=r"Label 2 \(Label 1\) must have no marks .* it has 5 marked voxels"):
        annotation.remove_label(2)
    annotation.remove_label(2, erase_markers=True)
    assert len(annotation.markers) == 0
    assert 2 not in annotation.table
    annotation.undo()
    assert len(annotation.markers) == 5
    assert 2 in annotation.table


def test_refusals_leave_everything_as_it_was(tmp_path: Path) -> None:
    annotation = opened(tmp_path / "j")
    annotation.draw(parse_stroke("brush 2 r=1 xy z=1 4,4"))
    before, content = whole(annotation), (tmp_path / "j").read_bytes()
    with pytest.raises(ShapeMismatch, match="mask.tif must have the image's size 13×9×5, received 5×9×13"):
        annotation.import_mask(np.ones((13, 9, 5), np.uint8), name="mask.tif")
    with pytest.raises(UnknownType, match="received float64"):
        annotation.import_mask(np.ones(SHAPE))
    with pytest.raises(InvalidMarkers, match="at least one voxel"):
        annotation.import_mask(np.zeros(SHAPE, np.uint8))
    with pytest.raises(InvalidMarkers, match="inside the volume"):
        annotation.edit(np.array([5 * 9 * 13]), 1, "flood")
    with pytest.raises(InvalidMarkers, match="label from 1 to 65535"):
        annotation.edit(np.array([1]), 70000, "flood")
    for refused in (
        lambda: annotation.add_label("Background"),
        lambda: annotation.rename(7, "x"),
        lambda: annotation.recolour(2, (0, 0, 999)),
        lambda: annotation.remove_label(7),
        lambda: annotation.set_visible(7, False),
    ):
        with pytest.raises(InvalidParameter):
            refused()
    assert whole(annotation) == before
    assert (tmp_path / "j").read_bytes() == content


def test_on_a_full_disk_nothing_is_done(tmp_path: Path) -> None:
    path = tmp_path / "j"
    annotation = opened(path)
    annotation.draw(parse_stroke("brush 2 r=1 xy z=1 4,4"))
    annotation.draw(parse_stroke("brush 2 r=1 xy z=2 4,4"))
    annotation.undo()
    before, content = whole(annotation), path.read_bytes()
    for refused in (
        lambda: annotation.draw(parse_stroke("brush 1 r=2 xy z=1 4,4")),
        lambda: annotation.add_label(),
        lambda: annotation.set_visible(1, False),
        annotation.undo,
        annotation.redo,
        annotation.erase_all,
    ):
        with files_limited_to(len(content) + 5), pytest.raises(CannotWrite):
            refused()
        assert whole(annotation) == before
        assert path.read_bytes() == content
    annotation.close()
    assert whole(opened(path)) == before


def test_on_a_full_disk_a_stroke_keeps_what_was_drawn(tmp_path: Path) -> None:
    path = tmp_path / "j"
    annotation = opened(path)
    begun = annotation.draw(parse_stroke(MOVEMENTS[0]))
    before, content = whole(annotation), path.read_bytes()
    with files_limited_to(len(content) + 5), pytest.raises(CannotWrite):
        annotation.draw(parse_stroke(MOVEMENTS[1]), continues=begun)
    assert whole(annotation) == before
    assert path.read_bytes() == content
    annotation.draw(parse_stroke(MOVEMENTS[1]), continues=begun)
    assert annotation.history() == [MOVEMENTS[1]]


def test_cut_at_any_byte_the_acts_before_are_there(tmp_path: Path) -> None:
    path = tmp_path / "j"
    annotation = opened(path)
    states = [whole(annotation)]
    drawn: list[Edit | None] = []
    for act in (
        lambda: annotation.draw(parse_stroke("brush 3 r=1 yz x=1 4,4")),
        lambda: drawn.append(annotation.draw(parse_stroke("brush 2 r=0 yz x=2 0,1"))),
        lambda: annotation.draw(parse_stroke("brush 2 r=0 yz x=2 0,1 3,1"), continues=drawn[0], words="on"),
        lambda: annotation.rename(2, "Grain"),
        annotation.undo,
        lambda: annotation.remove_label(3, erase_markers=True),
        annotation.undo,
        annotation.redo,
    ):
        act()
        states.append(whole(annotation))
    content = path.read_bytes()
    annotation.close()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        cut, messages = Annotation.open(SHAPE, path)
        cut.close()
        lines = content[: length + 1].count(b"\n")  # a line that only lacks its end counts
        assert whole(cut) == states[max(lines - 1, 0)], length
        assert len(messages) <= 1


def test_a_journal_that_cannot_be_done_is_refused(tmp_path: Path) -> None:
    for number, act in enumerate(
        (
            {"do": "dance"},
            {"do": "undo"},
            {},
            {"do": "draw", "words": "x", "voxels": "?"},
            {"do": "labels", "words": "x", "labels": [[1, {"id": 1}]]},
            {"do": "show", "id": 77, "visible": True},
        )
    ):
        path = tmp_path / str(number)
        journal, _, _ = Journal.open(path, SHAPE)
        journal.append(act)
        journal.close()
        with pytest.raises(InvalidFile, match=f"{number} line 2 must be an act that can be done, received"):
            Annotation.open(SHAPE, path)


CHILD = """
import sys
from pathlib import Path
from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.strokes import Stroke
annotation, _ = Annotation.open((5, 9, 13), Path(sys.argv[1]))
for number in range(1, 100000):
    annotation.draw(Stroke("brush", 1 + number % 3, 1, "xy", number % 5, ((number % 13, number % 9),)))
    if number % 4 == 0:
        annotation.undo()
    print(number, flush=True)
"""


@pytest.mark.parametrize("seed", range(4))
def test_kill_9_at_a_random_moment_loses_nothing_that_was_done(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "j"
    random = np.random.default_rng(seed)
    with subprocess.Popen([sys.executable, "-c", CHILD, str(path)], stdout=-1, text=True) as child:
        assert child.stdout is not None
        for _ in range(int(random.integers(5, 60))):
            said = int(child.stdout.readline())
        select.select([], [], [], random.random() * 2e-3)  # somewhere inside an act
        child.send_signal(signal.SIGKILL)
        said = max(
            [said, *(int(line) for line in child.stdout.read().splitlines(keepends=True) if line.endswith("\n"))]
        )
        assert child.wait() == -signal.SIGKILL
    found, messages = Annotation.open(SHAPE, path)
    assert all("cut short" in message for message in messages)
    expected = opened()
    reached = False
    for number in range(1, said + 3):
        expected.draw(Stroke("brush", 1 + number % 3, 1, "xy", number % 5, ((number % 13, number % 9),)))
        reached |= number >= said - (number % 4 == 0) and whole(found) == whole(expected)
        if number % 4 == 0:
            expected.undo()
            reached |= number >= said and whole(found) == whole(expected)
    assert reached
    found.draw(parse_stroke("brush 3 r=2 xy z=4 1,1"))
    assert whole(opened(path)) == whole(found)


def test_labels_of_a_loaded_volume_are_added_as_one_act_that_can_be_undone() -> None:
    annotation, _ = Annotation.open((2, 3, 4))
    annotation.add_missing((7, 1, 300), "labels of label.tif")
    assert [label.id for label in annotation.table] == [1, 2, 7, 300]
    assert annotation.undo() == "labels of label.tif"
    assert [label.id for label in annotation.table] == [1, 2]
    annotation.add_missing((1, 2), "nothing new")
    assert annotation.history() == []


def test_labels_come_with_their_names_and_marked_ones_keep_theirs() -> None:
    annotation = opened()
    annotation.rename(2, "Pore")
    annotation.draw(parse_stroke("brush 2 r=0 xy z=1 3,4"))
    kept = annotation.add_missing((1, 2, 3), "labels of rock", {1: "Resin", 2: "Grain", 3: "Crack", 9: "Unused"})
    assert [(label.id, label.name) for label in annotation.table] == [(1, "Resin"), (2, "Pore"), (3, "Crack")]
    assert [label.name for label in kept] == ["Pore"]
    assert annotation.undo() == "labels of rock"
    assert [(label.id, label.name) for label in annotation.table] == [(1, "Background"), (2, "Pore")]


def locked_label_2() -> Annotation:
    """Label 2 marked in a line and locked."""
    annotation = opened()
    annotation.draw(parse_stroke("brush 2 r=0 xy z=1 3,4 8,4"))
    annotation.set_locked(2, True)
    return annotation


@pytest.mark.parametrize(
    ("act", "kept", "marked"),
    [
        (lambda one: one.draw(parse_stroke("brush 1 r=1 xy z=1 4,4")), 3, 2),
        (lambda one: one.draw(parse_stroke("erase r=1 xy z=1 4,4")), 3, 0),
        (lambda one: one.draw(parse_stroke("brush 2 r=1 xy z=1 4,4")), 0, 2),
        (lambda one: one.edit(one.markers.voxels()[0], 1, "flood"), 6, 0),
        (lambda one: one.import_mask(np.ones(SHAPE, np.uint8)), 6, 5 * 9 * 13 - 6),
        (lambda one: one.erase_stroke_at((1, 4, 3)), 6, 0),
        (lambda one: one.erase_all(), 6, 0),
    ],
)
def test_marks_of_a_locked_label_are_kept_and_counted(act: Any, kept: int, marked: int) -> None:
    annotation = locked_label_2()
    line = annotation.markers.plane("xy", 1)[4, 3:9].copy()
    act(annotation)
    assert annotation.kept == kept
    assert annotation.markers.plane("xy", 1)[4, 3:9].tolist() == line.tolist()
    assert len(annotation.markers) == 6 + marked
    annotation.undo(2)
    assert not annotation.table[2].locked
    annotation.erase_all()
    assert (annotation.kept, len(annotation.markers)) == (0, 0)


def test_a_stroke_movement_by_movement_keeps_locked_marks_too() -> None:
    annotation = locked_label_2()
    drawn_on(annotation, "brush 1 r=0 xy z=1 1,4", "brush 1 r=0 xy z=1 1,4 10,4")
    assert annotation.kept == 6
    assert annotation.markers.plane("xy", 1)[4, 1:11].tolist() == [1, 1, *[2] * 6, 1, 1]


def test_a_locked_label_is_unlocked_before_it_is_removed() -> None:
    annotation = locked_label_2()
    with pytest.raises(InvalidMarkers, match=r"Label 2 \(Label 1\) must be unlocked to be removed"):
        annotation.remove_label(2, erase_markers=True)
    assert annotation.history()[-1] == "lock label 2 Label 1"
    annotation.set_locked(2, False)
    annotation.remove_label(2, erase_markers=True)
    assert len(annotation.markers) == 0


def test_marks_of_a_removed_label_go_to_another_stroke_by_stroke(tmp_path: Path) -> None:
    annotation = opened(tmp_path / "j")
    annotation.draw(parse_stroke("brush 1 r=0 xy z=1 3,4"))
    annotation.draw(parse_stroke("brush 2 r=0 xy z=1 3,6 5,6"))
    annotation.draw(parse_stroke("brush 2 r=0 xy z=2 3,6"))
    before = state(annotation)
    annotation.remove_label(2, move_to=1)
    assert annotation.history()[-1] == "remove label 2 Label 1, its marks to 1 Background"
    count = annotation.markers.counts()
    assert (list(count), count[1].voxels, count[1].strokes) == ([1], 5, 3)
    after = whole(annotation)
    assert whole(opened(tmp_path / "j")) == after
    annotation.undo()
    assert state(annotation) == before
    annotation.redo()
    assert whole(annotation) == after
    with pytest.raises(InvalidMarkers, match="must go to another label"):
        annotation.remove_label(1, move_to=1)
    with pytest.raises(InvalidParameter, match="There is no label 9"):
        annotation.remove_label(1, move_to=9)


def test_many_steps_back_and_forth_are_one_line_of_the_journal(tmp_path: Path) -> None:
    annotation = opened(tmp_path / "j")
    steps = [whole(annotation)[:-2]]
    for x in range(9):
        annotation.draw(parse_stroke(f"brush 2 r=1 xy z=1 {x},4"))
        steps.append(whole(annotation)[:-2])
    lines = (tmp_path / "j").read_bytes().count(b"\n")
    assert annotation.undo(7) == "brush 2 r=1 xy z=1 2,4"
    assert (annotation.position, annotation.acts()) == (2, 9)
    assert [annotation.words_of(number)[-3:] for number in range(9)] == [f"{x},4" for x in range(9)]
    assert annotation.redo(3) == "brush 2 r=1 xy z=1 4,4"
    assert (tmp_path / "j").read_bytes().count(b"\n") == lines + 2
    assert whole(opened(tmp_path / "j"))[:-2] == steps[5]
    annotation.undo(99)
    assert annotation.undo(99) is None
    assert whole(opened(tmp_path / "j"))[:-2] == steps[0]


def test_labels_keep_their_order_and_locks_across_restarts(tmp_path: Path) -> None:
    annotation = opened(tmp_path / "j")
    annotation.add_label("Crack")
    annotation.move_label(3, 0)
    annotation.set_locked(3, True)
    again = opened(tmp_path / "j")
    assert [(label.id, label.locked) for label in again.table] == [(3, True), (1, False), (2, False)]
    assert again.history()[1:] == ["move label 3 Crack to place 1", "lock label 3 Crack"]
    again.undo(2)
    assert [label.id for label in again.table] == [1, 2, 3]
    again.move_label(1, 0)
    assert len(again.history()) == 1


def test_read_only_shows_all_and_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "j"
    annotation = opened(path)
    annotation.draw(parse_stroke("brush 2 r=1 xy z=1 4,4"))
    done = whole(annotation)
    with path.open("ab") as file:
        file.write(b"12345678 {half of")
    content = path.read_bytes()
    only, messages = Annotation.open(SHAPE, path, read_only=True)
    assert messages == []
    assert whole(only) == done
    for refused in (
        lambda: only.draw(parse_stroke("brush 1 r=2 xy z=1 4,4")),
        only.add_label,
        lambda: only.set_locked(1, True),
        lambda: only.move_label(1, 1),
        only.undo,
        only.erase_all,
    ):
        with pytest.raises(ReadOnly, match="must not be open read-only to be changed"):
            refused()
        assert whole(only) == done
    only.set_visible(1, False)
    only.show_only(2)
    assert [label.visible for label in only.table] == [False, True]
    only.close()
    assert path.read_bytes() == content
    assert Annotation.open(SHAPE, tmp_path / "none", read_only=True)[0].history() == []
    assert not (tmp_path / "none").exists()
    with path.open("ab") as file:
        file.write(b"\n")
    assert "damaged from line 3 on: only what stands before is shown" in Annotation.open(SHAPE, path, True)[1][0]


def test_an_act_on_one_of_many_labels_makes_the_table_once(monkeypatch: pytest.MonkeyPatch) -> None:
    annotation, _ = Annotation.open(SHAPE)
    annotation.add_missing(range(1, 100), "many labels")
    made: list[int] = []
    put = LabelTable.put
    monkeypatch.setattr(LabelTable, "put", lambda table, id, label: [made.append(id), put(table, id, label)][1])
    acts: list[Callable[[], object]] = [
        lambda: annotation.set_locked(7, True),
        lambda: annotation.rename(7, "Grain"),
        lambda: annotation.recolour(7, (1, 2, 3)),
        lambda: annotation.set_visible(7, False),
        annotation.undo,
        annotation.redo,
    ]
    for act in acts:
        act()
        assert annotation.table[7].name
        assert made == [7]
        made.clear()
    assert (annotation.table[7].colour, annotation.table.locked) == ((1, 2, 3), {7})
    annotation.show_only(3)
    annotation.set_locked(7, False)
    assert annotation.table.locked == frozenset()
