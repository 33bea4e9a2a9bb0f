"""Our walk through the trees says what scikit-learn says."""

from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier

from annotat3d_tui.classifiers import trees as module
from annotat3d_tui.classifiers.growing import as_arrays, round_down
from annotat3d_tui.classifiers.trees import Trees, probabilities
from tests.classifiers.samples import noisy_samples


def fitted(kind: type, columns: int, **parameters: Any) -> Any:
    samples, labels = noisy_samples(250, columns, seed=1)
    return kind(n_estimators=40, random_state=0, **parameters).fit(samples, labels)


def arrays(forest: Any) -> Trees:
    return as_arrays([one.tree_ for one in forest.estimators_])


@pytest.mark.parametrize("columns", [1, 7, 30])
@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        (RandomForestClassifier, {"class_weight": "balanced"}),
        (ExtraTreesClassifier, {"min_samples_leaf": 3, "bootstrap": True}),
        (RandomForestClassifier, {"max_depth": 1}),
    ],
)
def test_equals_scikit_learn(kind: type, parameters: dict[str, Any], columns: int) -> None:
    forest = fitted(kind, columns, **parameters)
    rows, _ = noisy_samples(2000, columns, seed=2)
    expected = forest.predict_proba(rows)
    received = probabilities(arrays(forest), rows)
    assert received.dtype == np.float32
    np.testing.assert_allclose(received, expected, atol=1e-6, rtol=0)
    np.testing.assert_allclose(received.sum(axis=1), 1.0, atol=1e-6)
    clear = np.diff(np.sort(expected, axis=1)[:, -2:]).ravel() > 1e-6
    assert clear.mean() > 0.9
    assert np.array_equal(received.argmax(axis=1)[clear], expected.argmax(axis=1)[clear])


def test_values_on_a_threshold_go_the_same_way() -> None:
    forest = fitted(RandomForestClassifier, 1)
    thresholds = np.unique(np.concatenate([one.tree_.threshold for one in forest.estimators_]))
    near = thresholds.astype(np.float32)
    rows = np.concatenate([np.nextafter(near, np.float32(-9)), near, np.nextafter(near, np.float32(9))])[:, np.newaxis]
    np.testing.assert_allclose(probabilities(arrays(forest), rows), forest.predict_proba(rows), atol=1e-6, rtol=0)


def test_thresholds_are_rounded_down() -> None:
    thresholds = np.random.default_rng(0).normal(0, 1e6, 1000)
    rounded = round_down(thresholds)
    assert (rounded <= thresholds).all()
    assert (np.nextafter(rounded, np.float32(np.inf)) > thresholds).all()


def test_trees_that_are_a_single_leaf() -> None:
    forest = fitted(ExtraTreesClassifier, 2, min_samples_leaf=200)
    rows, _ = noisy_samples(20, 2, seed=2)
    assert len(arrays(forest).feature) == len(forest.estimators_)
    np.testing.assert_allclose(probabilities(arrays(forest), rows), forest.predict_proba(rows), atol=1e-6, rtol=0)


def test_permuted_rows_and_blocks_give_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    trees = arrays(fitted(ExtraTreesClassifier, 7))
    rows, _ = noisy_samples(500, 7, seed=2)
    whole = probabilities(trees, rows)
    order = np.random.default_rng(3).permutation(len(rows))
    assert np.array_equal(probabilities(trees, rows[order]), whole[order])
    monkeypatch.setattr(module, "BLOCK_ROWS", 37)
    for threads in (1, 2, 3):
        assert np.array_equal(probabilities(trees, rows, threads=threads), whole)


def test_rows_of_any_layout_and_number() -> None:
    trees = arrays(fitted(ExtraTreesClassifier, 7))
    rows, _ = noisy_samples(50, 7, seed=2)
    whole = probabilities(trees, rows)
    assert np.array_equal(probabilities(trees, np.asfortranarray(rows)), whole)
    assert np.array_equal(probabilities(trees, rows.astype(np.float64)), whole)
    assert np.array_equal(probabilities(trees, rows[::7]), whole[::7])
    assert probabilities(trees, rows[:0]).shape == (0, 3)


def test_a_row_with_nan_is_unknown_and_infinity_is_not() -> None:
    forest = fitted(RandomForestClassifier, 7)
    rows, _ = noisy_samples(6, 7, seed=2)
    expected = forest.predict_proba(np.clip(rows, -1e30, 1e30))
    rows[1, 4] = np.nan
    rows[3, 2], rows[5, 2] = np.inf, -np.inf
    received = probabilities(arrays(forest), rows)
    assert np.isnan(received[1]).all()
    assert not np.isnan(np.delete(received, 1, axis=0)).any()
    np.testing.assert_allclose(received[[0, 2, 4]], expected[[0, 2, 4]], atol=1e-6, rtol=0)
    limit = np.nan_to_num(rows[[3, 5]], posinf=1e30, neginf=-1e30)
    np.testing.assert_allclose(received[[3, 5]], forest.predict_proba(limit), atol=1e-6, rtol=0)


def test_excluded_trees_are_not_asked() -> None:
    forest = fitted(ExtraTreesClassifier, 7)
    rows, _ = noisy_samples(60, 7, seed=2)
    excluded = np.random.default_rng(4).random((40, 60)) < 0.7
    excluded[:, 5] = True
    votes = np.stack([one.predict_proba(rows) for one in forest.estimators_])
    asked = ~excluded[:, :, np.newaxis]
    count = asked.sum(axis=0)
    expected = np.divide((votes * asked).sum(axis=0), count, out=np.full((60, 3), np.nan), where=count > 0)
    np.testing.assert_allclose(probabilities(arrays(forest), rows, excluded=excluded), expected, atol=1e-6, rtol=0)
