"""Cameras: what presets show, orbits that end where they should, views kept in files."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotat3d_tui.errors import InvalidFile, InvalidParameter, MissingFile, OutputExists
from annotat3d_tui.render.scene.camera import ARCBALL, FLY, PRESETS, STYLES, TURNTABLE, Camera, turns
from annotat3d_tui.render.scene.grid import Grid, cross
from annotat3d_tui.render.scene.views import open_view, save_view, view_dict, view_of

GRID = Grid((20, 30, 40), (2.0, 1.0, 0.5), "µm")
ANGLES = st.floats(-170, 170, allow_nan=False)
CAMERAS = st.builds(
    lambda preset, perspective, style, right, down, pan: (
        Camera.looking(GRID, preset, 1.5, perspective).orbited(right, down).panned(pan, -pan)
        if style == ARCBALL
        else Camera.looking(GRID, preset, 1.5, perspective).next_style().orbited(right, down)
    ),
    st.sampled_from(sorted(PRESETS)),
    st.booleans(),
    st.sampled_from((ARCBALL, TURNTABLE)),
    ANGLES,
    ANGLES,
    st.floats(-0.3, 0.3),
)


def columns_and_rows(camera: Camera) -> tuple[list[float], list[float]]:
    """What runs along the columns and down the rows of the picture, z y x."""
    return [round(value) + 0.0 for value in camera.right], [round(-value) + 0.0 for value in camera.up]


@pytest.mark.parametrize(
    ("preset", "columns", "rows"),
    [
        ("z", [0, 0, 1], [0, 1, 0]),  # as the plane XY
        ("-z", [0, 0, -1], [0, 1, 0]),
        ("-y", [0, 0, 1], [1, 0, 0]),  # as the plane XZ
        ("y", [0, 0, -1], [1, 0, 0]),
        ("x", [0, 1, 0], [1, 0, 0]),  # as the plane YZ
        ("-x", [0, -1, 0], [1, 0, 0]),
    ],
)
def test_presets_show_what_they_say(preset: str, columns: list[float], rows: list[float]) -> None:
    assert columns_and_rows(Camera.looking(GRID, preset)) == (columns, rows)


def test_an_unknown_preset_is_refused() -> None:
    with pytest.raises(InvalidParameter, match="iso"):
        Camera.looking(GRID, "top")


@given(CAMERAS)
def test_directions_stay_at_right_angles(camera: Camera) -> None:
    axes = np.array([camera.direction, camera.up, camera.right])
    assert np.allclose(axes @ axes.T, np.eye(3), atol=1e-9)
    assert np.allclose(cross(camera.right, cross(camera.direction, camera.right)), camera.direction)


@given(CAMERAS, ANGLES)
def test_an_orbit_and_back_is_none(camera: Camera, angle: float) -> None:
    for right, down in ((angle, 0.0), (0.0, angle / 10)):
        there = camera.orbited(right, down)
        if camera.style == ARCBALL or not down:
            assert np.allclose(there.orbited(-right, -down).direction, camera.orbited(0, 0).direction, atol=1e-6)
        assert there.focus == camera.focus


@given(CAMERAS)
def test_things_turn_as_they_are_drawn(camera: Camera) -> None:
    """What is before the focus moves with the pointer, what is behind it the other way."""
    size = (300, 200)
    before = np.array(camera.focus) - 0.1 * camera.height * np.array(camera.direction)
    for act, axis in ((camera.orbited(2, 0), 0), (camera.dragged((0, 0), (0.02, 0)), 0), (camera.orbited(0, 2), 1)):
        if camera.style == TURNTABLE and (axis == 1 or abs(camera.direction[0]) > 0.9):
            continue
        assert act.projected(before[None], size)[0, axis] > camera.projected(before[None], size)[0, axis]


@given(CAMERAS, ANGLES, ANGLES)
def test_a_turntable_keeps_z_upright(camera: Camera, right: float, down: float) -> None:
    while camera.style != TURNTABLE:
        camera = camera.next_style()
    turned = camera.orbited(right, down)
    assert abs(turned.right[0]) < 1e-9
    assert turned.up[0] < 1e-9


@given(CAMERAS, st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
def test_a_pan_moves_the_picture(camera: Camera, right: float, down: float) -> None:
    places = np.array([camera.focus])
    column, row, _ = camera.panned(right, down).projected(places, (300, 200))[0]
    assert np.allclose((column, row), (150 + 200 * right, 100 + 200 * down), atol=1e-6)


@given(CAMERAS, st.floats(0.2, 5))
def test_a_zoom_enlarges(camera: Camera, factor: float) -> None:
    place = np.array([camera.focus]) + 0.01 * camera.height * np.array(camera.right)
    one, other = (view.projected(place, (300, 200))[0, 0] - 150 for view in (camera, camera.zoomed(factor)))
    assert np.isclose(other, one * factor)


@given(CAMERAS, st.floats(0, 299), st.floats(0, 199), st.floats(0.1, 3))
def test_a_look_meets_the_pixel_it_goes_through(camera: Camera, column: float, row: float, along: float) -> None:
    begin, way = camera.ray(column, row, (300, 200))
    place = np.array(begin) + along * camera.height * np.array(way)
    assert np.allclose(camera.projected(place[None], (300, 200))[0, :2], (column, row), atol=1e-6)


@pytest.mark.parametrize("preset", sorted(PRESETS))
@pytest.mark.parametrize("perspective", [False, True])
@pytest.mark.parametrize("aspect", [0.5, 2.0])
def test_home_shows_the_whole_box(preset: str, perspective: bool, aspect: float) -> None:
    camera = Camera.looking(GRID, preset, aspect, perspective)
    size = (round(400 * aspect), 400)
    places = camera.projected(GRID.corners, size)[:, :2] / size
    assert (places > 0).all()
    assert (places < 1).all()
    assert np.ptp(places, axis=0).max() > 0.7


def test_a_head_turns_where_it_is() -> None:
    camera = Camera.looking(GRID, "z", perspective=True)
    while camera.style != FLY:
        camera = camera.next_style()
    turned = camera.orbited(10, 5)
    assert np.allclose(turned.eye, camera.eye)
    place = np.array([camera.focus])
    column, row, _ = turned.projected(place, (200, 200))[0]
    assert column > 100
    assert row > 100
    assert np.allclose(np.subtract(camera.flown(0.5).eye, camera.eye), [0.5 * camera.height, 0, 0])


def test_styles_follow_each_other() -> None:
    camera = Camera.looking(GRID)
    seen = []
    for _ in STYLES:
        seen.append(camera.style)
        camera = camera.next_style()
    assert seen == list(STYLES)
    assert camera.style == ARCBALL


def test_a_film_goes_round_once() -> None:
    camera = Camera.looking(GRID)
    steps = turns(camera, 8)
    assert steps[0].direction == pytest.approx(camera.direction)
    assert np.allclose([one.direction[0] for one in steps], camera.direction[0])
    assert np.allclose(np.sum([one.direction for one in steps], axis=0)[1:], 0)


def test_a_camera_does_not_get_lost() -> None:
    far = Camera.looking(GRID).zoomed(1e-9).panned(1e6, 0).limited(GRID)
    assert np.isfinite(far.height)
    assert np.linalg.norm(np.subtract(far.focus, GRID.middle)) <= 2.001 * GRID.diagonal


@given(CAMERAS)
def test_a_view_is_kept_exactly(camera: Camera) -> None:
    assert view_of(json.loads(json.dumps(view_dict(camera)))) == camera


def test_a_view_is_written_and_read(tmp_path: Path) -> None:
    camera = Camera.looking(GRID, "iso", perspective=True)
    path = save_view(tmp_path / "view.json", camera)
    assert open_view(path) == camera
    with pytest.raises(OutputExists):
        save_view(path, camera)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "nonsense", '{"focus": 3}', "null", '{"kind": "view", "height": "x"}', "{" * 100_000, "\x00"],
)
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "view.json"
    path.write_text(text)
    with pytest.raises(InvalidFile, match="view"):
        open_view(path)


@pytest.mark.parametrize(
    "changes",
    [
        {"height": 0}, {"height": float("nan")}, {"height": -1}, {"angle": 0}, {"up": {"x": 0, "y": 0, "z": 0}},
        {"camera": "drone"}, {"projection": "fisheye"}, {"focus": {"x": 1, "y": 2}},
        {"focus": {"x": 1e999, "y": 0, "z": 0}},
        {"direction": {"x": 0, "y": 0, "z": 0}}, {"height": 10**400},
    ],
)  # fmt: skip
def test_a_view_that_sees_nothing_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(InvalidFile):
        view_of(view_dict(Camera.looking(GRID)) | changes)


def test_a_missing_view_is_missed(tmp_path: Path) -> None:
    with pytest.raises(MissingFile):
        open_view(tmp_path / "none.json")
