"""What a cache knows is not measured again, and is the same."""

from pathlib import Path

import numpy as np
import pytest

from annotat3d_tui.cache import FolderCache
from annotat3d_tui.features.features import Features
from annotat3d_tui.labels.masks import marks_of
from annotat3d_tui.workflow.presets import PRESETS
from annotat3d_tui.workflow.segmentation import segment
from annotat3d_tui.workflow.superpixels import make_superpixels

Phases = tuple[np.ndarray, np.ndarray, np.ndarray]


class Measured:
    """What the features were asked for, call by call: (whether superpixels, how many marked voxels)."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[tuple[bool, int]] = []
        real = Features.__call__

        def counted(features: Features, image: np.ndarray, **asked: object) -> object:
            marked = asked["marked"]
            self.calls.append((asked["superpixels"] is not None, 0 if marked is None else len(marked)))
            return real(features, image, **asked)

        monkeypatch.setattr(Features, "__call__", counted)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Measured:
    return Measured(monkeypatch)


@pytest.mark.parametrize("preset", ["fast", "manual"])
def test_a_cache_changes_nothing_but_the_work(phases: Phases, tmp_path: Path, measured: Measured, preset: str) -> None:
    image, _, markers = phases
    coordinates, labels = marks_of(markers)
    parameters = PRESETS[preset]
    superpixels = make_superpixels(image, parameters)
    plain = segment(image, coordinates, labels, parameters, superpixels=superpixels)
    measured.calls.clear()
    for restart in range(3):
        cached = segment(
            image.copy(), coordinates, labels, parameters, superpixels=superpixels.copy(), cache=FolderCache(tmp_path)
        )
        assert cached.label.tobytes() == plain.label.tobytes()
        assert cached.scores == plain.scores
        assert len(measured.calls) == 1, f"start {restart}"


def test_a_new_stroke_measures_its_own_voxels_only(phases: Phases, tmp_path: Path, measured: Measured) -> None:
    image, _, markers = phases
    coordinates, labels = marks_of(markers)
    parameters, cache = PRESETS["fast"], FolderCache(tmp_path)
    superpixels = make_superpixels(image, parameters)
    old = np.arange(len(labels)) % 4 > 0
    segment(image, coordinates[old], labels[old], parameters, superpixels=superpixels, cache=cache)
    measured.calls.clear()
    label = segment(image, coordinates, labels, parameters, superpixels=superpixels, cache=cache).label
    assert measured.calls == [(False, np.count_nonzero(~old))]
    assert np.array_equal(label, segment(image, coordinates, labels, parameters, superpixels=superpixels).label)


def test_another_image_parameter_or_superpixel_is_measured(phases: Phases, tmp_path: Path, measured: Measured) -> None:
    image, _, markers = phases
    common = marks_of(markers)
    cache = FolderCache(tmp_path)
    superpixels = make_superpixels(image, PRESETS["manual"])
    segment(image, *common, PRESETS["manual"], superpixels=superpixels, cache=cache)
    measured.calls.clear()
    other = image.copy()
    other[0, 0, 0] += 1
    one_less = np.minimum(superpixels, superpixels.max() - 1)
    segment(other, *common, PRESETS["manual"], superpixels=superpixels, cache=cache)
    segment(image, *common, PRESETS["manual"], superpixels=one_less, cache=cache)
    segment(image, *common, PRESETS["fast"], superpixels=superpixels, cache=cache)
    assert len(measured.calls) == 3


def test_a_preview_of_a_small_image_measures_all_of_it(phases: Phases, tmp_path: Path, measured: Measured) -> None:
    image, _, markers = phases
    cache = FolderCache(tmp_path)
    superpixels = make_superpixels(image, PRESETS["fast"])
    first = segment(
        image, *marks_of(markers), PRESETS["fast"], superpixels=superpixels, cache=cache, planes=slice(3, 5)
    )
    whole = segment(image, *marks_of(markers), PRESETS["fast"], superpixels=superpixels, cache=cache)
    assert len(measured.calls) == 1
    assert np.array_equal(first.label[3:5], whole.label[3:5])
    assert not first.label[5:].any()
