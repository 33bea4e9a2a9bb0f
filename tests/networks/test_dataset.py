"""Dataset files: what was put in comes out, and what is no dataset is one sentence."""

from dataclasses import astuple
from pathlib import Path

import h5py
import numpy as np
import pytest

from annotat3d_tui.errors import Annotat3DError, Cancelled, InvalidFile, MissingFile
from annotat3d_tui.networks import layout
from annotat3d_tui.networks.dataset import open_dataset
from annotat3d_tui.networks.normalization import moments_of
from tests.networks.samples import PATCH, blobs, dataset


@pytest.mark.parametrize("weight", [False, True])
def test_what_was_put_in_comes_out(tmp_path: Path, weight: bool) -> None:
    opened = dataset(tmp_path / "d.h5", classes=(3, 700), weight=weight)
    assert (opened.images, opened.samples, opened.patch, opened.dtype) == (2, 5, PATCH, np.uint16)
    assert (opened.classes, opened.unlabelled, opened.has_weight) == ((3, 700), None, weight)
    for image, sample in np.ndindex(2, 5):
        voxels, index = blobs(seed=5 * image + sample)
        read = opened.read(image, sample)
        assert (read.image.dtype, read.label.dtype, read.weight.dtype) == (np.float32, np.uint8, np.float32)
        assert np.array_equal(read.image, voxels)
        assert np.array_equal(read.label, index)
        assert np.array_equal(read.weight, 1 + index if weight else np.ones(PATCH))


def test_training_and_validation_are_apart(tmp_path: Path) -> None:
    opened = dataset(tmp_path / "d.h5", validation=2)
    assert opened.validation.tolist() == [[0, 3], [0, 4], [1, 3], [1, 4]]
    assert opened.training.tolist() == [[i, s] for i in range(2) for s in range(3)]
    assert dataset(tmp_path / "all.h5", validation=0).validation.shape == (0, 2)


def test_unlabelled_voxels_have_no_weight(tmp_path: Path) -> None:
    for weight in (False, True):
        read = dataset(tmp_path / "d.h5", classes=(1, 2), unlabelled=0, weight=weight).read(0, 0)
        assert not read.weight[-1].any()
        assert not read.label[-1].any()
        assert (read.weight[:-1] > 0).all()
        assert set(np.unique(read.label)) == {0, 1}


def test_the_file_is_as_annotat3d_has_it(tmp_path: Path) -> None:
    dataset(tmp_path / "d.h5", weight=True)
    voxels, index = blobs(seed=6)
    with h5py.File(tmp_path / "d.h5") as file:
        for name, expected in (("data", voxels), ("label", index), ("weight", 1 + index)):
            assert file[name].shape == (2, 5, *PATCH[::-1])
            assert file[name].chunks == (1, 1, *PATCH[::-1])
            assert np.array_equal(file[name][1, 1], expected.transpose(2, 1, 0))
        kinds = {file.attrs.get_id(name).dtype.kind for name in file.attrs} | {file[name].dtype.kind for name in file}
    assert kinds <= set("Siuf")


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    one, other = dataset(tmp_path / "a.h5", weight=True), dataset(tmp_path / "b.h5", weight=True)
    assert one.path.read_bytes() == other.path.read_bytes()
    assert one.key == other.key != dataset(tmp_path / "c.h5", validation=2).key


def foreign(path: Path, **parts: np.ndarray) -> Path:
    """A file with these root datasets and nothing else."""
    with h5py.File(path, "w") as file:
        for name, content in parts.items():
            file[name] = content
    return path


def volumes(labels: tuple[int, ...] = (0, 1, 2)) -> dict[str, np.ndarray]:
    """Data and label (images, samples, X, Y, Z) as another program writes them."""
    rng = np.random.default_rng(3)
    data = rng.integers(0, 200, (2, 3, 8, 6, 4)).astype(np.uint8)
    return {"data": data, "label": np.resize(np.array(labels, np.int32), data.shape)}


