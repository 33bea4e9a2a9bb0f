"""Strokes: their text reads back, what they cover is what a disk or ball along a line covers, in every plane alike."""

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotat3d_tui.errors import InvalidFile, InvalidMarkers, InvalidParameter, MissingFile
from annotat3d_tui.labels.planes import PLANES
from annotat3d_tui.labels.raster import centre_line
from annotat3d_tui.labels.strokes import Stroke, parse_stroke, read_strokes

SHAPE = (7, 9, 13)
COORDINATES = st.integers(-6, 20)


@st.composite
def strokes(draw: st.DrawFn) -> Stroke:
    tool = draw(st.sampled_from(["brush", "erase"]))
    return Stroke(
        tool,
        draw(st.integers(1, 65535)) if tool == "brush" else 0,
        draw(st.integers(0, 4)),
        draw(st.sampled_from(sorted(PLANES))),
        draw(st.integers(-2, 12)),
        tuple(draw(st.lists(st.tuples(COORDINATES, COORDINATES), min_size=1, max_size=4))),
        draw(st.integers(0, 3)),
        draw(st.booleans()),
    )


def drawn(stroke: Stroke, shape: tuple[int, int, int] = SHAPE) -> np.ndarray:
    volume = np.zeros(shape, bool)
    volume.reshape(-1)[stroke.voxels(shape)] = True
    return volume


def by_definition(stroke: Stroke) -> np.ndarray:
    """Every voxel asked whether it is near a pixel of the line."""
    axes = PLANES[stroke.plane]
    grid = np.indices(SHAPE)
    offset, v, h = grid[axes.slice] - stroke.position, grid[axes.row], grid[axes.column]
    reach = (stroke.depth or stroke.radius) if stroke.ball else stroke.depth
    covered = np.zeros(SHAPE, bool)
    for centre_h, centre_v in centre_line(np.array(stroke.points), (1000, 1000), 1000).tolist():
        squared = (h - centre_h) ** 2 + (v - centre_v) ** 2
        if stroke.ball and reach:
            covered |= squared * reach**2 + offset**2 * stroke.radius**2 <= (stroke.radius * reach) ** 2
        else:
            covered |= squared <= stroke.radius**2
    return covered & (abs(offset) <= reach)


@given(strokes())
def test_text_reads_back(stroke: Stroke) -> None:
    assert parse_stroke(str(stroke)) == stroke


@given(strokes())
@settings(deadline=None)
def test_covers_what_the_definition_covers(stroke: Stroke) -> None:
    voxels = stroke.voxels(SHAPE)
    assert voxels.dtype == np.int64
    assert (np.diff(voxels) > 0).all()
    np.testing.assert_array_equal(drawn(stroke), by_definition(stroke))


@given(strokes())
@settings(deadline=None)
def test_a_larger_volume_only_shows_more_of_it(stroke: Stroke) -> None:
    larger = drawn(stroke, (11, 15, 16))
    np.testing.assert_array_equal(drawn(stroke), larger[: SHAPE[0], : SHAPE[1], : SHAPE[2]])


@given(strokes())
@settings(deadline=None)
def test_planes_differ_in_their_axes_alone(stroke: Stroke) -> None:
    axes = PLANES[stroke.plane]
    turned = tuple(SHAPE[axis] for axis in axes)
    same = Stroke(
        stroke.tool, stroke.label, stroke.radius, "xy", stroke.position, stroke.points, stroke.depth, stroke.ball
    )
    np.testing.assert_array_equal(np.transpose(drawn(stroke), axes), drawn(same, turned))


@given(st.lists(st.tuples(COORDINATES, COORDINATES), min_size=1, max_size=6))
def test_a_line_has_no_gaps_and_visits_its_points(points: list[tuple[int, int]]) -> None:
    line = centre_line(np.array(points), (50, 50), 50)
    assert np.abs(np.diff(line, axis=0)).max(initial=0) <= 1
    assert set(points) <= {(h, v) for h, v in line.tolist()}


def test_known_shapes() -> None:
    dot = drawn(parse_stroke("brush 1 r=0 xy z=2 4,5"))
    assert np.argwhere(dot).tolist() == [[2, 5, 4]]
    plus = drawn(parse_stroke("brush 1 r=1 yz x=3 4,5"))
    assert np.argwhere(plus).tolist() == [[4, 4, 3], [5, 3, 3], [5, 4, 3], [5, 5, 3], [6, 4, 3]]
    ball = drawn(parse_stroke("brush 1 r=1 ball xz y=4 6,3"))
    assert np.argwhere(ball).tolist() == [[2, 4, 6], [3, 3, 6], [3, 4, 5], [3, 4, 6], [3, 4, 7], [3, 5, 6], [4, 4, 6]]
    rod = drawn(parse_stroke("brush 1 r=0 depth=2 xy z=0 1,1"))
    assert np.argwhere(rod).tolist() == [[0, 1, 1], [1, 1, 1], [2, 1, 1]]


def test_very_long_lines_cost_only_what_is_inside() -> None:
    far = 10**9
    stroke = Stroke("brush", 1, 2, "xy", 3, ((-far, -far), (far, far), (far, -far), (-far, far)))
    begin = time.thread_time()
    voxels = stroke.voxels(SHAPE)
    assert time.thread_time() - begin < 0.05
    assert voxels[0] == 3 * 9 * 13  # the corner, on the diagonal


