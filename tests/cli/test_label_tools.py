"""Commands that correct a label volume do what the functions do, and refuse what cannot be."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from annotat3d_tui.__main__ import main
from annotat3d_tui.errors import InvalidParameter, ShapeMismatch
from annotat3d_tui.labels.correcting import corrected
from annotat3d_tui.labels.corrections import Correction
from annotat3d_tui.labels.interpolation import Interpolate
from annotat3d_tui.labels.islands import Islands
from annotat3d_tui.labels.merging import merge
from annotat3d_tui.labels.morphology import Morphology
from annotat3d_tui.labels.pasting import paste
from annotat3d_tui.labels.smoothing import Smooth
from annotat3d_tui.labels.splitting import Separate, split_by_plane, split_by_seeds
from tests.cli.test_commands import Capture, answer, refusal
from tests.labels.cells import cells

LABEL = cells((12, 30, 34), 6, 2).astype(np.uint16)
IDS = np.unique(LABEL)[1:].tolist()
TOOLS = (
    ("morphology --operation erode", Morphology("erode")),
    ("fill --dimensions 2", Morphology("fill", dimensions=2)),
    ("islands --smallest 300", Islands(300)),
    ("separate", Separate()),
    ("smooth", Smooth()),
    ("interpolate", Interpolate()),
)


@pytest.fixture
def label(tmp_path: Path) -> Path:
    path = tmp_path / "label.tif"
    tifffile.imwrite(path, LABEL, photometric="minisblack")
    return path


def made(path: Path) -> np.ndarray:
    found: np.ndarray = tifffile.imread(path)
    return found


@pytest.mark.parametrize(("words", "tool"), TOOLS)
def test_each_does_what_its_function_does(capsys: Capture, label: Path, words: str, tool: Any) -> None:
    output = label.with_name("new.tif")
    kept = IDS[0]
    said = answer(capsys, *words.split(), label, "--keep", kept, "-o", output)
    expected: Correction = tool(LABEL, kept=(kept,))
    assert np.array_equal(made(output), corrected(LABEL, expected))
    assert said["changed_voxels"] == expected.size
    some = ",".join(map(str, IDS[1:3]))
    answer(capsys, *words.split(), label, "--labels", some, "-o", output, "--overwrite")
    assert np.array_equal(made(output), corrected(LABEL, tool(LABEL, IDS[1:3])))


def test_slices_of_interpolation_are_those_of_the_label_or_those_named(capsys: Capture, label: Path) -> None:
    sparse, output = np.zeros_like(LABEL), label.with_name("new.tif")
    sparse[::5] = LABEL[::5]
    tifffile.imwrite(label, sparse, photometric="minisblack")
    for flags, slices in (((), None), (("--slices", "0,5,10"), [0, 5, 10])):
        answer(capsys, "interpolate", label, "-o", output, "--overwrite", *flags)
        assert np.array_equal(made(output), corrected(sparse, Interpolate()(sparse, slices=slices)))
    assert "Two annotated slices or more" in refusal(
        capsys, "interpolate", label, "-o", output, "--slices", 5, "--overwrite"
    )


def test_labels_are_merged_and_divided(capsys: Capture, label: Path) -> None:
    output, first = label.with_name("new.tif"), IDS[0]
    answer(capsys, "merge", label, ",".join(map(str, IDS[:3])), "-o", output)
    assert np.array_equal(made(output), corrected(LABEL, merge(LABEL, IDS[:3])))
    z, y, x = (round(float(at.mean())) for at in np.nonzero(first == LABEL))
    answer(capsys, "split", label, first, "--plane", x, y, z, "--normal", 1, 0, 0, "-o", output, "--overwrite")
    assert np.array_equal(made(output), corrected(LABEL, split_by_plane(LABEL, first, (z, y, x), (0, 0, 1))))
    inside = np.flatnonzero(first == LABEL)[[0, -1]]
    seeds = np.zeros(LABEL.shape, np.uint8)
    seeds.reshape(-1)[inside] = 1, 2
    tifffile.imwrite(label.with_name("seeds.tif"), seeds, photometric="minisblack")
    answer(capsys, "split", label, first, "--markers", label.with_name("seeds.tif"), "-o", output, "--overwrite")
    assert np.array_equal(made(output), corrected(LABEL, split_by_seeds(LABEL, first, inside, np.array([1, 2]))))


def test_a_part_is_put_back_where_it_was_cut_out(capsys: Capture, label: Path) -> None:
    part, output, box = (
        label.with_name("part.tif"),
        label.with_name("new.tif"),
        (slice(2, 9), slice(0, 30), slice(5, 25)),
    )
    words = ("--crop", "2:9,:,5:25")
    answer(capsys, "convert", label, part, *words)
    assert answer(capsys, "paste", label, part, *words, "-o", output)["changed_voxels"] == 0
    changed, first = made(part), IDS[0]
    where = tuple(np.argwhere(changed == first)[:3].T)
    changed[where] = max(IDS) + 1, max(IDS) + 1, 0
    tifffile.imwrite(label.with_name("changed.tif"), changed, photometric="minisblack")
    answer(capsys, "paste", label, label.with_name("changed.tif"), *words, "-o", output, "--overwrite")
    expected = LABEL.copy()
    expected[box] = changed
    assert np.array_equal(made(output), expected)
    assert "must have the size of --crop" in refusal(
        capsys, "paste", label, part, "--crop", "2:9,:,:", "-o", output, "--overwrite"
    )


def test_what_is_put_back_leaves_what_is_locked_or_was_changed_meanwhile() -> None:
    label = np.array([[[3, 3, 0, 9, 4, 0, 8]]], np.uint16)
    before, after = np.array([[[3, 0, 0, 9, 4]]]), np.array([[[8, 8, 8, 4, 0]]])
    found = corrected(label, paste(label, after, (0, 0, 0), before=before, kept=(4,)))
    assert found.tolist() == [[[10, 3, 10, 9, 4, 0, 8]]]
    with pytest.raises(InvalidParameter, match="must lie inside the label volume of 7×1×1"):
        paste(label, after, (0, 0, 3))
    with pytest.raises(ShapeMismatch, match="as it was must have the part's size"):
        paste(label, after, (0, 0, 0), before=label)


def test_refusals(capsys: Capture, label: Path) -> None:
    output = label.with_name("new.tif")
    assert "must be label ids such as 3,7,9" in refusal(capsys, "merge", label, "a,b", "-o", output)
    assert "needs --markers or --plane" in refusal(capsys, "split", label, IDS[0], "-o", output)
    assert "must hold label 999" in refusal(capsys, "smooth", label, "--labels", 999, "-o", output)
    assert "label.tif" in refusal(capsys, "fill", label, "-o", label, "--overwrite")
    assert not output.exists()


def save(path: Path, volume: np.ndarray) -> Path:
    tifffile.imwrite(path, volume, photometric="minisblack")
    return path


def test_a_wrong_size_is_said_of_the_file_that_has_it(capsys: Capture, label: Path) -> None:
    output, marks = label.with_name("new.tif"), np.zeros(LABEL.shape, np.uint8)
    marks[0, 0, :2] = 1, 2
    whole, part = save(label.with_name("whole.tif"), marks), save(label.with_name("part.tif"), marks[:, :, 3:])
    said = refusal(capsys, "edit", label, "--image", part, "--markers", whole, "-o", output)
    assert f"{part} must have the size of {label}, 34×30×12, received 31×30×12: give the image of the labels" in said
    said = refusal(capsys, "split", label, IDS[0], "--markers", part, "-o", output)
    assert f"{part} must have the size of {label}, 34×30×12, received 31×30×12: give the markers of it" in said
    said = refusal(capsys, "score", label, part)
    assert f"{part} must have the size of {label}, 34×30×12, received 31×30×12: give the truth of it" in said
    assert not output.exists()


def test_labels_that_are_not_there_or_not_named_are_refused(capsys: Capture, label: Path) -> None:
    output = label.with_name("new.tif")
    for flag in ("--labels", "--keep"):
        said = refusal(capsys, "morphology", label, flag, "", "-o", output)
        assert f"{flag} must be label ids such as 3,7,9 or 3-7, received ''" in said
    for command in (("smooth", label), ("merge", label, f"{IDS[0]},{IDS[1]}")):
        said = refusal(capsys, *command, "--keep", f"{IDS[2]},200", "-o", output)
        assert f"--keep must name labels that {label} holds, received 200, which it does not" in said
    part = LABEL[:2].copy()
    part[0, 0, 0] = 200
    answer(
        capsys,
        "paste",
        label,
        save(label.with_name("part.tif"), part),
        "--crop",
        "0:2,:,:",
        "-o",
        output,
        "--keep",
        200,
    )
    assert np.array_equal(made(output), LABEL)


def test_what_cannot_be_is_said_with_its_remedy(capsys: Capture, label: Path) -> None:
    output = label.with_name("new.tif")
    plane = ("split", label, IDS[0], "--plane", 5, 5, 5, "-o", output, "--normal")
    assert "must be finite, and the normal not zero, received 5 5 5 and 0 0 0" in refusal(capsys, *plane, 0, 0, 0)
    assert "must be finite, and the normal not zero, received 5 5 5 and 1 nan 0" in refusal(capsys, *plane, 1, "nan", 0)
    said = refusal(capsys, "smooth", label, "-o", label.with_name("new.xyz"))
    assert "must end with one of .tif" in said
    assert ".nii" not in said
    assert ".mrc" not in said
    said = refusal(capsys, "smooth", label, "--memory", "1kB", "-o", output)
    assert "allow more (--memory), or cut a part out (convert --crop) and put it back (paste)." in said
    assert "superpixels" not in said
    with pytest.raises(SystemExit):
        main(["fill", str(label), "--operation", "erode", "-o", str(output)])
    assert "unrecognized arguments: --operation erode" in capsys.readouterr().err
    assert not output.exists()


def test_why_nothing_can_change_is_said(capsys: Capture, label: Path) -> None:
    output, first = label.with_name("new.tif"), IDS[0]
    for tool in ("morphology", "smooth", "separate"):
        said = refusal(capsys, tool, label, "--labels", first, "--keep", first, "-o", output)
        assert f"Label {first} is locked or hidden and cannot be changed: unlock and show it first." in said
    assert "which is what is around objects" in refusal(capsys, "fill", label, "--keep", 0, "-o", output)
    assert not output.exists()
