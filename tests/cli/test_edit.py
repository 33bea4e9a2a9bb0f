"""edit: markers correct a label volume from the command line."""

from pathlib import Path

import numpy as np
import tifffile

from annotat3d_tui.labels.correcting import corrected
from annotat3d_tui.labels.resume import Resume
from tests.cli.test_commands import Capture, answer, refusal
from tests.labels.cells import cells, picture


def scene(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Label volume, image and markers in files: 9 where an object was lost, 8 to be erased."""
    truth = cells((14, 26, 30), 6, 2)
    lost, wrong = np.unique(truth)[1:3]
    label = np.where(truth == lost, 0, truth).astype(np.uint16)
    markers = np.zeros(truth.shape, np.uint8)
    for one, mark in ((lost, 9), (wrong, 8)):
        z, y, x = (round(float(at.mean())) for at in np.nonzero(truth == one))
        markers[z, y - 1 : y + 2, x - 1 : x + 2] = mark
    for name, volume in (("label", label), ("image", picture(truth)), ("markers", markers)):
        tifffile.imwrite(folder / f"{name}.tif", volume, photometric="minisblack")
    return label, picture(truth), markers


def command(folder: Path, *flags: object) -> tuple[object, ...]:
    inputs = ("--image", folder / "image.tif", "--markers", folder / "markers.tif")
    return ("edit", folder / "label.tif", *inputs, "-o", folder / "new.tif", *flags)


def test_it_does_what_the_function_does(capsys: Capture, tmp_path: Path) -> None:
    label, image, markers = scene(tmp_path)
    said = answer(capsys, *command(tmp_path, "--spacing", 20, "--eraser", 8))
    where = np.flatnonzero(markers)
    correction = Resume(spacing=20)(label, image, where, np.where(markers.flat[where] == 8, 0, 9))
    assert np.array_equal(tifffile.imread(tmp_path / "new.tif"), corrected(label, correction))
    assert said["changed_voxels"] == correction.size
    assert said["parameters"]["spacing"] == 20
    kept = ",".join(map(str, np.unique(label)[1:].tolist()))
    said = answer(capsys, *command(tmp_path, "--eraser", 8, "--keep", kept, "--overwrite"))
    new = tifffile.imread(tmp_path / "new.tif")
    assert np.array_equal(new[label > 0], label[label > 0])
    assert said["labels"] == [0, 9]


def test_refusals(capsys: Capture, tmp_path: Path) -> None:
    scene(tmp_path)
    assert "beta of resume must be from 0.1 to 64, received 0.0" in refusal(capsys, *command(tmp_path, "--beta", 0))
    assert "--eraser must be a label of the markers, received 7" in refusal(capsys, *command(tmp_path, "--eraser", 7))
    assert "--keep must be label ids such as 3,7,9" in refusal(capsys, *command(tmp_path, "--keep", "a"))
    assert "neither locked nor hidden" in refusal(capsys, *command(tmp_path, "--keep", "8,9"))
    assert "needs about" in refusal(capsys, *command(tmp_path, "--memory", "1kB"))
    (tmp_path / "new.tif").write_bytes(b"there")
    assert "new.tif" in refusal(capsys, *command(tmp_path))
    tifffile.imwrite(tmp_path / "image.tif", np.zeros((3, 4, 5), np.uint8), photometric="minisblack")
    said = refusal(capsys, *command(tmp_path, "--overwrite"))
    assert f"{tmp_path / 'image.tif'} must have the size of {tmp_path / 'label.tif'}" in said
    assert "received 5×4×3: give the image of the labels" in said
