"""`annotat3d superpixels`: another method starts from its own defaults, on the spacing of the preset."""

import argparse
import json
from pathlib import Path

import numpy as np
import pytest
import tifffile

from annotat3d_tui.__main__ import main
from annotat3d_tui.cli import superpixels
from annotat3d_tui.cli.flags import with_flags
from annotat3d_tui.superpixels.slic import Slic
from annotat3d_tui.workflow.presets import PRESETS


def _method(*flags: str) -> object:
    parser = argparse.ArgumentParser()
    superpixels.add_arguments(parser)
    return with_flags(PRESETS["manual"], parser.parse_args(["image.tif", "-o", "ids.tif", *flags])).superpixels


def test_another_method_has_its_own_defaults() -> None:
    assert _method("--method", "slic") == Slic(spacing=7, compactness=0.1)


def test_given_values_hold() -> None:
    assert _method("--method", "slic", "--compactness", "0.5", "--spacing", "9") == Slic(spacing=9, compactness=0.5)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A small volume of two halves."""
    volume = np.random.default_rng(0).integers(0, 20, (8, 24, 28)).astype(np.uint8)
    volume[:, :, 14:] += 100
    tifffile.imwrite(tmp_path / "image.tif", volume)
    return tmp_path / "image.tif"


@pytest.mark.parametrize("method", ["waterpixels", "waterpixels3d", "slic"])
def test_a_preview_has_some_slices_only(image: Path, method: str, capsys: pytest.CaptureFixture[str]) -> None:
    made = image.parent / "ids.tif"
    assert main(["superpixels", str(image), "-o", str(made), "--method", method, "--preview", "2:5", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    ids = tifffile.imread(made)
    assert facts["planes"] == [2, 5]
    assert sorted(set(np.unique(ids[2:5]))) == list(range(1, facts["superpixels"] + 1))
    assert not ids[:2].any()
    assert not ids[5:].any()


def test_foreign_superpixels_are_repaired(image: Path, capsys: pytest.CaptureFixture[str]) -> None:
    foreign = np.full((8, 24, 28), 7, np.int32)
    foreign[:, :, 14:] = 9
    foreign[3, 5, 3:5] = 9  # a piece of it
    foreign[6, 6, 6] = 0
    tifffile.imwrite(image.parent / "foreign.tif", foreign)
    command = [
        "superpixels",
        str(image),
        "-o",
        str(image.parent / "ids.tif"),
        "--repair",
        str(image.parent / "foreign.tif"),
    ]
    assert main(command) == 0
    assert "3 superpixels" in (said := capsys.readouterr().out)
    assert "1 in pieces was split and 1 empty voxel was filled" in said
    ids = tifffile.imread(image.parent / "ids.tif")
    assert sorted(np.unique(ids)) == [1, 2, 3]
    assert ids[6, 6, 6] == ids[0, 0, 0] != ids[0, 0, 27] != ids[3, 5, 3]
    assert main([*command, "--overwrite", "--spacing", "4"]) == 1
    assert "--repair and --spacing exclude each other" in capsys.readouterr().err


def test_of_one_superpixel_and_of_none(image: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ids = np.ones((8, 24, 28), np.uint8)
    ids[6, 6, 6] = 0
    command = ["superpixels", str(image), "-o", str(image.parent / "ids.tif"), "--repair"]
    np.save(image.parent / "one.npy", ids)
    assert main([*command, str(image.parent / "one.npy")]) == 0
    assert "1 superpixel. Repaired superpixels: 1 empty voxel was filled." in capsys.readouterr().out
    np.save(image.parent / "none.npy", np.zeros_like(ids))
    np.save(image.parent / "real.npy", ids.astype(np.float32))
    for name, said in (
        ("none", "none.npy must hold superpixels, received no id above 0: give a file that does"),
        ("real", "received float32: convert it with annotat3d convert --dtype int32."),
    ):
        assert main([*command, str(image.parent / f"{name}.npy"), "--overwrite"]) == 1
        assert said in capsys.readouterr().err


def test_segment_takes_slic(image: Path) -> None:
    marks = np.zeros((8, 24, 28), np.uint8)
    marks[2, 4:20, 3:6], marks[2, 4:20, 20:23] = 1, 2
    tifffile.imwrite(image.parent / "marks.tif", marks)
    label = image.parent / "label.tif"
    command = ["segment", str(image), "--markers", str(image.parent / "marks.tif"), "-o", str(label)]
    assert main([*command, "--method", "slic"]) == 0
    assert (tifffile.imread(label)[:, :, 2] == 1).all()
