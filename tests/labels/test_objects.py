"""The table of objects: sizes and places as NumPy counts them, surfaces of known bodies."""

from math import pi
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st

from annotat3d_tui.errors import ShapeMismatch
from annotat3d_tui.labels.components import Pieces
from annotat3d_tui.labels.objects import STEPS, areas, measure, table_text
from tests.cli.test_commands import Capture, answer, refusal
from tests.labels.cells import cells, picture


def test_sizes_places_and_grey_values() -> None:
    label = cells((12, 20, 22), 9, 1)
    image = picture(label)
    found = measure(label, image, voxel_size=(2.0, 0.5, 0.5))
    assert [one.label for one in found] == np.unique(label)[1:].tolist()
    for one in found:
        inside = label == one.label
        places = np.argwhere(inside)
        assert one.voxels == len(places)
        assert one.volume == pytest.approx(0.5 * len(places))
        assert one.centroid == pytest.approx(tuple(places.mean(0)))
        assert one.box == (*places.min(0), *(places.max(0) + 1))
        assert (one.lowest, one.highest) == (image[inside].min(), image[inside].max())
        assert one.mean == pytest.approx(image[inside].mean())
    assert measure(np.asfortranarray(label), image[::-1][::-1], voxel_size=(2.0, 0.5, 0.5)) == found
    assert measure(label, np.asfortranarray(image), voxel_size=(2.0, 0.5, 0.5)) == found
    in_pieces = measure(label, pieces=True)
    assert len(in_pieces) == len(Pieces.of(label).ids) - 1
    assert sum(one.voxels for one in in_pieces) == np.count_nonzero(label)


@pytest.mark.parametrize("size", [(1.0, 1.0, 1.0), (2.0, 1.0, 1.0)])
def test_the_surface_of_a_ball(size: tuple[float, float, float]) -> None:
    z, y, x = (np.indices((47, 47, 47)) - 23) * np.array(size).reshape(3, 1, 1, 1)
    one = measure((z**2 + y**2 + x**2 <= 20.3**2).astype(np.uint8), voxel_size=size)[0]
    assert one.surface == pytest.approx(4 * pi * 20.3**2, rel=0.03)
    assert one.sphericity == pytest.approx(1, abs=0.03)
    assert one.diameter == pytest.approx(40.6, rel=0.01)


@settings(max_examples=40, deadline=None)
@given(st.tuples(st.integers(1, 4), st.integers(1, 5), st.sampled_from([1, 2, 9, 64, 65, 130])), st.integers(0, 99))
def test_surfaces_are_counted_on_lines_that_enter_and_leave(shape: tuple[int, int, int], seed: int) -> None:
    label = np.random.default_rng(seed).choice(4, shape, p=[0.4, 0.3, 0.2, 0.1])
    image = np.random.default_rng(seed).normal(size=shape)
    shares = areas((1.0, 1.0, 1.0))
    for one in measure(label, image):
        inside = np.pad(label == one.label, 2)
        crossings = [(inside != np.roll(inside, tuple(step), (0, 1, 2))).sum() for step in STEPS]
        assert one.surface == pytest.approx(float(np.dot(crossings, shares)))
        grey = image[label == one.label]
        assert (one.voxels, one.lowest, one.highest) == (grey.size, grey.min(), grey.max())
        assert one.mean == pytest.approx(grey.mean())


def test_the_command(capsys: Capture, tmp_path: Path) -> None:
    label = cells((12, 20, 22), 9, 1)
    tifffile.imwrite(tmp_path / "label.tif", label, photometric="minisblack")
    tifffile.imwrite(tmp_path / "image.tif", picture(label), photometric="minisblack")
    command = ("measure", tmp_path / "label.tif", "--image", tmp_path / "image.tif", "-o", tmp_path / "table.csv")
    said = answer(capsys, *command)
    assert (tmp_path / "table.csv").read_text() == table_text(measure(label, picture(label)))
    assert len(said["objects"]) == 9
    assert "table.csv" in refusal(capsys, *command)
    with pytest.raises(ShapeMismatch, match="The image must have the label volume's size 22×20×12, received 22×20×5"):
        measure(label, label[:5])
