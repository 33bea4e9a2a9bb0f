"""`annotat3d dataset create` and `info`."""

import json
from pathlib import Path

import numpy as np
import pytest

from annotat3d_tui.__main__ import main
from annotat3d_tui.cli.job_commands import ShellCommands
from annotat3d_tui.networks.dataset import open_dataset
from tests.cli.test_commands import Capture, answer, refusal
from tests.networks.volumes import SHAPE, classes, pair


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a.npy and b.npy with their labels lie, labels 0, 1 and 2."""
    monkeypatch.chdir(tmp_path)
    for name in "ab":
        pair(tmp_path, classes(ids=(0, 1, 2)), name)
    return tmp_path


def create(*flags: str) -> tuple[str, ...]:
    lists = ("--data", "a.npy", "b.npy", "--label", "a-label.npy", "b-label.npy")
    return ("dataset", "create", "-o", "d.h5", *lists, "--patch", "8", "6", "4", "--samples", "5", *flags)


@pytest.mark.usefixtures("folder")
def test_create_says_what_it_made(capsys: Capture) -> None:
    assert main([*create("--names", "1=bead")]) == 0
    said = capsys.readouterr()
    assert "d.h5: 8 samples for training, 2 for validation, of 8×6×4 from 2 images" in said.out
    assert "2 classes: 1 bead, 2\n" in said.out
    assert "Label 0 is not labelled and is ignored: there are 2 classes without it." in said.out
    assert "d.h5 will take about" in said.err
    assert open_dataset("d.h5").patch == (4, 6, 8)


@pytest.mark.usefixtures("folder")
def test_create_as_json(capsys: Capture) -> None:
    found = answer(capsys, *create("--zero-is-class", "--strategy", "balanced", "--seed", "3"))
    assert (found["classes"], found["unlabelled"], found["training"], found["validation"]) == ([0, 1, 2], None, 8, 2)
    assert found["images"][1] == {"image": "b.npy", "label": "b-label.npy", "size": "28×20×12"}
    assert (found["parameters"]["strategy"], found["parameters"]["seed"]) == ("balanced", 3)
    assert found["bytes"] == Path("d.h5").stat().st_size
    assert found["forecast"]["samples"] == 10


def test_a_forecast_writes_nothing(folder: Path, capsys: Capture) -> None:
    found = answer(capsys, *create("--forecast"))
    assert found["forecast"]["bytes"] == 10 * 8 * 6 * 4 * 2.1
    assert not (folder / "d.h5").exists()


@pytest.mark.usefixtures("folder")
def test_weights_of_some_images(capsys: Capture) -> None:
    np.save("w.npy", np.full(SHAPE, 3.0))
    answer(capsys, *create("--weight", "none", "w.npy"))
    dataset = open_dataset("d.h5")
    assert [float(dataset.read(image, 0).weight.max()) for image in (0, 1)] == [1.0, 3.0]


def test_what_is_refused(folder: Path, capsys: Capture) -> None:
    assert main([*create("--data", "no.tif", "b.npy", "--label", "a-label.npy", "none.npy")]) == 1
    said = capsys.readouterr().err
    assert "annotat3d: 2 of 2 pairs cannot be used:\n  no.tif does not exist" in said
    assert "\n  none.npy does not exist" in said
    for flags, said in (
        (("--label", "a-label.npy"), "as many label volumes as images"),
        (("--patch", "8", "6", "a"), "patch must be at least 1 voxels, received '8,6,a'"),
        (("--classes", "3"), "b-label.npy must hold, with the other label volumes, the 3 classes that were declared"),
        (("--names", "bead"), "--names must be given as ID=NAME"),
        (("--validation-planes", "9"), "must be written Z0:Z1"),
        (("-o", "a.npy", "--overwrite"), "is in use here and must not be replaced"),
    ):
        capsys.readouterr()
        assert main([*create(*flags)]) == 1
        assert said in capsys.readouterr().err.splitlines()[-1]
    assert not (folder / "d.h5").exists()
    (folder / "d.h5").write_text("mine")
    assert "give --overwrite" in refusal(capsys, *create())
    assert (folder / "d.h5").read_text() == "mine"


@pytest.mark.usefixtures("folder")
def test_info_counts_what_is_in_the_samples(capsys: Capture) -> None:
    answer(capsys, *create("--names", "1=bead"))
    found = answer(capsys, "dataset", "info", "d.h5")
    dataset = open_dataset("d.h5")
    raw = [dataset.read_raw(image, sample) for image, sample in np.ndindex(2, 5)]
    voxels, labels = np.array([one[0] for one in raw]), np.array([one[1] for one in raw])
    assert (found["images"], found["samples"], found["patch"], found["dtype"]) == (2, 5, [8, 6, 4], "uint16")
    assert found["data"] == pytest.approx(
        {"mean": voxels.mean(), "std": voxels.std(), "min": voxels.min(), "max": voxels.max()}
    )
    assert found["histogram"] == {str(label): int((labels == label).sum()) for label in (0, 1, 2)}
    assert (found["weight"], found["names"], found["unlabelled"]) == (None, {"1": "bead"}, 0)
    assert main(["dataset", "info", "d.h5"]) == 0
    said = capsys.readouterr().out
    for line in ("dimensions    8×6×4", "0 not labelled", "1 bead", "weight        none: every voxel counts 1"):
        assert line in said
    assert "no such file" in refusal(capsys, "dataset", "info", "none.h5")


@pytest.mark.usefixtures("folder")
def test_info_of_weights(capsys: Capture) -> None:
    np.save("w.npy", np.full(SHAPE, 3.0))
    answer(capsys, *create("--weight", "w.npy", "w.npy"))
    assert answer(capsys, "dataset", "info", "d.h5")["weight"] == {"mean": 3.0, "std": 0.0, "min": 3.0, "max": 3.0}
    assert main(["dataset", "info", "d.h5"]) == 0
    assert "weight        mean 3, std 0, min 3, max 3" in capsys.readouterr().out


def test_a_word_is_needed(capsys: Capture) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["dataset"])
    assert caught.value.code == 2
    assert "the following arguments are required: WORD" in capsys.readouterr().err


def test_it_can_be_a_job() -> None:
    commands = ShellCommands()
    commands.check(create())
    assert {"--patch", "--strategy", "--overwrite"} <= set(commands.flags("dataset"))
    assert json.dumps(commands.words()).count("dataset") == 1
