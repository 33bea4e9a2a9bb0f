"""segment with every kind of marker file, its maps, its cache, and what it refuses before any work."""

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import tifffile

from annotat3d_tui.labels.annotation_file import Marks, open_marks
from annotat3d_tui.labels.table import LabelTable
from tests.cli.test_commands import Capture, answer, refusal


@pytest.fixture
def marks(files: Path) -> Marks:
    """The markers of `files`, also as marks.annotation.npz, zyx.pkl and xyz.pkl."""
    mask = tifffile.imread(files / "markers.tif")
    where = np.argwhere(mask)
    labels = mask[tuple(where.T)].astype(np.uint16)
    strokes = np.where(where[:, 0] == 6, 1, 2).astype(np.uint32)
    marks = Marks((14, 26, 30), where, labels, strokes, LabelTable().rename(2, "Slab"))
    (files / "marks.annotation.npz").write_bytes(marks.to_bytes())
    for axes, step in (("zyx", 1), ("xyz", -1)):
        places = {
            tuple(int(one) for one in place[::step]): (int(label) - 1, 1)
            for place, label in zip(where, labels, strict=True)
        }
        (files / f"{axes}.pkl").write_bytes(pickle.dumps(places))
    return marks


def segment(files: Path, *flags: object, markers: str = "markers.tif", output: str = "label.tif") -> tuple[object, ...]:
    image = files / "image.tif"
    return ("segment", image, "--markers", files / markers, "-o", files / output, "--preset", "manual", *flags)


@pytest.mark.usefixtures("marks")
def test_every_kind_of_marker_file_gives_the_same_label(capsys: Capture, files: Path) -> None:
    answer(capsys, *segment(files))
    facts = answer(capsys, *segment(files, markers="marks.annotation.npz", output="npz.tif"))
    assert facts["names"] == {"1": "Background", "2": "Slab"}
    answer(capsys, *segment(files, markers="zyx.pkl", output="zyx.tif"))
    answer(capsys, *segment(files, "--marker-axes", "xyz", markers="xyz.pkl", output="xyz.tif"))
    assert len({(files / f"{name}.tif").read_bytes() for name in ("label", "npz", "zyx", "xyz")}) == 1


@pytest.mark.usefixtures("marks")
def test_marker_files_that_do_not_fit(capsys: Capture, files: Path) -> None:
    assert "--marker-axes xyz" in refusal(capsys, *segment(files, markers="xyz.pkl"))
    assert "leave it out" in refusal(capsys, *segment(files, "--marker-axes", "xyz"))
    assert "does not exist" in refusal(capsys, *segment(files, markers="gone.tif"))
    assert "no such file" in refusal(capsys, *segment(files, markers="gone.annotation.npz"))
    small = Marks((2, 3, 4), np.zeros((1, 3), int), np.ones(1, np.uint16), np.ones(1, np.uint32))
    (files / "small.npz").write_bytes(small.to_bytes())
    assert "30×26×14 voxels, received one of 4×3×2" in refusal(capsys, *segment(files, markers="small.npz"))


def test_probabilities_and_uncertainty_agree_with_the_label(capsys: Capture, files: Path) -> None:
    flags = ("--probabilities", files / "p.tif", "--uncertainty", files / "u.npy")
    for more in ((), ("--pixels",)):
        facts = answer(capsys, *segment(files, *flags, *more, "--overwrite"))
        assert facts["maps"] == {"uncertainty": f"{files}/u.npy", "1": f"{files}/p-1.tif", "2": f"{files}/p-2.tif"}
        first, second = (tifffile.imread(files / f"p-{label}.tif") for label in (1, 2))
        label, uncertainty = tifffile.imread(files / "label.tif"), np.load(files / "u.npy")
        assert first.dtype == uncertainty.dtype == np.float32
        assert np.allclose(first + second, 1, atol=1e-3)
        assert (label[second > first + 1e-3] == 2).all()
        assert (label[first > second + 1e-3] == 1).all()
        assert np.allclose(uncertainty, 1 - np.abs(first - second), atol=1e-3)
        assert facts["places"] == sorted(facts["places"], key=lambda place: -uncertainty[place["z"]].mean())


