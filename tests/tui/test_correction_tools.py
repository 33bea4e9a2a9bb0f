"""Each tool of the menu does what its title says with marks and the chosen label, and leaves what is locked."""

from dataclasses import replace

import numpy as np
import pytest

from annotat3d_tui.blocks import quiet
from annotat3d_tui.errors import InvalidMarkers, InvalidParameter
from annotat3d_tui.labels.correcting import corrected
from annotat3d_tui.tui.correction_tools import BY_NAME, TOOLS, Subject

SHAPE = (5, 24, 30)
LABEL = np.zeros(SHAPE, np.uint8)
LABEL[1:4, 4:12, 4:12], LABEL[1:4, 4:12, 12:20], LABEL[1:4, 14:22, 4:12] = 1, 2, 3
IMAGE = (LABEL * 60 + np.random.default_rng(0).integers(0, 5, SHAPE)).astype(np.uint8)


def subject(marks: dict[tuple[int, int, int], tuple[int, int]], chosen: int, kept: tuple[int, ...] = ()) -> Subject:
    """marks: label and stroke of voxels (z, y, x)."""
    flat = {int(np.ravel_multi_index(at, SHAPE)): of for at, of in marks.items()}
    where = np.array(sorted(flat), np.int64)
    labels = np.array([flat[one][0] for one in where.tolist()], np.uint16)
    strokes = np.array([flat[one][1] for one in where.tolist()], np.uint32)
    return Subject(LABEL, IMAGE, where, labels, strokes, chosen, frozenset(kept))


def used(name: str, on: Subject) -> np.ndarray:
    tool = BY_NAME[name]
    return corrected(LABEL, tool.use(tool.parameters(), on, quiet))


def test_letters_and_names_are_each_of_one_tool() -> None:
    assert len({tool.letter for tool in TOOLS} | {"e"}) == len(TOOLS) + 1
    assert len(BY_NAME) == len(TOOLS)


def test_marks_of_the_chosen_label_merge_what_they_touch() -> None:
    marks = {(2, 8, 6): (5, 1), (2, 8, 7): (5, 1), (2, 8, 14): (5, 1), (2, 18, 6): (4, 2)}
    found = used("merge", subject(marks, 5))
    assert np.array_equal(found, np.where(LABEL == 2, 1, LABEL))
    on = subject(marks, 5)
    led = used("merge", replace(on, begins={1: int(np.ravel_multi_index((2, 8, 14), SHAPE))}))
    assert np.array_equal(led, np.where(LABEL == 1, 2, LABEL))
    with pytest.raises(InvalidMarkers, match="over at least two labels"):
        used("merge", subject(marks, 5, kept=(2,)))


def test_strokes_that_a_tool_uses_are_told_and_those_of_resuming_are_none() -> None:
    marks = {(2, 8, 6): (5, 1), (2, 8, 14): (5, 1), (2, 18, 6): (5, 2), (2, 8, 7): (4, 3), (0, 0, 0): (4, 3)}
    on = subject(marks, 5)
    expected = {
        "merge": {1},
        "draw": {1, 2, 3},
        "sequential": {1, 2, 3},
        "erase": {1, 2},
        "resume": set(),
        "smooth": set(),
    }
    for name, strokes in expected.items():
        where, count = on.strokes_used(BY_NAME[name])
        assert where.tolist() == [at for at, one in zip(on.where, on.strokes, strict=True) if one in strokes]
        assert count == len(strokes)
    split = replace(on, chosen=1).strokes_used(BY_NAME["split"])
    assert (len(split[0]), split[1]) == (4, 2)
    assert subject(marks, 5, kept=(1,)).strokes_used(BY_NAME["merge"])[1] == 0
    part = replace(on, region=(slice(0, 5), slice(0, 9), slice(0, 10)))
    assert part.strokes_used(BY_NAME["draw"])[1] == 2


def test_marks_are_drawn_into_the_labels_or_erase_them() -> None:
    marks = {(2, 8, 6): (5, 1), (2, 8, 14): (5, 1), (2, 18, 6): (4, 2), (0, 0, 0): (2, 3)}
    drawn = LABEL.copy()
    drawn[2, 8, 6], drawn[2, 18, 6] = 5, 4
    assert np.array_equal(used("draw", subject(marks, 5, kept=(2,))), drawn)
    erased = LABEL.copy()
    erased[2, 8, 6] = erased[2, 8, 14] = 0
    assert np.array_equal(used("erase", subject(marks, 5)), erased)


def test_a_label_is_divided_among_the_marks_in_it() -> None:
    found = used("split", subject({(2, 5, 5): (7, 1), (2, 10, 10): (8, 2), (2, 18, 6): (9, 3)}, 1))
    parts = set(np.unique(found[LABEL == 1]).tolist())
    assert len(parts) == 2
    assert np.array_equal(found[LABEL != 1], LABEL[LABEL != 1])


def test_a_label_is_divided_along_the_clipping_plane() -> None:
    with pytest.raises(InvalidParameter, match="place it"):
        used("cut", subject({}, 1))
    found = used("cut", replace(subject({}, 1), plane=((2.0, 8.0, 8.0), (0.0, 0.0, 1.0))))
    expected = LABEL.copy()
    expected[(LABEL == 1) & (np.indices(SHAPE)[2] > 8)] = 4
    assert np.array_equal(found, expected)


def test_each_stroke_becomes_a_label_of_its_own() -> None:
    marks = {(2, 2, 25): (1, 1), (2, 2, 26): (1, 1), (2, 20, 25): (1, 2)}
    found = used("sequential", subject(marks, 1))
    first, second = found[2, 2, 25], found[2, 20, 25]
    assert first == found[2, 2, 26]
    assert len({int(first), int(second), 0, 1, 2, 3}) == 6


@pytest.mark.parametrize("name", [tool.name for tool in TOOLS if not tool.needs_marks and not tool.needs_plane])
def test_what_is_locked_or_hidden_stays_and_other_labels_of_one_do_too(name: str) -> None:
    found = used(name, subject({}, 1, kept=(2,)))
    assert np.array_equal(found == 2, LABEL == 2)
    if BY_NAME[name].of_label and name != "contour":
        assert np.array_equal(found == 3, LABEL == 3)
