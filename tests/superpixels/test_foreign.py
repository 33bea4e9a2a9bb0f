import numpy as np
import pytest

from annotat3d_tui.errors import InvalidFile
from annotat3d_tui.superpixels.foreign import taken
from annotat3d_tui.superpixels.repair import repair
from annotat3d_tui.superpixels.slic import Slic
from annotat3d_tui.superpixels.waterpixels import Waterpixels, Waterpixels3D
from tests.superpixels.phantoms import two_phases

SHAPE = (12, 20, 24)


@pytest.mark.parametrize("method", [Waterpixels3D(), Waterpixels(), Slic(), Waterpixels3D(spacing=2), Slic(spacing=2)])
def test_our_own_superpixels_are_taken_as_they_are(method):
    image = two_phases(SHAPE)[0]
    made = method(image)
    ids, said = taken(made, SHAPE, "ids.tif", image=image)
    assert said == ""
    np.testing.assert_array_equal(ids, made)


def test_pieces_are_split_and_said():
    ids = np.ones(SHAPE, np.uint16)
    ids[:, :, 10:14] = 7
    ids[:, 4:9, 3:5] = 7
    found, said = taken(ids, SHAPE, "ids.tif")
    assert said == "ids.tif: 2 superpixels in several pieces became 4."
    np.testing.assert_array_equal(found, repair(ids, SHAPE)[0])


def test_one_superpixel_is_one():
    ids, said = taken(np.full(SHAPE, 9, np.uint8), SHAPE, "ids.tif")
    assert said == ""
    assert (ids == 1).all()


def test_an_image_is_no_superpixels():
    image = two_phases(SHAPE)[0]
    with pytest.raises(InvalidFile, match=r"grey.tif must hold superpixels, received the image itself: give superpix"):
        taken(image + 1, SHAPE, "grey.tif", image=image + 1)
    grey = np.random.default_rng(0).normal(100, 10, SHAPE).astype(np.uint8)
    with pytest.raises(InvalidFile, match=r"received \d+ ids in \d+ pieces of 1\.\d voxels, as an image has: give"):
        taken(grey, SHAPE, "grey.tif", image=image)
    with pytest.raises(InvalidFile, match=r"received 5760 ids in 5760 pieces of 1.0 voxels, as an image has"):
        taken(np.arange(1, 5761, dtype=np.int32).reshape(SHAPE), SHAPE, "grey.tif", image=image)
