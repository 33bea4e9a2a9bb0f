"""A plane at any angle: along the axes it is the slice, pixel by pixel; turned, it keeps lengths and right angles."""

import numpy as np
import pytest

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.render.oblique import Oblique, greys_at, inside, labels_at
from annotat3d_tui.render.planes import plane_view, point_of

SHAPE = (7, 9, 12)
VOLUME = np.random.default_rng(3).integers(0, 60000, SHAPE).astype(np.uint16)
ONES = (1.0, 1.0, 1.0)
NORMALS = {"xy": (1.0, 0.0, 0.0), "xz": (0.0, 1.0, 0.0), "yz": (0.0, 0.0, 1.0)}


@pytest.mark.parametrize("plane", NORMALS)
@pytest.mark.parametrize("screen", [(30, 40), (31, 41), (6, 5)])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_plane_along_the_axes_is_the_slice(plane: str, screen: tuple[int, int], sign: int) -> None:
    at = (4, 2, 9)
    oblique = Oblique(at).facing(tuple(sign * value for value in NORMALS[plane]))
    assert oblique.normal == NORMALS[plane]
    places = oblique.places(screen, 1.0, ONES)
    seen = inside(places, SHAPE)
    index = {"xy": 4, "xz": 2, "yz": 9}[plane]
    flat, (h, v) = plane_view(VOLUME, plane, index), point_of(at, plane)
    expected = np.full(screen, -1)
    for row in range(screen[0]):
        for column in range(screen[1]):
            y, x = v + row - screen[0] // 2, h + column - screen[1] // 2
            if 0 <= y < flat.shape[0] and 0 <= x < flat.shape[1]:
                expected[row, column] = flat[y, x]
    for sampled in (greys_at, labels_at):
        found = np.full(screen, -1)
        found[seen] = sampled(VOLUME, places[:, seen])
        assert np.array_equal(found, expected)


def test_lengths_are_true_where_voxels_are_not_cubes() -> None:
    sizes = (2.0, 0.5, 1.0)
    for normal in ((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 2, -3), (0.2, 0, 1)):
        oblique = Oblique((3.0, 4.0, 5.0)).facing(normal)
        places = oblique.places((11, 13), 4.0, sizes) * np.array(sizes)[:, None, None]
        steps = [np.diff(places, axis=axis) for axis in (1, 2)]
        for step in steps:
            assert np.allclose(np.linalg.norm(step, axis=0), 0.5 / 4)
            assert np.allclose(np.einsum("i,ijk->jk", np.array(oblique.normal), step), 0)
        assert np.allclose((steps[0][:, :, 0] * steps[1][:, 0, :][:, :1]).sum(axis=0), 0)
        assert np.allclose(places[:, 5, 6], np.array((3, 4, 5)) * sizes)


def test_turning_there_and_back_is_the_same_and_a_quarter_is_another_slice() -> None:
    oblique = Oblique((3, 4, 5))
    there = oblique.turned(25, -40)
    assert abs(np.dot(there.across, there.down)) < 1e-12
    assert there.turned(0, 40).turned(-25, 0).across == pytest.approx(oblique.across)
    assert np.abs(oblique.turned(90, 0).normal) == pytest.approx((0, 0, 1))
    assert np.abs(oblique.turned(0, 90).normal) == pytest.approx((0, 1, 0))


def test_moving_is_along_the_plane_and_its_normal_in_finest_voxels() -> None:
    oblique = Oblique((3.0, 4.0, 5.0))
    assert oblique.moved(2, 1, 3, ONES).position == (6, 5, 7)
    assert oblique.moved(0, 0, 4, (2.0, 0.5, 1.0)).position == (4, 4, 5)


def test_grey_values_lie_between_those_of_the_voxels_and_labels_are_of_the_nearest() -> None:
    places = np.array([[2.0, 3.0, 4.25], [2.0, 3.5, 4.0], [-0.4, 3.0, 4.0]]).T
    v = VOLUME.astype(float)
    expected = [0.75 * v[2, 3, 4] + 0.25 * v[2, 3, 5], (v[2, 3, 4] + v[2, 4, 4]) / 2, v[0, 3, 4]]
    assert greys_at(VOLUME, places) == pytest.approx(expected)
    assert labels_at(VOLUME, places).tolist() == [VOLUME[2, 3, 4], VOLUME[2, 4, 4], VOLUME[0, 3, 4]]


def test_a_normal_without_length_is_refused() -> None:
    with pytest.raises(InvalidParameter, match="normal must have a length"):
        Oblique((0, 0, 0)).facing((0, 0, 0))
