"""`annotat3d dataset augment`."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from annotat3d_tui.__main__ import main
from annotat3d_tui.networks.dataset import open_dataset
from tests.cli.test_commands import Capture, answer, refusal
from tests.networks.volumes import classes, pair

MOVES = ("--contrast", "no", "--blur", "no", "--elastic", "no", "--brightness", "no", "--noise", "no", "--chance", "1")


@pytest.fixture(autouse=True)
def dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """d.h5, of an image whose grey values are its labels; label 0 is not labelled."""
    monkeypatch.chdir(tmp_path)
    pair(tmp_path, classes(ids=(0, 1, 2)), "a")
    np.save("a.npy", np.load("a-label.npy"))
    flags = ("--data", "a.npy", "--label", "a-label.npy", "--patch", "8", "6", "4", "--samples", "5")
    assert main(["dataset", "create", "-o", "d.h5", *flags]) == 0


def test_labels_move_with_their_image_and_validation_stays(capsys: Capture) -> None:
    capsys.readouterr()
    found = answer(capsys, "dataset", "augment", "d.h5", *MOVES)
    before, after = open_dataset("d.h5"), open_dataset("d_augment.h5")
    assert (found["output"], found["changed"]) == ("d_augment.h5", len(before.training))
    assert (after.classes, after.unlabelled, after.moments) == (before.classes, before.unlabelled, before.moments)
    assert np.array_equal(after.validation, before.validation)
    assert after.key != before.key
    same = []
    for image, sample in np.vstack([before.training, before.validation]).tolist():
        voxels, ids, _ = after.read_raw(image, sample)
        assert np.array_equal(voxels, ids)
        same.append(np.array_equal(ids, before.read_raw(image, sample)[1]))
    assert not all(same[: len(before.training)])
    assert all(same[len(before.training) :])


def test_the_same_seed_gives_the_same_bytes(capsys: Capture) -> None:
    capsys.readouterr()
    for name, seed in (("x.h5", "3"), ("y.h5", "3"), ("z.h5", "4")):
        answer(capsys, "dataset", "augment", "d.h5", "-o", name, "--seed", seed)
    assert Path("x.h5").read_bytes() == Path("y.h5").read_bytes() != Path("z.h5").read_bytes()


def test_voxels_of_weight_0_stay_ignored(capsys: Capture) -> None:
    rng = np.random.default_rng(0)
    shape = (1, 4, 8, 8, 8)
    weight = np.ones(shape, np.float32)
    weight[..., :4] = 0
    data, label = rng.integers(0, 255, shape, np.uint8), rng.integers(0, 2, shape, np.uint8)
    written("other.h5", data=data, label=label, weight=weight)
    answer(capsys, "dataset", "augment", "other.h5", "-o", "more.h5", *MOVES)
    found = open_dataset("more.h5")
    assert [float((found.read(0, sample).weight == 0).mean()) for sample in range(4)] == [0.5] * 4


def written(path: str, **parts: np.ndarray) -> None:
    """A dataset as another program writes it: (images, samples, X, Y, Z)."""
    with h5py.File(path, "w") as file:
        for name, part in parts.items():
            file[name] = part


@pytest.mark.parametrize("dtype", [np.int32, np.uint32, np.float64])
def test_large_grey_values_stay_as_exact_as_they_were(capsys: Capture, dtype: type) -> None:
    rng = np.random.default_rng(1)
    data = (rng.integers(2**24, 2**31 - 1, (1, 4, 6, 6, 6)) | 1).astype(dtype)
    written("other.h5", data=data, label=rng.integers(0, 2, data.shape, np.uint8))
    answer(capsys, "dataset", "augment", "other.h5", "-o", "more.h5", *MOVES)
    found = open_dataset("more.h5")
    assert found.dtype == dtype
    for sample in range(4):
        assert np.array_equal(np.sort(found.read_raw(0, sample)[0], axis=None), np.sort(data[0, sample], axis=None))


def test_a_dataset_of_another_program_is_2d_and_has_weights(capsys: Capture) -> None:
    rng = np.random.default_rng(2)
    label = rng.integers(0, 3, (2, 3, 8, 10, 1), np.uint8)
    written("flat.h5", data=label.astype(np.float32) * 10, label=label, weight=1.0 + label)
    found = answer(capsys, "dataset", "augment", "flat.h5", "-o", "more.h5", *MOVES)
    assert (found["changed"], found["kept"]) == (6, 0)
    after = open_dataset("more.h5")
    assert (after.patch, after.has_weight, after.classes) == ((1, 10, 8), True, (0, 1, 2))
    changed = 0
    for image, sample in np.ndindex(2, 3):
        voxels, ids, weight = after.read_raw(image, sample)
        assert weight is not None
        assert np.array_equal(voxels, ids * 10.0)
        assert np.array_equal(weight, 1.0 + ids)
        changed += not np.array_equal(ids, label[image, sample].transpose(2, 1, 0))
    assert changed


def test_the_dataset_itself_is_not_overwritten(capsys: Capture) -> None:
    capsys.readouterr()
    before = Path("d.h5").read_bytes()
    assert "d.h5" in refusal(capsys, "dataset", "augment", "d.h5", "-o", "d.h5", "--overwrite")
    assert "--seed" in refusal(capsys, "dataset", "augment", "d.h5", "--seed", "-1")
    assert Path("d.h5").read_bytes() == before
