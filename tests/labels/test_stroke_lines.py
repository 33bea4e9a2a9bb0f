"""What was done to an annotation is written as text, and reads back to the same markers, stroke by stroke."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotat3d_tui.errors import InvalidMarkers, InvalidParameter
from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.drawing import Ground, draw, voxels_of
from annotat3d_tui.labels.stroke_lines import stroke_lines
from annotat3d_tui.labels.strokes import parse_stroke, read_strokes
from annotat3d_tui.labels.voxels import Voxels

SHAPE = (5, 12, 14)
IMAGE = np.random.default_rng(2).integers(0, 6, SHAPE).astype(np.uint8)
IDS = (np.indices(SHAPE).sum(axis=0) // 4 + 1).astype(np.int32)
GROUND = Ground(SHAPE, IMAGE, IDS)
BARE = Ground(SHAPE)
LINES = (
    "brush 1 r=2 xy z=2 3,3 9,7",
    "brush 2 r=3 ball yz x=6 5,2",
    "erase r=1 xz y=5 3,1 9,3",
    "polygon 2 xy z=1 depth=1 2,2 11,3 6,10",
    "erase polygon xy z=1 3,3 6,3 5,6",
    "superpixel 3 xy z=3 4,4 9,4",
    "erase superpixel xy z=2 2,1",
    "flood 1 xy z=4 tol=1 3,3",
    "flood 2 xy z=0 3d tol=2.5 max=900 8,8 9,8",
    "erase flood xz y=3 tol=1 3,1",
    "voxels 4 z=1 y=2 3-5 9 y=4 0-13 z=3 y=0 1",
    "erase voxels z=1 y=4 2-6",
)


def partition(annotation: Annotation) -> set[tuple[int, frozenset[int]]]:
    """Label and voxels of each stroke that is left."""
    where, labels, strokes = annotation.markers.voxels()
    pairs = set(zip(labels.tolist(), strokes.tolist(), strict=True))
    return {(one, frozenset(where[(labels == one) & (strokes == number)].tolist())) for one, number in pairs}


def read_back(annotation: Annotation) -> Annotation:
    """The annotation that its lines make, with neither image nor superpixels at hand."""
    again, _ = Annotation.open(SHAPE)
    for line in stroke_lines(SHAPE, annotation.done):
        if not line.startswith("#"):
            draw(again, parse_stroke(line), BARE)
    return again


@pytest.mark.parametrize("line", LINES)
def test_text_of_every_tool_reads_back(line: str) -> None:
    stroke = parse_stroke(line)
    assert str(stroke) == line
    assert parse_stroke(str(stroke)) == stroke
    assert voxels_of(stroke, GROUND).size


@given(
    st.lists(
        st.sampled_from([*LINES, "undo", "redo", "lock", "erase stroke", "erase all", "import", "move"]), max_size=12
    )
)
@settings(deadline=None, max_examples=60)
def test_any_acts_read_back_to_the_same_markers(acts: list[str]) -> None:
    annotation, _ = Annotation.open(SHAPE)
    for act in acts:
        do(annotation, act)
    again = read_back(annotation)
    np.testing.assert_array_equal(again.markers.to_volume(), annotation.markers.to_volume())
    if "move" not in acts:  # marks that were moved to another label stay strokes of their own
        assert partition(again) == partition(annotation)


def do(annotation: Annotation, act: str) -> None:
    if act in ("undo", "redo", "erase all"):
        getattr(annotation, act.replace(" ", "_"))()
    elif act == "lock":
        annotation.set_locked(1, not annotation.table[1].locked)
    elif act == "erase stroke":
        annotation.erase_stroke_at((2, 3, 3))
    elif act == "import":
        annotation.import_mask(np.where(IMAGE == 5, IDS % 3 + 1, 0))
    elif act == "move":
        if 3 in annotation.table:
            annotation.remove_label(3, move_to=2)
    else:
        draw(annotation, parse_stroke(act), GROUND)


def test_lines_are_words_where_they_say_it_and_voxels_elsewhere() -> None:
    annotation, _ = Annotation.open(SHAPE)
    first = annotation.draw(parse_stroke("brush 1 r=1 xy z=2 3,3"))  # type: ignore[arg-type]
    movement = parse_stroke("brush 1 r=1 xy z=2 3,3 6,3")
    annotation.draw(movement, continues=first, words=str(movement))  # type: ignore[arg-type]
    for line in LINES[3:9]:
        do(annotation, line)
    annotation.rename(1, "Rock")
    lines = list(stroke_lines(SHAPE, annotation.done))
    assert lines[:3] == ["# strokes on an image of 14×12×5 voxels", str(movement), LINES[3]]
    assert [line for line in lines if line.startswith("# ")][1:] == [f"# {line}" for line in LINES[5:9]]
    assert sum(line.startswith("voxels") for line in lines) == 3
    assert sum(line.startswith("erase voxels") for line in lines) == 1


def test_areas_are_acts_in_their_words_which_need_no_image_to_be_opened_again(tmp_path: Path) -> None:
    annotation, _ = Annotation.open(SHAPE, tmp_path / "journal")
    for line in LINES:
        do(annotation, line)
    annotation.close()
    again, messages = Annotation.open(SHAPE, tmp_path / "journal")
    assert messages == []
    assert again.history() == [*LINES[:-2], "19 voxels label 4", "5 voxels unmarked"]
    np.testing.assert_array_equal(again.markers.to_volume(), annotation.markers.to_volume())
    again.undo(len(LINES))
    assert len(again.markers) == 0
    again.close()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("polygon 2 r=3 xy z=1 1,1", "A polygon must not have r=, received it: leave it out"),
        ("superpixel 2 ball xy z=1 1,1", "A superpixel must not have ball or disk"),
        ("brush 2 tol=3 xy z=1 1,1", "A brush must not have tol="),
        ("polygon 2 3d xy z=1 1,1", "A polygon must not have 3d"),
        ("flood 2 xy z=1 1,1", "must have a tolerance of grey values, received none: add one such as tol=300"),
        ("flood 2 xy z=1 tol=x 1,1", "tol= in 'tol=x' must be a number from 0, such as tol=300, received 'x'"),
        ("flood 2 xy z=1 tol=-1 1,1", "must be a number from 0"),
        ("flood 2 xy z=1 tol=1 max=1.5 1,1", "max= in 'max=1.5' must be a whole number"),
        ("flood xy z=1 tol=1 1,1", "The word after flood must be a whole number, a label's id"),
        ("erase erase z=1 1,1", "'erase' must be a point such as 10,12"),
        ("voxels 2", "must be at least one, received none: add some, such as z=40 y=12 10-14"),
        ("voxels 2 z=1 4", "Voxels must have z= and y= before '4'"),
        ("voxels 2 z=1 y=1 9-4", "must go from one x to a higher one"),
        ("voxels 2 z=1 y=1 -4", "'-4' must be z=, y=, or a range of x such as 10-14"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, message: str) -> None:
    with pytest.raises(InvalidMarkers) as raised:
        parse_stroke(text, 7, "strokes.txt")
    assert message in str(raised.value)
    assert str(raised.value).startswith("strokes.txt line 7: ")


def test_what_cannot_be_drawn_is_named() -> None:
    annotation, _ = Annotation.open(SHAPE)
    for line, message in (
        ("flood 2 xy z=1 tol=1 1,1", "A flood needs the grey values of an image, received none"),
        ("superpixel 2 xy z=1 1,1", "A superpixel stroke needs superpixels, received none"),
        ("polygon 2 xy z=99 1,1", "A stroke must touch the image of 14×12×5 voxels, received 'polygon 2 xy z=99 1,1'"),
        ("voxels 2 z=1 y=12 0", "Voxels must lie in the image of 14×12×5 voxels, received some up to x 0, y 12, z 1"),
    ):
        with pytest.raises(InvalidMarkers, match=message):
            draw(annotation, parse_stroke(line), BARE)
    assert annotation.history() == []


@given(st.sets(st.integers(0, np.prod(SHAPE) - 1), min_size=1, max_size=60))
@settings(deadline=None)
def test_voxels_are_written_as_runs_that_read_back(where: set[int]) -> None:
    flat = np.array(sorted(where))
    voxels = Voxels.of(flat, 3, SHAPE)
    again = parse_stroke(str(voxels))
    assert again == voxels
    assert isinstance(again, Voxels)
    np.testing.assert_array_equal(again.voxels(SHAPE), flat)
    assert again.size == len(flat)


def test_runs_that_are_none_are_refused() -> None:
    for runs in ((), ((1, 1, 5, 4),), ((-1, 0, 0, 0),)):
        with pytest.raises(InvalidParameter):
            Voxels(1, runs)


def test_a_large_mask_as_text_is_read_in_a_second(tmp_path: Path) -> None:
    import time

    mask = np.random.default_rng(1).random((20, 200, 250)) < 0.5
    annotation, _ = Annotation.open(mask.shape)
    annotation.import_mask(mask.astype(np.uint8))
    path = tmp_path / "strokes.txt"
    path.write_text("\n".join(stroke_lines(annotation.shape, annotation.done)))
    begin = time.thread_time()
    (stroke,) = read_strokes(path).values()
    where = voxels_of(stroke, Ground(annotation.shape))
    assert time.thread_time() - begin < 3
    np.testing.assert_array_equal(where, np.flatnonzero(mask))
