"""Each command as a person types it: what it prints, writes and refuses."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile

from annotat3d_tui.__main__ import main
from annotat3d_tui.features.features import Features
from annotat3d_tui.features.registry import filter_names
from annotat3d_tui.workflow.presets import PRESETS
from annotat3d_tui.workflow.segmentation import segment

Capture = pytest.CaptureFixture[str]


def answer(capsys: Capture, *arguments: object) -> dict:
    """The JSON that a command prints; it must have succeeded."""
    capsys.readouterr()
    assert main([str(one) for one in arguments] + ["--json"]) == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def refusal(capsys: Capture, *arguments: object) -> str:
    """The one sentence with which a command is refused."""
    capsys.readouterr()
    assert main([str(one) for one in arguments]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    return said.err


def test_info_says_what_a_file_holds(capsys: Capture, files: Path) -> None:
    facts = answer(capsys, "info", files / "image.tif")
    assert facts["size"] == "30×26×14"
    assert facts["dtype"] == "uint16"
    image = tifffile.imread(files / "image.tif")
    assert facts["range"] == [int(image.min()), int(image.max())]


def test_convert_and_back_is_identity(capsys: Capture, files: Path) -> None:
    answer(capsys, "convert", files / "image.tif", files / "copy_30x26x14_uint16.raw")
    answer(capsys, "convert", files / "copy_30x26x14_uint16.raw", files / "copy.npy")
    answer(capsys, "convert", files / "copy.npy", files / "back.tif")
    assert np.array_equal(tifffile.imread(files / "back.tif"), tifffile.imread(files / "image.tif"))


def test_convert_crops(capsys: Capture, files: Path) -> None:
    answer(capsys, "convert", files / "image.tif", files / "part.tif", "--crop", "2:9,:20,5:")
    assert np.array_equal(tifffile.imread(files / "part.tif"), tifffile.imread(files / "image.tif")[2:9, :20, 5:])


def test_superpixels_are_saved_with_ids_from_one(capsys: Capture, files: Path) -> None:
    facts = answer(capsys, "superpixels", files / "image.tif", "-o", files / "sp.tif", "--method", "waterpixels3d")
    ids = tifffile.imread(files / "sp.tif")
    assert ids.shape == (14, 26, 30)
    assert np.array_equal(np.unique(ids), np.arange(1, facts["superpixels"] + 1))


@pytest.mark.parametrize("preset", PRESETS)
def test_segment_reports_and_scores(capsys: Capture, files: Path, preset: str) -> None:
    facts = answer(
        capsys, "segment", files / "image.tif", "--markers", files / "markers.tif", "-o", files / "label.tif",
        "--preset", preset, *(() if preset == "fine" else ("--spacing", "4")), "--report", files / "report.json",
    )  # fmt: skip
    assert json.loads((files / "report.json").read_text()) == facts
    assert facts["parameters"]["superpixels"].get("spacing", 4) == 4
    scores = answer(capsys, "score", files / "label.tif", files / "truth.tif", "--ignore", files / "markers.tif")
    assert scores["mean_dice"] > 0.8
    assert scores["voxels"] == int((tifffile.imread(files / "markers.tif") == 0).sum())


def test_segment_is_the_same_from_python_and_for_any_threads(capsys: Capture, files: Path) -> None:
    outputs = []
    for threads in ("1", "2", "2"):
        output = files / f"label{len(outputs)}.tif"
        answer(
            capsys,
            "segment",
            files / "image.tif",
            "--markers",
            files / "markers.tif",
            "-o",
            output,
            "--threads",
            threads,
        )
        outputs.append(output.read_bytes())
    assert outputs[0] == outputs[1] == outputs[2]
    markers = tifffile.imread(files / "markers.tif")
    coordinates = np.argwhere(markers)[::-1]
    labels = markers[tuple(coordinates.T)]
    result = segment(tifffile.imread(files / "image.tif"), coordinates, labels, PRESETS["fast"])
    assert np.array_equal(result.label, tifffile.imread(files / "label0.tif"))


def test_segment_with_saved_superpixels_equals_making_them(capsys: Capture, files: Path) -> None:
    common = ("segment", files / "image.tif", "--markers", files / "markers.tif", "--preset", "manual")
    answer(capsys, "superpixels", files / "image.tif", "-o", files / "sp.tif")
    answer(capsys, *common, "-o", files / "made.tif")
    answer(capsys, *common, "-o", files / "given.tif", "--superpixels", files / "sp.tif")
    assert (files / "made.tif").read_bytes() == (files / "given.tif").read_bytes()


def test_preview_equals_the_whole_on_its_slices(capsys: Capture, files: Path) -> None:
    common = ("segment", files / "image.tif", "--markers", files / "markers.tif")
    answer(capsys, *common, "-o", files / "whole.tif")
    answer(capsys, *common, "-o", files / "preview.tif", "--preview", "5:8")
    whole, preview = tifffile.imread(files / "whole.tif"), tifffile.imread(files / "preview.tif")
    assert np.array_equal(preview[5:8], whole[5:8])
    assert not preview[:5].any()
    assert not preview[8:].any()


def test_mark_draws_what_the_lines_say(capsys: Capture, files: Path) -> None:
    (files / "strokes.txt").write_text("brush 2 r=0 xy z=3 1,2 4,2\n\n# a comment\nbrush 1 r=0 xz y=5 7,9\n")
    answer(capsys, "mark", files / "image.tif", "--strokes", files / "strokes.txt", "-o", files / "mask.tif")
    expected = np.zeros((14, 26, 30), np.uint8)
    expected[3, 2, 1:5] = 2
    expected[9, 5, 7] = 1
    assert np.array_equal(tifffile.imread(files / "mask.tif"), expected)


def test_doctor_names_a_remedy_for_all_that_does_not_work(capsys: Capture) -> None:
    checks = answer(capsys, "doctor")["checks"]
    assert {"Python", "terminal", "pictures", "memory", "GL", "GPU", "Slurm"} <= {check["name"] for check in checks}
    assert all(check["works"] or check["remedy"] for check in checks)


def refused_inputs(files: Path) -> dict[str, tuple[tuple[object, ...], str]]:
    """Name -> the arguments of a command, and words that its refusal must hold."""
    image, markers, out = files / "image.tif", files / "markers.tif", files / "out.tif"
    (files / "empty.tif").touch()
    whole = image.read_bytes()
    (files / "cut.tif").write_bytes(whole[: len(whole) // 2])
    (files / "v_30x26x14_16bit.raw").write_bytes(bytes(30 * 26 * 14))
    tifffile.imwrite(files / "small.tif", np.ones((3, 4, 5), np.uint8), photometric="minisblack")
    tifffile.imwrite(files / "one.tif", np.where(tifffile.imread(markers) == 2, 2, 0).astype(np.uint8))
    tifffile.imwrite(files / "none.tif", np.zeros((14, 26, 30), np.uint8))
    (files / "outside.txt").write_text("brush 1 r=2 xy z=99 1,1\n")
    (files / "comment.txt").write_text("# nothing\n")
    np.save(files / "complex.npy", np.zeros((3, 4, 5), complex))
    segment_with = ("segment", image, "-o", out, "--markers")
    return {
        "missing file": (("info", files / "gone.tif"), "gone.tif"),
        "empty file": (("info", files / "empty.tif"), "empty"),
        "truncated TIFF": (("convert", files / "cut.tif", out), "cut.tif"),
        "RAW of the wrong length": (("info", files / "v_30x26x14_16bit.raw"), "10920 bytes"),
        "mask of another shape": ((*segment_with, files / "small.tif"), "5×4×3"),
        "mask with one class": ((*segment_with, files / "one.tif"), "two labels"),
        "no marker at all": ((*segment_with, files / "none.tif"), "at least one voxel"),
        "unknown dtype": (("info", files / "complex.npy"), "complex128"),
        "output exists": (("convert", image, markers), "markers.tif"),
        "output is the image": ((*segment_with, markers, "--overwrite", "-o", image), "must not be replaced"),
        "superpixels of another shape": ((*segment_with, markers, "--superpixels", files / "small.tif"), "5×4×3"),
        "too little memory": ((*segment_with, markers, "--memory", "1MB"), "--memory"),
        "parameter out of range": ((*segment_with, markers, "--spacing", "1"), "spacing"),
        "parameter of another kind": ((*segment_with, markers, "--features", "magic"), "magic"),
        "flags of RAW for a TIFF": (("info", image, "--shape", "3", "3", "3"), "--shape is for RAW"),
        "stroke outside": (("mark", image, "--strokes", files / "outside.txt", "-o", out), "z=99"),
        "no stroke": (("mark", image, "--strokes", files / "comment.txt", "-o", out), "at least one stroke"),
        "RAW without a size": (("convert", image, files / "out.raw"), "out_30x26x14_16bit.raw"),
        "spacing of given superpixels": (
            (*segment_with, markers, "--superpixels", files / "sp.tif", "--spacing", "5"),
            "--spacing exclude",
        ),
        "preview outside": ((*segment_with, markers, "--preview", "5:99"), "14"),
    }


REFUSED = (
    "missing file", "empty file", "truncated TIFF", "RAW of the wrong length",
    "mask of another shape", "mask with one class", "no marker at all", "unknown dtype",
    "output exists", "output is the image", "superpixels of another shape", "too little memory",
    "parameter out of range",
    "parameter of another kind", "preview outside", "flags of RAW for a TIFF", "stroke outside",
    "no stroke", "RAW without a size", "spacing of given superpixels",
)  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refusals_are_one_clear_sentence(capsys: Capture, files: Path, name: str) -> None:
    arguments, words = refused_inputs(files)[name]
    before = {path: path.read_bytes() for path in files.iterdir()}
    assert words in refusal(capsys, *arguments)
    assert {path: path.read_bytes() for path in files.iterdir()} == before


FLAGS = {
    "--method waterpixels": ("superpixels", "kind", "waterpixels"),
    "--spacing 5": ("superpixels", "spacing", 5),
    "--compactness 300": ("superpixels", "compactness", 300.0),
    "--features none,sobel": ("features", "filters", ["none", "sobel"]),
    "--radii 2,4": ("features", "radii", [2, 4]),
    "--dimensions 2": ("features", "dimensions", "2"),
    "--pooling mean,maximum": ("features", "pooling", ["mean", "maximum"]),
    "--classifier random_forest": ("classifier", "kind", "random_forest"),
    "--trees 17": ("classifier", "trees", 17),
    "--seed 5": ("classifier", "seed", 5),
    "--share 0.5": ("classifier", "share", 0.5),
}


@pytest.mark.parametrize("flag", FLAGS)
def test_each_flag_sets_its_parameter(capsys: Capture, files: Path, flag: str) -> None:
    group, name, value = FLAGS[flag]
    command = ("segment", files / "image.tif", "--markers", files / "markers.tif", "-o", files / "label.tif")
    facts = answer(capsys, *command, *flag.split())
    assert facts["parameters"][group][name] == value


def test_training_on_superpixels(capsys: Capture, files: Path) -> None:
    command = ("segment", files / "image.tif", "--markers", files / "markers.tif", "-o", files / "label.tif")
    facts = answer(capsys, *command, "--training-on", "superpixels")
    assert facts["parameters"]["training_on"] == "superpixels"
    assert sum(facts["scores"]["samples"]) < (tifffile.imread(files / "markers.tif") > 0).sum()


def test_the_demo_keeps_what_it_made_in_a_workspace(capsys: Capture, tmp_path: Path) -> None:
    facts = answer(capsys, "demo", "--workspace", tmp_path / "demo")
    assert facts["score"]["mean_dice"] > 0.8
    assert tifffile.imread(tmp_path / "demo" / "label.tif").shape == (128, 192, 192)
    assert main(["demo", "--workspace", str(tmp_path / "demo")]) == 0
    shown = capsys.readouterr().out
    assert "▀" in shown
    assert "Crack" in shown
    assert str(tmp_path / "demo") in shown.splitlines()[-1]


def test_warmup_refuses_unknown_types(capsys: Capture) -> None:
    assert "complex64" in refusal(capsys, "warmup", "--types", "uint8,complex64")


def test_a_missing_library_is_a_sentence(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(module: str) -> None:
        raise ImportError("libGL.so.1: cannot open shared object file: No such file or directory")

    monkeypatch.setattr("annotat3d_tui.cli.main.importlib.import_module", break_down)
    assert "apt-get install libgl1" in refusal(capsys, "doctor")


def test_the_python_of_the_readme_runs(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    code = (root / "README.md").read_text().split("```python\n")[1].split("```")[0]
    (tmp_path / "assets").mkdir()
    for name in ("phantom.tif", "phantom_scribbles.tif"):  # a part, since the demo does the whole
        tifffile.imwrite(tmp_path / "assets" / name, tifffile.imread(root / "assets" / name)[48:72])
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "accuracy" in done.stdout


def test_terminals_without_utf8_get_what_they_can_show(files: Path) -> None:
    environment = {"PYTHONIOENCODING": "ascii", "PATH": "/usr/bin:/bin", "HOME": str(files)}
    for flags in ([], ["--json"]):
        command = [sys.executable, "-m", "annotat3d_tui", "info", "image.tif", *flags]
        done = subprocess.run(command, cwd=files, env=environment, capture_output=True, check=True)
        assert b"30?26?14" in done.stdout or json.loads(done.stdout)["size"] == "30×26×14"


def test_an_answer_that_cannot_be_written_is_one_sentence(files: Path) -> None:
    command = [sys.executable, "-m", "annotat3d_tui", "info", "image.tif"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, cwd=files, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert "No space left" in done.stderr.splitlines()[0]
    assert "Traceback" not in done.stderr


def test_all_features(capsys: Capture, files: Path) -> None:
    command = ("segment", files / "image.tif", "--markers", files / "markers.tif", "-o", files / "label.tif")
    facts = answer(capsys, *command, "--preset", "manual", "--features", "all")
    assert tuple(facts["parameters"]["features"]["filters"]) == filter_names()
    assert tuple(sorted(facts["importances"])) == tuple(sorted(Features(filters=filter_names()).columns))


def test_a_full_disk_is_one_sentence_and_leaves_nothing(files: Path) -> None:
    """A limit on the size of files fails in the same place as a disk that is full."""
    command = [sys.executable, "-m", "annotat3d_tui", "convert", "image.tif", "out.npy"]
    limit = (
        "import os, sys, resource as r; r.setrlimit(r.RLIMIT_FSIZE, (4096, 4096)); os.execv(sys.argv[1], sys.argv[1:])"
    )
    done = subprocess.run(
        [sys.executable, "-c", limit, *command], cwd=files, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "out.npy" in done.stderr
    assert sorted(path.name for path in files.iterdir()) == ["image.tif", "markers.tif", "truth.tif"]


def test_a_word_that_is_no_command_is_usage(capsys: Capture) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["segmnet"])
    assert stop.value.code == 2
    assert "did you mean annotat3d segment?" in capsys.readouterr().err


def test_the_screen_needs_a_terminal(capsys: Capture, files: Path) -> None:
    assert "needs a terminal" in refusal(capsys, "open", files / "image.tif")


def test_mark_takes_a_mask_with_a_mapping_at_a_place(capsys: Capture, files: Path) -> None:
    image, part = files / "image.tif", files / "part.npy"
    mask = np.zeros((2, 3, 4), np.uint8)
    mask[0], mask[1, 1] = 255, 1
    np.save(part, mask)
    out = files / "placed.tif"
    common = ("mark", image, "--mask", part, "-o", out, "--overwrite")
    said = answer(capsys, *common, "--offset", 5, 6, 7, "--map", "1=2,255=1")
    assert said["marked_voxels"] == {"1": 12, "2": 4}
    expected = np.zeros(tifffile.imread(image).shape, np.uint8)
    expected[7:9, 6:9, 5:9] = np.where(mask == 255, 1, 2 * mask)
    assert np.array_equal(tifffile.imread(out), expected)
    (files / "over.txt").write_text("brush 3 r=0 xy z=7 5,6\n")
    said = answer(capsys, *common, "--offset", 5, 6, 7, "--map", "1=0,255=1", "--strokes", files / "over.txt")
    assert said["marked_voxels"] == {"1": 11, "3": 1}
    for refused, reason in (
        (common, "or the place of its first voxel with --offset x y z"),
        ((*common, "--offset", "27", "0", "0"), "must lie inside the image of"),
        ((*common, "--offset", "1", "2"), "received 2 numbers: give three, or one"),
        ((*common, "--offset", "0", "0", "0", "--map", "1=2"), "holds the value 255, which must be in the mapping"),
        (("mark", image, "-o", out, "--overwrite"), "give --strokes, --mask or --from"),
        (("mark", image, "-o", out, "--overwrite", "--strokes", files / "over.txt", "--map", "1=2"), "are of a mask"),
    ):
        assert reason in refusal(capsys, *refused)


def test_read_only_needs_what_is_to_be_looked_at(capsys: Capture) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--read-only"])
    assert ended.value.code == 2
    assert "--read-only needs the workspace folder" in capsys.readouterr().err
