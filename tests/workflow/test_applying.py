"""A kept classifier gives the same bytes on its own image, and fits what its parameters measure."""

from dataclasses import replace

import numpy as np
import pytest

from annotat3d_tui.classifiers.forest import ExtraTrees
from annotat3d_tui.errors import InvalidParameter, ShapeMismatch
from annotat3d_tui.workflow.applying import apply, learned
from annotat3d_tui.workflow.presets import PRESETS
from annotat3d_tui.workflow.segmentation import Result, segment
from annotat3d_tui.workflow.settings import Pixels, Segmentation

Phases = tuple[np.ndarray, np.ndarray, np.ndarray]


def trained_on(phases: Phases, parameters: Segmentation) -> Result:
    image, _, markers = phases
    where = np.argwhere(markers)
    return segment(image, where, markers[tuple(where.T)], parameters, test=False)


@pytest.mark.parametrize("name", [*PRESETS, "pixels"])
def test_on_its_own_image_it_gives_the_same_bytes(phases: Phases, name: str) -> None:
    if name == "pixels":
        parameters = replace(
            PRESETS["manual"], superpixels=Pixels(), training_on="voxels", classifier=ExtraTrees(trees=9)
        )
    else:
        parameters = PRESETS[name]
    result = trained_on(phases, parameters)
    trained = learned(result.model, result.parameters)
    for threads in (1, 2):
        found = apply(trained, phases[0], evidence=True, threads=threads)
        assert found.label.tobytes() == result.label.tobytes()
        assert found.evidence is not None
    assert trained.importance_of() == result.trained.importance_of()


def test_on_another_image_it_finds_the_same_phases(phases: Phases) -> None:
    image, truth, _ = phases
    result = trained_on(phases, PRESETS["manual"])
    noise = np.random.default_rng(1).normal(0, 300, truth.shape)
    other = (np.where(truth == 2, 9000, 5000) + noise).astype(image.dtype)[:, ::-1]
    found = apply(learned(result.model, result.parameters), other)
    assert (found.label == truth[:, ::-1]).mean() > 0.9


def test_given_superpixels_are_used(phases: Phases) -> None:
    result = trained_on(phases, PRESETS["manual"])
    trained = learned(result.model, result.parameters)
    assert result.superpixels is not None
    assert np.array_equal(apply(trained, phases[0], superpixels=result.superpixels).label, result.label)
    with pytest.raises(ShapeMismatch):
        apply(trained, phases[0], superpixels=result.superpixels[1:])


def test_parameters_must_be_those_it_was_trained_with(phases: Phases) -> None:
    result = trained_on(phases, PRESETS["manual"])
    with pytest.raises(InvalidParameter, match="settled"):
        learned(result.model, PRESETS["manual"])
    used = result.parameters
    with pytest.raises(InvalidParameter, match="fft_gauss 8 mean"):
        learned(result.model, replace(used, features=replace(used.features, radii=(1, 2, 4))))
