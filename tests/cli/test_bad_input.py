"""Awkward inputs through the command line: each works, or says one clear sentence."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

from annotat3d_tui.__main__ import main
from annotat3d_tui.workflow.presets import PRESETS
from tests.cli.test_commands import Capture, answer, refusal

SHAPE = (6, 16, 18)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def halves(shape: tuple[int, ...] = SHAPE, dtype: str = "uint16") -> np.ndarray:
    image = np.random.default_rng(0).integers(0, 20, shape).astype(dtype)
    image[..., shape[2] // 2 :] += 100
    return image


def marks(shape: tuple[int, ...] = SHAPE) -> np.ndarray:
    found = np.zeros(shape, np.uint8)
    found[:, :2, 0], found[:, :2, -1] = 1, 2
    return found


def run(capsys: Capture, image: np.ndarray, markers: np.ndarray, *flags: str, preset: str = "fast") -> np.ndarray:
    """The label volume; the command must succeed."""
    answer(capsys, *arguments(image, markers, *flags, preset=preset))
    return tifffile.imread("label.tif").reshape(image.shape)


def arguments(image: np.ndarray, markers: np.ndarray, *flags: str, preset: str = "fast") -> tuple[str, ...]:
    np.save("image.npy", image)
    np.save("markers.npy", markers)
    trees = ("--trees", "20") if preset == "manual" else ("--trees", "20", "--trials", "3")
    common = ("segment", "image.npy", "--markers", "markers.npy", "-o", "label.tif", "--overwrite", "--preset", preset)
    return (*common, *trees, *flags)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("preset", PRESETS)
def test_small_and_constant_images(capsys: Capture, preset: str) -> None:
    for shape in ((1, 16, 18), (2, 2, 2), (6, 16, 1) if preset == "manual" else (1, 1, 40)):
        image, markers = halves(shape) if shape[2] > 1 else np.zeros(shape, np.uint16), np.zeros(shape, np.uint8)
        markers.flat[0], markers.flat[-1] = 1, 2
        flags = ("--training-on", "voxels")
        if shape == (1, 1, 40):
            markers[..., :4], markers[..., -4:] = 1, 2
        label = run(capsys, image, markers, *flags, preset=preset)
        assert set(np.unique(label).tolist()) <= {1, 2}
    label = run(capsys, np.full(SHAPE, 7, np.float32), marks(), preset=preset)
    assert len(np.unique(label)) == 1


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("preset", ["fast", "manual"])
def test_not_finite_voxels_are_said(capsys: Capture, preset: str) -> None:
    image = halves(dtype="float32")
    image[3, 3, 3], image[4, 4, 4], image[0, 0, 5] = np.nan, np.inf, -np.inf
    capsys.readouterr()
    assert main([str(one) for one in arguments(image, marks(), preset=preset)]) == 0
    assert "3 voxels that are NaN or infinite" in capsys.readouterr().err
    label = tifffile.imread("label.tif")
    assert (label[:, :, :4] == 1).mean() > 0.8


@pytest.mark.usefixtures("folder")
def test_all_values_not_finite(capsys: Capture) -> None:
    command = arguments(np.full(SHAPE, np.nan, np.float32), marks())
    assert main(list(command)) in (0, 1)
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_values_far_from_one(capsys: Capture) -> None:
    image = halves(dtype="float32")
    expected = run(capsys, image, marks(), preset="manual")
    for factor in (2.0**-40, 2.0**30):
        assert np.array_equal(run(capsys, image * np.float32(factor), marks(), preset="manual"), expected)
    exact = image.astype(np.float64)
    far = image.astype(np.int32) + 2 * 10**9
    for wrong, said in (
        (exact * 1e30, "at most 1e+15 in size"),
        (exact + 1e12, "a millionth of their size"),
        (far, "a millionth of their size"),
    ):
        found = refusal(capsys, *arguments(wrong, marks()))
        assert said in found
        assert "annotat3d convert --dtype uint16 --rescale" in found
    answer(capsys, "convert", "image.npy", "rescaled.npy", "--dtype", "uint16", "--rescale")
    label = run(capsys, np.load("rescaled.npy"), marks(), preset="manual")
    assert (label == expected).mean() > 0.99


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("preset", ["fast", "manual"])
def test_spacing_and_radius_beyond_the_image(capsys: Capture, preset: str) -> None:
    more = ("--training-on", "voxels")
    label = run(capsys, halves(), marks(), "--spacing", "64", *more, preset=preset)
    assert label.shape == SHAPE
    label = run(capsys, halves(), marks(), "--radii", "1,32", *more, preset=preset)
    assert (label[:, :, :4] == 1).mean() > 0.8


@pytest.mark.usefixtures("folder")
def test_one_superpixel(capsys: Capture) -> None:
    np.save("one.npy", np.ones(SHAPE, np.int32))
    label = run(capsys, halves(), marks(), "--superpixels", "one.npy")
    assert len(np.unique(label)) == 1
    said = refusal(capsys, *arguments(halves(), marks(), "--superpixels", "one.npy", preset="manual"))
    assert "smaller spacing, or learn from voxels" in said


@pytest.mark.usefixtures("folder")
def test_what_is_no_superpixels(capsys: Capture) -> None:
    image = halves()
    good = np.where(np.arange(SHAPE[2]) < 9, 1, 2) + np.zeros(SHAPE, np.int64)
    wrong = {
        "received the image itself: give superpixels": image + 1,
        "as an image has: give superpixels": np.random.default_rng(2).integers(1, 250, SHAPE).astype(np.uint8),
        "must hold whole numbers": good.astype(np.float32),
        "image's size 18×16×6, received 17×16×6": good[..., 1:],
        "received 0 at x 0, y 0, z 0: give superpixels that cover the whole image, or annotat3d superpixels --repair": (
            good - 1
        ),
        "from 0 to 2147483647, received -1 to 0": good - 2,
        "received 1 to 2147483649": np.where(good == 2, 2**31 + 1, 1),
    }
    for said, ids in wrong.items():
        np.save("ids.npy", ids)
        assert said in refusal(capsys, *arguments(image + 1, marks(), "--superpixels", "ids.npy"))


@pytest.mark.usefixtures("folder")
def test_superpixels_with_gaps_or_in_pieces_are_made_fit(capsys: Capture) -> None:
    pieces = np.where(np.arange(SHAPE[2]) // 3 % 2, 4, 2**31 - 1) + np.zeros(SHAPE, np.int64)
    np.save("ids.npy", pieces.astype(np.int32))
    capsys.readouterr()
    assert main(list(arguments(halves(), marks(), "--superpixels", "ids.npy"))) == 0
    said = capsys.readouterr()
    assert "ids.npy: 2 superpixels in several pieces became 6." in said.err
    assert "superpixels   6 (of ids.npy)" in said.out
    label = tifffile.imread("label.tif")
    assert (label[..., :9] == 1).all()
    assert (label[..., 9:] == 2).all()


@pytest.mark.usefixtures("folder")
def test_an_image_is_neither_repaired_nor_a_mask(capsys: Capture) -> None:
    np.save("image.npy", halves())
    said = refusal(capsys, "superpixels", "image.npy", "-o", "ids.npy", "--repair", "image.npy")
    assert "must hold superpixels, received the image itself" in said
    np.save("noise.npy", np.random.default_rng(1).integers(0, 250, SHAPE).astype(np.uint8))
    said = refusal(capsys, "superpixels", "image.npy", "-o", "ids.npy", "--repair", "noise.npy")
    assert "voxels, as an image has: give superpixels" in said
    said = refusal(capsys, "mark", "image.npy", "--mask", "image.npy", "-o", "mask.npy")
    assert "must be 0 where nothing is marked, received the image itself: give a mask" in said


@pytest.mark.usefixtures("folder")
def test_pixels_make_no_superpixels(capsys: Capture) -> None:
    np.save("image.npy", halves())
    said = refusal(capsys, "superpixels", "image.npy", "-o", "ids.npy", "--method", "pixels")
    assert "--method must be one that makes superpixels, received pixels: choose another" in said


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("kind", ["random_forest", "extra_trees", "scale_ensemble", "linear_svm", "gradient_boosting"])
def test_a_label_with_one_sample_and_markers_on_two_voxels(capsys: Capture, kind: str) -> None:
    few = np.zeros(SHAPE, np.uint8)
    few[2, 5, 2], few[2, 5, 15] = 1, 2
    lonely = marks()
    lonely[lonely == 2] = 0
    lonely[3, 8, 16] = 2
    for markers in (few, lonely):
        command = [one for one in arguments(halves(), markers, "--classifier", kind) if one not in ("--trials", "3")]
        if "forest" not in kind and "trees" not in kind and "ensemble" not in kind:
            place = command.index("--trees")
            del command[place : place + 2]
        answer(capsys, *command)
        label = tifffile.imread("label.tif")
        assert set(np.unique(label).tolist()) <= {1, 2}
        if markers is few and kind in ("random_forest", "extra_trees", "scale_ensemble"):
            assert (label[2, 5, 2], label[2, 5, 15]) == (1, 2)


@pytest.mark.usefixtures("folder")
def test_markers_on_one_voxel(capsys: Capture) -> None:
    markers = np.zeros(SHAPE, np.uint8)
    markers[2, 5, 2] = 1
    assert "received only label 1: mark another label" in refusal(capsys, *arguments(halves(), markers))


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("preset", ["fast", "manual"])
def test_three_hundred_labels(capsys: Capture, preset: str) -> None:
    shape = (3, 40, 40)
    image = np.random.default_rng(0).normal(0, 1, shape).astype(np.float32)
    markers = np.zeros(shape, np.uint16)
    places = np.random.default_rng(1).permutation(markers.size)[:600]
    markers.flat[places] = np.arange(600) % 300 + 1
    few = ("--trees", "6", *(("--trials", "1") if preset == "fast" else ()))
    label = run(capsys, image, markers, "--training-on", "voxels", "--spacing", "3", *few, preset=preset)
    assert label.dtype == np.uint16
    assert len(np.unique(label)) > 50


@pytest.mark.usefixtures("folder")
def test_a_label_of_65535(capsys: Capture) -> None:
    markers = marks().astype(np.uint16)
    markers[markers == 2] = 65535
    assert np.unique(run(capsys, halves(), markers)).tolist() == [1, 65535]


@pytest.mark.usefixtures("folder")
def test_an_image_is_no_marker_volume(capsys: Capture) -> None:
    image = halves()
    assert "received the image itself" in refusal(capsys, *arguments(image, image))
    other = np.random.default_rng(1).integers(0, 250, SHAPE).astype(np.uint8)
    assert "labels on 100 % of the voxels, as an image has" in refusal(capsys, *arguments(image, other))
    truth = np.where(image < 50, 1, 2).astype(np.uint8)
    capsys.readouterr()
    assert main(list(arguments(image, truth, preset="manual"))) == 0
    assert "markers.npy marks 100 % of the voxels" in capsys.readouterr().err
