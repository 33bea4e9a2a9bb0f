"""What is lost or wrong among workers of Dask is one sentence; who stops asking leaves nothing and nobody at work."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from annotat3d_tui import __version__
from annotat3d_tui.blocks import Progress
from annotat3d_tui.errors import Cancelled, ClusterFailed
from annotat3d_tui.jobs.dask_checks import check_workers
from annotat3d_tui.jobs.dask_cluster import workers_at
from annotat3d_tui.jobs.dask_slabs import OnDask
from annotat3d_tui.workflow.presets import PRESETS
from annotat3d_tui.workflow.segmentation import segment
from tests.jobs.starting import until

if TYPE_CHECKING:
    from distributed import Client

Phases = tuple[np.ndarray, np.ndarray, np.ndarray]
Started = tuple[subprocess.Popen[bytes], str]


@contextlib.contextmanager
def scheduler_in(folder: Path) -> Iterator[Started]:
    """A scheduler in a process of its own, and its address."""
    told = folder / "scheduler.json"
    with running("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(told)) as process:
        until(told.is_file, "the scheduler", bound=60)
        yield process, json.loads(told.read_text())["address"]


@contextlib.contextmanager
def running(program: str, *words: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A scheduler, or a worker of one."""
    command = [sys.executable, "-m", f"distributed.cli.{program}", *words, "--no-dashboard"]
    folder = environment.get("PYTHONPATH")  # else the program of the folder that this runs in comes first
    process = subprocess.Popen(command, env=os.environ | environment, cwd=folder, stdout=-3, stderr=-3)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def worker_of(
    address: str, folder: Path, **environment: str
) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
    """A worker without anybody who starts it again."""
    words = (address, "--no-nanny", "--nthreads", "1", "--local-directory", str(folder))
    return running("dask_worker", *words, **environment)


@pytest.fixture(scope="module")
def client() -> Iterator["Client"]:
    with workers_at("local:1") as client:
        yield client


def busy() -> bool:
    """Whether a slab is being classified in this process."""
    return any(
        frame.f_code.co_name == "classify_slab"
        for top in sys._current_frames().values()
        for frame, _ in traceback.walk_stack(top)
    )


def test_a_slab_that_nobody_wants_any_more_is_left(client: "Client", files: Path, phases: Phases) -> None:
    image, _, markers = phases
    began, ended = threading.Event(), threading.Event()
    patched = client.run(slow_down)
    assert all(patched.values())

    def stop(share: float, stage: str) -> None:
        if stage == "label on workers" and any(client.run(busy).values()):
            began.set()
            raise Cancelled

    try:
        with pytest.raises(Cancelled):
            segment(
                image, np.argwhere(markers), markers[markers > 0], PRESETS["manual"], test=False, progress=stop,
                elsewhere=OnDask(client, files / "image.tif", None, files),
            )  # fmt: skip
        assert began.is_set()
        until(lambda: not any(client.run(busy).values()), "workers that have stopped", bound=20)
        ended.set()
    finally:
        client.run(as_before)
    assert ended.is_set()
    assert list(files.glob(".annotat3d-s*")) == []


def slow_down() -> bool:
    """Have slabs take forever, but ask now and then whether they are wanted, as real ones do."""
    from annotat3d_tui.jobs import dask_worker

    def forever(*given: object, progress: Progress, **named: object) -> None:
        while True:
            progress(0.0, "features")
            threading.Event().wait(0.02)

    vars(dask_worker)["as_before"] = dask_worker.classify_begun
    vars(dask_worker)["classify_begun"] = forever
    return True


def as_before() -> None:
    """Undo it."""
    from annotat3d_tui.jobs import dask_worker

    vars(dask_worker)["classify_begun"] = vars(dask_worker).pop("as_before")


def test_a_scheduler_that_is_lost_is_a_sentence(files: Path, phases: Phases) -> None:
    image, _, markers = phases
    with scheduler_in(files) as (scheduler, address), worker_of(address, files), workers_at(address) as client:
        client.wait_for_workers(1, timeout=60)

        def kill(share: float, stage: str) -> None:
            if stage == "label on workers" and scheduler.poll() is None:
                scheduler.kill()
                scheduler.wait()

        with pytest.raises(ClusterFailed, match="scheduler must stay"):
            segment(
                image, np.argwhere(markers), markers[markers > 0], PRESETS["manual"], test=False, progress=kill,
                elsewhere=OnDask(client, files / "image.tif", None, files),
            )  # fmt: skip
    assert list(files.glob(".annotat3d-s*")) == []


def test_when_all_workers_stay_away_it_is_a_sentence(
    files: Path, phases: Phases, monkeypatch: pytest.MonkeyPatch
) -> None:
    image, _, markers = phases
    monkeypatch.setattr("annotat3d_tui.jobs.dask_slabs.ASK_SECONDS", 0.1)
    monkeypatch.setattr("annotat3d_tui.jobs.dask_slabs.ALONE_SECONDS", 0.3)
    with scheduler_in(files) as (_, address), worker_of(address, files) as worker, workers_at(address) as client:
        client.wait_for_workers(1, timeout=60)

        def kill(share: float, stage: str) -> None:
            if stage == "label on workers" and worker.poll() is None:
                worker.kill()
                worker.wait()

        with pytest.raises(ClusterFailed, match=r"for 0\.3 s there was none"):
            segment(
                image, np.argwhere(markers), markers[markers > 0], PRESETS["manual"], test=False, progress=kill,
                elsewhere=OnDask(client, files / "image.tif", None, files),
            )  # fmt: skip


def tell(*told: object) -> None:
    """Have a worker tell this of itself."""
    from annotat3d_tui.jobs import dask_checks

    vars(dask_checks)["facts"] = lambda *_: told


@pytest.mark.parametrize(
    ("version", "more", "shared", "said"),
    [
        ("0.0.1", 0, True, f"on node9 must have annotat3d {__version__}, as this machine has, received 0.0.1: install"),
        (__version__, 1, True, "image.tif as it is here, it sees another file: put the image"),
        (__version__, None, True, "image.tif as it is here, it does not: put the image"),
        (__version__, 0, False, "it does not: write the label to storage that all workers see"),
    ],
)
def test_a_worker_with_another_program_or_without_the_files_is_named(
    files: Path, version: str, more: int | None, shared: bool, said: str
) -> None:
    size = -1 if more is None else (files / "image.tif").stat().st_size + more
    with workers_at("local:1") as client:
        check_workers(client, files / "image.tif", files)
        client.run(tell, "node9", version, size, shared)
        with pytest.raises(ClusterFailed, match=r"The worker tcp://\S+ on node9 must") as failed:
            check_workers(client, files / "image.tif", files)
    assert said in str(failed.value)
    assert list(files.glob(".annotat3d-s*")) == []


def test_a_worker_without_the_program_is_named(files: Path) -> None:
    bare = files / "bare"
    (bare / "annotat3d_tui").mkdir(parents=True)
    (bare / "annotat3d_tui/__init__.py").touch()
    with (
        scheduler_in(files) as (_, address),
        worker_of(address, files, PYTHONPATH=str(bare)),
        workers_at(address) as client,
    ):
        client.wait_for_workers(1, timeout=60)
        with pytest.raises(ClusterFailed, match=r"worker tcp://\S+ must have annotat3d .* its own lacks"):
            check_workers(client, files / "image.tif", files)


def test_a_scheduler_without_workers_is_a_sentence(files: Path) -> None:
    with (
        scheduler_in(files) as (_, address),
        workers_at(address) as client,
        pytest.raises(ClusterFailed, match="it has none"),
    ):
        check_workers(client, files / "image.tif", files)
