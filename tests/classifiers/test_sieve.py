"""Every row by every node gives what a walk from root to leaf gives."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier

from annotat3d_tui.classifiers.codes import encode
from annotat3d_tui.classifiers.growing import as_arrays
from annotat3d_tui.classifiers.sieve import Sieving
from annotat3d_tui.classifiers.trees import Trees, probabilities


def walked(trees: Trees, rows: NDArray[np.float32]) -> NDArray[np.float64]:
    """By definition: each row from each root to its leaf."""
    shares = np.zeros((len(rows), trees.values.shape[1]))
    for root in trees.roots:
        for row, share in zip(rows, shares, strict=True):
            node = root
            while trees.feature[node] >= 0:
                node = trees.children[node, int(row[trees.feature[node]] > trees.threshold[node])]
            share += trees.values[trees.children[node, 0]]
    return shares / len(trees.roots)


@pytest.mark.parametrize("labels", [2, 3, 4, 5, 12])
def test_equals_a_walk_for_any_number_of_labels(labels: int) -> None:
    random = np.random.default_rng(labels)
    samples = random.normal(size=(300, 5)).astype(np.float32)
    forest = RandomForestClassifier(7, random_state=0).fit(samples, random.integers(labels, size=300))
    trees = as_arrays([one.tree_ for one in forest.estimators_])
    rows = random.normal(size=(90, 5)).astype(np.float32)
    np.testing.assert_allclose(probabilities(trees, rows), walked(trees, rows), atol=1e-6, rtol=0)
    alike = np.repeat(rows[:2], 40, axis=0)
    np.testing.assert_allclose(probabilities(trees, alike), walked(trees, alike), atol=1e-6, rtol=0)


def test_trees_with_many_leaves_and_cuts() -> None:
    random = np.random.default_rng(0)
    samples = random.normal(size=(1500, 1)).astype(np.float32)
    tree = DecisionTreeClassifier(random_state=0).fit(samples, random.integers(3, size=1500))
    trees = as_arrays([tree.tree_])
    assert trees.sieve(1).kind == np.uint16
    np.testing.assert_array_equal(probabilities(trees, samples), tree.predict_proba(samples))


def test_branches_that_no_row_reaches_are_passed_by() -> None:
    """Blocks of alike rows, where most nodes are skipped, after blocks of different ones, in the same memory."""
    random = np.random.default_rng(1)
    samples = random.normal(size=(400, 3)).astype(np.float32)
    forest = RandomForestClassifier(9, random_state=0).fit(samples, random.integers(2, size=400))
    trees = as_arrays([one.tree_ for one in forest.estimators_])
    sieve = trees.sieve(3)
    sieving = Sieving(sieve, 50)
    for spread in (1.0, 0.01, 1.0, 0.1, 0.0):
        rows = (samples[7] + spread * random.normal(size=(50, 3))).astype(np.float32)
        codes = np.zeros((3, 50), sieve.kind)
        for column in range(3):
            encode(np.ascontiguousarray(rows[:, column]), sieve.cuts, column, codes[column])
        received = np.empty((2, 50), np.float32)
        sieve.share_out(sieving(codes, 0, 50), received)
        np.testing.assert_allclose(received.T, walked(trees, rows), atol=1e-6, rtol=0)
