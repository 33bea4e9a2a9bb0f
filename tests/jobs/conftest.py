"""Jobs of a test live in a folder of their own, and none outlives it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotat3d_tui.jobs.slurm_state import ask_anew
from tests.jobs.fake_gpus import FakeGpus
from tests.jobs.slurm_cluster import INSTALL, Cluster, is_installed
from tests.jobs.starting import Jobs


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jobs]:
    """Starts real jobs."""
    started = Jobs(tmp_path / "jobs", monkeypatch)
    yield started
    started.end_all()


def needs(is_there: bool, message: str) -> None:
    """Skip a test that needs what is not installed, but fail it in CI, where it must be."""
    if not is_there:
        pytest.fail(message) if os.environ.get("ANNOTAT3D_CI") else pytest.skip(message)


@pytest.fixture
def gpus(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> FakeGpus:
    """Decides which GPUs there are for programs that are started; none at first."""
    needs(shutil.which("cc") is not None, "There is no C compiler: apt-get install gcc libc6-dev")
    return FakeGpus(tmp_path_factory.mktemp("gpus"), monkeypatch)


@pytest.fixture(scope="session")
def running_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A Slurm for all tests that want one."""
    needs(is_installed(), f"Slurm is not installed: {INSTALL}")
    cluster = Cluster(tmp_path_factory.mktemp("slurm"))
    cluster.start()
    yield cluster
    cluster.stop()


@pytest.fixture
def cluster(running_cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """The cluster, found by what is started here; nothing of another test runs on it."""
    running_cluster.empty()
    for name, value in running_cluster.environment.items():
        monkeypatch.setenv(name, value)
    ask_anew()
    return running_cluster
