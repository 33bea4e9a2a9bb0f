"""`annotat3d network`: train, finetune, resume, list, info; as jobs and here."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from annotat3d_tui.__main__ import main
from annotat3d_tui.jobs.job import all_jobs
from annotat3d_tui.networks.checkpoint import read_state
from annotat3d_tui.networks.network import CHECKPOINT
from tests.cli.test_commands import Capture, answer, refusal
from tests.jobs.fake_gpus import FakeGpus, gpu
from tests.jobs.starting import processes_of, until
from tests.networks.small import textured_dataset


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where d.h5 lies; jobs have their folders below."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ANNOTAT3D_JOBS", str(tmp_path / "jobs"))
    textured_dataset(tmp_path / "d.h5", (16, 16, 16), samples=4)
    return tmp_path


def train(*flags: str) -> list[str]:
    return ["network", "train", "a", "--dataset", "d.h5", "--batch", "2", "--iterations", "2", *flags]


@pytest.mark.usefixtures("folder")
def test_a_network_is_trained_here_then_finetuned_listed_and_told_of(capsys: Capture) -> None:
    facts = answer(capsys, *train("--here", "--json", "--no-augmentation"))
    assert facts["iterations"] == 2
    assert facts["ended"] == "done"
    assert 0 <= facts["best_dice"] <= 1
    facts = answer(
        capsys, "network", "finetune", "b", "--from", "a", "--dataset", "d.h5", "--rate", "1e-4", "--here", "--json"
    )
    assert Path(facts["network"]).name == "b.network"
    listed = answer(capsys, "network", "list", "--json")["networks"]
    assert [Path(one["network"]).name for one in listed] == ["a.network", "b.network"]
    assert listed[1]["training"]["rate"] == 1e-4
    assert listed[1]["training"]["iterations"] == 2, "as the first one had it"
    assert main(["network", "info", "b"]) == 0
    said = capsys.readouterr().out
    assert "unet3d, 1438034 parameters" in said
    assert "started from" in said
    assert "deep_supervision no" in said


def test_a_training_as_a_job_is_killed_and_goes_on(folder: Path, capsys: Capture) -> None:
    many = ["network", "train", "a", "--dataset", "d.h5", "--batch", "2", "--iterations", "100000", "--keep-every", "1"]
    assert main(many) == 0
    assert "unet3d with 1438034 parameters" in capsys.readouterr().err
    job = all_jobs()[0]
    checkpoint = folder / "a.network" / CHECKPOINT
    until(lambda: checkpoint.is_file() and read_state(checkpoint).iteration > 1, "some steps")
    loss = [row["loss"] for row in job.metrics() if "loss" in row]
    assert loss
    seconds = [row["seconds"] for row in job.metrics() if "loss" in row]
    assert seconds == sorted(seconds), "since the job began"
    for process in processes_of(job):
        os.kill(process.pid, signal.SIGKILL)
    before = read_state(checkpoint).iteration
    manifest = folder / "a.network" / "network.json"
    content = json.loads(manifest.read_text())
    content["training"]["iterations"] = before + 1  # so that it ends soon
    manifest.write_text(json.dumps(content))
    assert main(["network", "resume", "a", "--here"]) == 0
    assert read_state(checkpoint).iteration == before + 1
    assert f"goes on after iteration {before}" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_what_cannot_be_done_is_a_sentence_and_no_job(capsys: Capture) -> None:
    assert "batch must be at most the 4 samples" in refusal(capsys, *train("--batch", "5"))
    assert "iterations of training must be from 1" in refusal(capsys, *train("--iterations", "0"))
    assert "holds no network.json" in refusal(capsys, "network", "info", "x")
    assert "holds no network.json" in refusal(capsys, "network", "resume", "x")
    missing = ("network", "finetune", "b", "--from", "x", "--dataset", "d.h5")
    assert "holds no network.json" in refusal(capsys, *missing)
    assert all_jobs() == []
    Path("a.network").mkdir()
    Path("a.network/mine").write_text("kept")
    assert "a.network exists" in refusal(capsys, *train())
    assert "is no network and is not replaced" in refusal(capsys, *train("--overwrite"))
    assert Path("a.network/mine").read_text() == "kept"
    assert main(["network", "list"]) == 0
    assert "holds no network.json" in capsys.readouterr().out


def test_a_training_that_no_picked_gpu_has_room_for_is_refused_with_a_batch_that_fits(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpus = FakeGpus(folder, monkeypatch)
    gpus.are(gpu(0), gpu(1, 81210, 90, f"{os.getpid()}:80600"), gpu(2, 30).replace("81920", "730"))

    def refused(*flags: str) -> str:
        done = subprocess.run([sys.executable, "-m", "annotat3d_tui", *train(*flags)], capture_output=True, text=True)
        assert done.returncode == 1
        return done.stderr

    assert "GPU 2: batch 1 would fit" in refused("--batch", "4", "--devices", "2")
    assert "are free on GPU 1: batch 2 would fit" in refused("--batch", "4", "--devices", "1", "--share")
    assert "by 2 devices, received 3: give 2" in refused("--batch", "3", "--devices", "0", "2")
    assert all_jobs() == []
