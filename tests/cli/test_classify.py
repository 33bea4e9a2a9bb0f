"""Classifiers and training data through the command line: kept, used on other images, extended."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

from annotat3d_tui.__main__ import main
from annotat3d_tui.archive import pack, unpack
from annotat3d_tui.classifiers.store import FORMAT
from annotat3d_tui.jobs.folder import ATTEMPT, TOKEN
from tests.cli.test_commands import Capture, answer, refusal

KEEP = ("--save-classifier", "c.classifier.npz", "--save-training", "t.training.npz")


@pytest.fixture
def kept(capsys: Capture, files: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, made the current one, with a classifier, training data and a second image."""
    monkeypatch.chdir(files)
    answer(capsys, *segment(), *KEEP)
    tifffile.imwrite("other.tif", tifffile.imread("image.tif")[:, ::-1])
    return files


def segment(output: str = "label.tif", preset: str = "manual") -> tuple[str, ...]:
    return ("segment", "image.tif", "--markers", "markers.tif", "-o", output, "--preset", preset)


def classify(*more: str, output: str = "again.tif") -> tuple[str, ...]:
    return ("classify", *more, "--classifier", "c.classifier.npz", "-o", output)


def test_on_its_own_image_a_classifier_gives_the_same_file(capsys: Capture, kept: Path) -> None:
    facts = answer(capsys, *classify("image.tif", "--probabilities", "p.tif", "--uncertainty", "u.tif"))
    assert (kept / "again.tif").read_bytes() == (kept / "label.tif").read_bytes()
    assert facts["images"][0]["maps"] == {"uncertainty": "u.tif", "1": "p-1.tif", "2": "p-2.tif"}
    assert facts["failed"] == []


def test_many_images_into_a_folder_and_a_bad_one_is_named(capsys: Capture, kept: Path) -> None:
    (kept / "broken.tif").write_bytes(b"II*\0 no more")
    arguments = classify("image.tif", "broken.tif", "other.tif", "--uncertainty", "u.npy", output="labels")
    capsys.readouterr()
    assert main(list(arguments)) == 1
    said = capsys.readouterr()
    assert "broken.tif" in said.err
    assert len(said.err.splitlines()) == 1
    assert said.out.count("label 1") == 2
    written = sorted(path.name for path in (kept / "labels").iterdir())
    assert written == ["image-u.npy", "image.tif", "other-u.npy", "other.tif"]
    truth = tifffile.imread("truth.tif")[:, ::-1]
    assert (tifffile.imread("labels/other.tif") == truth).mean() > 0.9
    assert "labels/image.tif exists" in refusal(capsys, *classify("image.tif", "other.tif", output="labels"))
    facts = answer(capsys, *classify("image.tif", "other.tif", "--skip-existing", output="labels"))
    assert facts["skipped"] == ["image.tif", "other.tif"]


