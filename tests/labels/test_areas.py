"""Areas: a polygon, superpixels under a line and floods cover what a direct definition covers, in every plane alike."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from skimage.draw import line
from skimage.measure import label as components
from skimage.segmentation import flood

from annotat3d_tui.errors import InvalidMarkers, InvalidParameter
from annotat3d_tui.labels.areas import Flood, Polygon, Superpixel, Threshold
from annotat3d_tui.labels.planes import PLANES
from annotat3d_tui.labels.raster import filled_polygon
from annotat3d_tui.labels.strokes import parse_stroke

SHAPE = (7, 9, 13)
COORDINATES = st.integers(-4, 16)
POINTS = st.lists(st.tuples(COORDINATES, COORDINATES), min_size=1, max_size=7)
IMAGE = np.random.default_rng(5).integers(0, 8, SHAPE).astype(np.uint8)
BIG = np.full((101, 101, 101), 7, np.uint16)


def volume_of(where: np.ndarray, shape: tuple[int, ...] = SHAPE) -> np.ndarray:
    assert where.dtype == np.int64
    assert (np.diff(where) > 0).all()
    volume = np.zeros(shape, bool)
    volume.reshape(-1)[where] = True
    return volume


def outline_of(points: list[tuple[int, int]]) -> set[tuple[int, int]]:
    """Pixels (h, v) of the closed line, rounded half up along the longer side, as the brush draws it."""
    pixels = set()
    for (h0, v0), (h1, v1) in zip(points, [*points[1:], points[0]], strict=True):
        length = max(abs(h1 - h0), abs(v1 - v0), 1)
        for step in range(length + 1):
            pixels.add(
                (
                    h0 + (2 * (h1 - h0) * step + length) // (2 * length),
                    v0 + (2 * (v1 - v0) * step + length) // (2 * length),
                )
            )
    return pixels


def is_inside(points: list[tuple[int, int]], h: int, v: int) -> bool:
    """Even and odd, by every edge that a ray to the left crosses; exact, since all are whole numbers."""
    odd = False
    for (h0, v0), (h1, v1) in zip(points, [*points[1:], points[0]], strict=True):
        if (v0 <= v) != (v1 <= v):
            side = (h - h0) * (v1 - v0) - (v - v0) * (h1 - h0)
            odd ^= side > 0 if v1 > v0 else side < 0
    return odd


@given(POINTS)
@settings(deadline=None)
def test_a_polygon_is_its_outline_and_what_a_ray_leaves_an_odd_number_of_times(points: list[tuple[int, int]]) -> None:
    covered = np.zeros((9, 13), bool)
    covered.reshape(-1)[filled_polygon(np.array(points), (9, 13))] = True
    outline = outline_of(points)
    expected = [[(h, v) in outline or is_inside(points, h, v) for h in range(13)] for v in range(9)]
    np.testing.assert_array_equal(covered, expected)


def test_a_known_polygon_and_its_depth() -> None:
    square = parse_stroke("polygon 2 xy z=3 depth=1 2,2 6,2 6,5 2,5")
    assert isinstance(square, Polygon)
    expected = np.zeros(SHAPE, bool)
    expected[2:5, 2:6, 2:7] = True
    np.testing.assert_array_equal(volume_of(square.voxels(SHAPE)), expected)
    rows, columns = line(1, 1, 4, 9)
    two = volume_of(Polygon(1, "xy", 0, ((1, 1), (9, 4))).voxels(SHAPE))
    assert two[0, 1, 1]
    assert two[0, 4, 9]
    assert two.sum() == len(rows) == len(columns)


@pytest.mark.parametrize("plane", PLANES)
def test_areas_differ_in_their_axes_alone_from_plane_to_plane(plane: str) -> None:
    axes = PLANES[plane]
    turned = np.ascontiguousarray(np.transpose(IMAGE, axes))
    points = ((1, 1), (8, 5), (3, 6))
    own, same = Polygon(1, plane, 2, points, 1), Polygon(1, "xy", 2, points, 1)
    np.testing.assert_array_equal(
        np.transpose(volume_of(own.voxels(SHAPE)), axes), volume_of(same.voxels(turned.shape), turned.shape)
    )
    for solid in (False, True):
        one = Flood(1, plane, 2, points[:2], tolerance=1.0, solid=solid).voxels_in(IMAGE)
        other = Flood(1, "xy", 2, points[:2], tolerance=1.0, solid=solid).voxels_in(turned)
        np.testing.assert_array_equal(np.transpose(volume_of(one), axes), volume_of(other, turned.shape))
    ids = components(IMAGE, connectivity=1, background=-1)
    one = Superpixel(1, plane, 2, points[:2]).voxels_in(ids)
    other = Superpixel(1, "xy", 2, points[:2]).voxels_in(np.ascontiguousarray(np.transpose(ids, axes)))
    np.testing.assert_array_equal(np.transpose(volume_of(one), axes), volume_of(other, turned.shape))


@given(st.integers(0, 6), st.integers(0, 8), st.integers(0, 12), st.integers(0, 4), st.booleans())
@settings(deadline=None)
def test_a_flood_from_a_point_is_that_of_scikit_image(z: int, y: int, x: int, tolerance: int, solid: bool) -> None:
    found = volume_of(Flood(1, "xy", z, ((x, y),), tolerance=tolerance, solid=solid).voxels_in(IMAGE))
    expected = np.zeros(SHAPE, bool)
    if solid:
        expected = flood(IMAGE.astype(np.int16), (z, y, x), connectivity=1, tolerance=tolerance)
    else:
        expected[z] = flood(IMAGE[z].astype(np.int16), (y, x), connectivity=1, tolerance=tolerance)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "int32", "float32", "float64"])
def test_a_flood_along_a_line_takes_the_greys_of_the_line(dtype: str) -> None:
    image = (IMAGE.astype(dtype) - (3 if dtype[0] in "if" else 0)) * (1 if dtype[0] in "ui" else 0.5)
    stroke = parse_stroke("flood 2 xy z=3 tol=0.5 2,4 7,4")
    assert isinstance(stroke, Flood)
    greys = image[3, 4, 2:8].astype(float)
    near = (image[3] >= greys.min() - 0.5) & (image[3] <= greys.max() + 0.5)
    regions, _ = ndimage.label(near)
    expected = np.zeros(SHAPE, bool)
    expected[3] = np.isin(regions, regions[4, 2:8])
    np.testing.assert_array_equal(volume_of(stroke.voxels_in(image)), expected)


def test_a_flood_that_is_too_large_is_refused_and_one_that_just_fits_is_not() -> None:
    assert Flood(1, "xy", 0, ((5, 5),), most=101 * 101).voxels_in(BIG).size == 101 * 101
    with pytest.raises(InvalidMarkers, match="must find at most 10200 voxels, received more with tolerance 0"):
        Flood(1, "xy", 0, ((5, 5),), most=10200).voxels_in(BIG)


def test_a_million_voxels_are_flooded_in_less_than_half_a_second() -> None:
    stroke = Flood(1, "xy", 50, ((50, 50),), solid=True, most=2_000_000)
    stroke.voxels_in(BIG)  # compiled
    begin = time.thread_time()
    assert stroke.voxels_in(BIG).size == 101**3
    assert time.thread_time() - begin < 0.5


def test_superpixels_are_painted_whole_as_far_as_they_go_on() -> None:
    ids = np.ones((5, 4, 6), np.int32)
    ids[1:4, 1:3, 2:5] = 2
    ids[:, 3] = 3
    under_two = Superpixel(1, "xy", 2, ((3, 1), (3, 3))).voxels_in(ids)
    np.testing.assert_array_equal(volume_of(under_two, ids.shape), ids > 1)
    ids[0] = 0
    nothing = Superpixel(1, "xy", 0, ((3, 1),)).voxels_in(ids)
    assert nothing.size == Superpixel(1, "xy", 9, ((3, 1),)).voxels_in(ids).size == 0


def test_an_area_outside_the_image_covers_nothing() -> None:
    for place in ("xy z=99 1,1", "xy z=1 -5,-5", "yz x=-2 1,1"):
        for tool in ("flood 1 tol=1", "flood 1 3d tol=1"):
            stroke = parse_stroke(f"{tool} {place}")
            assert isinstance(stroke, Flood)
            assert stroke.voxels_in(IMAGE).size == 0
    assert Polygon(1, "xy", 99, ((1, 1), (5, 5), (1, 5))).voxels(SHAPE).size == 0
    far = 10**9
    assert Polygon(1, "xy", 3, ((-far, -far), (far, -far), (far, far), (-far, far))).voxels(SHAPE).size == 9 * 13


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tolerance": -1.0}, "must be a number from 0, received -1.0"),
        ({"tolerance": float("nan")}, "must be a number from 0, received nan"),
        ({"most": 0}, "max of a flood must be from 1 to 1000000000, received 0"),
        ({"label": 70000}, "must be from 1 to 65535"),
        ({"points": ()}, "at least one point"),
    ],
)
def test_what_no_flood_can_be_is_refused(change: dict[str, object], message: str) -> None:
    values: dict[str, object] = {"label": 1, "plane": "xy", "position": 0, "points": ((0, 0),)}
    with pytest.raises(InvalidParameter, match=message):
        Flood(**values | change)  # type: ignore[arg-type]


@given(st.sampled_from(sorted(PLANES)), st.integers(0, 6), st.integers(0, 7), st.integers(0, 7), st.booleans(), POINTS)
@settings(max_examples=60, deadline=None)
def test_a_threshold_marks_the_grey_values_of_its_range_inside_its_polygon(
    plane: str, position: int, one: int, other: int, solid: bool, points: list[tuple[int, int]]
) -> None:
    low, high = min(one, other), max(one, other)
    outline = tuple(points) if len(points) > 2 else ()
    stroke = Threshold(2, plane, position, outline, 0, low, high, solid)
    expected = (low <= IMAGE) & (high >= IMAGE)
    axis = PLANES[plane].slice
    if not solid:
        here = np.zeros(SHAPE, bool)
        np.moveaxis(here, axis, 0)[position] = True
        expected &= here
    if outline:
        inside = np.zeros(SHAPE, bool)
        for index in range(SHAPE[axis]):
            inside |= volume_of(Polygon(2, plane, index, outline).voxels(SHAPE))
        expected &= inside
    assert np.array_equal(volume_of(stroke.voxels_in(IMAGE)), expected)
    assert parse_stroke(str(stroke)) == stroke


def test_a_threshold_that_cannot_be_says_why() -> None:
    for text, said in (
        ("threshold 2 xy z=1", "must have a range of grey values"),
        ("threshold 2 xy z=1 from=9 to=3", "the first one not higher"),
        ("threshold 2 xy z=1 from=a", "must be a grey value"),
        ("threshold 2 xy z=1 from=1 tol=3", "must not have tol="),
    ):
        with pytest.raises(InvalidMarkers, match=said):
            parse_stroke(text)
    with pytest.raises(InvalidMarkers, match="at most 5 voxels"):
        Threshold(2, "xy", 0, (), low=0.0, solid=True, most=5).voxels_in(IMAGE)
    assert Threshold(2, "xy", 0, (), low=-1.5, high=2).voxels_in(IMAGE.astype(np.float32) - 4).size
