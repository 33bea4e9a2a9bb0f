"""Boosted trees say what scikit-learn's say, and are the same bytes for any number of threads."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from annotat3d_tui.classifiers import boosting as module
from annotat3d_tui.classifiers import growing_steps
from annotat3d_tui.classifiers.boosting import BoostedModel, GradientBoosting
from annotat3d_tui.classifiers.growing_steps import MOST_CUTS, cuts_of
from annotat3d_tui.classifiers.model import predict
from annotat3d_tui.errors import Cancelled, InvalidMarkers, InvalidParameter
from tests.classifiers.samples import LABELS, noisy_samples

QUICK = GradientBoosting(iterations=12)


def everything(model: BoostedModel) -> bytes:
    steps = model.steps
    arrays = (steps.roots, steps.feature, steps.threshold, steps.children, steps.value, steps.start)
    return b"".join(one.tobytes() for one in (*arrays, model.labels, model.importances))


@pytest.mark.parametrize("share", [1.0, 0.4])
@pytest.mark.parametrize("count", [2, 3])
def test_equals_scikit_learn(count: int, share: float) -> None:
    samples, labels = noisy_samples(250, 6, seed=1)
    samples, labels = samples[labels <= LABELS[count - 1]], labels[labels <= LABELS[count - 1]]
    rows, _ = noisy_samples(500, 6, seed=2)
    same = {"max_iter": 30, "min_samples_leaf": 5, "early_stopping": False, "random_state": 4}
    with threadpool_limits(limits=1):  # threads that wait for a processor would take most of the time
        theirs = HistGradientBoostingClassifier(max_features=share, **same).fit(samples, labels)
    ours = GradientBoosting(iterations=30, rate=0.1, column_share=share, balance=False, seed=4)(samples, labels)
    np.testing.assert_allclose(ours.probabilities(rows), theirs.predict_proba(rows), atol=1e-6, rtol=0)
    assert ours.out_of_bag is None


def test_many_values_are_cut_at_even_ranks() -> None:
    column = np.random.default_rng(0).normal(0, 1, 5000).astype(np.float32)
    cuts = cuts_of(column)
    assert len(cuts) == MOST_CUTS
    filled = np.bincount(np.searchsorted(cuts, column))
    assert filled.min() >= 19
    assert filled.max() <= 21
    assert len(cuts_of(np.zeros(9, np.float32))) == 0
    near = np.array([1.0, np.nextafter(np.float32(1), np.float32(2))], np.float32)
    assert np.searchsorted(cuts_of(near), near).tolist() == [0, 1]


@pytest.mark.parametrize("count", [300, 3000])
def test_learns_and_balances(count: int) -> None:
    samples, labels = noisy_samples(count, 6, seed=1)
    rows, truth = noisy_samples(600, 6, seed=2)
    model = QUICK(samples, labels, columns=list("abcdef"))
    assert model.columns == tuple("abcdef")
    assert np.mean(predict(model, rows) == truth) > 0.75
    unknown = np.zeros((1000, 1), np.float32)
    rare = np.repeat([1, 2], [900, 100])
    for balance, share in ((True, 0.5), (False, 0.1)):
        found = GradientBoosting(iterations=3, balance=balance)(unknown, rare)
        assert found.probabilities(unknown[:1])[0, 1] == pytest.approx(share, abs=0.01)


def test_same_bytes_for_any_number_of_threads_blocks_and_order(monkeypatch: pytest.MonkeyPatch) -> None:
    samples, labels = noisy_samples(300, 5, seed=1)
    model = QUICK(samples, labels)
    assert everything(QUICK(samples, labels, threads=4)) == everything(model)
    rows, _ = noisy_samples(300, 5, seed=2)
    whole = model.probabilities(rows)
    monkeypatch.setattr(module, "BLOCK_ROWS", 37)
    order = np.random.default_rng(0).permutation(300)
    for threads in (1, 2, 4):
        assert model.probabilities(rows, threads=threads).tobytes() == whole.tobytes()
    assert model.probabilities(rows[order]).tobytes() == whole[order].tobytes()


def test_importances_find_the_column_that_tells() -> None:
    samples = np.random.default_rng(0).normal(0, 1, (200, 4)).astype(np.float32)
    model = QUICK(samples, 1 + (samples[:, 2] > 0))
    assert model.importances.argmax() == 2
    assert model.importances.sum() == pytest.approx(1.0)
    flat = QUICK(np.zeros((10, 2), np.float32), np.array([1, 2] * 5))
    assert flat.importances.tolist() == [0.0, 0.0]


def test_few_samples_many_labels_and_unknown_rows() -> None:
    two = QUICK(np.array([[0.0], [9.0]], np.float32), np.array([1, 2]))
    assert predict(two, np.array([[np.nan], [np.inf]], np.float32)).tolist() == [0, 2]
    many = np.repeat(np.arange(1, 301), 2)
    rows = np.random.default_rng(0).normal(0, 9, (300, 4))[many - 1].astype(np.float32)
    model = GradientBoosting(iterations=2, smallest_leaf=1)(rows, many)
    assert model.probabilities(rows).shape == (600, 300)
    assert GradientBoosting().quick().iterations == 40
    assert QUICK.quick() == QUICK


def test_how_many_trees_are_grown_between_two_reports_changes_no_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    samples, labels = noisy_samples(120, 5, seed=1)
    told: list[float] = []
    whole = everything(QUICK(samples, labels))
    monkeypatch.setattr(growing_steps, "TREES_AT_A_TIME", 2 * len(np.unique(labels)))
    assert everything(QUICK(samples, labels, progress=lambda share, stage: told.append(share))) == whole
    assert told == pytest.approx([step / 6 for step in range(7)])


def test_labels_beyond_what_is_grown_in_a_sensible_time_are_refused() -> None:
    many = np.arange(2, 402) // 2
    said = "at most 10000 trees, received 200 labels with 100 trees each: give at most 50 iterations, or choose another"
    with pytest.raises(InvalidParameter, match=f"gradient_boosting must grow {said}"):
        GradientBoosting()(np.zeros((400, 1), np.float32), many)
    with pytest.raises(InvalidParameter, match="with 1 trees each: choose another"):
        GradientBoosting(iterations=1).check_labels(20000)
    for iterations, count in ((2000, 2), (100, 100), (50, 200)):
        GradientBoosting(iterations=iterations).check_labels(count)
    assert GradientBoosting().seconds(100) == pytest.approx(100 * GradientBoosting().seconds(2))


def test_messages_and_cancelling() -> None:
    samples, labels = noisy_samples(60, 3, seed=1)
    with pytest.raises(InvalidParameter, match="rate of gradient_boosting must be from 0.001 to 1, received 2"):
        GradientBoosting(rate=2)
    with pytest.raises(InvalidMarkers):
        QUICK(samples, np.ones(60))

    def stop(share: float, stage: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        QUICK(samples, labels, progress=stop)
