"""The whole river: laws that hold from image and markers to label volume."""

from dataclasses import replace

import numpy as np
import pytest

from annotat3d_tui.errors import Cancelled, InvalidMarkers, OverBudget, ShapeMismatch
from annotat3d_tui.labels.masks import marks_of
from annotat3d_tui.memory import check_budget
from annotat3d_tui.superpixels.waterpixels import Waterpixels, Waterpixels3D
from annotat3d_tui.volume.files import open_labels, open_volume
from annotat3d_tui.workflow.forecast import memory_needed
from annotat3d_tui.workflow.presets import PRESETS
from annotat3d_tui.workflow.segmentation import segment
from annotat3d_tui.workflow.settings import AutomaticWaterpixels
from annotat3d_tui.workflow.superpixels import make_superpixels
from tests.conftest import real_data

Phases = tuple[np.ndarray, np.ndarray, np.ndarray]
FAST = PRESETS["fast"]


def test_the_order_of_the_markers_and_the_threads_change_nothing(phases: Phases) -> None:
    image, _, markers = phases
    coordinates, labels = marks_of(markers)
    mixed = np.random.default_rng(3).permutation(len(labels))
    for parameters in PRESETS.values():
        first = segment(image, coordinates, labels, parameters)
        again = segment(image, coordinates[mixed], labels[mixed], parameters, threads=3)
        assert first.label.tobytes() == again.label.tobytes()
        assert first.scores == again.scores


def test_a_preview_of_real_nuclei_equals_the_whole() -> None:
    folder = real_data("nuclei_confocal")
    image = open_volume(folder / "image.tif").data
    marks = marks_of(open_labels(folder / "scribbles.tif").data)
    whole = segment(image, *marks, FAST, threads=2, test=False).label
    shown = segment(image, *marks, FAST, threads=2, test=False, planes=slice(48, 53)).label
    assert np.array_equal(shown[48:53], whole[48:53])
    assert not shown[:48].any()
    assert not shown[53:].any()


def test_superpixels_that_hold_marks_of_several_labels_are_told(phases: Phases) -> None:
    image = phases[0]
    coordinates = np.array([(2, 3, x) for x in range(6)])
    for count in (2, 3):
        with pytest.raises(InvalidMarkers, match="only label 1, since one superpixel holds marks of several: choose"):
            segment(
                image,
                coordinates,
                np.arange(6) % count + 1,
                PRESETS["manual"],
                superpixels=np.ones(image.shape, np.int32),
            )


def test_a_voxel_given_twice_counts_the_same_in_any_order(phases: Phases) -> None:
    image, _, markers = phases
    coordinates, labels = marks_of(markers)
    twice, other = np.vstack([coordinates, coordinates[:9]]), np.concatenate([labels, 3 - labels[:9]])
    first = segment(image, twice, other, FAST)
    again = segment(image, twice[::-1], other[::-1], FAST)
    assert np.array_equal(first.label, again.label)


