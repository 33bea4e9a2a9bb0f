"""Workers of Dask label the same bytes as this machine alone; one that is killed is replaced; Slurm starts some."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from annotat3d_tui.__main__ import main
from annotat3d_tui.errors import Cancelled, ClusterFailed, InvalidParameter
from annotat3d_tui.jobs.dask_cluster import check_address, worker_options, workers_at
from annotat3d_tui.jobs.dask_slabs import OnDask
from annotat3d_tui.workflow.presets import PRESETS
from annotat3d_tui.workflow.segmentation import segment
from annotat3d_tui.workflow.settings import Pixels
from tests.jobs.slurm_cluster import Cluster

if TYPE_CHECKING:
    from distributed import Client

Phases = tuple[np.ndarray, np.ndarray, np.ndarray]
TREES = ("--trees", "12")
FOUND = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
"""Where the program is, for another process."""


@pytest.fixture(scope="module")
def client() -> Iterator["Client"]:
    with workers_at("local:2") as client:
        yield client


def address_of(client: "Client") -> str:
    return str(client.scheduler.address)


@pytest.mark.parametrize(
    "flags",
    [
        (),
        ("--method", "waterpixels3d", "--spacing", "4"),
        ("--preset", "manual"),
        ("--pixels",),
        ("--smoothing", "guided_filter"),
    ],
)
def test_the_same_files_as_without(
    client: "Client", files: Path, monkeypatch: pytest.MonkeyPatch, flags: tuple[str, ...]
) -> None:
    words = ["segment", str(files / "image.tif"), "--markers", str(files / "markers.tif"), *flags, *TREES]
    words += ["-o", "label.zarr", "--probabilities", "chance.tif", "--uncertainty", "unsure.tif"]
    made = {}
    for name, more in {"alone": [], "many": ["--dask", address_of(client)]}.items():
        (files / name).mkdir()
        monkeypatch.chdir(files / name)
        assert main([*words, *more]) == 0
        made[name] = {path: (files / name / path).read_bytes() for path in written(files / name)}
    assert {"chance-1.tif", "chance-2.tif", "unsure.tif"} < made["many"].keys()
    assert made["many"] == made["alone"]


def written(folder: Path) -> list[str]:
    """All files in a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_probabilities_that_nobody_wants_are_not_sent(
    client: "Client", files: Path, phases: Phases, monkeypatch: pytest.MonkeyPatch
) -> None:
    image, _, markers = phases
    few = replace(PRESETS["fast"], classifier=PRESETS["fast"].classifier.quick(), superpixels=Pixels())
    marked = np.argwhere(markers), markers[markers > 0]
    alone = segment(image, *marked, few, evidence=False, test=False)
    there = OnDask(client, files / "image.tif", None, files)
    many = segment(image, *marked, few, evidence=False, elsewhere=there, test=False)
    assert many.evidence is None
    assert np.array_equal(many.label, alone.label)


def test_every_voxel_by_itself_smoothed(client: "Client", files: Path, phases: Phases) -> None:
    image, _, markers = phases
    fine = replace(PRESETS["fine"], classifier=PRESETS["fine"].classifier.quick())
    marked = np.argwhere(markers), markers[markers > 0]
    alone = segment(image, *marked, fine, test=False)
    there = OnDask(client, files / "image.tif", None, files)
    many = segment(image, *marked, fine, elsewhere=there, test=False)
    assert np.array_equal(many.label, alone.label)
    assert many.label.dtype == alone.label.dtype


def test_a_worker_that_is_killed_in_the_middle_is_survived(files: Path, phases: Phases) -> None:
    image, _, markers = phases
    marked = np.argwhere(markers), markers[markers > 0]
    alone = segment(image, *marked, PRESETS["manual"], test=False)
    killed: list[int] = []
    with workers_at("local:2") as client:
        pids = sorted(client.run(os.getpid).values())

        def kill_one(share: float, stage: str) -> None:
            if stage == "label on workers" and not killed and any(client.processing().values()):
                killed.append(pids[0])
                os.kill(pids[0], signal.SIGKILL)

        there = OnDask(client, files / "image.tif", None, files)
        many = segment(image, *marked, PRESETS["manual"], elsewhere=there, test=False, progress=kill_one)
        assert killed
    assert np.array_equal(many.label, alone.label)


def test_it_is_stopped_and_leaves_nothing(client: "Client", files: Path, phases: Phases) -> None:
    image, _, markers = phases

    def stop(share: float, stage: str) -> None:
        if stage == "label on workers":
            raise Cancelled

    with pytest.raises(Cancelled):
        segment(
            image, np.argwhere(markers), markers[markers > 0], PRESETS["manual"], test=False, progress=stop,
            elsewhere=OnDask(client, files / "image.tif", None, files),
        )  # fmt: skip
    assert list(files.glob(".annotat3d-s*")) == []
    assert client.submit(sum, (1, 2)).result() == 3


