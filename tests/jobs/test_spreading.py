"""A training that several processes share: to the same weights as one, by hand and started by a real Slurm."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.jobs import slurm
from annotat3d_tui.jobs.folder import SCRIPT
from annotat3d_tui.jobs.local import request_of
from annotat3d_tui.jobs.slurm_options import SlurmOptions, script_text
from annotat3d_tui.networks.augmentation import Augmentation
from annotat3d_tui.networks.beginning import begin
from annotat3d_tui.networks.checkpoint import load_checkpoint
from annotat3d_tui.networks.dataset import open_dataset
from annotat3d_tui.networks.history import read_history
from annotat3d_tui.networks.network import CHECKPOINT, HISTORY
from annotat3d_tui.networks.settings import Training
from annotat3d_tui.networks.workers import workers_here
from tests.jobs.slurm_cluster import Cluster, free_ports
from tests.jobs.starting import Jobs, until
from tests.networks.small import SHRUNK, textured_dataset
from tests.networks.test_training import in_a_child

LONG = 400.0
FLAGS = (
    "--dataset",
    "d.h5",
    "--batch",
    "4",
    "--iterations",
    "4",
    "--validate-every",
    "2",
    "--keep-every",
    "2",
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where d.h5 lies, whose validation samples are no multiple of anything."""
    monkeypatch.chdir(tmp_path)
    textured_dataset(tmp_path / "d.h5", (16, 16, 16), samples=8, validation=5)
    return tmp_path


def started(configuration: str, *words: str, small: bool = True) -> subprocess.Popen[str]:
    """A process that does this here, small: with networks that are."""
    program = ("-c", SHRUNK + "from annotat3d_tui.__main__ import main; sys.exit(main())")
    return subprocess.Popen(
        [sys.executable, *(program if small else ("-m", "annotat3d_tui")), *words, "--here", "--json"],
        env={**os.environ, "TF_CONFIG": configuration},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def of_two(index: int, ports: list[int]) -> str:
    """What TensorFlow is told of two processes."""
    workers = [f"127.0.0.1:{port}" for port in ports]
    return json.dumps({"cluster": {"worker": workers}, "task": {"type": "worker", "index": index}})


def ended(processes: list[subprocess.Popen[str]]) -> list[str]:
    """What each has said at its end, which must be a good one."""
    said = [process.communicate(timeout=LONG) for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes), said
    return [out for out, _ in said]


def check_same(one: Path, other: Path) -> None:
    """Two networks have the same weights and history, within the order of sums."""
    (state, values), (state_2, values_2) = (load_checkpoint(folder / CHECKPOINT) for folder in (one, other))
    assert state.iteration == state_2.iteration
    assert state.best_iteration == state_2.best_iteration
    assert state.best_dice == pytest.approx(state_2.best_dice, abs=1e-4)
    for value, value_2 in zip(values, values_2, strict=True):
        assert np.allclose(value, value_2, rtol=1e-4, atol=1e-4)
    for row, row_2 in zip(read_history(one / HISTORY), read_history(other / HISTORY), strict=True):
        for name in ("iteration", "loss", "validation_loss", "dice"):
            assert (row[name] == "") == (row_2[name] == "")
            assert float(row[name] or 0) == pytest.approx(float(row_2[name] or 0), abs=1e-4)


def test_two_processes_go_on_where_one_was_killed_to_the_same_weights(folder: Path) -> None:
    whole = started("", "network", "train", "one", *FLAGS)
    broken = begin(
        "two", open_dataset("d.h5"), Training(iterations=4, batch=4, validate_every=2, keep_every=2), Augmentation()
    )
    assert in_a_child(broken.folder, Path("d.h5"), 3) == -signal.SIGKILL
    ended([whole])
    ports = free_ports(2)
    chief, other = ended([started(of_two(index, ports), "network", "resume", "two") for index in (0, 1)])
    assert json.loads(chief)["iterations"] == 4
    assert other == "", "only the chief tells"
    check_same(folder / "one.network", folder / "two.network")


def test_slurm_starts_two_processes_that_share_a_training(cluster: Cluster, jobs: Jobs, folder: Path) -> None:
    """The test cluster has one node, on which both run."""
    request = request_of(("network", "train", "two", *FLAGS), folder=folder)
    job = slurm.prepare(request, SlurmOptions(nodes=2, cpus=1))
    jobs.started.append(job)
    script = (job.folder / SCRIPT).read_text()
    on_one = script.replace("--nodes=2", "--nodes=1").replace("--ntasks-per-node=1", "--ntasks-per-node=2")
    (job.folder / SCRIPT).write_text(on_one)
    slurm.send(job)
    ended([started("", "network", "train", "one", *FLAGS, small=False)])
    until(lambda: job.status().has_ended, "the end of the job", bound=LONG)
    assert job.status().state == "done", job.log.read_text()
    result = job.result()
    assert result is not None
    assert result["iterations"] == 4
    assert [row["iteration"] for row in job.metrics() if "iteration" in row] == [1, 2, 3, 4], "told once, by the chief"
    check_same(folder / "one.network", folder / "two.network")


def test_all_processes_end_when_one_is_refused(cluster: Cluster, jobs: Jobs, folder: Path) -> None:
    (folder / "two.network").mkdir()
    request = request_of(("network", "train", "two", *FLAGS), folder=folder)
    job = slurm.prepare(request, SlurmOptions(nodes=2, cpus=1))
    jobs.started.append(job)
    script = (job.folder / SCRIPT).read_text()
    on_one = script.replace("--nodes=2", "--nodes=1").replace("--ntasks-per-node=1", "--ntasks-per-node=2")
    (job.folder / SCRIPT).write_text(on_one)
    slurm.send(job)
    until(lambda: job.status().has_ended, "the end of the job", bound=LONG)
    assert job.status().state == "failed"
    assert "two.network exists" in job.status().reason


def test_the_script_asks_for_nodes_and_one_process_on_each(tmp_path: Path) -> None:
    script = script_text(SlurmOptions(nodes=3, gpus=2), tmp_path / "7")
    for line in ("--nodes=3", "--ntasks=3", "--ntasks-per-node=1", "--gres=gpu:2"):
        assert f"#SBATCH {line}\n" in script
    alone = script_text(SlurmOptions(), tmp_path / "7")
    assert "#SBATCH --ntasks=1\n" in alone
    assert "--nodes" not in alone


def test_what_runs_on_one_node_is_refused_on_several(jobs: Jobs) -> None:
    with pytest.raises(InvalidParameter, match="nodes must be 1 for classify, received 2"):
        slurm.prepare(request_of(("classify", "a.tif")), SlurmOptions(nodes=2))


@pytest.mark.parametrize("text", ["{", "[]", '{"task": {"type": "ps"}}', '{"task": {"index": 3}}', '{"task": 5}'])
def test_a_damaged_configuration_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameter, match="TF_CONFIG must be"):
        workers_here({"TF_CONFIG": text})
