"""Small volumes that every room's tests may use, and the real ones when they are there."""

import os
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import settings

settings.register_profile("the same examples each time", derandomize=True)
if "ANNOTAT3D_CI" in os.environ:  # elsewhere other ones each time: more are found
    settings.load_profile("the same examples each time")

REAL_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing that a test does touches the home folder of the person who runs it."""
    home = tmp_path_factory.mktemp("home")
    for name, folder in (("XDG_DATA_HOME", "data"), ("XDG_STATE_HOME", "state"), ("XDG_CONFIG_HOME", "config")):
        monkeypatch.setenv(name, str(home / folder))
    return home


@pytest.fixture
def phases() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Image uint16, truth and markers uint8 of 14×26×30 voxels (Z, Y, X): a bright slanted slab in noise."""
    z, y, x = np.mgrid[:14, :26, :30]
    truth = np.where((x + y // 2 + z // 3 > 14) & (x + y // 2 + z // 3 < 28), 2, 1).astype(np.uint8)
    noise = np.random.default_rng(0).normal(0, 300, truth.shape)
    image = (np.where(truth == 2, 9000, 5000) + noise).astype(np.uint16)
    markers = np.zeros_like(truth)
    markers[6, 3:8, 1:5] = truth[6, 3:8, 1:5]
    markers[7, 10:14, 12:17] = truth[7, 10:14, 12:17]
    return image, truth, markers


@pytest.fixture
def files(tmp_path: Path, phases: tuple[np.ndarray, np.ndarray, np.ndarray]) -> Path:
    """A folder with image.tif, truth.tif and markers.tif of `phases`."""
    for name, array in zip(("image", "truth", "markers"), phases, strict=True):
        tifffile.imwrite(tmp_path / f"{name}.tif", array)
    return tmp_path


def real_data(name: str) -> Path:
    """The folder of a real volume; the test is skipped where it is not there."""
    folder = REAL_DATA / name
    if not folder.is_dir():
        pytest.skip(f"no {folder}")
    return folder


@pytest.fixture
def no_graphics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose graphics libraries are not there: files that are none stand in their place."""
    folder = tmp_path / "libraries"
    folder.mkdir()
    for name in (
        "libEGL.so.1",
        "libEGL.so",
        "libOSMesa.so.8",
        "libOSMesa.so.6",
        "libOSMesa.so",
        "libGL.so.1",
        "libX11.so.6",
    ):
        (folder / name).write_bytes(b"")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(folder))
