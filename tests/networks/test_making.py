"""A dataset holds what its images hold: a label never moves against its image."""

from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from annotat3d_tui.errors import Annotat3DError, Cancelled, CannotWrite, InvalidParameter, OverBudget
from annotat3d_tui.networks.dataset import Dataset, open_dataset
from annotat3d_tui.networks.making import make_dataset
from annotat3d_tui.networks.pair import Pair
from annotat3d_tui.networks.recipe import Recipe
from annotat3d_tui.networks.sampling import STRATEGIES
from annotat3d_tui.volume.raw import RawProperties
from tests.labels.full_disk import files_limited_to
from tests.networks.volumes import SHAPE, classes, painted, pair

RECIPE = Recipe(samples=10, patch=(7, 5, 3))


def made(folder: Path, pairs: list[Pair], recipe: Recipe = RECIPE, name: str = "d.h5", **more: object) -> Dataset:
    make_dataset(folder / name, pairs, recipe, overwrite=True, **more)  # type: ignore[arg-type]
    return open_dataset(folder / name)


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("ids", [(0, 1), (0, 1, 2), (4, 9)])
@pytest.mark.parametrize("suffix", [".npy", ".tif"])
def test_labels_painted_into_the_image_coincide(
    tmp_path: Path, strategy: str, ids: tuple[int, ...], suffix: str
) -> None:
    labels = classes(ids=ids)
    weight = 1.0 + classes(ids=(0, 1, 2, 3))
    pairs = [pair(tmp_path, labels, "a", weight, suffix), pair(tmp_path, labels[::-1, :, ::-1], "b", None, suffix)]
    dataset = made(tmp_path, pairs, replace(RECIPE, strategy=strategy))
    assert (dataset.patch, dataset.has_weight) == ((3, 5, 7), True)
    assert (dataset.images, dataset.samples, len(dataset.training), len(dataset.validation)) == (2, 10, 16, 4)
    for image, sample in np.ndindex(2, 10):
        voxels, stored, maps = dataset.read_raw(image, sample)
        assert np.array_equal(voxels // 1000, stored)
        read = dataset.read(image, sample)
        known = read.weight > 0
        assert np.array_equal(known, stored != dataset.unlabelled)
        assert np.array_equal(np.array(dataset.classes)[read.label][known], stored[known])
        z, y, x = places(dataset)[image, sample][::-1]
        cut = (slice(z, z + 3), slice(y, y + 5), slice(x, x + 7))
        assert np.array_equal(voxels, painted([labels, labels[::-1, :, ::-1]][image])[cut])
        assert np.array_equal(maps, weight[cut] if image == 0 else np.ones((3, 5, 7)))


def places(dataset: Dataset) -> np.ndarray:
    with h5py.File(dataset.path) as file:
        return np.asarray(file["places"])


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    pairs = [pair(tmp_path, classes(), "a"), pair(tmp_path, classes(ids=(1, 0)), "b")]
    first = made(tmp_path, pairs, name="first.h5")
    again = made(tmp_path, pairs, name="again.h5")
    other = made(tmp_path, pairs, replace(RECIPE, seed=1), name="other.h5")
    assert first.path.read_bytes() == again.path.read_bytes()
    assert first.key == again.key != other.key
    assert not np.array_equal(places(first), places(other))
    assert np.array_equal(places(made(tmp_path, pairs[:1]))[0], places(first)[0])


def test_what_the_file_says_of_itself(tmp_path: Path) -> None:
    labels = classes(ids=(0, 1, 2))
    one = pair(tmp_path, labels)
    dataset = made(tmp_path, [one], names={1: "bead", 2: "Träger"})
    assert dataset.names == {1: "bead", 2: "Träger"}
    assert (dataset.classes, dataset.unlabelled, dataset.dtype) == ((1, 2), 0, np.uint16)
    assert Recipe.from_dict(dataset.parameters) == RECIPE
    assert dataset.sources[0]["label"]["path"] == str(one.label)
    assert len(dataset.sources[0]["image"]["key"]) == 32
    assert dataset.moments[0].mean == pytest.approx(painted(labels).mean())
    assert dataset.program.startswith("annotat3d ")


def test_raw_volumes_are_read_as_they_are_said_to_be(tmp_path: Path) -> None:
    labels = classes()
    painted(labels).astype(">f4").tofile(tmp_path / "i.raw")
    labels.tofile(tmp_path / "l_8bit.raw")
    raw = RawProperties(SHAPE, "float32", "big")
    dataset = made(tmp_path, [Pair(tmp_path / "i.raw", tmp_path / "l_8bit.raw", raw=raw)])
    voxels, stored, _ = dataset.read_raw(0, 3)
    assert np.array_equal(voxels // 1000, stored)


def test_images_of_several_types_lose_nothing(tmp_path: Path) -> None:
    one, other = pair(tmp_path, classes(), "a"), pair(tmp_path, classes(), "b")
    np.save(other.image, painted(classes()).astype(np.int16) - 40)
    dataset = made(tmp_path, [one, other])
    assert dataset.dtype == np.int32
    voxels, labels, _ = dataset.read_raw(1, 0)
    assert np.array_equal((voxels + 40) // 1000, labels)


def test_whole_volumes_are_held_out(tmp_path: Path) -> None:
    pairs = [pair(tmp_path, classes(), name) for name in "abcde"]
    by_volume = replace(RECIPE, validation_by="volume", validation=0.4)
    dataset = made(tmp_path, pairs, by_volume)
    assert len({image for image, _ in dataset.validation.tolist()}) == 2
    assert len({image for image, _ in dataset.training.tolist()}) == 3
    assert len(dataset.validation) == 20
    with pytest.raises(InvalidParameter, match="One image cannot be held out whole"):
        made(tmp_path, pairs[:1], by_volume)


def test_slices_are_held_out(tmp_path: Path) -> None:
    one = pair(tmp_path, classes())
    dataset = made(tmp_path, [one], replace(RECIPE, validation_planes="3:8"))
    first = places(dataset)[0, :, 2]
    assert ((first[8:] >= 3) & (first[8:] + 3 <= 8)).all()
    assert ((first[:8] + 3 <= 3) | (first[:8] >= 8)).all()
    only_left_out = made(tmp_path, [one], replace(RECIPE, validation_planes="6:12", validation=0.0))
    assert len(only_left_out.validation) == 0
    assert (places(only_left_out)[0, :, 2] + 3 <= 6).all()
    assert len(made(tmp_path, [one], replace(RECIPE, validation=0.0)).training) == 10


def test_recipes_that_cannot_be(tmp_path: Path) -> None:
    for wrong, said in (
        ({"patch": (3, 4)}, "patch of dataset must be three lengths X, Y, Z, received 3, 4"),
        ({"patch": (3, 0, 4)}, "patch of dataset must be at least 1 voxels"),
        ({"validation_planes": "3-8"}, "must be written Z0:Z1, such as 30:60, received 3-8"),
        ({"validation_planes": "3:8", "validation_by": "volume"}, "leave one out"),
        ({"strategy": "best"}, "strategy of dataset must be one of uniform, balanced, foreground, received best"),
    ):
        with pytest.raises(InvalidParameter, match=said):
            replace(RECIPE, **wrong)  # type: ignore[arg-type]
    one = pair(tmp_path, classes())
    for recipe, said in (
        (replace(RECIPE, samples=1), "one sample an image can hold none out"),
        (replace(RECIPE, patch=(20, 15, 7)), "a.npy must be twice as long as a patch in one direction"),
    ):
        with pytest.raises(InvalidParameter, match=said):
            made(tmp_path, [one], recipe)
    with pytest.raises(InvalidParameter, match="A name must be for one of the classes 0, 1, received 3"):
        made(tmp_path, [one], names={3: "three"})
    assert not (tmp_path / "d.h5").exists()


def test_nothing_is_lost_when_it_fails(tmp_path: Path) -> None:
    one = pair(tmp_path, classes())
    before = made(tmp_path, [one]).path.read_bytes()

    def stop(share: float, stage: str) -> None:
        if share > 0.8:
            raise Cancelled

    with pytest.raises(Cancelled):
        made(tmp_path, [one], progress=stop)
    with files_limited_to(2000), pytest.raises(CannotWrite):
        made(tmp_path, [one], replace(RECIPE, samples=100))
    with pytest.raises(Annotat3DError):
        made(tmp_path, [one], replace(RECIPE, patch=(100, 100, 100)))
    assert (tmp_path / "d.h5").read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a-label.npy", "a.npy", "d.h5"]


def test_compressed_volumes_need_memory(tmp_path: Path) -> None:
    one = pair(tmp_path, classes(), suffix=".tif")
    with pytest.raises(OverBudget, match="needs 20.2 kB of memory, which may be 20.0 kB: convert"):
        made(tmp_path, [one], budget=20_000)
    assert made(tmp_path, [one], budget=30_000).images == 1


def test_the_forecast_is_near(tmp_path: Path) -> None:
    labels = classes((40, 60, 50))
    found = make_dataset(tmp_path / "d.h5", [pair(tmp_path, labels)], Recipe(samples=50, patch=(32, 32, 16)))
    assert found.forecast.bytes == pytest.approx((tmp_path / "d.h5").stat().st_size, rel=0.1)
    assert found.path.is_file()
    assert labels.shape != SHAPE
