import numpy as np

from annotat3d_tui.superpixels.borders import borders


def test_a_voxel_is_border_where_its_right_or_lower_neighbour_differs():
    plane = np.random.default_rng(0).integers(1, 4, (7, 11))
    found = borders(plane)
    for y, x in np.ndindex(plane.shape):
        right = x + 1 < 11 and plane[y, x + 1] != plane[y, x]
        lower = y + 1 < 7 and plane[y + 1, x] != plane[y, x]
        assert found[y, x] == (right or lower)


def test_one_superpixel_and_one_voxel_have_no_border():
    assert not borders(np.ones((4, 5), np.int32)).any()
    assert not borders(np.ones((1, 1), np.int32)).any()
