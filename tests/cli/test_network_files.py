"""`annotat3d network export`, `import` and `info` say what they do; the mistakes of a person are sentences."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from annotat3d_tui.__main__ import main
from annotat3d_tui.networks.architectures import ARCHITECTURES
from annotat3d_tui.networks.network import HISTORY, MANIFEST, Network
from annotat3d_tui.networks.settings import Training

HISTORY_TEXT = """iteration,loss,rate,step_seconds,validation_loss,dice,dice_1,dice_2
1,0.9,0.001,2,,,,
2,0.5,0.001,2,0.6,0.75,0.8,0.7
3,0.4,0.001,2,0.7,0.7,0.7,0.7
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with grains.network.zip in it, whose weights are zeros."""
    monkeypatch.chdir(tmp_path)
    network = Network(
        Path("grains.network"), Training("unet3d", iterations=3), (1, 2), (32, 48, 64), {1: "1", 2: "grain"},
        unlabelled=0, dataset={"path": "/data/grains.h5"},
    )  # fmt: skip
    weights, model = io.BytesIO(), io.BytesIO()
    with h5py.File(weights, "w") as file:
        file["layers/all/vars/0"] = np.zeros(ARCHITECTURES["unet3d"].parameter_count(2), np.float32)
    with zipfile.ZipFile(model, "w") as inner:
        inner.writestr("model.weights.h5", weights.getvalue())
    with zipfile.ZipFile("grains.network.zip", "w") as whole:
        whole.writestr(MANIFEST, json.dumps(network.to_dict()))
        whole.writestr(HISTORY, HISTORY_TEXT)
        whole.writestr("model.keras", model.getvalue())
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["network", *words]) == 0
    return capsys.readouterr().out


def test_import_takes_the_name_of_the_file(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "import", "grains.network.zip") == "grains.network: unet3d, 2 classes: 1, 2 grain\n"
    assert sorted(path.name for path in here.iterdir()) == ["grains.network", "grains.network.zip"]
    facts = json.loads(told(capsys, "import", "grains.network.zip", "sub/other", "--json"))
    assert facts["network"] == "sub/other.network"
    assert (here / "sub" / "other.network" / HISTORY).read_text() == HISTORY_TEXT


def test_info(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "import", "grains.network.zip")
    facts: dict[str, Any] = json.loads(told(capsys, "info", "grains", "--json"))
    assert {name: facts[name] for name in ("iteration", "ended", "best_dice", "best_iteration")} == {
        "iteration": 3, "ended": "imported", "best_dice": 0.75, "best_iteration": 2,
    }  # fmt: skip
    assert facts["parameters"] == ARCHITECTURES["unet3d"].parameter_count(2)
    lines = told(capsys, "info", "grains").splitlines()
    assert "classes        2 classes: 1, 2 grain; 0 was not labelled" in lines
    assert "training       iteration 3/3, best Dice 0.750 at 2, 0:06" in lines
    assert "dataset        /data/grains.h5" in lines


def test_a_history_of_another_program_is_read_as_far_as_it_goes(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "import", "grains.network.zip")
    (here / "grains.network" / HISTORY).write_text("iteration,loss,dice\n1,?,nan\n7,1,?\n")
    assert "iteration 7/3" in told(capsys, "info", "grains")
    assert "best Dice" not in told(capsys, "list")


def test_export_refuses_what_is_not_there(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["none"], ["none", "--onnx"]):
        assert main(["network", "export", *words]) == 1
        assert "none.network must be a network" in capsys.readouterr().err
    assert [path.name for path in here.iterdir()] == ["grains.network.zip"]
