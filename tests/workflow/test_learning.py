"""What is learned from, and with which features."""

from dataclasses import replace

import numpy as np
import pytest

from annotat3d_tui.classifiers.choice import CLASSIFIERS
from annotat3d_tui.classifiers.selection import PermutationSelection
from annotat3d_tui.errors import InvalidMarkers, InvalidParameter
from annotat3d_tui.labels.masks import marks_of
from annotat3d_tui.workflow.presets import PRESETS
from annotat3d_tui.workflow.segmentation import segment
from annotat3d_tui.workflow.settings import Pixels, Segmentation

Phases = tuple[np.ndarray, np.ndarray, np.ndarray]
FAST = PRESETS["fast"]


@pytest.mark.parametrize("classifier", CLASSIFIERS, ids=lambda one: one.kind)
@pytest.mark.parametrize("superpixels", [FAST.superpixels, Pixels()], ids=["superpixels", "voxels"])
def test_every_classifier_labels_the_phases(phases: Phases, classifier: type, superpixels: object) -> None:
    image, truth, markers = phases
    parameters = replace(FAST, superpixels=superpixels, classifier=classifier().quick())
    one = segment(image, *marks_of(markers), parameters, threads=1)
    two = segment(image, *marks_of(markers), parameters, threads=2)
    assert one.label.tobytes() == two.label.tobytes()
    assert (one.label == truth).mean() > 0.65
    assert one.scores is not None
    if one.model.out_of_bag is not None:  # with one stroke a label nothing else can be tested
        assert one.scores.accuracy > 0.85
    assert set(one.trained.importance_of()) == set(one.trained.samples.columns)


@pytest.mark.parametrize("parameters", [FAST, replace(FAST, superpixels=Pixels())], ids=["superpixels", "voxels"])
def test_features_that_are_dropped_are_not_asked_for(phases: Phases, parameters: Segmentation) -> None:
    image, truth, markers = phases
    selecting = replace(parameters, selection=PermutationSelection(threshold=0.03))
    result = segment(image, *marks_of(markers), selecting)
    importances = result.trained.importance_of()
    assert set(result.model.columns) == {name for name, value in importances.items() if value >= 0.03}
    assert 0 < len(result.model.columns) < len(importances)
    assert (result.label == truth).mean() > 0.85
    with pytest.raises(InvalidParameter, match="must keep at least one feature, received a highest importance of"):
        segment(image, *marks_of(markers), replace(parameters, selection=PermutationSelection(threshold=1.0)))


def test_samples_of_another_image_are_learned_from(phases: Phases) -> None:
    image, truth, markers = phases
    first = segment(image, *marks_of(markers), FAST, source="first.tif")
    other = np.ascontiguousarray(image[::-1])
    nothing = np.zeros((0, 3), np.int64), np.zeros(0, np.uint8)
    settled = first.parameters
    label = segment(other, *nothing, settled, training=[first.trained.samples]).label
    assert (label == truth[::-1]).mean() > 0.9
    coordinates, labels = marks_of(markers[::-1])
    both = segment(other, coordinates, labels, settled, training=[first.trained.samples], source="second.tif")
    assert len(both.trained.samples.labels) == 2 * len(first.trained.samples.labels)
    one = labels == 1
    alone = segment(other, coordinates[one], labels[one], settled, training=[first.trained.samples])
    assert set(np.unique(alone.label)) == {1, 2}
    wider = replace(settled, features=replace(settled.features, radii=(1, 2)))
    with pytest.raises(InvalidParameter, match="radii"):
        segment(other, coordinates, labels, wider, training=[first.trained.samples])
    with pytest.raises(InvalidMarkers, match="at least two labels"):
        segment(other, *nothing, settled)
