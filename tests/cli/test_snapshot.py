"""`annotat3d snapshot`: pictures in space, slices, sheets, films."""

import json
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from annotat3d_tui.__main__ import main
from annotat3d_tui.labels.colours import colour_of
from annotat3d_tui.render.scene.views import open_view
from tests.cli.test_commands import Capture, answer, refusal
from tests.render.scene.drawing import renderer_of

SHAPE = (12, 20, 28)


@pytest.fixture(autouse=True)
def inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """image.tif, label.tif (2 in a box), mask.tif and empty.tif, with voxels of 2×1×1 µm."""
    monkeypatch.chdir(tmp_path)
    image = np.full(SHAPE, 40, np.uint8)
    image[3:9, 5:15, 7:21] = 200
    label = np.where(image > 100, 2, 1).astype(np.uint8)
    mask = np.zeros(SHAPE, np.uint8)
    mask[6, 8, 10:14] = 3
    for name, volume in (("image", image), ("label", label), ("mask", mask), ("empty", np.zeros_like(mask))):
        tifffile.imwrite(
            f"{name}.tif",
            volume,
            imagej=True,
            resolution=(1, 1),
            metadata={"spacing": 2.0, "unit": "um", "axes": "ZYX"},
        )


@pytest.fixture
def graphics() -> None:
    """Skips a test where there are none."""
    with renderer_of((1, 1, 1)):
        pass


def opened(name: str) -> np.ndarray:
    with Image.open(name) as picture:
        return np.asarray(picture.convert("RGB"))


@pytest.mark.usefixtures("graphics")
def test_a_volume_is_a_picture(capsys: Capture) -> None:
    facts = answer(capsys, "snapshot", "image.tif", "-o", "a.png", "--size", "160x120")
    assert facts["size"] == [160, 120]
    assert facts["shows"] == ["volume", "box"]
    assert 40 < facts["threshold"] < 200
    assert facts["notes"] == []
    picture = opened("a.png")
    assert picture.shape == (120, 160, 3)
    assert picture[60, 80].max() > 100
    assert "exists" in refusal(capsys, "snapshot", "image.tif", "-o", "a.png")
    answer(capsys, "snapshot", "image.tif", "-o", "a.png", "--overwrite", "--size", "32x24")
    assert opened("a.png").shape == (24, 32, 3)


@pytest.mark.usefixtures("graphics")
def test_labels_have_surfaces_and_names(capsys: Capture) -> None:
    common = ("--label", "label.tif", "--size", "200x150", "-o")
    facts = answer(capsys, "snapshot", "image.tif", *common, "a.png", "--names", "2=Grain")
    assert facts["shows"] == ["label", "box"]
    picture = opened("a.png")
    assert picture.shape == (150, 200, 3)
    assert (picture[122:] == colour_of(2)).all(axis=2).any()
    assert not (picture[122:] == colour_of(1)).all(axis=2).any()
    answer(capsys, "snapshot", "image.tif", *common, "b.png", "--labels", "1,2", "--clip", "z=6", "--bare")
    picture = opened("b.png")
    assert picture.shape == (150, 200, 3)
    for label in (1, 2):  # laid open by the cut
        assert (picture == colour_of(label)).all(axis=2).sum() > 50
    answer(
        capsys,
        "snapshot",
        "image.tif",
        *common,
        "c.png",
        "--labels",
        "1,2",
        "--clip",
        "1,1,0@3,3,0",
        "--flip",
        "--bare",
    )
    assert not np.array_equal(opened("c.png"), picture)


@pytest.mark.usefixtures("graphics")
def test_slices_markers_and_a_view_that_is_kept(capsys: Capture) -> None:
    shown = ("--show", "slices,markers,box", "--markers", "mask.tif", "--label", "label.tif", "--slices", "xy=6,yz=3")
    rest = ("--size", "120x90", "--bare")
    answer(capsys, "snapshot", "image.tif", *shown, *rest, "--camera=-y", "--save-view", "v.json", "-o", "a.png")
    assert open_view("v.json").direction == (0.0, -1.0, 0.0)
    answer(capsys, "snapshot", "image.tif", *shown, *rest, "--camera", "v.json", "-o", "b.png")
    assert np.array_equal(opened("a.png"), opened("b.png"))
    answer(
        capsys,
        "snapshot",
        "image.tif",
        *shown,
        *rest,
        "--camera",
        "v.json",
        "--zoom",
        "2",
        "--perspective",
        "-o",
        "c.png",
    )
    assert not np.array_equal(opened("a.png"), opened("c.png"))


