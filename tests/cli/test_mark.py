"""mark: every tool in a file of strokes, and what was marked written as text and read back, bit for bit."""

from pathlib import Path

import numpy as np
import tifffile

from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.annotation_file import open_marks
from annotat3d_tui.labels.drawing import Ground, draw
from annotat3d_tui.labels.strokes import parse_stroke
from annotat3d_tui.workspace import create
from tests.cli.test_commands import Capture, answer, refusal

STROKES = """\
# every tool
brush 1 r=2 xy z=6 3,4 5,8
polygon 2 xy z=7 depth=1 14,8 20,9 16,14
erase polygon xy z=7 15,9 17,9 16,11
superpixel 3 xy z=3 4,4 9,4
flood 2 xy z=5 tol=900 16,12
flood 1 xz y=4 3d tol=600 max=20000 2,2 3,2
erase r=1 yz x=16 12,5 12,8
voxels 4 z=1 y=2 3-5 9
"""


def superpixels(files: Path) -> Path:
    path = files / "superpixels.tif"
    z, y, x = np.indices((14, 26, 30))
    tifffile.imwrite(path, ((z // 5) * 48 + (y // 5) * 8 + x // 4 + 1).astype(np.int32))
    return path


def strokes(files: Path) -> tuple[object, ...]:
    (files / "strokes.txt").write_text(STROKES)
    return ("mark", files / "image.tif", "--strokes", files / "strokes.txt", "--superpixels", superpixels(files), "-o")


def test_every_tool_marks_what_it_says(capsys: Capture, files: Path) -> None:
    said = answer(capsys, *strokes(files), files / "mask.tif")
    ground = Ground((14, 26, 30), tifffile.imread(files / "image.tif"), tifffile.imread(superpixels(files)))
    annotation, _ = Annotation.open(ground.shape)
    for line in STROKES.splitlines()[1:]:
        draw(annotation, parse_stroke(line), ground)
    mask = tifffile.imread(files / "mask.tif")
    assert np.array_equal(mask, annotation.markers.to_volume())
    assert said["strokes"] == 8
    assert said["marked_voxels"] == {str(label): int((mask == label).sum()) for label in (1, 2, 3, 4)}


def test_an_annotation_file_is_written_as_text_that_gives_the_same_markers(capsys: Capture, files: Path) -> None:
    first, second, text = files / "first.annotation.npz", files / "second.annotation.npz", files / "text.txt"
    answer(capsys, *strokes(files), first)
    answer(capsys, "mark", "--from", first, "-o", text)
    answer(capsys, "mark", files / "image.tif", "--strokes", text, "-o", second)
    one, two = (open_marks(path.read_bytes(), path.name) for path in (first, second))
    assert np.array_equal(one.coordinates, two.coordinates)
    assert np.array_equal(one.labels, two.labels)
    pairs = {*zip(one.strokes.tolist(), one.labels.tolist(), two.strokes.tolist(), strict=True)}
    assert len(pairs) == len({pair[:2] for pair in pairs}) == len({pair[1:] for pair in pairs})


def test_the_marks_of_a_workspace_are_written_as_strokes_mask_or_annotation(capsys: Capture, files: Path) -> None:
    workspace = create(files / "own.annotat3d", files / "image.tif")
    image = tifffile.imread(files / "image.tif")
    annotation, _ = Annotation.open(image.shape, workspace.journal)
    ground = Ground(annotation.shape, image, tifffile.imread(superpixels(files)))
    for line in STROKES.splitlines()[1:]:
        draw(annotation, parse_stroke(line), ground)
    annotation.import_mask((tifffile.imread(files / "markers.tif") == 2) * np.uint8(5))
    annotation.erase_stroke_at((7, 9, 18))
    annotation.undo()
    annotation.rename(2, "Slab")
    annotation.close()
    before = workspace.journal.read_bytes()
    for name in ("all.txt", "mask.tif", "all.annotation.npz"):
        said = answer(capsys, "mark", "--from", workspace.folder, "-o", files / name)
    assert workspace.journal.read_bytes() == before
    answer(capsys, "mark", files / "image.tif", "--strokes", files / "all.txt", "-o", files / "again.tif")
    for name in ("mask.tif", "again.tif"):
        assert np.array_equal(tifffile.imread(files / name), annotation.markers.to_volume())
    assert said["marked_voxels"]["5"] == annotation.markers.count(5).voxels
    assert open_marks((files / "all.annotation.npz").read_bytes(), "all").names[2] == "Slab"
    text = (files / "all.txt").read_text().splitlines()
    assert text[1:3] == STROKES.splitlines()[1:3]
    assert "# flood 2 xy z=5 tol=900 16,12" in text


def test_strokes_go_over_what_is_taken_from_elsewhere(capsys: Capture, files: Path) -> None:
    answer(capsys, *strokes(files), files / "first.annotation.npz")
    (files / "more.txt").write_text("polygon 7 xy z=6 0,0 29,0 29,25 0,25\n")
    common = ("mark", "--from", files / "first.annotation.npz", "--strokes", files / "more.txt")
    answer(capsys, *common, "-o", files / "mask.tif")
    assert (tifffile.imread(files / "mask.tif")[6] == 7).all()


def test_what_cannot_be_marked_is_a_sentence(capsys: Capture, files: Path) -> None:
    for line, reason in (
        ("superpixel 1 xy z=3 4,4", "give them with --superpixels"),
        ("flood 1 xy z=3 3d tol=60000 max=99 4,4", "A flood must find at most 99 voxels, received more"),
        ("voxels 1 z=3 y=4 30", "Voxels must lie in the image of 30×26×14 voxels"),
        ("polygon 1 xy z=3 r=2 4,4", "A polygon must not have r="),
    ):
        (files / "bad.txt").write_text(f"brush 1 r=2 xy z=6 3,4\n\n{line}\n")
        said = refusal(capsys, "mark", files / "image.tif", "--strokes", files / "bad.txt", "-o", files / "out.tif")
        assert "bad.txt line 3: " in said
        assert reason in said
    answer(capsys, *strokes(files), files / "first.annotation.npz")
    np.save(files / "small.npy", np.zeros((2, 3, 4), np.uint8))
    one, out = files / "first.annotation.npz", files / "out.tif"
    for refused, reason in (
        (("mark", files / "small.npy", "--from", one, "-o", out), "must be of an image of 4×3×2 voxels"),
        (("mark", "--strokes", files / "strokes.txt", "-o", out), "needs the image that is marked, received none"),
        (("mark", "--from", files, "-o", out), "is no workspace"),
        (("mark", "--from", files / "none.npz", "-o", out), "none.npz"),
        (("mark", "--from", one, "-o", one), "must not be replaced"),
    ):
        assert reason in refusal(capsys, *refused)
    assert not out.exists()