@pytest.mark.parametrize(
    ("workers", "parts", "shape", "thickness"),
    [
        ([(1, 1e12)] * 2, 1, (512, 512, 512), 264),
        ([(8, 1e12)] * 4, 1, (2048, 2048, 2048), 64),
        ([(1, 1e12)], 8, (512, 512, 512), 72),
        ([(4, 8e9)], 1, (2048, 2048, 2048), 12),
        ([(4, 1e9)], 1, (2048, 2048, 2048), 1),
        ([(1, 0)], 1, (14, 26, 30), 24),
    ],
)
def test_slabs_are_few_and_no_larger_than_a_worker_holds(
    workers: list[tuple[int, float]], parts: int, shape: tuple[int, ...], thickness: int
) -> None:
    class Told:
        def scheduler_info(self, n_workers: int) -> dict[str, dict[int, dict[str, float]]]:
            return {"workers": {at: {"nthreads": n, "memory_limit": room} for at, (n, room) in enumerate(workers)}}

    told: Any = Told()
    found = OnDask(told, Path("image.tif"), None, Path(), parts)._slabs(shape)
    assert {one.stop - one.start for one in found[:-1]} <= {thickness}
    assert found[0].stop == min(thickness, shape[0])
    assert found[-1].stop == shape[0]


def test_what_a_worker_cannot_do_comes_back_as_a_sentence(
    client: "Client", files: Path, capsys: pytest.CaptureFixture[str], phases: Phases
) -> None:
    image, _, markers = phases
    there = OnDask(client, files / "gone.tif", None, files)
    with pytest.raises(FileNotFoundError, match=r"gone\.tif"):
        segment(image, np.argwhere(markers), markers[markers > 0], PRESETS["manual"], elsewhere=there, test=False)


def test_slurm_starts_the_workers(cluster: Cluster, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(files)
    words = ["segment", "image.tif", "--markers", "markers.tif", *TREES]
    assert main([*words, "-o", "alone.tif"]) == 0
    many = ["--slurm", "2", "--slurm-worker", "cpus=1,memory=900M,time=0:10:00", "--slurm-wait", "120"]
    assert main([*words, "-o", "many.tif", *many]) == 0
    assert (files / "many.tif").read_bytes() == (files / "alone.tif").read_bytes()


@pytest.mark.parametrize("address", ["node7", "local:0", "local:two", "http://node7:1"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(InvalidParameter, match="must be the address of a scheduler"):
        check_address(address)


def test_where_nobody_answers_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotat3d_tui.jobs.dask_cluster.CONNECT_SECONDS", 0.5)
    with pytest.raises(ClusterFailed, match="none did"), workers_at("tcp://127.0.0.1:9"):
        pass


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n" * 8, b"SSH-2.0-OpenSSH\r\n", b""])
def test_where_another_server_answers_it_says_so(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            other, _ = server.accept()
            with other:
                other.sendall(answer)
                other.recv(1)

        thread = threading.Thread(target=serve)
        thread.start()
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(ClusterFailed, match="answered, but is no Dask scheduler"), workers_at(address):
            pass
        thread.join()


def test_where_a_server_never_answers_it_says_so(files: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        words = ["segment", "image.tif", "--markers", "markers.tif", "-o", "label.tif"]
        words += ["--dask", f"tcp://127.0.0.1:{server.getsockname()[1]}"]
        program = [sys.executable, "-m", "annotat3d_tui", *words]
        ended = subprocess.run(program, cwd=files, env=FOUND, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 1
    assert "did not answer as one for 5 s" in ended.stderr


def test_the_address_of_a_dashboard_is_no_address_of_a_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr("annotat3d_tui.jobs.dask_cluster.CONNECT_SECONDS", 0.5)
    with LocalCluster(n_workers=0, processes=False, dashboard_address="127.0.0.1:0") as cluster:
        address = f"tcp://127.0.0.1:{cluster.scheduler.http_server.port}"
        with pytest.raises(ClusterFailed, match="that of its dashboard"), workers_at(address):
            pass


def test_the_address_of_a_worker_is_no_address_of_a_scheduler(client: "Client") -> None:
    address = next(iter(client.scheduler_info(n_workers=-1)["workers"]))
    with pytest.raises(ClusterFailed, match="no Dask scheduler"), workers_at(address):
        pass


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--dask", "local:2", "--slurm", "2"), "exclude each other"),
        (("--dask", "local:2", "--preview", "1:3"), "received --preview, too"),
        (("--slurm", "2", "--slurm-worker", "speed=9"), "must be such as partition=long"),
    ],
)
def test_flags_that_do_not_go_together(
    files: Path, capsys: pytest.CaptureFixture[str], flags: tuple[str, ...], said: str
) -> None:
    words = ["segment", str(files / "image.tif"), "--markers", str(files / "markers.tif"), "-o", str(files / "o.tif")]
    assert main([*words, *flags]) == 1
    assert said in capsys.readouterr().err


def test_what_a_worker_asks_for_is_read() -> None:
    options = worker_options("partition=long,cpus=8,memory=16G,time=2:00:00")
    assert (options.partition, options.cpus, options.memory, options.time) == ("long", 8, "16G", "2:00:00")
