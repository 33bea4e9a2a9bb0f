"""Scores are counted as scikit-learn counts them, and strokes of copies do not deceive cross-validation."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

from annotat3d_tui.classifiers.ensemble import ScaleEnsemble
from annotat3d_tui.classifiers.forest import ExtraTrees, RandomForest
from annotat3d_tui.classifiers.scores import Scores, cross_validated_scores, out_of_bag_scores
from annotat3d_tui.errors import InvalidFile
from tests.classifiers.samples import noisy_samples

QUICK = ExtraTrees(trees=20)


def test_by_hand() -> None:
    scores = Scores("by hand", (1, 4), samples=(6, 4), confusion=((4, 1), (2, 2)), left_out=1)
    assert scores.tested == 9
    assert scores.accuracy == 6 / 9
    assert scores.dice == (8 / 11, 4 / 7)
    assert scores.mean_dice == pytest.approx((8 / 11 + 4 / 7) / 2)
    written = json.loads(json.dumps(scores.to_dict()))
    assert written["confusion"] == [[4, 1], [2, 2]]
    assert Scores.from_dict(written) == scores
    with pytest.raises(InvalidFile, match="Scores must hold method, labels, .* received .*: apply again"):
        Scores.from_dict({"method": "by hand"})


def test_nothing_tested_is_not_a_number_and_none_in_json() -> None:
    scores = Scores("by hand", (1, 4), samples=(6, 4), confusion=((0, 0), (0, 0)), left_out=10)
    assert math.isnan(scores.accuracy)
    assert all(map(math.isnan, scores.dice))
    written = scores.to_dict()
    assert (written["accuracy"], written["mean_dice"], written["dice"]) == (None, None, [None, None])


def test_out_of_bag_against_scikit_learn() -> None:
    samples, labels = noisy_samples(300, 4, seed=1)
    forest = RandomForest(trees=30)(samples, labels)
    scores = out_of_bag_scores(forest, labels)
    predicted = forest.labels[forest.out_of_bag.argmax(axis=1)]
    assert scores.left_out == 0
    assert scores.samples == tuple(np.unique(labels, return_counts=True)[1])
    assert scores.accuracy == pytest.approx(accuracy_score(labels, predicted))
    assert scores.dice == pytest.approx(tuple(f1_score(labels, predicted, average=None)))
    assert scores.confusion == tuple(map(tuple, confusion_matrix(labels, predicted).tolist()))


def test_samples_that_every_tree_has_seen_are_left_out() -> None:
    samples, labels = noisy_samples(60, 4, seed=1)
    forest = RandomForest(trees=1)(samples, labels)
    scores = out_of_bag_scores(forest, labels)
    assert scores.left_out == int(np.isnan(forest.out_of_bag[:, 0]).sum()) > 0
    assert scores.tested + scores.left_out == sum(scores.samples) == 60


def test_copies_deceive_out_of_bag_but_not_cross_validation() -> None:
    random = np.random.default_rng(0)
    groups = np.repeat(np.arange(40), 25)
    labels = 1 + groups % 2
    centres = random.normal(0, 1, (40, 6))
    samples = (centres[groups] + random.normal(0, 0.01, (1000, 6))).astype(np.float32)
    assert out_of_bag_scores(QUICK(samples, labels), labels).accuracy > 0.95
    honest = cross_validated_scores(QUICK, samples, labels, groups, of="strokes")
    assert honest.accuracy < 0.7
    assert honest.method == "cross-validated over strokes"


def test_cross_validation_is_the_same_for_any_number_of_threads_and_learns() -> None:
    samples, labels = noisy_samples(400, 6, seed=1)
    groups = np.arange(400) // 10
    once = cross_validated_scores(QUICK, samples, labels, groups)
    assert once.accuracy > 0.75
    assert once.left_out == 0
    assert cross_validated_scores(QUICK, samples, labels, groups, threads=3) == once
    assert cross_validated_scores(replace(QUICK, seed=9), samples, labels, groups) != once


def test_a_label_of_one_group_cannot_be_tested() -> None:
    samples, labels = noisy_samples(90, 3, seed=1)
    groups = np.where(labels == 300, 0, 1 + np.arange(90) % 4)
    scores = cross_validated_scores(QUICK, samples, labels, groups)
    assert scores.left_out == np.count_nonzero(labels == 300)
    assert scores.confusion[2] == (0, 0, 0)
    alone = cross_validated_scores(QUICK, samples, labels, np.zeros(90, int))
    assert (alone.tested, alone.left_out) == (0, 90)
    two = labels != 300
    apart = cross_validated_scores(QUICK, samples[two], labels[two], labels[two])
    assert apart.tested == 0


def test_the_classifier_that_is_tested_knows_its_columns() -> None:
    random = np.random.default_rng(0)
    groups = np.arange(300) // 10
    labels = 1 + groups % 2
    near = labels + random.normal(0, 0.3, 300)  # tells the labels apart everywhere
    far = groups + random.normal(0, 0.1, (300, 6)).T  # tells apart only groups that it has seen
    samples = np.column_stack([near, *far]).astype(np.float32)
    columns = ("fft_gauss 1 mean", *(f"fft_gauss 32 {one}" for one in range(6)))
    named = cross_validated_scores(ScaleEnsemble(trees=30), samples, labels, groups, columns=columns)
    nameless = cross_validated_scores(ScaleEnsemble(trees=30), samples, labels, groups)
    assert named.accuracy > nameless.accuracy


def test_cross_validation_reports_progress() -> None:
    samples, labels = noisy_samples(60, 3, seed=1)
    told: list[float] = []
    cross_validated_scores(
        replace(QUICK, trees=2), samples, labels, np.arange(60) % 7, progress=lambda share, stage: told.append(share)
    )
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)


def test_one_rule_says_when_scores_flatter() -> None:
    def out_of_bag(right: int) -> Scores:
        return Scores("out of bag", (1, 2), (10, 10), ((right, 10 - right), (10 - right, right)))

    assert out_of_bag(10).warning.startswith("too good to be true: mark each label on two slices")
    assert out_of_bag(9).warning == out_of_bag(10).warning
    assert out_of_bag(1).warning.startswith("tested beside what it learned from: mark each label on two slices")
    assert replace(out_of_bag(9), confusion=((0, 0), (0, 0))).warning.startswith("nothing could be tested: ")
    assert replace(out_of_bag(10), method="cross-validated over planes").warning == ""
    assert out_of_bag(1).lines()[-1] == f"  {out_of_bag(1).warning}"
