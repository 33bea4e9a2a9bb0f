"""The ensemble of ranges of scales: what each range has, how ranges are weighed, and that the bytes are the same."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from annotat3d_tui.classifiers.ensemble import ScaleEnsemble, allotted
from annotat3d_tui.classifiers.model import predict
from annotat3d_tui.errors import InvalidMarkers
from tests.classifiers.test_forest import everything

COLUMNS = ("none mean", "fft_gauss 1 mean", "membrane_projections mean mean", "hessian 4 largest mean", "sobel 16 mean")
QUICK = ScaleEnsemble(trees=30, trials=5, seed=3)


def strokes(useful: int, seed: int = 1) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.intp]]:
    """Samples (600, 5), labels and planes (600,): `useful` tells the labels, the last where a stroke was."""
    random = np.random.default_rng(seed)
    planes = np.repeat(np.arange(3), 200)
    classes = np.tile(np.repeat([0, 1], 100), 3)
    samples = np.random.default_rng((seed, 1)).normal(size=(3, 2, 5))[planes, classes]
    samples = samples + random.normal(0, 0.05, samples.shape)
    samples[:, :4] = random.normal(size=(600, 4))
    samples[:, useful] = 0.7 * classes + random.normal(0, 0.5, 600)
    return samples.astype(np.float32), np.array([4, 9])[classes], planes


def test_ranges_are_nested_by_radius() -> None:
    assert [one.tolist() for one in ScaleEnsemble.ranges(COLUMNS)] == [[0, 1, 2], [0, 1, 2, 3], [0, 1, 2, 3, 4]]
    assert [one.tolist() for one in ScaleEnsemble.ranges(("none mean", "none maximum"))] == [[0, 1]]


def test_a_range_that_learns_where_the_strokes_were_gets_no_trees() -> None:
    samples, labels, planes = strokes(useful=1)
    fair = QUICK(samples, labels, columns=COLUMNS, groups=planes)
    asked = np.isin(np.arange(5), fair.trees.feature)
    assert asked[:3].all()
    unfair = QUICK(samples, labels, columns=COLUMNS)
    assert fair.importances[4] < unfair.importances[4] / 2
    assert fair.importances.sum() == pytest.approx(1.0)


def test_a_range_that_knows_more_gets_most_trees() -> None:
    samples, labels, planes = strokes(useful=3)
    forest = QUICK(samples, labels, columns=COLUMNS, groups=planes)
    assert forest.importances.argmax() == 3
    rows, truth, _ = strokes(useful=3, seed=2)
    assert np.mean(predict(forest, rows) == truth) > 0.7


def test_same_bytes_for_any_number_of_threads() -> None:
    samples, labels, planes = strokes(useful=3)
    once = everything(QUICK(samples, labels, columns=COLUMNS, groups=planes))
    for threads in (2, 4):
        assert everything(QUICK(samples, labels, columns=COLUMNS, groups=planes, threads=threads)) == once
    assert everything(replace(QUICK, seed=4)(samples, labels, columns=COLUMNS, groups=planes)) != once


def test_has_the_trees_that_were_asked_for() -> None:
    samples, labels, planes = strokes(useful=3)
    for trees in (1, 4, 30):
        forest = replace(QUICK, trees=trees)(samples, labels, columns=COLUMNS, groups=planes)
        assert len(forest.trees.roots) == trees
        assert forest.columns == COLUMNS
    assert replace(QUICK, trees=400).quick().trees == 50


def test_groups_that_cannot_be_tested() -> None:
    samples, labels, planes = strokes(useful=3)
    for groups in (np.zeros(600, np.intp), (labels == 9).astype(np.intp), None):
        forest = QUICK(samples, labels, columns=COLUMNS, groups=groups)
        assert np.isfinite(forest.probabilities(samples)).all()
    with pytest.raises(InvalidMarkers, match="received only label 9"):
        QUICK(samples, np.full(600, 9), columns=COLUMNS, groups=planes)


def test_shares_are_whole_and_add_up() -> None:
    random = np.random.default_rng(0)
    for count in (1, 7, 150):
        weights = random.dirichlet(np.ones(5))
        shared = allotted(weights, count)
        assert shared.sum() == count
        assert np.abs(shared - weights * count).max() < 1
