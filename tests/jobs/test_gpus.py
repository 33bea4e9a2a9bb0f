"""GPUs through the real binding and a fake driver: every program here runs in a process of its own."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.jobs.gpus import Gpu, GpuProcess, Reading, environment, freest, missing, resolve, taken
from annotat3d_tui.jobs.job import all_jobs
from annotat3d_tui.jobs.text import where_text
from tests.jobs.fake_gpus import FIRST_USER, FakeGpus, gpu, uuid_of
from tests.jobs.starting import Jobs, ended, said, until

ANNOTAT3D = (sys.executable, "-m", "annotat3d_tui")
A_SECOND = "import time\nprint('began', flush=True)\ntime.sleep(1)"
SEES = "import os; print([os.environ[name] for name in ('CUDA_VISIBLE_DEVICES', 'CUDA_DEVICE_ORDER')])"


def asked(*words: str) -> dict[str, Any]:
    """What `annotat3d gpus --json` says."""
    done = subprocess.run(
        [*ANNOTAT3D, "gpus", "--json", *words], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr == ""
    return json.loads(done.stdout)


def shown(width: int = 120, *words: str) -> list[str]:
    """The lines that `annotat3d gpus` prints."""
    environment = os.environ | {"COLUMNS": str(width)}
    done = subprocess.run(
        [*ANNOTAT3D, "gpus", *words], capture_output=True, text=True, check=True, timeout=60, env=environment
    )
    return done.stdout.splitlines()


def test_a_device_tells_all_it_knows(gpus: FakeGpus) -> None:
    gpus.are(gpu(0, used=400, busy=37, processes=f"{os.getpid()}:300"))
    facts = asked()
    assert facts["driver"] == "580.65.06"
    (one,) = facts["gpus"]
    assert one["index"] == "0"
    assert one["uuid"] == uuid_of(0)
    assert one["name"] == "A100-SXM4-80GB"
    assert (one["used"], one["total"]) == (400 * 2**20, 81920 * 2**20), "what the driver keeps for itself is not in use"
    assert (one["busy"], one["temperature"], one["power"], one["limit"]) == (37, 31, 55.0, 400.0)
    (process,) = one["processes"]
    assert process["pid"] == os.getpid()
    assert process["memory"] == 300 * 2**20
    assert process["user"]
    assert process["command"].startswith("python")
    assert one["free"] is False
    assert process["user"] in shown()[1]


def test_eight_devices_are_sorted_by_how_free_they_are(gpus: FakeGpus) -> None:
    used = [60000, 400, 4095, 4096, 30000, 300, 80000, 500]
    gpus.are(*(gpu(index, used=mib, processes="1:90" if index == 7 else "") for index, mib in enumerate(used)))
    facts = asked()
    free = [one["index"] for one in facts["gpus"] if one["free"]]
    assert free == ["1", "2", "5"], "less than 5 % of the memory, and no process"
    lines = shown()
    assert [line.split()[1] for line in lines[1:-1]] == ["5", "1", "2", "7", "3", "4", "0", "6"]
    assert [line.split()[1] for line in shown(80, "--sort", "index")[1:9]] == list("01234567")
    assert lines[-1].startswith("3 of 8 free (free: less than 5 % of the memory in use, and no compute process)")


def test_instances_are_listed_below_their_device(gpus: FakeGpus) -> None:
    gpus.are(gpu(0), gpu(1), "mig|1|A100 MIG 3g.40gb|MIG-a|40960|10|", "mig|1|A100 MIG 3g.40gb|MIG-b|40960|9000|1:9000")
    first, second = asked()["gpus"]
    assert first["instances"] == []
    assert [(one["index"], one["uuid"], one["free"]) for one in second["instances"]] == [
        ("1:0", "MIG-a", True),
        ("1:1", "MIG-b", False),
    ]
    marked = {line.split()[0] for line in shown() if "1:" in line}
    assert marked == {"○"}
    assert "cut (MIG): pick its parts" in shown(120, "--sort", "index")[2]


def test_what_is_not_supported_or_not_permitted_is_a_dash(gpus: FakeGpus) -> None:
    gpus.are(gpu(0, used="-", busy="-", power="!", processes="!"))
    (one,) = asked()["gpus"]
    assert (one["used"], one["busy"], one["power"], one["processes"]) == (None, None, None, None)
    assert one["free"] is False, "what is not known is not free"
    assert "who is not told" in shown()[1]


def test_words_of_strangers_cannot_steer_the_terminal(gpus: FakeGpus) -> None:
    words = [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()", "\x1b]0;mine\a\x9b2J"]
    with subprocess.Popen(words, stdin=-1, stdout=-1) as stranger:
        assert stranger.stdout is not None
        stranger.stdout.readline()
        gpus.are(gpu(0, used=400, processes=f"{stranger.pid}:300").replace("NVIDIA A100", "NVIDIA \x1b[31mA100"))
        (one,) = asked()["gpus"]
        stranger.communicate()
    assert one["processes"][0]["line"].endswith("?]0;mine??2J")
    assert one["name"].startswith("?[31mA100")


def test_a_process_of_a_container_is_counted(gpus: FakeGpus) -> None:
    gpus.are(gpu(0, processes="4194304:5000"))
    assert asked()["gpus"][0]["free"] is False
    assert "process 4194304 (not visible here) 4.9 GiB" in shown()[1]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("init|9", "The driver of NVIDIA is installed and not loaded"),
        ("init|18", "Library and kernel module of the NVIDIA driver are of two versions"),
        ("init|4", "The GPUs may not be read by you"),
        ("init|999", "The driver of NVIDIA does not answer"),
        ("count|4", "The GPUs may not be read by you"),
        ("", "The driver of NVIDIA is here, and no GPU"),
    ],
)
def test_a_driver_without_devices_is_a_sentence(gpus: FakeGpus, line: str, sentence: str) -> None:
    gpus.are(line)
    facts = asked()
    assert facts["gpus"] == []
    assert facts["problem"].startswith(sentence)
    assert "the CPU does the work" in facts["problem"]
    assert " ".join(shown()) == facts["problem"]


@pytest.mark.parametrize("library", [b"", b"no library at all"], ids=["empty", "text"])
def test_a_library_that_cannot_be_loaded_is_as_none(
    gpus: FakeGpus, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, library: bytes
) -> None:
    (tmp_path / "libnvidia-ml.so.1").write_bytes(library)
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    facts = asked()
    assert facts["gpus"] == []
    assert facts["problem"].startswith(
        "There is no driver of NVIDIA here (no libnvidia-ml.so.1): the CPU does the work"
    )


def test_an_old_driver_tells_what_it_can(gpus: FakeGpus) -> None:
    gpus.are(gpu(0, processes="4194304:300"))
    gpus.driver("-DNO_V3")
    (process,) = asked()["gpus"][0]["processes"]
    assert (process["pid"], process["memory"]) == (4194304, 300 * 2**20)
    gpus.driver("-DOLD")
    (one,) = asked()["gpus"]
    assert one["used"] == 1000 * 2**20, "it does not tell apart what it keeps for itself"
    assert one["processes"] is None
    gpus.driver("-DANCIENT")
    assert asked()["problem"].startswith("The driver of NVIDIA is too old")


def test_a_lost_device_says_so_and_the_others_go_on(gpus: FakeGpus) -> None:
    gpus.are(gpu(0), gpu(1, error=15), gpu(2))
    assert next(line for line in shown() if "lost by the driver" in line).split()[:2] == ["×", "1"]
    lost = asked()["gpus"][1]
    assert lost["lost"] == "lost by the driver until the machine is started again"
    assert [one["free"] for one in asked()["gpus"]] == [True, False, True]


def test_watching_into_a_pipe_notices_what_changes(gpus: FakeGpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    gpus.are(gpu(0), gpu(1))
    with subprocess.Popen([*ANNOTAT3D, "gpus", "--watch"], stdout=-1, text=True) as watching:
        assert watching.stdout is not None
        lines: list[str] = []

        def comes(text: str) -> bool:
            assert watching.stdout is not None
            lines.append(watching.stdout.readline())
            return text in lines[-1]

        until(lambda: comes("2 of 2 free"))
        gpus.are(gpu(0, busy=100, used=60000, processes="1:50000"), gpu(1, error=15))
        until(lambda: comes("0 of 2 free"))
        assert any("lost by the driver" in line and "A100" in line for line in lines), lines
        gpus.are("init|9", "count|9")
        until(lambda: comes("installed and not loaded"))
        gpus.are(gpu(0), gpu(1))
        until(lambda: comes("2 of 2 free"), "the driver that came back")
        watching.kill()


def test_watching_on_a_terminal_is_in_place_and_leaves_it_as_it_was(gpus: FakeGpus) -> None:
    import pexpect

    gpus.are(gpu(0), gpu(1))
    watching = pexpect.spawn(ANNOTAT3D[0], [*ANNOTAT3D[1:], "gpus", "--watch"], encoding="utf-8", timeout=30)
    watching.expect("\x1b\\[\\?1049h")
    watching.expect("2 of 2 free")
    watching.expect("\x1b\\[H")
    watching.sendintr()
    watching.expect("\x1b\\[\\?1049l")
    watching.expect(pexpect.EOF)
    watching.close()
    assert watching.exitstatus == 0


def test_watching_that_is_ended_from_outside_leaves_the_terminal_as_it_was(gpus: FakeGpus) -> None:
    import pexpect

    gpus.are(gpu(0))
    watching = pexpect.spawn(ANNOTAT3D[0], [*ANNOTAT3D[1:], "gpus", "--watch"], encoding="utf-8", timeout=30)
    watching.expect("1 of 1 free")
    watching.kill(signal.SIGTERM)
    watching.expect("\x1b\\[\\?1049l")
    watching.expect(pexpect.EOF)
    watching.close()
    assert watching.exitstatus == 128 + signal.SIGTERM


def test_a_driver_that_hangs_is_told_of(gpus: FakeGpus) -> None:
    gpus.are("hang", gpu(0))
    with subprocess.Popen([*ANNOTAT3D, "gpus", "--watch"], stdout=-1, text=True) as watching:
        assert watching.stdout is not None
        assert watching.stdout.readline() == "The driver has not answered yet.\n"
        assert watching.stdout.readline().startswith("no answer of the driver for ")
        watching.kill()


def test_a_driver_that_hangs_is_not_waited_for_for_ever(gpus: FakeGpus) -> None:
    gpus.are("hang", gpu(0))
    facts = asked()
    assert facts["gpus"] == []
    assert facts["problem"].startswith("The driver of NVIDIA has not answered for 10 s: the CPU does the work")


def test_while_the_driver_hangs_jobs_wait_that_need_it_and_others_go_on(gpus: FakeGpus, jobs: Jobs) -> None:
    gpus.are("hang", gpu(0))
    waiting = jobs.work(A_SECOND, share=False, devices=(uuid_of(0),))
    other = jobs.work(A_SECOND, share=False)
    assert ended(other).state == "done"
    until(lambda: waiting.status().reason == "waits: the driver of the GPUs does not answer")
    assert waiting.status().state == "queued"
    gpus.are(gpu(0))
    assert ended(waiting).state == "done"


def test_a_device_that_may_not_be_read_says_so(gpus: FakeGpus) -> None:
    gpus.are(gpu(0, error=4), gpu(1))
    assert "it may not be read by you" in next(line for line in shown() if line.startswith("×"))
    assert [one["free"] for one in asked()["gpus"]] == [False, True]


def test_a_job_sees_its_devices_by_uuid_and_no_other(gpus: FakeGpus, jobs: Jobs) -> None:
    gpus.are(gpu(0), gpu(1), gpu(2))
    two = (uuid_of(2), uuid_of(0))
    first, second = jobs.work(SEES, devices=two), jobs.work(SEES)
    assert ended(first).devices == two
    assert where_text(first, first.status()).endswith(" · GPU 2,0")
    assert first.log.read_text() == f"['{two[0]},{two[1]}', 'PCI_BUS_ID']\n"
    ended(second)
    assert second.log.read_text() == "['-1', 'PCI_BUS_ID']\n"


def test_two_jobs_do_not_share_a_gpu_unasked(gpus: FakeGpus, jobs: Jobs) -> None:
    gpus.are(gpu(0), gpu(1), gpu(2))
    first = jobs.work(A_SECOND.replace("1", "600"), share=False, devices=(uuid_of(0), uuid_of(1)))
    said(first, "began")
    same = jobs.work(A_SECOND, share=False, devices=(uuid_of(1),))
    other = jobs.work(A_SECOND, share=False, devices=(uuid_of(2),))
    assert ended(other).state == "done"
    assert same.status().state == "queued"
    assert same.status().reason == "waits for job 1 (warmup), which has the GPU"
    asked_to = jobs.work(A_SECOND, share=True, devices=(uuid_of(1),))
    assert ended(asked_to).state == "done"


def test_a_pick_that_was_taken_meanwhile_is_waited_for(gpus: FakeGpus, jobs: Jobs) -> None:
    gpus.are(gpu(0, used=50000, processes="1:50000"))
    job = jobs.work(A_SECOND, share=False, devices=(uuid_of(0),))
    until(lambda: job.status().reason)
    assert job.status().state == "queued"
    assert job.status().reason.startswith(f"waits: GPU 0 is taken: {FIRST_USER}: ")
    gpus.are(gpu(0))
    assert ended(job).state == "done"


def test_a_pick_that_is_gone_fails_at_once(gpus: FakeGpus, jobs: Jobs) -> None:
    gpus.are(gpu(0), gpu(1, error=15))
    gone = ended(jobs.work(A_SECOND, share=False, devices=("GPU-gone",)))
    assert (gone.state, gone.started) == ("failed", None)
    assert gone.reason == "There is no GPU GPU-gone on this machine: annotat3d gpus lists them."


def test_devices_are_chosen_on_the_command_line(gpus: FakeGpus, jobs: Jobs, tmp_path: Path) -> None:
    gpus.are(gpu(0, used=30000, processes="1:30000"), gpu(1), gpu(2))
    (tmp_path / "x").mkdir()

    def run(*devices: str) -> "subprocess.CompletedProcess[str]":
        words = [*ANNOTAT3D, "jobs", "run", "--devices", *devices, "--", "info", "x"]
        return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path)

    assert run("freest:2").returncode == 0
    assert all_jobs()[0].request.devices == (uuid_of(1), uuid_of(2))
    assert run("2", "GPU-1111").returncode == 0
    assert all_jobs()[0].request.devices == (uuid_of(2), uuid_of(1))
    assert run("cpu").returncode == 0
    assert all_jobs()[0].request.devices == ()
    said_of_it = run("0")
    assert f"GPU 0 is taken: {FIRST_USER}: " in said_of_it.stderr
    assert "the job waits" in said_of_it.stderr
    jobs.started += all_jobs()
    refused = run("freest:3")
    assert refused.returncode == 1
    assert "from 1 to the number of free GPUs, which is 2 here" in refused.stderr


A, B = Gpu("0", "GPU-abc1", "A", 0, 100, processes=()), Gpu("1", "GPU-abd2", "B", 0, 100, processes=())
CUT = Gpu("2", "GPU-cut", "C", is_cut=True, instances=(Gpu("2:0", "MIG-x", "part", 0, 50, processes=()),))
HERE = Reading((A, B, CUT))


@pytest.mark.parametrize(
    ("words", "uuids"),
    [
        ([], ()),
        (["CPU"], ()),
        (["0"], ("GPU-abc1",)),
        (["1,0"], ("GPU-abd2", "GPU-abc1")),
        (["gpu-abc"], ("GPU-abc1",)),
        (["2:0"], ("MIG-x",)),
        (["MIG-x"], ("MIG-x",)),
        (["freest"], ("GPU-abc1",)),
        (["freest:2"], ("GPU-abc1", "GPU-abd2")),
    ],
)
def test_words_mean_devices(words: list[str], uuids: tuple[str, ...]) -> None:
    assert resolve(words, HERE) == uuids


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["3"], "There is no GPU 3 here, there are 0, 1, 2:0"),
        (["GPU-ab"], "must be the beginning of one UUID, it is that of 2"),
        (["2"], "GPU 2 is cut into instances"),
        (["0", "cpu"], "received both"),
        (["0", "0"], "must name each GPU once"),
        (["freest:3"], "which is 2 here"),
        (["2:0", "0"], "must be whole GPUs, or one MIG instance alone"),
        (["freest:x"], "must be a number of GPUs"),
    ],
)
def test_words_that_mean_no_device_are_refused(words: list[str], sentence: str) -> None:
    with pytest.raises(InvalidParameter, match=sentence):
        resolve(words, HERE)
    with pytest.raises(InvalidParameter, match="no driver"):
        resolve(["0"], Reading(problem="no driver"))


def test_who_has_a_pick_is_told() -> None:
    theirs = Gpu("0", "GPU-abc1", "A", 90, 100, processes=(GpuProcess(7, "ann", "python", memory=2**30),))
    assert taken(["GPU-abc1"], Reading((theirs, B))) == "GPU 0 is taken: ann: python 1.0 GiB"
    assert taken(["GPU-abd2"], Reading((theirs, B))) == ""
    assert missing(["GPU-abd2"], Reading((theirs,))).startswith("There is no GPU GPU-abd2")
    assert freest([theirs, B], 1) == ("GPU-abd2",)
    assert environment(()) == {"CUDA_VISIBLE_DEVICES": "-1", "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
