"""Planes that are labelled apart from each other are the planes of the whole label volume, byte for byte."""

from dataclasses import replace

import numpy as np
import pytest

from annotat3d_tui.classifiers.choice import CLASSIFIERS
from annotat3d_tui.classifiers.smoothing import Smoothing
from annotat3d_tui.errors import ShapeMismatch
from annotat3d_tui.superpixels.waterpixels import Waterpixels3D
from annotat3d_tui.workflow.evidence import SuperpixelEvidence, VoxelEvidence
from annotat3d_tui.workflow.planes import by_superpixel, classify_begun, label_planes, whole_ones
from annotat3d_tui.workflow.presets import PRESETS
from annotat3d_tui.workflow.segmentation import segment
from annotat3d_tui.workflow.settings import Pixels, Segmentation

OTHERS = {one.kind: one for one in CLASSIFIERS if one.kind in ("linear_svm", "gradient_boosting")}
CLASSIFIER_NAMES = tuple(OTHERS)
Phases = tuple[np.ndarray, np.ndarray, np.ndarray]


def settings(name: str) -> Segmentation:
    few = replace(PRESETS["fast"], classifier=PRESETS["fast"].classifier.quick())
    return {
        "fast": few,
        "blocks": replace(few, superpixels=Waterpixels3D(4)),
        "smooth": replace(few, superpixels=Waterpixels3D(4), smoothing=Smoothing()),
        "pixels": replace(few, superpixels=Pixels()),
        "fine": replace(PRESETS["fine"], classifier=PRESETS["fine"].classifier.quick()),
        "manual": PRESETS["manual"],
        **{kind: replace(few, superpixels=Waterpixels3D(4), classifier=one()) for kind, one in OTHERS.items()},
    }[name]


def cut(depth: int, thickness: int) -> list[slice]:
    return [slice(z, min(z + thickness, depth)) for z in range(0, depth, thickness)]


@pytest.mark.parametrize("name", ["smooth", "fine", "pixels"])
@pytest.mark.parametrize("thickness", [5, 64])
def test_planes_apart_are_the_whole(phases: Phases, name: str, thickness: int) -> None:
    image, _, markers = phases
    coordinates = np.argwhere(markers)
    result = segment(image, coordinates, markers[markers > 0], settings(name), threads=2, test=False)
    assert not by_superpixel(result.trained)
    parts = [
        label_planes(result.trained, image, planes, result.superpixels, evidence=True, threads=2)
        for planes in cut(len(image), thickness)
    ]
    assert np.array_equal(np.concatenate([part.label for part in parts]), result.label)
    assert isinstance(result.evidence, VoxelEvidence)
    chances = np.concatenate([part.probabilities for part in parts if part.probabilities is not None], axis=1)
    assert chances.tobytes() == np.ascontiguousarray(result.evidence.probabilities).tobytes()
    assert label_planes(result.trained, image, slice(0, 2), result.superpixels).probabilities is None


@pytest.mark.parametrize("name", ["fast", "blocks", "manual", *CLASSIFIER_NAMES])
@pytest.mark.parametrize("thickness", [5, 64])
def test_superpixels_are_classified_once_each_where_they_begin(phases: Phases, name: str, thickness: int) -> None:
    image, _, markers = phases
    result = segment(image, np.argwhere(markers), markers[markers > 0], settings(name), threads=2, test=False)
    assert by_superpixel(result.trained)
    assert result.superpixels is not None
    parts = [classify_begun(result.trained, image, one, result.superpixels) for one in cut(len(image), thickness)]
    ids = np.concatenate([part.ids for part in parts])
    assert np.array_equal(np.sort(ids), np.unique(result.superpixels))
    assert isinstance(result.evidence, SuperpixelEvidence)
    chances = np.concatenate([part.probabilities for part in parts])
    assert chances.tobytes() == result.evidence.probabilities[ids - 1].tobytes()


def test_superpixels_of_any_numbers_are_told_apart(phases: Phases) -> None:
    image, _, markers = phases
    result = segment(image, np.argwhere(markers), markers[markers > 0], settings("blocks"), test=False)
    assert result.superpixels is not None
    assert isinstance(result.evidence, SuperpixelEvidence)
    order = np.random.default_rng(0).permutation(result.superpixel_count) + 1
    mixed = order.astype(np.int32)[result.superpixels - 1]
    for planes in cut(len(image), 7):
        ids, chances = classify_begun(result.trained, image, planes, mixed)
        assert set(ids) == set(mixed[planes].ravel()) - set(mixed[: planes.start].ravel())
        before = np.argsort(order)[ids - 1]
        assert np.array_equal(chances, result.evidence.probabilities[before])


def test_superpixels_are_taken_whole() -> None:
    ids = np.array([1, 1, 2, 2, 3, 3, 3]).reshape(7, 1, 1)
    assert whole_ones(ids, slice(3, 5)) == slice(2, 7)
    assert whole_ones(ids, slice(0, 2)) == slice(0, 2)


def test_superpixels_of_another_size_are_refused(phases: Phases) -> None:
    image, _, markers = phases
    result = segment(image, np.argwhere(markers), markers[markers > 0], settings("fast"), test=False)
    with pytest.raises(ShapeMismatch):
        classify_begun(result.trained, image, slice(0, 2), np.ones((1, 2, 3), np.int32))
    smooth = segment(image, np.argwhere(markers), markers[markers > 0], settings("smooth"), test=False)
    with pytest.raises(ShapeMismatch):
        label_planes(smooth.trained, image, slice(0, 2), None)
