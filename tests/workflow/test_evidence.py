"""Probabilities and uncertainty belong to the voxels of the label volume."""

from dataclasses import replace

import numpy as np
import pytest

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.labels.masks import marks_of
from annotat3d_tui.workflow.evidence import APART, SuperpixelEvidence, VoxelEvidence, places_to_annotate, uncertainty_of
from annotat3d_tui.workflow.presets import PRESETS
from annotat3d_tui.workflow.segmentation import segment
from annotat3d_tui.workflow.settings import Pixels

Phases = tuple[np.ndarray, np.ndarray, np.ndarray]
EVERYWHERE = (slice(None),)


@pytest.mark.parametrize("by", ["superpixel", "voxel"])
def test_the_label_is_the_most_probable_one(phases: Phases, by: str) -> None:
    image, _, markers = phases
    fast = PRESETS["fast"]
    parameters = fast if by == "superpixel" else replace(fast, superpixels=Pixels())
    result = segment(image, *marks_of(markers), parameters)
    evidence = result.evidence
    assert evidence is not None
    assert evidence.shape == image.shape
    both = np.stack([evidence.probability(int(label), EVERYWHERE) for label in evidence.labels])
    assert np.array_equal(evidence.labels[both.argmax(axis=0)], result.label)
    np.testing.assert_allclose(both.sum(axis=0), 1, atol=1e-3)
    np.testing.assert_allclose(evidence.uncertainty(EVERYWHERE), 1 - abs(both[0] - both[1]), atol=1e-3)
    cut = (slice(None), 3, slice(2, 9))
    assert np.array_equal(evidence.uncertainty(cut), evidence.uncertainty(EVERYWHERE)[cut])
    with pytest.raises(InvalidParameter, match="one that was learned \\(1, 2\\), received 9"):
        evidence.probability(9, EVERYWHERE)


def test_uncertainty_is_the_lack_of_a_margin() -> None:
    random = np.random.default_rng(0)
    probabilities = random.dirichlet(np.ones(5), 50).astype(np.float32)
    ordered = np.sort(probabilities, axis=1)
    np.testing.assert_allclose(uncertainty_of(probabilities), 1 - (ordered[:, -1] - ordered[:, -2]), atol=1e-7)
    assert np.isnan(uncertainty_of(np.full((2, 3), np.nan, np.float32))).all()
    assert uncertainty_of(np.ones((2, 1), np.float32)).tolist() == [0, 0]


def test_the_next_place_is_where_it_is_most_uncertain() -> None:
    sure = np.full((2, 30, 40, 50), 0.0, np.float32)
    sure[0] = 1.0
    sure[:, 7, 10:20, 30:40] = 0.5
    sure[:, 8, 10:18, 30:40] = 0.5
    sure[:, 21, 30:35, 5:10] = 0.5
    sure[:, 25:] = np.nan
    places = places_to_annotate(VoxelEvidence(np.array([1, 2], np.uint16), sure))
    (z, y, x), (other, *_) = places[:2]
    assert (z, other) == (7, 21)
    assert 10 <= y < 20
    assert 30 <= x < 40
    planes = sorted(place[0] for place in places)
    assert min(np.diff(planes)) >= APART
    assert max(planes) < 25


def test_a_preview_knows_nothing_elsewhere(phases: Phases) -> None:
    image, _, markers = phases
    evidence = segment(image, *marks_of(markers), PRESETS["fast"], planes=slice(3, 4)).evidence
    assert isinstance(evidence, SuperpixelEvidence)
    assert not np.isnan(evidence.uncertainty((3,))).any()
    assert np.isnan(evidence.uncertainty((2,))).all()
    assert np.isnan(evidence.probability(1, (4, slice(2, 5)))).all()
    known = ~np.isnan(evidence.uncertainty(EVERYWHERE)).any(axis=(1, 2))
    assert np.flatnonzero(known).tolist() == [3]
    assert [z for z, _, _ in places_to_annotate(evidence)] == [3]
