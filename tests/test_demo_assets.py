"""The embedded demo volume: its files, the registration of image and truth, and the script that makes it."""

import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from scipy import ndimage

from annotat3d_tui import demo
from annotat3d_tui.errors import MissingFile
from annotat3d_tui.volume.files import open_volume

SHAPE = (128, 192, 192)
SMALL = (12, 40, 48)


@pytest.fixture(scope="module")
def image() -> NDArray[np.uint16]:
    return tifffile.imread(demo.demo_files().image)


@pytest.fixture(scope="module")
def truth() -> NDArray[np.uint8]:
    return tifffile.imread(demo.demo_files().truth)


@pytest.fixture(scope="module")
def scribbles() -> NDArray[np.uint8]:
    return tifffile.imread(demo.demo_files().scribbles)


@pytest.fixture
def maker(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(demo.assets_folder())
    return importlib.import_module("make_phantom")


@pytest.fixture
def scanner(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(demo.assets_folder())
    return importlib.import_module("phantom_scan")


def measured_shift(image: NDArray[np.float64], truth: NDArray[np.uint8]) -> NDArray[np.float64]:
    """How far (z, y, x) the image lies from the truth, in voxels: least squares with the gradient of its model.

    The model gives each label the image's mean in it, and is about as sharp as the image. Exact near 0 (Lucas & Kanade
    1981); larger shifts come out too large.
    """
    counts = np.maximum(np.bincount(truth.ravel()), 1)
    means = np.bincount(truth.ravel(), weights=image.ravel()) / counts
    model = ndimage.gaussian_filter(means[truth], 0.7)
    gradients = np.stack([gradient.ravel() for gradient in np.gradient(model)], axis=1)
    return np.linalg.lstsq(gradients, (model - image).ravel(), rcond=None)[0]


def test_files_are_small_and_of_one_shape(
    image: NDArray[np.uint16], truth: NDArray[np.uint8], scribbles: NDArray[np.uint8]
) -> None:
    assert sum(path.stat().st_size for path in demo.demo_files()) < 8_000_000
    assert image.shape == truth.shape == scribbles.shape == SHAPE
    assert (image.dtype, truth.dtype, scribbles.dtype) == (np.uint16, np.uint8, np.uint8)


def test_files_carry_their_voxel_size() -> None:
    for path in demo.demo_files():
        volume = open_volume(path)
        assert volume.voxel_size == (0.65, 0.65, 0.65)
        assert volume.unit == "µm"


def test_files_open_without_the_codec_library() -> None:
    code = (
        "import sys; sys.modules['imagecodecs'] = None; import tifffile; "
        f"print(tifffile.imread({str(demo.demo_files().image)!r}, key=64).mean())"
    )
    mean = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert float(mean) == pytest.approx(tifffile.imread(demo.demo_files().image, key=64).mean())


def test_every_label_is_in_the_truth_and_in_the_scribbles(
    truth: NDArray[np.uint8], scribbles: NDArray[np.uint8]
) -> None:
    assert sorted(demo.LABEL_NAMES) == np.unique(truth).tolist()
    assert [0, *sorted(demo.LABEL_NAMES)] == np.unique(scribbles).tolist()
    assert all((scribbles == label).sum() >= 300 for label in demo.LABEL_NAMES)


def test_scribbles_are_few_and_inside_their_labels(truth: NDArray[np.uint8], scribbles: NDArray[np.uint8]) -> None:
    marked = scribbles > 0
    assert 0.001 < marked.mean() < 0.003
    np.testing.assert_array_equal(scribbles[marked], truth[marked])


def test_image_uses_the_range_of_16_bit_without_clipping(image: NDArray[np.uint16]) -> None:
    assert image.min() > 0
    assert 40_000 < image.max() < 65_520
    assert not (image % 16).any()


def test_image_and_truth_lie_upon_each_other(image: NDArray[np.uint16], truth: NDArray[np.uint8]) -> None:
    assert np.abs(measured_shift(image.astype(float), truth)).max() < 0.01


def test_no_corner_of_the_image_is_turned_or_stretched(image: NDArray[np.uint16], truth: NDArray[np.uint8]) -> None:
    for corner in np.ndindex(2, 2, 2):
        half = tuple(slice(part * size // 2, (part + 1) * size // 2) for part, size in zip(corner, SHAPE, strict=True))
        assert np.abs(measured_shift(image[half].astype(float), truth[half])).max() < 0.06


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_measure_would_see_half_a_voxel(image: NDArray[np.uint16], truth: NDArray[np.uint8], axis: int) -> None:
    part = (slice(40, 80), slice(30, 160), slice(30, 160))
    moved = image.astype(float)
    moved = (moved + np.roll(moved, 1, axis))[part] / 2
    shift = measured_shift(moved, truth[part])
    assert 0.4 < shift[axis] < 1.0
    assert np.abs(np.delete(shift, axis)).max() < 0.1


def test_maker_repeats_itself_for_any_number_of_threads(maker: ModuleType, tmp_path: Path) -> None:
    once, again = maker.make_phantom(SMALL, seed=3, threads=1), maker.make_phantom(SMALL, seed=3, threads=2)
    folders = tmp_path / "once", tmp_path / "again"
    for folder, phantom in zip(folders, (once, again), strict=True):
        folder.mkdir()
        assert [path.name for path in maker.save_phantom(phantom, folder)] == [p.name for p in demo.demo_files()]
    for name in ("phantom.tif", "phantom_truth.tif", "phantom_scribbles.tif"):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()
    assert (maker.make_phantom(SMALL, seed=4).image != once.image).any()
    assert once.image.shape == once.truth.shape == once.scribbles.shape == SMALL


def test_scan_moves_and_mirrors_nothing(scanner: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner, "PHOTONS", 1e9)
    monkeypatch.setattr(scanner, "GAIN_ERROR", 0.0)
    sample = np.zeros((3, 40, 48), np.float32)
    sample[0, 5:15, 10:16] = sample[1, 24:30, 8:30] = sample[2, 12:28, 30:36] = 1
    fine = sample.repeat(scanner.FINE, axis=1).repeat(scanner.FINE, axis=2)
    low, high = scanner.GREY_RANGE
    scanned = scanner.scan(fine, 24.0, seed=1, threads=1) / 65535 * (high - low) + low
    assert np.abs(scanned - sample).max() < 0.5
    for plane, expected in zip(scanned, sample, strict=True):
        np.testing.assert_allclose(
            ndimage.center_of_mass(np.where(plane > 0.2, plane, 0)), ndimage.center_of_mass(expected), atol=0.02
        )


def test_projections_agree_with_scikit_image(scanner: ModuleType) -> None:
    from skimage.transform import radon

    y, x = np.mgrid[:65, :65] - 32.0
    two_spots = np.exp(-((x - 9) ** 2 + (y + 5) ** 2) / 40) + np.exp(-((x + 12) ** 2) / 20 - (y - 8) ** 2 / 60)
    plane = np.where(np.hypot(x, y) < 31, two_spots, 0).astype(np.float32)
    theirs = radon(plane[::-1], np.arange(36) * 5.0).T  # its y axis points up
    np.testing.assert_allclose(scanner.project(plane, 65, 36), theirs, atol=0.01 * theirs.max())


def test_missing_assets_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "annotat3d_tui"
    monkeypatch.setattr(demo, "__file__", str(package / "demo.py"))
    with pytest.raises(MissingFile, match=r"phantom\.tif must be in .*: install annotat3d-tui again\."):
        demo.assets_folder()
    (package / "assets").mkdir(parents=True)
    (package / "assets" / "phantom.tif").touch()
    assert demo.assets_folder() == package / "assets"
    with pytest.raises(MissingFile, match=r"must have phantom_truth\.tif in"):
        demo.demo_files()


def test_locating_the_demo_imports_no_heavy_library() -> None:
    code = "import sys, annotat3d_tui.demo; print(sorted({'numpy', 'tifffile', 'numba'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert found.strip() == "[]"
