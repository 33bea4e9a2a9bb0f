"""Planes of a volume with three different sides: rows, columns and voxels are those of the volume."""

import numpy as np
import pytest

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.labels.planes import PLANES
from annotat3d_tui.render.planes import index_of, plane_size, plane_view, point_of, voxel_of

VOLUME = np.arange(5 * 6 * 7).reshape(5, 6, 7)


@pytest.mark.parametrize("plane", PLANES)
def test_a_point_of_a_plane_is_the_voxel_of_the_volume(plane: str) -> None:
    for voxel in np.ndindex(VOLUME.shape):
        h, v = point_of(voxel, plane)
        index = index_of(voxel, plane)
        assert plane_view(VOLUME, plane, index)[v, h] == VOLUME[voxel]
        assert voxel_of((h, v), index, plane) == voxel


def test_names_say_what_runs_across_and_down() -> None:
    assert {plane: plane_view(VOLUME, plane, 0).shape for plane in PLANES} == {"xy": (6, 7), "xz": (5, 7), "yz": (5, 6)}
    assert {plane: point_of((1, 2, 3), plane) for plane in PLANES} == {"xy": (3, 2), "xz": (3, 1), "yz": (2, 1)}
    assert plane_size((4.0, 1.0, 2.0), "xz") == (4.0, 2.0)


def test_a_plane_is_a_view() -> None:
    assert all(np.shares_memory(plane_view(VOLUME, plane, 1), VOLUME) for plane in PLANES)


def test_another_word_is_refused() -> None:
    with pytest.raises(InvalidParameter, match="xy, xz, yz, received 'zy'"):
        plane_view(VOLUME, "zy", 0)
