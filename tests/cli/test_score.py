"""`annotat3d score` tells what the functions find, and writes where two label volumes differ."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

from annotat3d_tui.labels.comparison import compare_volumes
from annotat3d_tui.labels.difference import difference_volume
from annotat3d_tui.volume.files import open_labels, save_labels
from tests.cli.test_commands import Capture, answer, refusal
from tests.labels.cells import cells

TRUTH = cells((8, 24, 26), 5, 3)
LABEL = np.roll(np.where(TRUTH == 2, 1, TRUTH), 1, 2)
SIZE = (2.0, 0.5, 0.5)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    save_labels(tmp_path / "label.tif", LABEL)
    save_labels(tmp_path / "truth.tif", TRUTH, voxel_size=SIZE, unit="um")
    tifffile.imwrite(tmp_path / "mask.tif", (TRUTH == 3).astype(np.uint8), photometric="minisblack")
    return tmp_path


def test_what_is_found_is_told(capsys: Capture, files: Path) -> None:
    pair, out = (files / "label.tif", files / "truth.tif"), files / "difference.tif"
    told = answer(capsys, "score", *pair, "--zero", "background", "--difference", out)
    expected = compare_volumes(LABEL, TRUTH, zero_counts=True, voxel_size=SIZE, unit="µm")
    assert told == expected.to_dict() | {"difference": str(out)}
    assert told["adapted_rand_error"] > 0
    written = open_labels(out)
    assert np.array_equal(written.data, difference_volume(LABEL, TRUTH, zero_counts=True))
    assert (written.unit, written.voxel_size) == ("µm", pytest.approx(SIZE))
    ignored = answer(capsys, "score", *pair, "--ignore", files / "mask.tif", "--no-surfaces")
    assert ignored == compare_volumes(LABEL, TRUTH, ignore=TRUTH == 3, surfaces=False, unit="µm").to_dict()


def test_refusals(capsys: Capture, files: Path) -> None:
    pair = files / "label.tif", files / "truth.tif"
    assert "truth.tif" in refusal(capsys, "score", *pair, "--difference", pair[1], "--overwrite")
    assert open_labels(pair[1]).data.any()
    assert "exists" in refusal(capsys, "score", *pair, "--difference", files / "mask.tif")
