"""The linear machine: scikit-learn's borders, honest probabilities, the same bytes for any threads."""

import numpy as np
import pytest
from sklearn.metrics import log_loss
from sklearn.svm import LinearSVC

from annotat3d_tui.classifiers import linear as module
from annotat3d_tui.classifiers.linear import LinearModel, LinearSVM
from annotat3d_tui.classifiers.model import predict
from annotat3d_tui.errors import Cancelled, InvalidMarkers, InvalidParameter, ShapeMismatch
from tests.classifiers.samples import LABELS, noisy_samples


def everything(model: LinearModel) -> bytes:
    arrays = (model.labels, model.weights, model.offsets, model.importances, np.array(model.sharpness))
    return b"".join(one.tobytes() for one in arrays)


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("balance", [False, True])
def test_labels_are_those_of_scikit_learn(count: int, balance: bool) -> None:
    samples, labels = noisy_samples(500, 6, seed=1)
    samples, labels = samples[labels <= LABELS[count - 1]], labels[labels <= LABELS[count - 1]]
    rows, _ = noisy_samples(500, 6, seed=2)
    standard = (samples - samples.mean(axis=0)) / samples.std(axis=0)
    weights = len(labels) / (count * np.bincount(labels)[labels]) if balance else None
    theirs = LinearSVC(dual=False).fit(standard, labels, sample_weight=weights)
    expected = theirs.predict((rows - samples.mean(axis=0)) / samples.std(axis=0))
    model = LinearSVM(balance=balance)(samples, labels)
    assert np.mean(predict(model, rows) == expected) > 0.995
    assert model.out_of_bag is None


def test_many_labels_with_few_samples_each_are_learned_without_a_word() -> None:
    samples = np.random.default_rng(0).normal(0, 1, (60, 4)).astype(np.float32)
    model = LinearSVM()(samples, np.arange(60) % 50 + 1, groups=np.arange(60))
    assert len(model.labels) == 50
    assert np.isfinite(model.probabilities(samples)).all()


def test_probabilities_are_honest_for_new_rows() -> None:
    samples, labels = noisy_samples(600, 6, seed=1)
    rows, truth = noisy_samples(3000, 6, seed=2)
    model = LinearSVM(balance=False)(samples, labels)
    received = model.probabilities(rows)
    np.testing.assert_allclose(received.sum(axis=1), 1.0, atol=1e-6)
    sure = received.max(axis=1)
    right = predict(model, rows) == truth
    for low, high in ((0.4, 0.6), (0.6, 0.8), (0.8, 1.0)):
        some = (sure >= low) & (sure < high)
        assert right[some].mean() == pytest.approx(sure[some].mean(), abs=0.08)
    raw = LinearSVM(balance=False, calibrate=False)(samples, labels).probabilities(rows)
    assert log_loss(truth, received, labels=LABELS) < log_loss(truth, raw, labels=LABELS)


def test_calibration_holds_copies_out_and_does_not_change_labels() -> None:
    random = np.random.default_rng(0)
    groups = np.repeat(np.arange(20), 30)
    labels = 1 + groups % 2
    samples = (random.normal(0, 1, (20, 12))[groups] + random.normal(0, 0.01, (600, 12))).astype(np.float32)
    fair, deceived = LinearSVM()(samples, labels, groups=groups), LinearSVM()(samples, labels)
    assert fair.sharpness < 0.3 * deceived.sharpness
    assert np.array_equal(predict(fair, samples), predict(LinearSVM().quick()(samples, labels), samples))


def test_same_bytes_for_any_number_of_threads_and_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    samples, labels = noisy_samples(400, 7, seed=1)
    model = LinearSVM()(samples, labels)
    for threads in (2, 4):
        assert everything(LinearSVM()(samples, labels, threads=threads)) == everything(model)
    rows, _ = noisy_samples(500, 7, seed=2)
    whole = model.probabilities(rows)
    monkeypatch.setattr(module, "BLOCK_ROWS", 37)
    order = np.random.default_rng(0).permutation(500)
    for threads in (1, 2, 4):
        assert model.probabilities(rows, threads=threads).tobytes() == whole.tobytes()
    assert model.probabilities(rows[order]).tobytes() == whole[order].tobytes()


def test_scale_and_constant_columns_do_not_matter() -> None:
    samples, labels = noisy_samples(300, 4, seed=1)
    plain = LinearSVM()(samples, labels)
    scaled = np.concatenate([samples * np.float32(1e4) + 7, np.full((300, 1), 0.1, np.float32)], axis=1)
    other = LinearSVM()(scaled, labels)
    np.testing.assert_allclose(other.probabilities(scaled), plain.probabilities(samples), atol=1e-4)
    np.testing.assert_allclose(other.importances, [*plain.importances, 0.0], atol=1e-4)
    assert plain.importances.sum() == pytest.approx(1.0)


def test_columns_permute_the_importances_and_the_telling_one_is_found() -> None:
    samples = np.random.default_rng(0).normal(0, 1, (200, 4)).astype(np.float32)
    labels = 1 + (samples[:, 2] > 0)
    model = LinearSVM()(samples, labels)
    assert model.importances.argmax() == 2
    order = [2, 0, 3, 1]
    np.testing.assert_allclose(LinearSVM()(samples[:, order], labels).importances, model.importances[order], atol=1e-3)
    flat = LinearSVM()(np.zeros((10, 2), np.float32), np.array([1, 2] * 5))
    assert flat.importances.tolist() == [0.0, 0.0]
    assert predict(flat, np.zeros((1, 2), np.float32)).tolist() == [1]


@pytest.mark.parametrize("c", [1e-6, 1e6])
def test_any_c_works_without_a_warning(c: float) -> None:
    samples, labels = noisy_samples(200, 5, seed=1)
    assert np.isfinite(LinearSVM(c=c)(samples, labels, threads=2).probabilities(samples)).all()


def test_a_label_with_one_sample_and_300_labels() -> None:
    samples, labels = noisy_samples(100, 5, seed=1)
    labels[0], samples[0] = 9, 50.0
    assert predict(LinearSVM()(samples, labels), samples[:1]).tolist() == [9]
    two = LinearSVM()(samples[:2], np.array([1, 2]))
    assert np.isfinite(two.probabilities(samples)).all()
    many = np.repeat(np.arange(1, 301), 2)
    rows = np.random.default_rng(0).normal(0, 9, (300, 8))[many - 1].astype(np.float32)
    model = LinearSVM()(rows, many, groups=many)
    assert model.probabilities(rows).shape == (600, 300)


def test_nan_is_unknown_and_infinity_is_not() -> None:
    samples, labels = noisy_samples(100, 4, seed=1)
    rows = samples[:3].copy()
    rows[1, 0], rows[2, 1] = np.nan, np.inf
    assert (predict(LinearSVM()(samples, labels), rows) > 0).tolist() == [True, False, True]


def test_messages_and_cancelling() -> None:
    samples, labels = noisy_samples(30, 3, seed=1)
    with pytest.raises(InvalidParameter, match="c of linear_svm must be from 1e-06 to 1000000, received 0"):
        LinearSVM(c=0)
    with pytest.raises(InvalidMarkers):
        LinearSVM()(samples, np.ones(30))
    with pytest.raises(ShapeMismatch, match="the 3 columns that this classifier was trained on"):
        predict(LinearSVM()(samples, labels), samples[:, :2])

    def stop(share: float, stage: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        LinearSVM()(samples, labels, progress=stop)