def test_two_thousand_points_take_less_than_50_ms() -> None:
    walk = 1000 + np.cumsum(np.random.default_rng(3).integers(-12, 13, (2000, 2)), axis=0)
    stroke = Stroke("brush", 1, 20, "xz", 5, tuple((int(h), int(v)) for h, v in walk))
    seconds = []
    for _ in range(3):
        begin = time.thread_time()
        stroke.voxels((2048, 2048, 2048))
        seconds.append(time.thread_time() - begin)
    assert min(seconds) < 0.05


def test_words_in_any_order_and_defaults() -> None:
    wanted = Stroke("brush", 2, 3, "xz", 7, ((1, 2), (3, 4)), depth=1)
    assert parse_stroke("brush 2 1,2 depth=1 y=7 3,4 r=3 xz  # a comment") == wanted
    assert parse_stroke("brush 2 1,2 depth=1 y=7 3,4 r=3 disk") == wanted  # y= names the plane too
    assert parse_stroke("erase z=7 -1,2") == Stroke("erase", 0, 5, "xy", 7, ((-1, 2),))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must begin with brush, polygon, superpixel, flood, threshold, erase or voxels, received nothing"),
        ("paint 2 xy z=1 1,1", "flood, threshold, erase or voxels, received 'paint'"),
        ("brush", "word after brush must be a whole number, a label's id, such as 2, received ''"),
        ("brush xy z=1 1,1", "a label's id, such as 2, received 'xy'"),
        ("brush 0 xy z=1 1,1", "id must be from 1 to 65535, received 0"),
        ("brush 65536 xy z=1 1,1", "id must be from 1 to 65535, received 65536"),
        ("brush 2 r=x xy z=1 1,1", "r= in 'r=x' must be a whole number, such as r=5, received 'x'"),
        ("brush 2 r=1.5 xy z=1 1,1", "received '1.5'"),
        ("brush 2 r=-1 xy z=1 1,1", "radius of a stroke must be from 0 to 1000, received -1"),
        ("brush 2 depth=10001 xy z=1 1,1", "depth of a stroke must be from 0 to 10000, received 10001"),
        ("brush 2 r=1 r=2 xy z=1 1,1", "'r=2' says r a second time"),
        ("brush 2 xy xz z=1 1,1", "'xz' says plane a second time"),
        ("brush 2 ball disk xy z=1 1,1", "'disk' says shape a second time"),
        ("brush 2 xy 1,1", "must lie in one slice, such as z=40, received none of x=, y=, z="),
        ("brush 2 xy z=1 y=2 1,1", "received y=2 and z=1"),
        ("brush 2 xy y=2 1,1", "xy must have its slice as z=, received y=2"),
        ("brush 2 xy z=1", "must have at least one point, received none"),
        ("brush 2 xy z=1 1,1 12", "'12' must be a point such as 10,12"),
        ("brush 2 xy z=1 1,1,1", "'1,1,1' must be a point such as 10,12"),
        ("brush 2 xy z=1 1,9999999999", "coordinate of a stroke must be from -1000000000 to 1000000000"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, message: str) -> None:
    with pytest.raises(InvalidMarkers) as raised:
        parse_stroke(text, 3, "strokes.txt")
    assert message in str(raised.value)
    assert str(raised.value).startswith("strokes.txt line 3: ")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tool": "pen"}, "must be one of brush, erase, received 'pen'"),
        ({"tool": "erase"}, "eraser has no label, received 1"),
        ({"plane": "zx"}, "must be one of xy, xz, yz, received 'zx'"),
    ],
)
def test_what_no_stroke_can_be_is_refused(change: dict[str, str], message: str) -> None:
    values = {"tool": "brush", "label": 1, "radius": 1, "plane": "xy", "position": 0, "points": ((0, 0),)} | change
    with pytest.raises(InvalidParameter, match=message):
        Stroke(**values)  # type: ignore[arg-type]


def test_a_file_of_strokes(tmp_path: Path) -> None:
    path = tmp_path / "strokes.txt"
    path.write_text("# two strokes\n\nbrush 2 r=1 xy z=1 1,1\n   # and\nerase r=2 yz x=4 1,1 2,2 # here\n")
    assert {line: str(stroke) for line, stroke in read_strokes(path).items()} == {
        3: "brush 2 r=1 xy z=1 1,1",
        5: "erase r=2 yz x=4 1,1 2,2",
    }


def test_files_that_are_no_strokes(tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match="there is none"):
        read_strokes(tmp_path / "no.txt")
    with pytest.raises(InvalidFile, match="reading it failed"):
        read_strokes(tmp_path)
    binary = tmp_path / "binary.txt"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidFile, match="text of strokes in UTF-8"):
        read_strokes(binary)
    binary.write_text("brush 1 xy z=1 1,1\nbrush 1 xy z=1 oops\n")
    with pytest.raises(InvalidMarkers, match=r"binary.txt line 2: 'oops' must be"):
        read_strokes(binary)
