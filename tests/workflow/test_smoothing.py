"""Smoothing is the same whether all or some planes are wanted, with superpixels or without."""

from dataclasses import replace

import numpy as np
import pytest

from annotat3d_tui.classifiers.smoothing import Smoothing
from annotat3d_tui.labels.masks import marks_of
from annotat3d_tui.workflow.presets import PRESETS
from annotat3d_tui.workflow.segmentation import segment
from annotat3d_tui.workflow.settings import Pixels, Segmentation

Phases = tuple[np.ndarray, np.ndarray, np.ndarray]
SMOOTH = replace(PRESETS["fast"], smoothing=Smoothing(radius=1, times=1))


@pytest.mark.parametrize("dimensions", ["2", "3"])
@pytest.mark.parametrize("parameters", [SMOOTH, replace(SMOOTH, superpixels=Pixels())], ids=["superpixels", "voxels"])
def test_a_preview_equals_the_whole(phases: Phases, parameters: Segmentation, dimensions: str) -> None:
    image, truth, markers = phases
    used = replace(parameters, features=replace(parameters.features, dimensions=dimensions))
    whole = segment(image, *marks_of(markers), used, threads=2)
    preview = segment(image, *marks_of(markers), used, planes=slice(5, 7))
    assert np.array_equal(preview.label[5:7], whole.label[5:7])
    assert not preview.label[:5].any()
    assert not preview.label[7:].any()
    assert preview.evidence is not None
    assert np.isnan(preview.evidence.uncertainty((4,))).all()
    assert not np.isnan(preview.evidence.uncertainty((5,))).any()
    assert (whole.label == truth).mean() > 0.85


def test_smoothing_makes_borders_shorter(phases: Phases) -> None:
    image, _, markers = phases
    noisy = (image + np.random.default_rng(0).normal(0, 6000, image.shape)).clip(0, 65535).astype(np.uint16)
    rough, smooth = (segment(noisy, *marks_of(markers), one).label for one in (PRESETS["fast"], SMOOTH))
    assert np.count_nonzero(np.diff(smooth)) < np.count_nonzero(np.diff(rough))