def test_a_later_attempt_of_a_job_leaves_out_what_is_there(
    capsys: Capture, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(capsys, *classify("image.tif", "other.tif", output="labels"))
    Path("labels/other.tif").unlink()
    monkeypatch.setenv(TOKEN, str(kept))
    monkeypatch.setenv(ATTEMPT, "2")
    facts = answer(capsys, *classify("image.tif", "other.tif", output="labels"))
    assert (facts["skipped"], [one["image"] for one in facts["images"]]) == (["image.tif"], ["other.tif"])


def test_what_does_not_fit_is_one_sentence(capsys: Capture, kept: Path) -> None:
    assert "annotat3d classifier" in refusal(
        capsys, "classify", "image.tif", "--classifier", "t.training.npz", "-o", "x.tif"
    )
    assert "no such file" in refusal(capsys, "classify", "image.tif", "--classifier", "none", "-o", "x.tif")
    assert "must not be replaced" in refusal(capsys, *classify("image.tif", "--overwrite", output="image.tif"))
    assert "single image" in refusal(capsys, *classify("image.tif", "other.tif", "--superpixels", "truth.tif"))
    assert "image.tif and ./image.tif must give two files" in refusal(
        capsys, *classify("image.tif", "./image.tif", output="labels")
    )
    assert not Path("labels").exists()


def changed(path: Path, version: int = 1, **change: object) -> None:
    about, arrays = unpack(path.read_bytes(), FORMAT, 1, "f")
    about = {name: value for name, value in about.items() if name not in ("format", "version", "program")}
    path.write_bytes(pack(FORMAT, version, about | change, arrays))


def test_classifiers_of_other_parameters_or_a_newer_version(capsys: Capture, kept: Path) -> None:
    path = kept / "c.classifier.npz"
    content = path.read_bytes()
    about, _ = unpack(content, FORMAT, 1, "f")
    parameters = about["parameters"]
    for change, words in (
        ({"version": 2}, "newer program"),
        ({"parameters": parameters | {"magic": 1}}, "magic"),
        ({"parameters": parameters | {"features": parameters["features"] | {"radii": [1]}}}, "fft_gauss 2"),
        ({"parameters": parameters | {"features": parameters["features"] | {"filters": ["new"]}}}, "new"),
    ):
        changed(path, **change)
        said = refusal(capsys, *classify("image.tif"))
        assert words in said
        assert "c.classifier.npz" in said
        path.write_bytes(content)


def test_training_data_stand_for_markers_and_are_extended(capsys: Capture, kept: Path) -> None:
    common = ("segment", "image.tif", "--preset", "manual", "--training", "t.training.npz", "-o")
    facts = answer(capsys, *common, "from.tif")
    assert (kept / "from.tif").read_bytes() == (kept / "label.tif").read_bytes()
    assert facts["training"] == ["t.training.npz"]
    tifffile.imwrite("m.tif", tifffile.imread("markers.tif")[:, ::-1])
    more = ("segment", "other.tif", "--preset", "manual", "--training", "t.training.npz", "--markers", "m.tif", "-o")
    both = answer(capsys, *more, "both.tif", "--save-training", "both.training.npz")
    assert sum(both["scores"]["samples"]) > sum(facts["scores"]["samples"])
    again = answer(capsys, *common[:-3], "--training", "both.training.npz", "t.training.npz", "-o", "again.tif")
    assert sum(again["scores"]["samples"]) == sum(both["scores"]["samples"])


def test_training_data_with_other_features_are_one_sentence(capsys: Capture, kept: Path) -> None:
    common = ("segment", "image.tif", "--training", "t.training.npz", "-o", "x.tif", "--preset", "manual")
    assert "same features" in refusal(capsys, *common, "--radii", "1,2", "--markers", "markers.tif")
    assert "same features" in refusal(capsys, *common, "--radii", "1,2")
    assert "training_on" in refusal(capsys, *common, "--training-on", "voxels")
    assert not (kept / "x.tif").exists()
    assert "neither" in refusal(capsys, "segment", "image.tif", "-o", "x.tif")


def test_feature_selection(capsys: Capture, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(files)
    facts = answer(capsys, *segment(), "--select-features", "0.1", "--save-classifier", "c.classifier.npz")
    assert facts["parameters"]["selection"] == {"kind": "permutation", "threshold": 0.1, "repeats": 3}
    assert min(facts["importances"].values()) < 0.1
    answer(capsys, *classify("image.tif"))
    assert (files / "again.tif").read_bytes() == (files / "label.tif").read_bytes()
    said = refusal(capsys, *segment("none.tif"), "--select-features", "0.99")
    assert "lower threshold" in said
    assert "two out" in refusal(capsys, *segment("none.tif"), "--select-features", "0.1", "--threshold", "0.2")


@pytest.mark.parametrize("kind", ["linear_svm", "gradient_boosting", "extra_trees", "scale_ensemble"])
def test_every_classifier_can_be_kept(capsys: Capture, files: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.chdir(files)
    answer(capsys, *segment(), "--training-on", "voxels", "--classifier", kind, "--save-classifier", "c.classifier.npz")
    answer(capsys, *classify("image.tif"))
    assert (files / "again.tif").read_bytes() == (files / "label.tif").read_bytes()
    assert np.unique(tifffile.imread("label.tif")).tolist() == [1, 2]


def test_images_of_one_name_are_both_named_and_no_folder_stays(capsys: Capture, kept: Path) -> None:
    for name in ("a", "b"):
        (kept / name).mkdir()
        (kept / name / "scan.tif").write_bytes((kept / "image.tif").read_bytes())
    said = refusal(capsys, *classify("a/scan.tif", "b/scan.tif", output="labels"))
    assert "a/scan.tif and b/scan.tif must give two files, received one name for both, labels/scan.tif" in said
    assert not (kept / "labels").exists()
    (kept / "broken.tif").write_bytes(b"II*\0 no more")
    (kept / "bad.tif").write_bytes(b"II*\0 no more")
    assert main(list(classify("broken.tif", "bad.tif", output="labels"))) == 1
    assert not (kept / "labels").exists()