@pytest.mark.parametrize("axes", [(0, 1, 2), (2, 0, 1)])
@pytest.mark.parametrize("flip", [(1, 1, 1), (-1, 1, 1), (1, -1, -1)])
def test_a_label_stays_with_its_image(phases: Phases, axes: tuple[int, ...], flip: tuple[int, ...]) -> None:
    """However the volume is turned, the label agrees with the truth that was turned with it."""
    turned = [np.ascontiguousarray(one.transpose(axes)[tuple(slice(None, None, f) for f in flip)]) for one in phases]
    image, truth, markers = turned
    label = segment(image, *marks_of(markers), FAST).label
    assert (label == truth).mean() > 0.9
    assert all((np.roll(label, 2, axis) == truth).mean() < (label == truth).mean() for axis in range(3))


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preview_equals_the_whole_also_with_superpixels_of_any_form(phases: Phases, preset: str) -> None:
    image, _, markers = phases
    columns = np.broadcast_to(np.arange(1, 26 * 30 + 1, dtype=np.int32).reshape(26, 30), image.shape).copy()
    pieces = columns + np.where(np.arange(len(image)) // 2 % 2, columns.max(), 0)[:, np.newaxis, np.newaxis]
    for superpixels in (None, columns, pieces.astype(np.int32)):
        common = (image, *marks_of(markers), PRESETS[preset])
        whole = segment(*common, superpixels=superpixels).label
        preview = segment(*common, superpixels=superpixels, planes=slice(4, 6)).label
        assert np.array_equal(preview[4:6], whole[4:6])
        assert not preview[:4].any()
        assert not preview[6:].any()


def test_automatic_means_what_was_decided(phases: Phases) -> None:
    image, _, markers = phases
    result = segment(image, *marks_of(markers), FAST)
    assert isinstance(result.parameters.superpixels, Waterpixels | Waterpixels3D)
    assert result.parameters.features.dimensions in ("2", "3")
    again = segment(image, *marks_of(markers), result.parameters)
    assert np.array_equal(result.label, again.label)
    flat = replace(FAST, features=replace(FAST.features, dimensions="2"))
    assert isinstance(flat.resolved(image).superpixels, Waterpixels)
    ids = make_superpixels(image, flat)
    assert np.array_equal(ids, Waterpixels(FAST.superpixels.spacing, FAST.superpixels.compactness)(image))


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "int32", "float32", "float64"])
def test_every_voxel_type_gives_the_same_label(phases: Phases, dtype: str) -> None:
    image, _, markers = phases
    small = (image // 64).astype(np.uint8)
    expected = segment(small, *marks_of(markers), FAST).label
    assert np.array_equal(segment(small.astype(dtype), *marks_of(markers), FAST).label, expected)


@pytest.mark.parametrize("shape", [(1, 1, 8), (1, 9, 11), (7, 1, 5), (3, 40, 2)])
def test_tiny_and_constant_images_work(shape: tuple[int, int, int]) -> None:
    coordinates = np.array([(0, 0, 0), tuple(side - 1 for side in shape)])
    for parameters in PRESETS.values():
        spacing = replace(parameters, superpixels=AutomaticWaterpixels(spacing=2))
        label = segment(np.full(shape, 7, np.uint8), coordinates, np.array([1, 2]), spacing).label
        assert label.shape == shape
        assert set(np.unique(label)) <= {1, 2}


def test_labels_above_255_are_kept(phases: Phases) -> None:
    image, _, markers = phases
    coordinates, labels = marks_of(markers)
    label = segment(image, coordinates, np.where(labels == 2, 40000, 3), FAST).label
    assert label.dtype == np.uint16
    assert set(np.unique(label)) == {3, 40000}


def test_refusals(phases: Phases) -> None:
    image, _, markers = phases
    coordinates, labels = marks_of(markers)
    with pytest.raises(InvalidMarkers, match="received only Grain \\(1\\)"):
        segment(image, coordinates[labels == 1], labels[labels == 1], FAST, names={1: "Grain"})
    with pytest.raises(InvalidMarkers, match="30×26×14 voxels, received one at x 3, y 2, z 14"):
        segment(image, np.array([(14, 2, 3), (0, 0, 0)]), np.array([1, 2]), FAST)
    with pytest.raises(ShapeMismatch, match="30×26×14, received 30×26×13"):
        segment(image, coordinates, labels, FAST, superpixels=np.ones((13, 26, 30), np.int32))
    one = np.ones(image.shape, np.int32)
    with pytest.raises(InvalidMarkers, match="Marked superpixels must be of at least two labels"):
        segment(image, coordinates, labels, PRESETS["manual"], superpixels=one)
    with pytest.raises(OverBudget, match="wider superpixels"):
        check_budget("Segmenting", memory_needed(image, FAST), 1000)


def test_cancelling_raises_and_reports_stages(phases: Phases) -> None:
    image, _, markers = phases
    stages: list[str] = []

    def until_training(fraction: float, stage: str) -> None:
        stages.append(stage)
        if stage == "train":
            raise Cancelled

    with pytest.raises(Cancelled):
        segment(image, *marks_of(markers), FAST, progress=until_training)
    assert {"gradient", "watershed", "features"} <= set(stages)
