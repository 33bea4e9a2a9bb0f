"""`annotat3d workspace`: made, told of, and checked; what is wrong is named once, and nothing is written."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import tifffile

from annotat3d_tui.__main__ import main
from annotat3d_tui.labels.strokes import parse_stroke
from annotat3d_tui.networks.beginning import begin
from annotat3d_tui.networks.outcome import Outcome, keep_outcome
from annotat3d_tui.networks.settings import Training
from annotat3d_tui.session import Session
from annotat3d_tui.volume import converted
from annotat3d_tui.workspace import default_folder, is_bare, open_workspace, workspace_of
from tests.cli.test_commands import Capture, answer, refusal
from tests.networks.small import textured_dataset


@pytest.fixture
def whole(files: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with something of every kind."""
    monkeypatch.chdir(files)
    folder = files / "w.annotat3d"
    session = Session.open(workspace_of(files / "image.tif", folder=folder))
    session.annotation.draw(parse_stroke("brush 2 r=2 xy z=7 14,10"))
    session.keep_superpixels(np.arange(1, session.image.data.size + 1, dtype=np.int32).reshape(14, 26, 30))
    session.keep_label(np.ones((14, 26, 30), np.uint8), None)
    session.close()
    learning = session.workspace.learning
    for made in (learning.datasets, learning.networks, learning.results / "grains"):
        made.mkdir(parents=True)
    dataset = textured_dataset(learning.datasets / "d.h5", (16, 16, 16), samples=2, validation=1)
    begin(learning.networks / "grains", dataset, Training(batch=1))
    label = learning.results / "grains" / "image.tif"
    shutil.copy(files / "truth.tif", label)
    keep_outcome(label, Outcome("/d/image.tif", "/n/grains.network", str(label), shape=(14, 26, 30)))
    return folder


def state(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in folder.rglob("*")}


def test_info_tells_what_is_there_and_check_finds_nothing(whole: Path, capsys: Capture) -> None:
    before = state(whole)
    facts = answer(capsys, "workspace", "info", whole)
    kinds = [item["kind"] for item in facts["items"]]
    assert kinds == ["image", "marks", "superpixels", "label", "dataset", "network", "result"]
    assert {item["problem"] for item in facts["items"]} == {None}
    told = {item["kind"]: item["facts"] for item in facts["items"]}
    assert told["image"] == "30×26×14 uint16"
    assert told["marks"] == "13 marked voxels, 2 labels"
    assert told["dataset"] == "4 samples of 16×16×16, 2 classes"
    assert told["network"] == "unet3d, 2 classes, not begun"
    assert told["result"] == "1 label by grains"
    assert answer(capsys, "workspace", "check", whole)["problems"] == []
    assert state(whole) == before, "nothing was written"
    assert main(["workspace", "info", str(whole)]) == 0
    assert "✓ grains" in capsys.readouterr().out


def spoil_label(folder: Path) -> None:
    tifffile.imwrite(folder / "label.tif", np.ones((3, 4, 5), np.uint8), photometric="minisblack")


def spoil_superpixels(folder: Path) -> None:
    tifffile.imwrite(folder / "superpixels.tif", np.zeros((14, 26, 30), np.int32))


def spoil_journal(folder: Path) -> None:
    (folder / "annotation.journal").write_text("12345678 {}\n")


def cut_journal(folder: Path) -> None:
    path = folder / "annotation.journal"
    path.write_bytes(path.read_bytes()[:-3])


def change_image(folder: Path) -> None:
    tifffile.imwrite(folder.parent / "image.tif", np.zeros((14, 26, 30), np.uint16))


def remove_image(folder: Path) -> None:
    (folder.parent / "image.tif").unlink()


def spoil_dataset(folder: Path) -> None:
    (folder / "datasets" / "d.h5").write_bytes(b"no HDF5")


def spoil_network(folder: Path) -> None:
    (folder / "networks" / "grains.network" / "network.json").write_text("{")


def spoil_weights(folder: Path) -> None:
    (folder / "networks" / "grains.network" / "best.weights.h5").write_bytes(b"no HDF5")


def remove_result(folder: Path) -> None:
    (folder / "results" / "grains" / "image.tif").unlink()


def spoil_parameters(folder: Path) -> None:
    (folder / "parameters.json").write_text("{")


@pytest.mark.parametrize(
    ("spoil", "kind", "words"),
    [
        (spoil_label, "label", "must have the image's size 30×26×14, received 5×4×3"),
        (spoil_superpixels, "superpixels", "must have an id of at least 1"),
        (spoil_journal, "marks", "damaged from line 1 on"),
        (cut_journal, "marks", "cut short"),
        (change_image, "image", "has changed since this workspace was made"),
        (remove_image, "image", "put it back"),
        (spoil_dataset, "dataset", "received no HDF5 file"),
        (spoil_network, "network", "cannot be read"),
        (spoil_weights, "network", "is damaged, or holds no weights"),
        (remove_result, "result", "does not exist"),
        (spoil_parameters, "label", "parameters.json cannot be read"),
    ],
)
def test_what_is_wrong_is_one_sentence(whole: Path, capsys: Capture, spoil: object, kind: str, words: str) -> None:
    assert callable(spoil)
    spoil(whole)
    assert main(["workspace", "check", str(whole)]) == 1
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 1, said
    assert said[0].startswith(f"✗ {kind}: ")
    assert words in said[0]


