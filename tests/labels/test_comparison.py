"""Two label volumes are compared as scikit-image and SciPy compare them, over the voxels that count."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage
from skimage.metrics import adapted_rand_error, hausdorff_distance, variation_of_information

from annotat3d_tui.errors import ShapeMismatch
from annotat3d_tui.labels import comparison
from annotat3d_tui.labels.boundaries import surface_distances
from annotat3d_tui.labels.comparison import compare_volumes
from annotat3d_tui.labels.difference import difference_volume
from annotat3d_tui.labels.overlap import Overlap
from annotat3d_tui.labels.partitions import Partition
from tests.labels.cells import cells

VOXEL = (2.5, 1.0, 0.5)
Pair = tuple[NDArray[Any], NDArray[Any], NDArray[np.bool_]]


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    """Two label volumes that are alike, and voxels to ignore."""
    shape = draw(st.tuples(st.integers(1, 6), st.integers(2, 12), st.integers(2, 12)))
    seed = draw(st.integers(0, 99))
    truth = cells(shape, draw(st.integers(1, 6)), seed).astype(draw(st.sampled_from([np.uint8, np.int32])))
    moved = np.roll(truth, draw(st.integers(0, 2)), draw(st.integers(0, 2))).astype(np.uint16)
    moved[moved == draw(st.integers(1, 6))] = draw(st.integers(0, 9))
    ignore = np.random.default_rng(seed).random(shape) < draw(st.sampled_from([0.0, 0.2]))
    truth.flat[0], ignore.flat[0] = 1, False
    return moved, truth, ignore


@settings(max_examples=40, deadline=None)
@given(pairs(), st.booleans(), st.integers(1, 4))
def test_objects_are_counted_as_scikit_image_counts_them(pair: Pair, zero: bool, planes: int) -> None:
    labels, truth, ignore = pair
    found = Partition.of(Overlap.of(labels, truth, ignore=ignore, zero_counts=zero, planes=planes))
    counted = ~ignore & (zero | (truth > 0))
    right, given = truth[counted].astype(int), labels[counted].astype(int)
    assert [found.split, found.merge] == pytest.approx(list(variation_of_information(right, given)), abs=1e-9)
    if len(right) > 1 and found.rand_precision + found.rand_recall > 0:
        with np.errstate(all="ignore"):
            error, recall, precision = adapted_rand_error(right, given, ignore_labels=())  # its doc has them this way
        if np.isfinite([precision, recall]).all():
            expected = pytest.approx((error, precision, recall))
            assert (found.rand_error, found.rand_precision, found.rand_recall) == expected


def surface(ids: NDArray[Any], compared: NDArray[np.bool_], one: int) -> NDArray[np.bool_]:
    """Compared voxels of a label beside compared voxels of another."""
    others = compared & (ids != one)
    return (ids == one) & compared & ndimage.binary_dilation(others)


@settings(max_examples=40, deadline=None)
@given(pairs(), st.booleans())
def test_surfaces_are_as_far_apart_as_scipy_says(pair: Pair, zero: bool) -> None:
    labels, truth, ignore = pair
    found = surface_distances(labels, truth, ignore=ignore, zero_counts=zero, voxel_size=VOXEL)
    compared = ~ignore & (zero | (truth > 0))
    for one in set(np.unique(labels).tolist()) | set(np.unique(truth).tolist()) - {0}:
        mine, theirs = surface(labels, compared, one), surface(truth, compared, one)
        if one == 0 or not (mine.any() or theirs.any()):
            assert one not in found
        elif not (mine.any() and theirs.any()):
            assert np.isinf(found[one].mean)
        else:
            forth = ndimage.distance_transform_edt(~theirs, VOXEL)[mine]
            back = ndimage.distance_transform_edt(~mine, VOXEL)[theirs]
            assert found[one].mean == pytest.approx(np.concatenate([forth, back]).mean(), abs=1e-4)
            expected = max(np.percentile(forth, 95), np.percentile(back, 95))
            assert found[one].hausdorff_95 == pytest.approx(expected, abs=1e-4)
            assert found[one].hausdorff_95 <= hausdorff_distance(mine, theirs) * max(VOXEL) + 1e-4


def test_a_volume_is_at_no_distance_from_itself() -> None:
    label = cells((8, 20, 20), 6, 1)
    same = compare_volumes(label, label, zero_counts=True)
    assert same.partition == Partition(0.0, 1.0, 1.0, 0.0, 0.0)
    assert {(one.mean, one.hausdorff_95) for one in (same.distances or {}).values()} == {(0.0, 0.0)}
    assert same.agreement is not None
    assert (same.agreement.mean_dice, same.agreement.labels[0]) == (1.0, 0)
    assert not difference_volume(label, label).any()


def test_other_ids_are_the_same_objects() -> None:
    label = cells((6, 16, 16), 5, 2)
    renamed = np.where(label > 0, label.astype(np.int32) * 7 + 3, 0)
    assert compare_volumes(renamed, label, surfaces=False).partition == Partition(0.0, 1.0, 1.0, 0.0, 0.0)
    merged, cut = np.where(label == 2, 1, label), label.copy()
    cut[3:][cut[3:] == 1] = 9
    joined, divided = (compare_volumes(one, label, surfaces=False).partition for one in (merged, cut))
    assert (joined.split, divided.merge) == pytest.approx((0.0, 0.0), abs=1e-9)
    assert min(joined.merge, divided.split) > 0
    assert joined.rand_precision < joined.rand_recall == 1.0
    assert divided.rand_recall < divided.rand_precision == 1.0


def test_written_for_people_and_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    truth = np.ones((1, 3, 8), np.uint8)
    truth[..., 4:] = 2
    labels = truth.copy()
    labels[..., 4:6] = 9
    found = compare_volumes(labels, truth, unit="um")
    lines = found.lines()
    assert lines[0].split()[-4:] == ["um", "95", "%", "um"]
    assert [line.split()[-1] for line in lines[1:4]] == ["0", "2", "∞"]
    read = json.loads(json.dumps(found.to_dict()))
    assert read["surface_distances"]["9"] == {"mean": None, "hausdorff_95": None}
    assert set(read["variation_of_information"]) == {"split", "merge"}
    assert compare_volumes(truth, truth, surfaces=False).lines()[0].split()[-1] == "voxels"
    monkeypatch.setattr(comparison, "MOST_LABELS", 2)
    assert "Dice and IoU of each are left out" in compare_volumes(labels, truth).lines()[0]


def test_difference_says_how() -> None:
    labels = np.array([[[0, 1, 2, 2, 0, 3]]], np.uint16)
    truth = np.array([[[1, 1, 1, 0, 0, 1]]], np.uint8)
    ignore = np.array([[[0, 0, 0, 0, 0, 1]]])
    assert difference_volume(labels, truth, ignore=ignore, zero_counts=True).tolist() == [[[1, 0, 3, 2, 0, 0]]]
    assert difference_volume(labels, truth).tolist() == [[[1, 0, 3, 0, 0, 3]]]
    with pytest.raises(ShapeMismatch, match="The truth must have the label volume's size 6×1×1"):
        difference_volume(labels, truth[..., :2])