def test_outputs_are_refused_before_any_work(capsys: Capture, files: Path) -> None:
    (files / "p-2.tif").touch()
    assert "p-2.tif exists" in refusal(capsys, *segment(files, "--probabilities", files / "p.tif"))
    for flag in ("--uncertainty", "--report"):
        assert "the name of one output" in refusal(capsys, *segment(files, flag, files / "label.tif"))
        assert "must not be replaced" in refusal(capsys, *segment(files, flag, files / "image.tif", "--overwrite"))
    assert not (files / "label.tif").exists()


def test_pixels_label_every_voxel_by_itself(capsys: Capture, files: Path) -> None:
    facts = answer(capsys, *segment(files, "--pixels"))
    assert (facts["superpixels"], facts["parameters"]["superpixels"]["kind"]) == (0, "pixels")
    truth, label = tifffile.imread(files / "truth.tif"), tifffile.imread(files / "label.tif")
    assert (label == truth).mean() > 0.9
    for flags in (("--method", "slic"), ("--spacing", "5"), ("--superpixels", files / "truth.tif")):
        assert "exclude each other" in refusal(capsys, *segment(files, "--pixels", *flags, "--overwrite"))


def test_a_cache_changes_no_byte(capsys: Capture, files: Path) -> None:
    written = []
    for output, flags in (
        ("a.tif", ()),
        ("b.tif", ("--cache", files / "kept")),
        ("c.tif", ("--cache", files / "kept")),
    ):
        answer(capsys, *segment(files, *flags, output=output))
        written.append((files / output).read_bytes())
    assert written[0] == written[1] == written[2]
    assert len(list((files / "kept").iterdir())) >= 1


def test_a_cache_is_a_folder(capsys: Capture, files: Path) -> None:
    (files / "plain").touch()
    (files / "gone").symlink_to(files / "nowhere")
    for name, there in (("plain", "plain"), ("plain/in/it", "plain"), ("gone", "gone")):
        said = refusal(capsys, *segment(files, "--cache", files / name))
        assert f"--cache {files / name} must be a folder, received {files / there}, which is none: give" in said
    assert not (files / "label.tif").exists()


def test_mark_writes_an_annotation_that_equals_the_mask(capsys: Capture, files: Path) -> None:
    (files / "s.txt").write_text("brush 2 r=2 xy z=6 8,4\nbrush 1 r=2 xy z=6 20,20 25,20\nerase r=0 xy z=6 8,4\n")
    command = ("mark", files / "image.tif", "--strokes", files / "s.txt", "-o")
    mask, archive = answer(capsys, *command, files / "m.tif"), answer(capsys, *command, files / "m.annotation.npz")
    assert mask["marked_voxels"] == archive["marked_voxels"]
    assert "m.annotation.npz exists" in refusal(capsys, *command, files / "m.annotation.npz")
    marks = open_marks((files / "m.annotation.npz").read_bytes(), "m")
    found = np.zeros(marks.shape, np.uint8)
    found[tuple(marks.coordinates.T)] = marks.labels
    assert np.array_equal(found, tifffile.imread(files / "m.tif"))


def test_people_see_scores_bars_and_where_to_go_on(capsys: Capture, files: Path) -> None:
    from annotat3d_tui.__main__ import main

    assert main([str(one) for one in segment(files, "--report", files / "r.json")]) == 0
    shown = capsys.readouterr().out
    for words in ("accuracy", "Dice", "importance", "█", "mark next", "in slice"):
        assert words in shown
    report = json.loads((files / "r.json").read_text())
    values = list(report["importances"].values())
    assert values == sorted(values, reverse=True)
    assert len(report["scores"]["confusion"]) == 2


def test_kept_files_are_named_for_what_they_are(capsys: Capture, files: Path) -> None:
    for flag, suffix in (("--save-classifier", "classifier"), ("--save-training", "training")):
        said = refusal(capsys, *segment(files, flag, "x.tif"))
        assert f"{flag} must name a file that ends with .npz, received x.tif: name it x.{suffix}.npz" in said
    said = refusal(capsys, *segment(files, "--times", 2))
    assert "--smoothing off takes no --times" in said


def test_every_voxel_by_itself_has_places_to_mark(capsys: Capture, files: Path) -> None:
    assert answer(capsys, *segment(files, "--pixels", "--overwrite"))["places"]
