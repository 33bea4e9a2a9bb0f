"""Samples that are looked at are those of the dataset, or of the pair; label and image change alike."""

from pathlib import Path

import numpy as np
import pytest

from annotat3d_tui.networks.augmentation import Augmentation
from annotat3d_tui.networks.augmented import write_augmented
from annotat3d_tui.networks.dataset import open_dataset
from annotat3d_tui.networks.pair import Pair
from annotat3d_tui.networks.previewing import CHANGES, DatasetSpecimens, PairSpecimens, alone
from tests.networks.samples import dataset
from tests.networks.volumes import SHAPE, classes, pair

FLIPS = alone(Augmentation(), ("vertical_flip", "horizontal_flip", "rotation", "elastic"))


def labelled(folder: Path) -> Pair:
    """A pair whose image is its label."""
    labels = classes(ids=(0, 1, 300 % 256))
    one = pair(folder, labels)
    np.save(one.image, labels)
    return one


def test_samples_of_a_dataset_follow_one_another_round_all_of_them(tmp_path: Path) -> None:
    made = dataset(tmp_path / "d.h5", images=2, samples=3, classes=(3, 7), unlabelled=0)
    specimens = DatasetSpecimens(made.path)
    for number, (image, sample) in enumerate(np.ndindex(2, 3)):
        voxels, ids, _ = made.read_raw(image, sample)
        found = specimens.of(number)
        assert np.array_equal(found.image, voxels)
        assert np.array_equal(found.ids, ids)
    assert np.array_equal(specimens.of(6).image, specimens.of(0).image)


def test_changes_that_are_shown_are_those_that_are_written(tmp_path: Path) -> None:
    made = dataset(tmp_path / "d.h5", images=1, samples=3, validation=1)
    augmentation = alone(Augmentation(), CHANGES)
    write_augmented(made, tmp_path / "e.h5", augmentation, seed=5)
    written, specimens = open_dataset(tmp_path / "e.h5"), DatasetSpecimens(made.path)
    for sample in range(2):
        voxels, ids, _ = written.read_raw(0, sample)
        shown = specimens.changed(sample, augmentation, 5)
        assert np.array_equal(ids, shown.ids)
        assert np.abs(voxels - shown.image).max() <= 0.5


@pytest.mark.parametrize("number", range(4))
def test_label_and_image_of_a_pair_move_alike(tmp_path: Path, number: int) -> None:
    specimens = PairSpecimens(labelled(tmp_path), (6, 8, 8))
    before, after = specimens.of(number), specimens.changed(number, FLIPS, number)
    assert before.image.shape == (6, 8, 8)
    assert np.array_equal(before.image, before.ids)
    assert set(np.unique(after.ids)) <= set(np.unique(before.ids))
    flips = specimens.changed(number, alone(Augmentation(), ("vertical_flip",)), number)
    assert np.array_equal(flips.image, np.flip(before.image, 1))
    assert np.array_equal(flips.image, flips.ids)


def test_a_patch_of_a_pair_is_as_large_as_the_image_at_most(tmp_path: Path) -> None:
    one = labelled(tmp_path)
    specimens = PairSpecimens(one, (99, 99, 4))
    assert specimens.of(0).image.shape == (SHAPE[0], SHAPE[1], 4)
    assert np.array_equal(specimens.of(3).image, specimens.of(3).image)
    assert any(not np.array_equal(specimens.of(0).image, specimens.of(n).image) for n in range(1, 9))
