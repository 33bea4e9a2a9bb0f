"""What a few strokes repair: from a mean Dice of objects below 0.8 to above 0.95, with far less drawn than by hand."""

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

from annotat3d_tui.workflow.presets import PRESETS
from annotat3d_tui.workflow.segmentation import segment
from tests.conftest import REAL_DATA, real_data
from tests.labels import sections
from tests.labels.cells import cells
from tests.labels.repairing import by_hand, damage, mean_dice, repair

NUCLEI = REAL_DATA / "nuclei_confocal" / "instances.tif"


def check(truth: NDArray[np.uint16], seed: int, most_strokes: int) -> None:
    done = damage(truth, seed)
    assert done.merged
    assert done.cut
    assert done.lost
    assert done.shifted
    assert mean_dice(done.label, truth) < 0.8
    label, work = repair(done, truth)
    hand = by_hand(done, truth)
    said = f"{work.strokes} strokes of {work.voxels} voxels; by hand {hand.strokes} of {hand.voxels}"
    assert mean_dice(label, truth) > 0.95, said
    assert work.strokes <= most_strokes, said
    assert 3 * work.strokes < hand.strokes, said
    assert 3 * work.voxels < hand.voxels, said
    right = np.isin(truth, done.wrong, invert=True) & (truth > 0)
    assert (label[right] == truth[right]).mean() > 0.99, "what was right stays"
    assert np.array_equal(label, repair(damage(truth, seed), truth)[0])


@pytest.mark.parametrize("seed", range(3))
def test_cells(seed: int) -> None:
    check(cells((30, 60, 60), 20, 1, 0.52), seed, 60)


@pytest.mark.skipif(not NUCLEI.exists(), reason="needs the public images")
@pytest.mark.parametrize("seed", range(3))
def test_nuclei(seed: int) -> None:
    check(tifffile.imread(NUCLEI), seed, 65)


def test_membranes_of_a_forest() -> None:
    folder = real_data("isbi2012_em")
    image, classes, scribbles = (
        np.ascontiguousarray(tifffile.imread(folder / f"{name}.tif")[22:25, :, :256])
        for name in ("image", "label", "scribbles")
    )
    found = segment(image, np.argwhere(scribbles), scribbles[scribbles > 0], PRESETS["fine"], test=False).label
    truth = sections.cells_of(classes == 1)
    label = sections.cells_of_forest(found == 1)
    goal = sections.without_membranes(truth)
    assert sections.dice_of(sections.without_membranes(label), goal).mean() < 0.8
    label, work, before = sections.correct(label, truth, 0.95)
    hand = sections.by_hand(goal)
    said = f"{work.strokes} strokes of {work.voxels} voxels; by hand {hand.strokes} of {hand.voxels}; {before}"
    assert sections.dice_of(label, goal).mean() >= 0.95, said
    assert before > 0.85, said
    assert work.strokes < 0.7 * hand.strokes, said
    assert 3 * work.voxels < hand.voxels, said
