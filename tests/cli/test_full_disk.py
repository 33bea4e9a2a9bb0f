"""A disk that is full while results are written: one sentence, the old file whole, nothing half written left."""

from pathlib import Path

import numpy as np
import pytest

from tests.cli.test_bad_input import SHAPE, halves, marks
from tests.cli.test_commands import Capture, answer, refusal
from tests.labels.full_disk import files_limited_to

TREES = ("--trees", "3", "--preset", "manual", "--spacing", "3")
SEGMENT = ("segment", "image.npy", "--markers", "markers.npy", *TREES, "--overwrite")
MUCH = (
    "--training-on",
    "voxels",
    "--radii",
    ",".join(map(str, range(1, 31))),
    "--classifier",
    "extra_trees",
    "--trees",
    "60",
)
CASES = {
    "label.npy": (*SEGMENT, "-o", "label.npy"),
    "label.tif": (*SEGMENT, "-o", "label.tif"),
    "image_18x16x6_8bit.raw": (*SEGMENT, "-o", "image_18x16x6_8bit.raw"),
    "p-2.npy": (*SEGMENT, "-o", "fits.npy", "--probabilities", "p.npy"),
    "u.npy": (*SEGMENT, "-o", "fits.npy", "--uncertainty", "u.npy"),
    "c.classifier.npz": (*SEGMENT, "-o", "fits.npy", *MUCH, "--save-classifier", "c.classifier.npz"),
    "t.training.npz": (*SEGMENT, "-o", "fits.npy", *MUCH, "--save-training", "t.training.npz"),
    "r.json": (*SEGMENT, "-o", "fits.npy", "--report", "r.json"),
    "applied.npy": ("classify", "image.npy", "--classifier", "kept.classifier.npz", "-o", "applied.npy", "--overwrite"),
    "ids.tif": ("superpixels", "image.npy", "-o", "ids.tif", "--spacing", "2", "--overwrite"),
    "repaired.npy": ("superpixels", "image.npy", "-o", "repaired.npy", "--repair", "markers.npy", "--overwrite"),
    "mask.npy": ("mark", "image.npy", "--mask", "markers.npy", "-o", "mask.npy", "--overwrite"),
    "m.annotation.npz": ("mark", "image.npy", "--mask", "markers.npy", "-o", "m.annotation.npz", "--overwrite"),
    "m.txt": ("mark", "image.npy", "--mask", "many.npy", "-o", "m.txt", "--overwrite"),
}
LIMITS = {"label.tif": 100, "ids.tif": 100, "m.annotation.npz": 100} | {
    name: 2000 for name in CASES if "fits.npy" in CASES[name]
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> Path:
    monkeypatch.chdir(tmp_path)
    np.save("image.npy", halves())
    np.save("markers.npy", marks())
    np.save("many.npy", np.random.default_rng(0).integers(0, 3, SHAPE).astype(np.uint8))
    answer(capsys, *SEGMENT, "-o", "fits.npy", "--save-classifier", "kept.classifier.npz")
    return tmp_path


@pytest.mark.parametrize("name", CASES)
def test_the_old_file_stays_whole_and_nothing_else(folder: Path, capsys: Capture, name: str) -> None:
    old = name.encode()
    for path in {name, name.replace("-2", "-1")}:
        (folder / path).write_bytes(old)
    before = sorted(folder.iterdir())
    with files_limited_to(LIMITS.get(name, 900)):
        said = refusal(capsys, *CASES[name])
    assert name.replace("-2", "-1") in said
    assert "cannot be written" in said
    assert (folder / name).read_bytes() == old
    assert sorted(folder.iterdir()) == before


@pytest.mark.usefixtures("folder")
def test_what_fits_is_kept_where_a_map_does_not(capsys: Capture) -> None:
    kept = ("--save-classifier", "c.classifier.npz", "--save-training", "t.training.npz", "--report", "r.json")
    with files_limited_to(6000):
        said = refusal(capsys, *SEGMENT, "-o", "new.npy", "--probabilities", "p.npy", *kept)
    assert "p-1.npy cannot be written" in said
    assert "Written all the same: new.npy, c.classifier.npz, t.training.npz." in said
    assert not [*Path().glob("p-*"), *Path().glob("r.json")]
    answer(capsys, "classify", "image.npy", "--classifier", "c.classifier.npz", "-o", "again.npy")
    assert np.array_equal(np.load("again.npy"), np.load("new.npy"))
    answer(capsys, *SEGMENT, "-o", "other.npy", "--training", "t.training.npz")


@pytest.mark.usefixtures("folder")
def test_a_label_is_said_to_be_written_where_a_map_of_it_is_not(capsys: Capture) -> None:
    with files_limited_to(6000):
        said = refusal(
            capsys, "classify", "image.npy", "--classifier", "kept.classifier.npz", "-o", "new.npy",
            "--uncertainty", "u.npy",
        )  # fmt: skip
    assert "u.npy cannot be written" in said
    assert "Written all the same: new.npy." in said
    assert np.load("new.npy").shape == SHAPE


@pytest.mark.usefixtures("folder")
def test_all_that_cannot_be_written_is_said(capsys: Capture) -> None:
    with files_limited_to(100):
        said = refusal(capsys, *SEGMENT, "-o", "new.npy", "--save-classifier", "c.classifier.npz")
    assert "new.npy cannot be written" in said
    assert "c.classifier.npz cannot be written" in said
    assert "Written" not in said
