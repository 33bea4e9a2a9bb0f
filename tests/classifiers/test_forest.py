"""Training: what the forests are, and that the same samples give the same bytes."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier

from annotat3d_tui.classifiers.boosting import GradientBoosting
from annotat3d_tui.classifiers.ensemble import ScaleEnsemble
from annotat3d_tui.classifiers.forest import ExtraTrees, Forest, RandomForest
from annotat3d_tui.classifiers.growing import grow
from annotat3d_tui.classifiers.model import predict
from annotat3d_tui.errors import Cancelled, InvalidMarkers, InvalidParameter, ShapeMismatch
from tests.classifiers.samples import LABELS, noisy_samples

QUICK = [RandomForest(trees=15, seed=3), ExtraTrees(trees=15, seed=3)]


def everything(forest: Forest) -> bytes:
    trees = forest.trees
    arrays = (trees.roots, trees.feature, trees.threshold, trees.children, trees.values)
    return b"".join(one.tobytes() for one in (*arrays, forest.labels, forest.importances, forest.out_of_bag))


@pytest.mark.parametrize("parameters", QUICK)
def test_same_seed_same_bytes_for_any_number_of_threads(parameters: RandomForest | ExtraTrees) -> None:
    samples, labels = noisy_samples(400, 6, seed=1)
    once = everything(parameters(samples, labels))
    for threads in (1, 2, 3):
        assert everything(parameters(samples, labels, threads=threads)) == once
    assert everything(replace(parameters, seed=4)(samples, labels)) != once


@pytest.mark.parametrize("parameters", QUICK)
def test_learns_labels_of_any_ids(parameters: RandomForest | ExtraTrees) -> None:
    samples, labels = noisy_samples(600, 6, seed=1)
    rows, truth = noisy_samples(600, 6, seed=2)
    forest = parameters(samples, labels, columns=list("abcdef"))
    assert forest.labels.tolist() == LABELS.tolist()
    assert forest.columns == tuple("abcdef")
    predicted = predict(forest, rows, threads=2)
    assert predicted.dtype == np.uint16
    assert np.mean(predicted == truth) > 0.75
    best = forest.labels[forest.probabilities(rows).argmax(axis=1)]
    assert np.array_equal(predicted, best)


@pytest.mark.parametrize("power", [-20, -30, -90, 10])
@pytest.mark.parametrize("parameters", QUICK)
def test_the_unit_of_the_samples_does_not_matter(parameters: RandomForest | ExtraTrees, power: int) -> None:
    samples, labels = noisy_samples(400, 6, seed=1)
    rows, _ = noisy_samples(400, 6, seed=2)
    forest = parameters(np.ldexp(samples, -8), labels)
    other = parameters(np.ldexp(samples, power), labels)
    expected = forest.probabilities(np.ldexp(rows, -8))
    assert np.array_equal(other.probabilities(np.ldexp(rows, power)), expected) or power > 0
    assert np.mean(predict(other, np.ldexp(rows, power)) == forest.labels[expected.argmax(axis=1)]) > 0.99


@pytest.mark.parametrize("parameters", [*QUICK, ScaleEnsemble(trees=30), GradientBoosting(iterations=20)])
def test_a_label_with_one_sample_is_learned(parameters: RandomForest | ScaleEnsemble) -> None:
    for many in (1, 20):
        samples = (
            np.array([[0.0]] * many + [[100.0]], np.float32) + np.arange(many + 1, dtype=np.float32)[:, np.newaxis]
        )
        model = parameters(samples, np.array([4] * many + [7]))
        assert predict(model, samples[[0, many - 1, many]]).tolist() == [4, 4, 7]


def test_is_as_good_as_scikit_learns() -> None:
    samples, labels = noisy_samples(800, 6, seed=1)
    rows, truth = noisy_samples(4000, 6, seed=2)
    theirs = RandomForestClassifier(100, class_weight="balanced", oob_score=True, random_state=0).fit(samples, labels)
    ours = RandomForest(trees=100)(samples, labels)
    assert np.mean(predict(ours, rows) == truth) == pytest.approx(np.mean(theirs.predict(rows) == truth), abs=0.01)
    np.testing.assert_allclose(ours.importances, theirs.feature_importances_, atol=0.04)
    found = ours.labels[ours.out_of_bag.argmax(axis=1)]
    assert np.mean(found == labels) == pytest.approx(theirs.oob_score_, abs=0.02)


def test_extra_trees_are_as_good_as_scikit_learns() -> None:
    samples, labels = noisy_samples(800, 6, seed=1)
    rows, truth = noisy_samples(4000, 6, seed=2)
    theirs = ExtraTreesClassifier(
        300, class_weight="balanced", bootstrap=True, max_samples=0.5, min_samples_leaf=2, random_state=0
    ).fit(samples, labels)
    ours = Forest(*_grown(samples, labels, trees=300, share=0.5, leaf=2))
    assert np.mean(predict(ours, rows) == truth) == pytest.approx(np.mean(theirs.predict(rows) == truth), abs=0.01)
    np.testing.assert_allclose(ours.importances, theirs.feature_importances_, atol=0.03)
    np.testing.assert_allclose(ours.probabilities(rows), theirs.predict_proba(rows), atol=0.15)


def _grown(samples: np.ndarray, labels: np.ndarray, **plan: float) -> tuple[object, ...]:
    """What a forest of extra trees is made of."""
    ids, classes = np.unique(labels, return_inverse=True)
    trees, seen, importances = grow(samples, classes, random_thresholds=True, balance=True, seed=0, **plan)
    return ids.astype(np.uint16), (), trees, importances, seen


def test_a_row_with_nan_gets_label_0() -> None:
    samples, labels = noisy_samples(100, 4, seed=1)
    forest = ExtraTrees(trees=5)(samples, labels)
    rows = samples[:3].copy()
    rows[1, 0] = np.nan
    assert (predict(forest, rows) > 0).tolist() == [True, False, True]


@pytest.mark.parametrize("random_thresholds", [False, True])
def test_out_of_bag_asks_only_trees_that_have_not_seen_the_sample(random_thresholds: bool) -> None:
    samples, _ = noisy_samples(300, 1, seed=1)
    noise = np.random.default_rng(7).choice(LABELS[:2], 300)
    seen = grow(
        samples,
        (noise == 5).astype(int),
        trees=30,
        random_thresholds=random_thresholds,
        share=1.0,
        balance=True,
        seed=0,
    )[1]
    assert seen.mean() == pytest.approx(1 - np.exp(-1), abs=0.02)
    forest = RandomForest(trees=30)(samples, noise)
    learnt = np.mean(predict(forest, samples) == noise)
    unseen = np.mean(forest.labels[np.nan_to_num(forest.out_of_bag).argmax(axis=1)] == noise)
    assert learnt > 0.9
    assert unseen < 0.65


def test_a_sample_that_every_tree_has_seen_is_unknown() -> None:
    forest = RandomForest(trees=1)(np.array([[0.0], [9.0]] * 10, np.float32), np.array([1, 2] * 10))
    unknown = np.isnan(forest.out_of_bag).all(axis=1)
    assert 0 < unknown.sum() < 20
    np.testing.assert_allclose(forest.out_of_bag[~unknown].sum(axis=1), 1.0, atol=1e-6)


def test_importances_find_the_column_that_tells() -> None:
    random = np.random.default_rng(0)
    samples = random.normal(0, 1, (200, 4)).astype(np.float32)
    forest = RandomForest(trees=20)(samples, 1 + (samples[:, 2] > 0))
    assert forest.importances.argmax() == 2
    assert forest.importances.sum() == pytest.approx(1.0)
    flat = ExtraTrees(trees=3)(np.zeros((10, 2), np.float32), np.array([1, 2] * 5))
    assert flat.importances.tolist() == [0.0, 0.0]
    assert predict(flat, np.zeros((1, 2), np.float32)).tolist() == [1]


def test_reports_progress_and_can_be_cancelled() -> None:
    samples, labels = noisy_samples(100, 3, seed=1)
    told: list[float] = []
    ExtraTrees(trees=5)(samples, labels, progress=lambda share, stage: told.append(share))
    assert told == sorted(told)
    assert told[-1] == 1.0

    def stop(share: float, stage: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        ExtraTrees(trees=5)(samples, labels, progress=stop)


def test_messages() -> None:
    samples, labels = noisy_samples(30, 3, seed=1)
    forest = ExtraTrees(trees=2)(samples, labels)
    with pytest.raises(InvalidMarkers, match="received only label 1: mark another label"):
        RandomForest()(samples, np.ones(30))
    with pytest.raises(ShapeMismatch, match=r"row for each of the 29 labels, .* \(30, 3\): give"):
        RandomForest()(samples, labels[:29])
    with pytest.raises(ShapeMismatch, match="as many as the columns, 3, received 2: name each"):
        RandomForest()(samples, labels, columns=("a", "b"))
    with pytest.raises(
        ShapeMismatch, match=r"the 3 columns that this classifier was trained on, received .* \(30, 2\)"
    ):
        predict(forest, samples[:, :2])
    samples[4, 1] = np.nan
    with pytest.raises(InvalidParameter, match="finite numbers, received nan in b: leave"):
        RandomForest()(samples, labels, columns=("a", "b", "c"))
    with pytest.raises(InvalidParameter, match="column 2"):
        RandomForest()(samples, labels)


def test_parameters_need_no_heavy_library() -> None:
    assert [one.kind for one in (RandomForest, ExtraTrees)] == ["random_forest", "extra_trees"]
    program = (
        "import sys; from annotat3d_tui.classifiers.forest import ExtraTrees; ExtraTrees.parameters(); "
        "sys.exit(bool({'numba', 'sklearn', 'scipy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("parameters", QUICK)
def test_balance_makes_each_label_count_the_same(parameters: RandomForest | ExtraTrees) -> None:
    labels = np.repeat([1, 2], [900, 100])
    samples = np.zeros((1000, 1), np.float32)
    for balance, rare in ((True, 0.5), (False, 0.1)):
        forest = replace(parameters, balance=balance, trees=50)(samples, labels)
        assert forest.probabilities(samples[:1])[0, 1] == pytest.approx(rare, abs=0.03)
