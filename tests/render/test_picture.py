"""Pictures for files: slices with legend and scale bar, saved whole or not at all."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotat3d_tui.errors import CannotWrite, OutputExists
from annotat3d_tui.labels.colours import colour_of
from annotat3d_tui.render.picture import FOOT, LINE, save_png, slice_picture


@pytest.fixture
def image() -> np.ndarray:
    return np.arange(5 * 6 * 7, dtype=np.uint8).reshape(5, 6, 7)


def test_a_saved_picture_is_read_back(tmp_path: Path) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (9, 11, 3), np.uint8)
    path = save_png(tmp_path / "a.png", picture)
    with Image.open(path) as opened:
        assert np.array_equal(np.asarray(opened), picture)


def test_a_picture_is_not_overwritten_unasked(tmp_path: Path) -> None:
    picture = np.zeros((2, 2, 3), np.uint8)
    path = save_png(tmp_path / "a.png", picture)
    with pytest.raises(OutputExists, match="exists"):
        save_png(path, picture)
    assert save_png(path, picture, overwrite=True) == path
    with pytest.raises(CannotWrite):
        save_png(tmp_path / "none" / "a.png", picture)


@pytest.mark.parametrize(("plane", "size"), [("xy", (70, 60)), ("xz", (70, 50)), ("yz", (60, 50))])
def test_voxels_are_where_they_belong(image: np.ndarray, plane: str, size: tuple[int, int]) -> None:
    marks = np.zeros_like(image)
    marks[2, 3, 4] = 2
    index = {"xy": 2, "xz": 3, "yz": 4}[plane]
    picture = slice_picture(image, marks=marks, plane=plane, index=index, size=size, bar=False)
    assert picture.shape == (size[1], size[0], 3)
    rows, columns = np.nonzero((picture == colour_of(2)).all(axis=2))
    h, v = {"xy": (4, 3), "xz": (4, 2), "yz": (3, 2)}[plane]
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (10 * v, 10 * v + 9, 10 * h, 10 * h + 9)


def test_a_picture_has_all_greys(image: np.ndarray) -> None:
    picture = slice_picture(image, size=(70, 60), bar=False)
    assert len(np.unique(picture)) > 35


def test_the_legend_names_each_label_in_its_colour(image: np.ndarray) -> None:
    label = np.ones_like(image)
    label[:, :, 3:] = 2
    names = {1: "Background", 2: "Grain", 3: "Crack with a long name"}
    picture = slice_picture(image, label, superpixels=label, size=(210, 180), names=names)
    foot = picture[180:]
    assert foot.shape == (2 * LINE, 210, 3)
    assert (foot[0, 0] == FOOT).all()
    for label_id, line in ((1, 0), (2, 0), (3, 1)):
        assert (foot[line * LINE : (line + 1) * LINE] == colour_of(label_id)).all(axis=2).any()


def test_the_scale_bar_is_as_long_as_it_says(image: np.ndarray) -> None:
    dark = np.zeros_like(image)
    picture = slice_picture(dark, size=(70, 60), window=(1, 2), voxel_size=(1.0, 1.0, 1.0))
    # 7 voxels are 70 pixels, a quarter of them holds a bar of 1 voxel
    bright = (picture[44:47] == 255).all(axis=2)
    assert bright.sum(axis=1).max() == 11


def test_voxels_of_unequal_sides_make_a_longer_picture(image: np.ndarray) -> None:
    picture = slice_picture(image, plane="xz", size=(70, 200), voxel_size=(3.0, 1.0, 1.0), bar=False)
    assert picture.shape[:2] == (150, 70)


def test_a_single_voxel_is_a_picture() -> None:
    assert slice_picture(np.zeros((1, 1, 1)), size=(40, 40), names={1: "Background"}).shape[1] > 0