def test_a_workspace_is_made_without_an_image_and_given_one_later(
    files: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(files)
    assert answer(capsys, "workspace", "new", "w.annotat3d")["image"] is None
    assert is_bare(files / "w.annotat3d")
    assert answer(capsys, "workspace", "info", "w.annotat3d")["items"] == []
    assert answer(capsys, "workspace", "check", "w.annotat3d")["problems"] == []
    made = workspace_of(files / "image.tif", folder=files / "w.annotat3d")
    assert open_workspace(files / "w.annotat3d") == made
    assert "it holds" in refusal(capsys, "workspace", "new", "w.annotat3d")


def test_a_workspace_that_is_there_may_be_left_as_it_is(
    files: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(files)
    for _ in range(2):
        assert answer(capsys, "workspace", "new", "w.annotat3d", "--exist-ok")["image"] is None
    about = answer(capsys, "workspace", "new", "w.annotat3d", "--exist-ok", "--image", "image.tif")
    assert about["image"] == str(files / "image.tif")
    assert answer(capsys, "workspace", "new", "w.annotat3d", "--exist-ok") == about
    said = refusal(capsys, "workspace", "new", "w.annotat3d", "--exist-ok", "--image", "truth.tif")
    assert "is about" in said


def test_a_workspace_is_made_about_an_image(files: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(files)
    facts = answer(capsys, "workspace", "new", "w.annotat3d", "--image", "image.tif")
    assert facts["image"] == str(files / "image.tif")
    assert [item["kind"] for item in answer(capsys, "workspace", "info", "w.annotat3d")["items"]] == ["image"]
    assert "none.tif does not exist" in refusal(capsys, "workspace", "new", "x", "--image", "none.tif")
    assert not Path("x").exists()


def test_what_is_no_workspace_is_refused(files: Path, capsys: Capture) -> None:
    for word in ("info", "check"):
        assert "is no workspace" in refusal(capsys, "workspace", word, files)


def test_info_tells_what_the_cache_holds_and_may(files: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(converted, "SMALLEST", 1)
    monkeypatch.setenv("ANNOTAT3D_CACHE", "3GB")
    image = tifffile.imread(files / "image.tif")
    tifffile.imwrite(files / "packed.tif", image, compression="zlib", photometric="minisblack")
    session = Session.open(workspace_of(files / "packed.tif"))
    session.cache.put("a", np.zeros(10))
    session.close()
    facts = answer(capsys, "workspace", "info", files / "packed.annotat3d")
    converted_one, measured = (item for item in facts["items"] if item["kind"] == "cache")
    assert converted_one["facts"] == "30×26×14 uint16, of packed.tif; all at most 3.0 GB"
    assert converted_one["bytes"] > image.nbytes
    assert measured["facts"] == "1 array measured; at most 8.0 GB"
    assert answer(capsys, "workspace", "check", files / "packed.annotat3d")["problems"] == []
    assert main(["workspace", "info", str(files / "packed.annotat3d")]) == 0
    assert "Cache\n  ✓ packed-" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["info"], ["check"]])
def test_a_link_that_leads_nowhere_is_a_sentence(capsys: Capture, tmp_path: Path, words: list[str]) -> None:
    for name, target in (("loop.tif", "loop.tif"), ("a", "b"), ("b", "a"), ("gone", "elsewhere")):
        (tmp_path / name).symlink_to(target)
    said = {name: refusal(capsys, "workspace", *words, tmp_path / name) for name in ("loop.tif", "a", "gone")}
    assert "loop.tif is a link that leads to itself: correct the link" in said["loop.tif"]
    assert "a is a link that leads to b, and from there in a circle: correct the link" in said["a"]
    assert "gone is a link that leads to elsewhere, which is not there: correct the link" in said["gone"]
    assert "is no workspace" in refusal(capsys, "workspace", *words, tmp_path / "loop.tif" / "inside")


def test_an_image_that_has_become_a_circle_of_links_is_told(capsys: Capture, whole: Path) -> None:
    image = open_workspace(whole).image
    image.unlink()
    image.symlink_to(image.name)
    assert "is not there: put it back" in refusal(capsys, "workspace", "info", whole)
    assert main(["workspace", "check", str(whole)]) == 1
    assert "is not there: put it back" in capsys.readouterr().out
    assert "is a link that leads to itself" in refusal(capsys, "info", image)
    assert default_folder(image).name == "image.annotat3d"
