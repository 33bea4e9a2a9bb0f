"""`annotat3d infer`: many images, broken ones among them, with a network that was really trained."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile

from annotat3d_tui.__main__ import main
from annotat3d_tui.jobs.folder import ATTEMPT, TOKEN
from annotat3d_tui.networks.beginning import begin
from annotat3d_tui.networks.network import Network
from annotat3d_tui.networks.outcome import outcomes_in
from annotat3d_tui.networks.settings import Training
from annotat3d_tui.networks.training import Listener, train
from annotat3d_tui.session import Session
from annotat3d_tui.workspace import workspace_of
from tests.cli.test_commands import Capture, answer, refusal
from tests.jobs.fake_gpus import FIRST_USER, build, gpu
from tests.networks.small import textured, textured_dataset


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    """Knows a little of textures."""
    folder = tmp_path_factory.mktemp("networks")
    dataset = textured_dataset(folder / "d.h5", (32, 32, 32), samples=20, validation=2)
    found = begin(folder / "texture", dataset, Training(iterations=40, batch=2, rate=5e-3, validate_every=20))
    train(found, dataset, None, Listener())
    return found


@pytest.fixture
def image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """The truth of a.tif, an image that the network has not seen; of unequal sides."""
    monkeypatch.chdir(tmp_path)
    voxels, label = textured(5)
    tifffile.imwrite("a.tif", voxels[:40, :50, :60], photometric="minisblack")
    return label[:40, :50, :60]


def test_an_image_is_labelled_and_its_probabilities_are_kept(
    network: Network, image: np.ndarray, capsys: Capture
) -> None:
    facts = answer(capsys, "infer", "--network", network.folder, "a.tif", "-o", "out", "--probabilities", "float16")
    label = tifffile.imread("out/a.tif")
    assert label.dtype == np.uint8
    assert 2 * ((label == 2) & (image == 2)).sum() / ((label == 2).sum() + (image == 2).sum()) > 0.6
    maps = [tifffile.imread(f"out/a-p-{one}.tif") for one in (1, 2)]
    assert ((np.argmax(maps, 0) + 1 == label) | (maps[0] == maps[1])).all()
    assert facts["images"][0]["voxels"] == {str(one): int((label == one).sum()) for one in (1, 2)}
    assert facts["patch"] == [32, 32, 32]
    answer(
        capsys, "infer", "--network", network.folder, "a.tif", "-o", "other", "--blend", "gaussian", "--mirror", "yes"
    )
    assert (tifffile.imread("other/a.tif") == label).mean() > 0.9


def test_a_broken_image_is_named_and_the_rest_goes_on(network: Network, image: np.ndarray, capsys: Capture) -> None:
    Path("b.tif").write_bytes(Path("a.tif").read_bytes()[:5000])
    np.save("c.npy", np.zeros((3, 20, 20), np.uint8))
    common = ["infer", "--network", str(network.folder), "-o", "out", "--border", "2", "2", "2"]
    assert main([*common, "a.tif", "b.tif", "missing.tif", "c.npy"]) == 1
    said = capsys.readouterr()
    rows = said.out.splitlines()
    assert [row[0] for row in rows] == ["✓", "✗", "✗", "✓"]
    assert "missing.tif" in rows[2]
    assert sorted(path.name for path in Path("out").glob("*.tif")) == ["a.tif", "c.tif"]
    assert sorted(path.name for path in Path("out").iterdir() if path.suffix != ".tif") == [
        f"{name}.infer.json" for name in ("a", "b", "c", "missing")
    ]
    told = {Path(one.image).name: one for one in outcomes_in(Path("out"))}
    assert "missing.tif does not exist" in told["missing.tif"].error
    assert not told["b.tif"].has_label
    assert told["a.tif"].has_label
    assert sum(told["a.tif"].voxels.values()) == np.prod(told["a.tif"].shape) == image.size
    assert told["a.tif"].work == 8 * 32**3, "patches, with their borders"
    before = Path("out/a.tif").stat().st_mtime_ns
    assert main([*common, "a.tif", "c.npy", "--skip-existing"]) == 0
    assert "–  a.tif  its label is there" in capsys.readouterr().out
    assert Path("out/a.tif").stat().st_mtime_ns == before


def test_a_later_attempt_begins_anew_what_was_half_written(
    network: Network, image: np.ndarray, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.save("c.npy", np.zeros((3, 20, 20), np.uint8))
    common = ("--network", network.folder, "-o", "out", "--probabilities")
    answer(capsys, "infer", "c.npy", *common)
    Path("out/a-p-1.tif").write_bytes(b"left by the first attempt")
    finished = Path("out/c.tif").stat().st_mtime_ns
    (tmp_path / "job").mkdir()
    monkeypatch.setenv(TOKEN, str(tmp_path / "job"))
    monkeypatch.setenv(ATTEMPT, "2")
    facts = answer(capsys, "infer", "c.npy", "a.tif", *common)
    assert (facts["skipped"], facts["failed"]) == (["c.npy"], [])
    assert Path("out/c.tif").stat().st_mtime_ns == finished
    assert tifffile.imread("out/a-p-1.tif").shape == tifffile.imread("out/a.tif").shape == image.shape


def test_a_later_attempt_with_overwrite_replaces_what_was_there_before_the_job_and_nothing_twice(
    network: Network, image: np.ndarray, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.save("c.npy", np.zeros((3, 20, 20), np.uint8))
    common = ("infer", "c.npy", "a.tif", "--network", network.folder, "-o", "out", "--overwrite")
    answer(capsys, *common)
    (tmp_path / "job").mkdir()
    monkeypatch.setenv(TOKEN, str(tmp_path / "job"))
    answer(capsys, *common)
    Path("out/a.infer.json").unlink()  # as if the first attempt had been killed before
    monkeypatch.setenv(ATTEMPT, "2")
    facts = answer(capsys, *common)
    assert (facts["skipped"], [one["image"] for one in facts["images"]]) == (["c.npy"], ["a.tif"])


def test_an_image_without_a_number_is_refused(network: Network, image: np.ndarray, capsys: Capture) -> None:
    np.save("n.npy", np.full((8, 40, 40), np.nan, np.float32))
    assert main(["infer", "--network", str(network.folder), "n.npy", "-o", "out"]) == 1
    assert "n.npy must hold numbers, every voxel is NaN or infinite" in capsys.readouterr().err


def test_a_gpu_that_somebody_has_is_told_of(network: Network, image: np.ndarray, tmp_path: Path) -> None:
    (tmp_path / "driver").mkdir()
    build(tmp_path / "driver")
    (tmp_path / "devices.txt").write_text(gpu(0, 61000, 98, "1:60000") + "\n")
    Path("out").mkdir()
    Path("out/a.tif").touch()
    words = ("infer", "a.tif", "--network", network.folder, "-o", "out", "--skip-existing", "--devices", "0")
    driver = {"FAKE_NVML": str(tmp_path / "devices.txt"), "LD_LIBRARY_PATH": str(tmp_path / "driver")}
    command = [sys.executable, "-m", "annotat3d_tui", *map(str, words)]
    done = subprocess.run(command, env=os.environ | driver, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"GPU 0 is taken: {FIRST_USER}" in done.stderr
    assert "shares it" in done.stderr


def test_what_cannot_be_done_is_a_sentence(network: Network, image: np.ndarray, capsys: Capture) -> None:
    common = ("infer", "--network", network.folder, "a.tif")
    assert "holds no network.json" in refusal(capsys, "infer", "--network", "x", "a.tif", "-o", "out")
    assert "less than half a side" in refusal(capsys, *common, "-o", "out", "--border", "16", "2", "2")
    assert "--batch 4 would fit" in refusal(capsys, *common, "-o", "out", "--memory", "760MB", "--batch", "1024")
    assert "must give two files" in refusal(capsys, *common, "sub/a.tif", "-o", "out")
    assert "must be 0 or more" in refusal(capsys, *common, "-o", "out", "--padding", "-1", "0", "0")


def test_an_image_is_taken_from_what_its_workspace_has_converted(
    network: Network, image: np.ndarray, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from annotat3d_tui.volume import converted, converted_files, tiff

    monkeypatch.setattr(converted, "SMALLEST", 1)
    monkeypatch.setattr(converted_files, "SPARED", 0)
    voxels = tifffile.imread("a.tif")
    tifffile.imwrite("packed.tif", voxels, compression="zlib", photometric="minisblack")
    Session.open(workspace_of(Path("packed.tif"))).close()
    monkeypatch.setattr(tiff, "_decode", lambda *_: pytest.fail("it was decoded"))
    answer(capsys, "infer", "--network", network.folder, "a.tif", "packed.tif", "-o", "out")
    assert np.array_equal(tifffile.imread("out/packed.tif"), tifffile.imread("out/a.tif"))