@pytest.mark.usefixtures("graphics")
@pytest.mark.parametrize("suffix", ["gif", "apng"])
def test_a_film_turns_once(capsys: Capture, suffix: str) -> None:
    rest = ("--size", "64x48", "--frames", "6", "--seconds", "1.2")
    facts = answer(capsys, "snapshot", "image.tif", "-o", f"a.{suffix}", *rest)
    assert facts["frames"] == 6
    with Image.open(f"a.{suffix}") as film:
        assert film.n_frames == 6
        assert film.size == (64, 48)
        assert film.info["loop"] == 0
        frames = []
        for number in range(6):
            film.seek(number)
            assert film.info["duration"] == 200
            frames.append(np.asarray(film.convert("RGB")))
    assert all(not np.array_equal(frames[0], other) for other in frames[1:])


@pytest.mark.usefixtures("graphics")
def test_it_is_drawn_in_the_terminal(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert main(["snapshot", "image.tif"]) == 0
    assert "▀" in capsys.readouterr().out
    assert main(["snapshot", "image.tif", "--plane", "xz"]) == 0
    assert "▀" in capsys.readouterr().out


def test_a_slice_and_a_sheet_need_no_graphics(capsys: Capture) -> None:
    facts = answer(
        capsys, "snapshot", "image.tif", "--plane", "xz", "--index", "10", "-o", "a.png", "--size", "280x240", "--bare",
        "--label", "label.tif", "--overlay-opacity", "1",
    )  # fmt: skip
    assert facts["size"] == [280, 240]  # 28 voxels across, 12 of double height
    picture = opened("a.png")
    assert tuple(picture[120, 140]) == colour_of(2)
    assert tuple(picture[5, 5]) == colour_of(1)
    facts = answer(
        capsys, "snapshot", "image.tif", "--sheet", "6", "-o", "b.png", "--size", "400x300", "--label", "label.tif"
    )
    width, height = facts["size"]
    assert width <= 400
    assert height <= 300 + 28
    assert opened("b.png").shape == (height, width, 3)


def test_one_slice_is_a_slice(capsys: Capture) -> None:
    np.save("flat.npy", np.zeros((1, 30, 40), np.uint8))
    assert answer(capsys, "snapshot", "flat.npy", "-o", "a.png", "--size", "80x60")["plane"] == "xy"


@pytest.mark.usefixtures("graphics")
def test_what_memory_does_not_allow_is_said(capsys: Capture) -> None:
    np.save("large.npy", np.zeros((80, 80, 80), np.uint8))
    notes = answer(capsys, "snapshot", "large.npy", "-o", "a.png", "--size", "40x30", "--memory", "1MB")["notes"]
    assert "1/2" in notes[0]


def test_a_picture_may_be_large(capsys: Capture) -> None:
    np.save("large.npy", np.zeros((2, 180, 240), np.uint8))
    facts = answer(capsys, "snapshot", "large.npy", "--plane", "xy", "-o", "a.png", "--size", "3840x2160")
    assert facts["size"] == [2880, 2160]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-o", "a.jpg"), ".png"), (("--show", "x"), "volume"), (("--size", "0x5"), "WxH"),
        (("--size", "99999x5"), "16384"), (("--camera", "top"), "iso"), (("--camera", "none.json"), "no such file"),
        (("--clip", "q=3"), "z=40"), (("--clip", "0,0,0@1,1,1"), "length"), (("--show", "cut"), "--clip"),
        (("--slices", "xy=99"), "0 to 11"), (("--slices", "zz=1"), "plane"), (("--show", "label"), "--label"),
        (("--label", "label.tif", "--labels", "0"), "ids"), (("--contrast", "5,1"), "rising"),
        (("--zoom", "0"), "above 0"),
        (("--plane", "xy", "--index", "12", "-o", "a.png"), "0 to 11"), (("--sheet", "0", "-o", "a.png"), "at least 1"),
        (("--frames", "3", "-o", "a.png"), "gif"), (("--plane", "xy", "-o", "a.gif"), "in space"),
        (("--colormap", "Rainbow"), "colour map"),
        (("--names", "x", "--label", "label.tif", "--plane", "xy"), "1=Pore"),
        (("--overlay-opacity", "2"), "0 to 1"), (("-o", "image.tif"), ".png"), (("--seconds", "0"), "above 0"),
        (("-o", "none/a.png"), "no folder"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(capsys: Capture, arguments: tuple[str, ...], said: str) -> None:
    assert said in refusal(capsys, "snapshot", "image.tif", *arguments)
    assert {path.name for path in Path().iterdir()} == {"image.tif", "label.tif", "mask.tif", "empty.tif"}


def test_another_shape_is_refused(capsys: Capture) -> None:
    np.save("other.npy", np.ones((3, 4, 5), np.uint8))
    assert "28×20×12" in refusal(capsys, "snapshot", "image.tif", "--label", "other.npy")


@pytest.mark.usefixtures("graphics")
def test_empty_labels_make_an_empty_box(capsys: Capture) -> None:
    arguments = ("--label", "empty.tif", "-o", "a.png", "--size", "60x40", "--json")
    assert main(["snapshot", "image.tif", *arguments]) == 0
    assert json.loads(capsys.readouterr().out)["shows"] == ["label", "box"]
