"""Commands whose image is cut short while they work: one sentence, exit code 1, nothing half written."""

import importlib
import os
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import tifffile

from tests.cli.test_commands import Capture, refusal

Phases = tuple[np.ndarray, np.ndarray, np.ndarray]
SAID = "must stay as it is while it is in use, it has become shorter"


def cut_at(step: str, image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the image become shorter when the program comes to a step."""
    module, _, name = step.rpartition(".")
    room = importlib.import_module(f"annotat3d_tui.{module}")
    taken = getattr(room, name)

    def cut(*words: Any, **named: Any) -> Any:
        os.truncate(image, 4096)
        return taken(*words, **named)

    monkeypatch.setattr(room, name, cut)


def as_raw(folder: Path, image: np.ndarray) -> Path:
    path = folder / f"image_{image.shape[2]}x{image.shape[1]}x{image.shape[0]}_16bit.raw"
    image.tofile(path)
    return path


def as_npy(folder: Path, image: np.ndarray) -> Path:
    np.save(folder / "image.npy", image)
    return folder / "image.npy"


def as_hdf5(folder: Path, image: np.ndarray) -> Path:
    with h5py.File(folder / "image.h5", "w") as file:
        file["data"] = image
    return folder / "image.h5"


def as_tiff(folder: Path, image: np.ndarray) -> Path:
    tifffile.imwrite(folder / "image.tif", image)
    return folder / "image.tif"


@pytest.mark.parametrize(
    ("save", "step"),
    [
        (as_raw, "workflow.segmentation.make_superpixels"),
        (as_npy, "workflow.segmentation.measure"),
        (as_tiff, "workflow.segmentation.classify_superpixels"),
        (as_hdf5, "workflow.segmentation.learn"),
    ],
)
def test_a_segmentation_ends_with_a_sentence(
    files: Path, phases: Phases, capsys: Capture, monkeypatch: pytest.MonkeyPatch, save, step: str
) -> None:
    monkeypatch.chdir(files)
    image = save(files, phases[0])
    before = sorted(files.iterdir())
    cut_at(step, image, monkeypatch)
    words = ("segment", image.name, "--markers", "markers.tif", "-o", "label.tif", "--preset", "manual")
    assert f"annotat3d: {image.name} {SAID}" in refusal(capsys, *words)
    assert sorted(files.iterdir()) == before


def test_a_conversion_ends_with_a_sentence(
    files: Path, phases: Phases, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(files)
    image = as_npy(files, phases[0])
    before = sorted(files.iterdir())
    cut_at("volume.source.array_blocks", image, monkeypatch)
    assert f"annotat3d: image.npy {SAID}" in refusal(capsys, "convert", "image.npy", "copy.npy")
    assert sorted(files.iterdir()) == before
