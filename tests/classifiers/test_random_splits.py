"""Laws of a tree with random thresholds."""

import numpy as np
import pytest

from annotat3d_tui.classifiers.random_splits import LEAF, Grown, grow_extra_trees


def grown(leaf: int = 1, seed: int = 0, tried: int = 3) -> tuple[Grown, np.ndarray, np.ndarray, np.ndarray]:
    """A tree, its columns, classes and weights, of which some are 0."""
    random = np.random.default_rng(5)
    classes = random.integers(0, 3, 500)
    columns = random.normal(0, 1, (6, 500)).astype(np.float32)
    columns[2] += classes
    columns[4] = 7.5  # says nothing
    weights = random.integers(0, 3, 500) * random.uniform(0.5, 2, 500)
    return one_tree(columns, classes, weights, tried=tried, leaf=leaf, seed=seed), columns, classes, weights


def one_tree(
    columns: np.ndarray, classes: np.ndarray, weights: np.ndarray, *, tried: int, leaf: int, seed: int
) -> Grown:
    seeds = np.array([seed], np.uint64)
    return grow_extra_trees(columns, classes, weights[np.newaxis], tried=tried, leaf=leaf, seeds=seeds)[0]


def reached(tree: Grown, columns: np.ndarray, samples: np.ndarray) -> dict[int, np.ndarray]:
    """The samples that reach each leaf."""
    found, pending = {}, [(0, samples)]
    while pending:
        node, here = pending.pop()
        if tree.children_left[node] == LEAF:
            found[node] = here
            continue
        low = columns[tree.feature[node], here] <= tree.threshold[node]
        pending += [(tree.children_left[node], here[low]), (tree.children_right[node], here[~low])]
    return found


@pytest.mark.parametrize("leaf", [1, 4])
def test_leaves_hold_what_was_drawn(leaf: int) -> None:
    tree, columns, classes, weights = grown(leaf)
    leaves = reached(tree, columns, np.flatnonzero(weights > 0))
    assert min(map(len, leaves.values())) >= leaf
    for node, here in leaves.items():
        expected = np.bincount(classes[here], weights[here], minlength=3)
        np.testing.assert_allclose(tree.value[node, 0], expected)
    if leaf == 1:
        assert all(np.count_nonzero(tree.value[node, 0]) == 1 for node in leaves)


def test_children_come_after_their_parents_and_every_node_but_the_root_is_one() -> None:
    tree, *_ = grown()
    inner = np.flatnonzero(tree.children_left != LEAF)
    children = np.concatenate([tree.children_left[inner], tree.children_right[inner]])
    assert sorted(children) == list(range(1, tree.node_count))
    assert (tree.children_left[inner] > inner).all()
    assert np.array_equal(tree.feature == LEAF, tree.children_left == LEAF)


def test_what_says_nothing_is_not_asked_and_what_says_most_matters_most() -> None:
    tree, *_ = grown()
    assert 4 not in tree.feature
    assert tree.importances.sum() == pytest.approx(1)
    assert tree.importances.argmax() == 2


def test_the_seed_decides() -> None:
    once, again, other = (grown(seed=seed)[0] for seed in (1, 1, 2))
    assert once.threshold.tobytes() == again.threshold.tobytes()
    assert once.threshold.tobytes() != other.threshold.tobytes()


def test_thresholds_lie_anywhere_between_the_ends() -> None:
    """With one column and two samples the threshold is uniform between them."""
    columns, classes = np.array([[2.0, 4.0]], np.float32), np.array([0, 1])
    cuts = [
        tree.threshold[0]
        for tree in grow_extra_trees(
            columns, classes, np.ones((2000, 2)), tried=1, leaf=1, seeds=np.arange(2000, dtype=np.uint64)
        )
    ]
    shares, _ = np.histogram(cuts, 10, (2, 4))
    assert shares.min() > 140
    assert shares.max() < 260


def test_one_class_or_equal_samples_are_one_leaf() -> None:
    for columns, classes in ((np.eye(3), np.ones(3, int)), (np.ones((3, 4)), np.arange(4) % 2)):
        weights = np.ones(len(classes))
        tree = one_tree(columns.astype(np.float32), classes, weights, tried=2, leaf=1, seed=0)
        assert tree.node_count == 1
        assert tree.importances.sum() == 0


def test_trees_grown_together_are_those_grown_alone() -> None:
    random = np.random.default_rng(3)
    columns, classes = random.normal(0, 1, (4, 60)).astype(np.float32), random.integers(0, 2, 60)
    weights = random.integers(0, 2, (5, 60)).astype(float)
    together = grow_extra_trees(columns, classes, weights, tried=2, leaf=1, seeds=np.arange(5, dtype=np.uint64))
    for seed, tree in enumerate(together):
        alone = one_tree(columns, classes, weights[seed], tried=2, leaf=1, seed=seed)
        for found, expected in zip(tree, alone, strict=True):
            np.testing.assert_array_equal(found, expected)
