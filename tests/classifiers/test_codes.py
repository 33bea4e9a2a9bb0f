"""Codes decide as the values do."""

import numpy as np
import pytest

from annotat3d_tui.classifiers.codes import Cuts, coarse, encode


@pytest.mark.parametrize("count", [1, 3, 254, 255, 256, 2000])
def test_a_code_is_the_number_of_cuts_below_the_value(count: int) -> None:
    random = np.random.default_rng(count)
    threshold = random.normal(size=count).astype(np.float32)
    feature = np.full(count, 1, np.int32)
    cuts = Cuts.of(feature, threshold, 3)
    near = [np.nextafter(threshold, np.float32(side)) for side in (-9, 9)]
    values = np.concatenate([*near, threshold, random.normal(size=50), [-np.inf, np.inf]]).astype(np.float32)
    codes = np.full(values.size, 7, cuts.kind)
    encode(values, cuts, 1, codes)
    assert np.array_equal(codes, np.searchsorted(np.sort(threshold), values, side="left"))
    own = cuts.codes_of_thresholds(feature, threshold)
    assert np.array_equal(values[:, np.newaxis] > threshold, codes[:, np.newaxis] > own)
    encode(values, cuts, 0, codes)
    assert not codes.any()


def test_up_to_255_cuts_are_a_byte() -> None:
    for count, kind in ((0, np.uint8), (255, np.uint8), (256, np.uint16)):
        threshold = np.arange(count, dtype=np.float32)
        assert Cuts.of(np.zeros(count, np.int32), threshold, 1).kind == kind


def test_coarse_thresholds_are_near_and_few() -> None:
    random = np.random.default_rng(0)
    threshold = random.lognormal(0, 2, 5000).astype(np.float32)
    feature = random.integers(-1, 2, 5000).astype(np.int32)
    few = coarse(feature, threshold)
    assert np.array_equal(few[feature < 0], threshold[feature < 0])
    for column in (0, 1):
        fine = threshold[feature == column]
        ranks = np.searchsorted(np.sort(fine), few[feature == column])
        assert len(np.unique(few[feature == column])) <= 255
        assert np.abs(ranks - np.argsort(np.argsort(fine))).max() <= len(fine) / 255 + 1
    some = np.where(np.arange(5000) < 200, feature, -1).astype(np.int32)
    assert np.array_equal(coarse(some, threshold), threshold)
