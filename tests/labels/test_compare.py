"""Agreement is counted as scikit-learn counts it, over the voxels that count."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, f1_score, jaccard_score

from annotat3d_tui.errors import Cancelled, InvalidFile, ShapeMismatch, UnknownType
from annotat3d_tui.labels.compare import Agreement, compare

SHAPE = (3, 5, 7)


def test_by_hand() -> None:
    truth = np.array([[[1, 1, 1, 1, 2, 2, 0, 0]]], np.uint8)
    labels = np.array([[[1, 1, 2, 0, 2, 9, 1, 2]]], np.uint16)
    agreement = compare(labels, truth)
    assert agreement.labels == (1, 2, 9)
    assert agreement.confusion == ((2, 1, 0), (0, 1, 1), (0, 0, 0))
    assert agreement.unlabelled == (1, 0, 0)
    assert agreement.voxels == 6
    assert agreement.accuracy == 0.5
    assert agreement.dice == (4 / 6, 2 / 4, 0.0)
    assert agreement.iou == (2 / 4, 1 / 3, 0.0)
    assert agreement.mean_iou == pytest.approx((1 / 2 + 1 / 3) / 3)
    assert (agreement.in_truth, agreement.given) == ((4, 2, 0), (2, 2, 1))


def test_ignored_voxels_are_left_out() -> None:
    truth = np.array([[[1, 1, 2, 2]]])
    labels = np.array([[[1, 2, 2, 7]]])
    agreement = compare(labels, truth, ignore=np.array([[[0, 3, 0, 1]]]))
    assert (agreement.labels, agreement.voxels, agreement.mean_dice) == ((1, 2), 2, 1.0)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([np.uint8, np.uint16, np.int32, np.int64]), st.integers(1, 4))
def test_against_scikit_learn(seed: int, kind: type, planes: int) -> None:
    random = np.random.default_rng(seed)
    ids = np.array([0, 3, 7, 200])
    truth: NDArray[Any] = random.choice(ids, SHAPE).astype(kind)
    labels = random.choice(ids[1:], SHAPE).astype(np.uint8)
    ignore = random.random(SHAPE) < 0.2
    agreement = compare(labels, truth, ignore=ignore, planes=planes)
    counted = (truth > 0) & ~ignore
    one, two = truth[counted].astype(int), labels[counted].astype(int)
    assert agreement.voxels == counted.sum()
    assert agreement.accuracy == pytest.approx(accuracy_score(one, two))
    assert agreement.dice == pytest.approx(tuple(f1_score(one, two, average=None)))
    assert agreement.mean_iou == pytest.approx(jaccard_score(one, two, average="macro"))


def test_equal_volumes_agree_and_planes_at_a_time_do_not_matter() -> None:
    random = np.random.default_rng(0)
    truth = random.integers(0, 5, SHAPE)
    same = compare(truth, truth)
    assert (same.accuracy, same.mean_dice, same.mean_iou) == (1.0, 1.0, 1.0)
    labels = random.integers(0, 5, SHAPE)
    assert compare(labels, truth, planes=1) == compare(labels, truth, planes=2) == compare(labels, truth, planes=99)
    turned = compare(labels.transpose(2, 0, 1), truth.transpose(2, 0, 1))
    assert turned == compare(labels, truth)


def test_many_labels_and_high_ids() -> None:
    truth = np.arange(65535 - 104, 65536, dtype=np.uint16).reshape(SHAPE)
    assert compare(truth, truth).labels == tuple(range(65431, 65536))


def test_written_for_people_and_programs() -> None:
    agreement = Agreement((1, 200), ((6, 2), (0, 8)), (0, 0))
    lines = agreement.lines({200: "Solid"})
    assert lines[2] == "200 Solid  0.889  0.800       8"
    assert len({len(line) for line in lines[:-1]}) == 1
    assert json.loads(json.dumps(agreement.to_dict()))["iou"] == [0.75, 0.8]


def test_progress_and_cancelling() -> None:
    volume = np.ones(SHAPE, np.uint8)
    told: list[float] = []
    compare(volume, volume, planes=2, progress=lambda share, stage: told.append(share))
    assert told == [2 / 3, 1.0]

    def stop(share: float, stage: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        compare(volume, volume, progress=stop)


def test_messages() -> None:
    volume = np.ones(SHAPE, np.uint8)
    with pytest.raises(ShapeMismatch, match="The truth must have the label volume's size 7×5×3, received 7×5×2: give"):
        compare(volume, volume[:2])
    with pytest.raises(ShapeMismatch, match="voxels to ignore must have"):
        compare(volume, volume, ignore=volume[:, :2])
    with pytest.raises(UnknownType, match="The label volume must be of whole numbers, received float32: give"):
        compare(volume.astype(np.float32), volume)
    with pytest.raises(InvalidFile, match="received none: there is nothing to compare"):
        compare(volume, volume, ignore=volume)
    with pytest.raises(InvalidFile, match="Label ids of the truth must be from 0 to 65535, received -1: renumber"):
        compare(volume, -volume.astype(np.int16))
    with pytest.raises(InvalidFile, match="received 70000"):
        compare(volume * np.int32(70000), volume)
    many = np.arange(1, 5001, dtype=np.uint16).reshape(10, 20, 25)
    with pytest.raises(InvalidFile, match="at most 4095 labels together, received more: give volumes of classes"):
        compare(many, many)
