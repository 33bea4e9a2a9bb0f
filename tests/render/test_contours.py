"""Labels as contours."""

import numpy as np
import pytest

from annotat3d_tui.render.contours import contour_of


def square() -> np.ndarray:
    ids = np.zeros((12, 14), np.uint16)
    ids[2:10, 3:12] = 300
    return ids


@pytest.mark.parametrize("thick", [1, 2, 3])
def test_a_contour_is_inside_its_label_all_around_and_as_thick_as_asked(thick: int) -> None:
    ids, contour = square(), contour_of(square(), thick)
    hollow = np.zeros_like(ids)
    hollow[2 + thick : 10 - thick, 3 + thick : 12 - thick] = 300
    assert np.array_equal(contour, ids - hollow)


def test_labels_that_touch_have_both_their_contours() -> None:
    assert contour_of(np.array([[5, 5, 5, 6, 6, 6]])).tolist() == [[0, 0, 5, 6, 0, 0]]


def test_what_has_no_border_has_no_contour() -> None:
    assert not contour_of(np.full((3, 3), 7)).any()
    assert not contour_of(np.full((1, 1), 7), 4).any()
