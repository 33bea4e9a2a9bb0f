"""Marks in a file of their own: saving and opening is identity, what is no such file is one sentence."""

import numpy as np
import pytest

from annotat3d_tui.archive import pack
from annotat3d_tui.errors import InvalidFile, InvalidMarkers, ShapeMismatch
from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.annotation_file import FORMAT, Marks, import_into, open_marks
from annotat3d_tui.labels.strokes import parse_stroke
from annotat3d_tui.labels.table import LabelTable


@pytest.fixture
def drawn() -> Annotation:
    annotation, _ = Annotation.open((5, 20, 30))
    annotation.draw(parse_stroke("brush 2 r=2 xy z=3 4,4 20,9"))
    annotation.draw(parse_stroke("brush 1 r=1 xz y=9 4,1 8,3"))
    annotation.draw(parse_stroke("brush 300 r=0 yz x=29 0,0 19,4"))
    annotation.rename(2, "Pore")
    annotation.recolour(1, (1, 2, 3))
    return annotation


def same(one: Marks, other: Marks) -> bool:
    arrays = all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in ("coordinates", "labels", "strokes")
    )
    return arrays and one.shape == other.shape and one.table == other.table


def test_opening_is_the_inverse_of_saving(drawn: Annotation) -> None:
    marks = Marks.of(drawn)
    assert len(np.unique(marks.strokes)) == 3
    assert same(open_marks(marks.to_bytes(), "f"), marks)


def test_bytes_do_not_depend_on_the_order(drawn: Annotation) -> None:
    marks = Marks.of(drawn)
    mixed = np.random.default_rng(0).permutation(len(marks.labels))
    other = Marks(marks.shape, marks.coordinates[mixed], marks.labels[mixed], marks.strokes[mixed], marks.table)
    assert other.to_bytes() == marks.to_bytes()


def test_importing_into_another_annotation_is_one_act(drawn: Annotation) -> None:
    marks = Marks.of(drawn)
    other, _ = Annotation.open(marks.shape)
    other.rename(1, "Pore")
    import_into(other, marks, "a")
    assert np.array_equal(other.markers.to_volume(), drawn.markers.to_volume())
    assert other.table == drawn.table
    other.undo()
    assert (len(other.markers), [label.name for label in other.table]) == (0, ["Pore", "Label 1"])


def test_a_name_that_another_label_has_gets_a_number() -> None:
    other, _ = Annotation.open((1, 2, 2))
    other.add_label("Grain")
    table = LabelTable().rename(2, "Grain")
    import_into(
        other, Marks((1, 2, 2), np.zeros((1, 3), int), np.array([2], np.uint16), np.ones(1, np.uint32), table), "a"
    )
    assert [label.name for label in other.table] == ["Background", "Grain (2)", "Grain"]


def test_marks_of_another_image_or_none(drawn: Annotation) -> None:
    other, _ = Annotation.open((5, 20, 31))
    with pytest.raises(ShapeMismatch, match="31×20×5 voxels, received one of 30×20×5"):
        import_into(other, Marks.of(drawn), "a")
    with pytest.raises(InvalidMarkers, match="at least one voxel"):
        import_into(other, Marks.of(other), "a")


def arrays(coordinates: object = ((1, 2, 3),), labels: object = (2,), strokes: object = (1,)) -> dict[str, np.ndarray]:
    return {
        "coordinates": np.array(coordinates, np.int32).reshape(-1, 3),
        "labels": np.array(labels, np.uint16),
        "strokes": np.array(strokes, np.uint32),
    }


@pytest.mark.parametrize(
    ("about", "content", "words"),
    [
        ({}, arrays(), "shape"),
        ({"shape": [5, 6, 7]}, arrays(), "list of labels"),
        ({"shape": [5, 6, 0], "labels": []}, arrays(), "sides from 1"),
        ({"shape": [5, 6, True], "labels": []}, arrays(), "sides from 1"),
        ({"shape": [5, 6, 10**12], "labels": []}, arrays(), "sides from 1"),
        ({"shape": [5, 6, 3], "labels": []}, arrays(), "received one at x 3, y 2, z 1"),
        ({"shape": [5, 6, 7], "labels": []}, arrays(labels=(0,)), "from 1"),
        ({"shape": [5, 6, 7], "labels": []}, arrays(labels=(1, 2)), "for each of 2 labels"),
        ({"shape": [5, 6, 7], "labels": []}, arrays(((1, 2, 3), (1, 2, 3)), (1, 2), (1, 2)), "no voxel twice"),
        ({"shape": [5, 6, 7], "labels": [{"id": 0}]}, arrays(), "label"),
        ({"shape": [5, 6, 7], "labels": []}, {"labels": np.zeros(1, np.uint16)}, "coordinates"),
        ({"shape": [5, 6, 7], "labels": []}, arrays() | {"labels": np.zeros(1)}, "labels as uint16"),
    ],
)
def test_wrong_contents_are_one_sentence(about: dict, content: dict, words: str) -> None:
    with pytest.raises(InvalidFile, match=words) as raised:
        open_marks(pack(FORMAT, 1, about, content), "x.npz")
    assert str(raised.value).startswith("x.npz")
    assert "\n" not in str(raised.value)


def test_a_later_version() -> None:
    with pytest.raises(InvalidFile, match="version 1 or before, received version 2"):
        open_marks(pack(FORMAT, 2, {}, {}), "x.npz")


def test_marks_that_come_in_neither_change_nor_unlock_what_is_locked() -> None:
    annotation, _ = Annotation.open((2, 3, 4))
    annotation.edit(np.array([0, 1]), 2, "mark")
    annotation.set_locked(2, True)
    annotation.move_label(2, 0)
    coordinates = np.array([(0, 0, 0), (1, 1, 1)])
    brought = Marks(
        (2, 3, 4), coordinates, np.array([1, 1], np.uint16), np.array([1, 1], np.uint32), LabelTable().rename(2, "Pore")
    )
    import_into(annotation, brought, "m.annotation.npz")
    assert (annotation.kept, annotation.markers.to_volume()[0, 0, :2].tolist()) == (1, [2, 2])
    assert [(label.id, label.name, label.locked) for label in annotation.table] == [
        (2, "Pore", True),
        (1, "Background", False),
    ]