def test_a_file_of_annotat3d_opens(tmp_path: Path) -> None:
    parts = volumes()
    opened = open_dataset(foreign(tmp_path / "theirs.h5", **parts))
    assert (opened.classes, opened.unlabelled, opened.has_weight, opened.patch) == ((0, 1, 2), None, False, (4, 6, 8))
    assert astuple(opened.moments[1]) == pytest.approx(astuple(moments_of([parts["data"][1]])), rel=1e-12)
    assert len(opened.training) == 6
    assert len(opened.validation) == 0
    read = opened.read(1, 2)
    assert np.array_equal(read.image, parts["data"][1, 2].transpose(2, 1, 0))
    assert np.array_equal(read.label, parts["label"][1, 2].transpose(2, 1, 0))
    assert (read.weight == 1).all()


def test_reading_a_file_of_annotat3d_can_be_stopped(tmp_path: Path) -> None:
    def stop(share: float, stage: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        open_dataset(foreign(tmp_path / "theirs.h5", **volumes()), stop)


def refused(path: Path) -> str:
    with pytest.raises(Annotat3DError) as caught:
        open_dataset(path)
    return str(caught.value)


def test_what_is_no_dataset(tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match="there is no such file"):
        open_dataset(tmp_path / "none.h5")
    assert "received a folder" in refused(tmp_path)
    (tmp_path / "text.h5").write_text("no")
    assert "received no HDF5 file" in refused(tmp_path / "text.h5")
    assert "must hold /data, as datasets do, received /images" in refused(
        foreign(tmp_path / "other.h5", images=np.zeros(3))
    )
    assert "must hold /label" in refused(foreign(tmp_path / "bare.h5", data=volumes()["data"]))


def test_a_file_that_is_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "d.h5"
    dataset(path, samples=20)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "is damaged or cut short" in refused(path)


def test_volumes_of_another_program_that_do_not_fit(tmp_path: Path) -> None:
    parts = volumes()
    data, label = parts["data"], parts["label"]
    floats = np.where(label > 1, np.nan, data.astype(np.float32))
    weight = np.ones(data.shape, np.float32)
    weight[0, 0, 0, 0, 0] = -2
    for wrong, said in (
        ({"label": label.astype(np.float32)}, "/label of {} must hold whole numbers (label ids), received float32"),
        ({"label": label[:, :2]}, "must have the shape 2×3×8×6×4 of its images, received 2×2×8×6×4"),
        ({"data": data[0], "label": label[0]}, "must have the axes images, samples, X, Y, Z, received 4 axes"),
        ({"data": floats}, "must hold grey values that are numbers, received 384 that are NaN"),
        ({"weight": weight}, "must hold weights that are not negative, received -2"),
        ({"weight": weight * np.nan}, "must hold weights that are not negative, received NaN"),
        ({"label": label - 1}, "must hold label ids from 0 to 65535, received -1 to 1"),
        ({"label": label * 0}, "must hold labels of at least two classes, received 0 alone"),
        ({"label": np.arange(label.size).reshape(label.shape)}, "must hold at most 256 classes, received 1152"),
        ({"data": np.full(data.shape, b"x")}, "/data of {} must hold numbers, received |S1"),
    ):
        path = foreign(tmp_path / "wrong.h5", **(parts | wrong))
        assert said.format(path) in refused(path)


def test_a_file_of_ours_that_was_changed(tmp_path: Path) -> None:
    path = dataset(tmp_path / "d.h5").path
    with h5py.File(path, "r+") as file:
        file["label"][0, 0] = 7
    with pytest.raises(InvalidFile, match="must hold labels 0, 1, received another"):
        open_dataset(path).read(0, 0)
    for name, value, said in (
        ("classes", np.array([1]), "is damaged: copy it again"),
        ("names", np.bytes_(b"["), "is damaged: copy it again"),
        ("format_version", layout.VERSION + 1, "update annotat3d"),
    ):
        path = dataset(tmp_path / "d.h5").path
        with h5py.File(path, "r+") as file:
            file.attrs[name] = value
        assert said in refused(path)
