"""Planes that are labelled apart from each other are the planes of the whole label volume, byte for byte."""

from dataclasses import replace

import numpy as np
import pytest

from annotat3d_tui.classifiers.smoothing import Smoothing
from annotat3d_tui.errors import ShapeMismatch
from annotat3d_tui.superpixels.waterpixels import Waterpixels3D
from annotat3d_tui.workflow.planes import label_planes, whole_ones
from annotat3d_tui.workflow.presets import PRESETS
from annotat3d_tui.workflow.segmentation import segment
from annotat3d_tui.workflow.settings import Segmentation

Phases = tuple[np.ndarray, np.ndarray, np.ndarray]


def settings(name: str) -> Segmentation:
    few = replace(PRESETS["fast"], classifier=PRESETS["fast"].classifier.quick())
    return {
        "fast": few,
        "blocks": replace(few, superpixels=Waterpixels3D(4)),
        "smooth": replace(few, superpixels=Waterpixels3D(4), smoothing=Smoothing()),
        "fine": replace(PRESETS["fine"], classifier=PRESETS["fine"].classifier.quick()),
        "manual": PRESETS["manual"],
    }[name]


@pytest.mark.parametrize("name", ["fast", "blocks", "smooth", "fine", "manual"])
@pytest.mark.parametrize("thickness", [5, 64])
def test_planes_apart_are_the_whole(phases: Phases, name: str, thickness: int) -> None:
    image, _, markers = phases
    coordinates = np.argwhere(markers)
    result = segment(image, coordinates, markers[markers > 0], settings(name), threads=2, test=False)
    parts = [
        label_planes(result.trained, image, slice(z, min(z + thickness, len(image))), result.superpixels, threads=2)
        for z in range(0, len(image), thickness)
    ]
    assert np.array_equal(np.concatenate(parts), result.label)


def test_superpixels_are_taken_whole() -> None:
    ids = np.array([1, 1, 2, 2, 3, 3, 3]).reshape(7, 1, 1)
    assert whole_ones(ids, slice(3, 5)) == slice(2, 7)
    assert whole_ones(ids, slice(0, 2)) == slice(0, 2)


def test_superpixels_of_another_size_are_refused(phases: Phases) -> None:
    image, _, markers = phases
    result = segment(image, np.argwhere(markers), markers[markers > 0], settings("fast"), test=False)
    with pytest.raises(ShapeMismatch):
        label_planes(result.trained, image, slice(0, 2), None)
