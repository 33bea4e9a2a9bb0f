"""What a job lives through, and what ends it: dropped lines, kills, clocks, disks, machines."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import psutil
import pytest

from annotat3d_tui.errors import CannotWrite
from annotat3d_tui.jobs import child
from annotat3d_tui.jobs.cancelling import sweep
from annotat3d_tui.jobs.everywhere import cancel
from annotat3d_tui.jobs.folder import STATUS, write_json
from annotat3d_tui.jobs.job import PATIENCE, Job, Status, all_jobs
from tests.jobs.starting import ODD, Jobs, ended, is_root, processes_of, said, until

SLEEPS = "import time\nprint('began', flush=True)\ntime.sleep(600)"
DEAF = (
    "import signal\nfor n in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP): signal.signal(n, signal.SIG_IGN)\n"
    + SLEEPS
)
FAMILY = """
import os, subprocess, sys, time
away = "import os, signal, time; os.setsid(); signal.signal(signal.SIGTERM, signal.SIG_IGN); print('away', flush=True)"
subprocess.Popen([sys.executable, "-c", away + "; time.sleep(600)"])
if os.fork() == 0:
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)
print('began', flush=True)
time.sleep(600)
"""
"""Starts one that is deaf and in a session of its own, and an orphan."""


def test_it_outlives_the_line(jobs: Jobs) -> None:
    """The pty of the shell that started it is closed, and SIGHUP goes to all of its session."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ |= {"PYTHONPATH": ODD, "ODD_WORK": SLEEPS}
        os.execv("/bin/sh", ["sh", "-c", f"{sys.executable} -m annotat3d_tui jobs run --share -- warmup; sleep 600"])
    until(lambda: [job for job in all_jobs() if job.log.exists() and "began" in job.log.read_text()], "the job")
    job = all_jobs()[0]
    jobs.started.append(job)
    os.close(terminal)
    os.killpg(pid, signal.SIGHUP)
    os.waitpid(pid, 0)
    still = time.monotonic() + 1.0
    while time.monotonic() < still:
        assert job.status().state == "running", job.status()
        assert len(processes_of(job)) == 2
        time.sleep(0.05)
    assert cancel(job).state == "cancelled"
    assert processes_of(job) == []


def test_it_ignores_what_a_terminal_sends(jobs: Jobs) -> None:
    wait = "import os, time\nprint('began', flush=True)\nwhile not os.path.exists('go'): time.sleep(0.05)\n"
    job = jobs.work(wait + "print('went on', flush=True)\ntime.sleep(600)")
    said(job, "began")
    for number in (signal.SIGHUP, signal.SIGINT):
        os.kill(job.status().pid, number)
    (jobs.home.parent / "go").touch()
    said(job, "went on")
    assert job.status().state == "running"
    assert cancel(job).state == "cancelled"


def test_cancelling_is_polite(jobs: Jobs) -> None:
    polite = "import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: (print('tidied up'), sys.exit(1)))\n"
    job = jobs.work(polite + SLEEPS)
    said(job, "began")
    status = cancel(job)
    assert status.state == "cancelled"
    assert status.reason.startswith("cancelled by ")
    assert "killed" not in status.reason
    assert "tidied up" in job.log.read_text()
    assert processes_of(job) == []


def test_cancelling_is_firm_in_the_end(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNOTAT3D_GRACE", "0.5")
    job = jobs.work(DEAF)
    said(job, "began")
    status = cancel(job)
    assert status.state == "cancelled"
    assert status.reason.endswith("and had to be killed")
    assert status.signal == signal.SIGKILL
    assert processes_of(job) == []


def test_cancelling_leaves_no_descendant(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNOTAT3D_GRACE", "0.5")
    job = jobs.work(FAMILY)
    said(job, "began")
    said(job, "away")
    assert len(processes_of(job)) == 4
    assert cancel(job).state == "cancelled"
    assert processes_of(job) == []


def test_work_that_ends_leaves_no_descendant(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNOTAT3D_GRACE", "0.5")
    job = jobs.work(FAMILY.replace("print('began', flush=True)\ntime.sleep(600)", "time.sleep(1)"))
    assert ended(job).state == "done"
    assert processes_of(job) == []


def test_halted_work_and_a_halted_supervisor_are_cancelled(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNOTAT3D_GRACE", "0.5")
    for halted in ("work", "supervisor"):
        job = jobs.work(SLEEPS)
        said(job, "began")
        supervisor = psutil.Process(job.status().pid)
        (supervisor if halted == "supervisor" else supervisor.children()[0]).suspend()
        assert cancel(job, patience=2.0).state == "cancelled", halted
        assert processes_of(job) == [], halted


def test_one_that_waits_is_cancelled_at_once(jobs: Jobs) -> None:
    first = jobs.work(SLEEPS, share=False)
    said(first, "began")
    second = jobs.work("print('began')", share=False)
    assert cancel(second).state == "cancelled"
    assert ended(second).started is None
    assert "began" not in second.log.read_text()
    assert cancel(second).state == "cancelled", "again does nothing"
    assert first.status().state == "running"


def test_a_killed_supervisor_is_noticed_and_its_work_ends(jobs: Jobs) -> None:
    job = jobs.work(SLEEPS)
    said(job, "began")
    os.kill(job.status().pid, signal.SIGKILL)
    until(lambda: job.status().state == "lost")
    assert job.status().reason.endswith("is gone without a word")
    until(lambda: processes_of(job) == [], "the end of the work")


def test_what_a_killed_supervisor_left_behind_is_swept(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "GRACE", 0.5)
    job = jobs.work(DEAF)
    said(job, "began")
    os.kill(job.status().pid, signal.SIGKILL)
    until(lambda: job.status().state == "lost")
    assert len(processes_of(job)) == 1
    status = cancel(job)
    assert status.state == job.status().state == "cancelled"
    assert "1 of its processes had to be ended" in status.reason
    assert processes_of(job) == []
    assert sweep(job.folder) == 0


def test_its_number_given_to_another_process_is_no_sign_of_life(jobs: Jobs) -> None:
    job = jobs.work("pass")
    status = ended(job)
    stranger = subprocess.Popen(["sleep", "600"])
    try:
        told(job, replace(status, state="running", pid=stranger.pid))
        assert job.status().state == "lost"
        assert cancel(job).state == "cancelled"
        assert stranger.poll() is None, "a stranger is left alone"
    finally:
        stranger.kill()
        stranger.wait()


def test_a_machine_that_was_started_again_has_lost_its_jobs(jobs: Jobs) -> None:
    job = jobs.work("pass")
    status = ended(job)
    told(job, replace(status, state="running", boot="another"))
    assert job.status().state == "lost"
    assert job.status().reason == f"{status.host} was started again meanwhile"


def test_another_machine_is_believed_until_it_is_silent(jobs: Jobs) -> None:
    job = jobs.work("pass")
    told(job, replace(ended(job), state="running", host="gpu-03", ended=None))
    assert job.status().state == "running"
    then = (job.folder / STATUS).stat().st_mtime - PATIENCE - 5
    os.utime(job.folder / STATUS, (then, then))
    assert job.status().state == "lost"
    assert "gpu-03 has given no sign of life for 6" in job.status().reason
    assert cancel(job).state == "cancelled"


def test_another_machine_reads_the_wish_to_stop(jobs: Jobs) -> None:
    """Nothing but the folder is shared: here, the signal is left out."""
    job = jobs.work(SLEEPS)
    said(job, "began")
    write_json(job.folder / "cancel.json", {"by": "somebody on gpu-03"})
    assert ended(job).reason == "cancelled by somebody on gpu-03"
    assert processes_of(job) == []


def test_a_clock_that_jumps_changes_nothing(jobs: Jobs) -> None:
    job = jobs.work("import time\nprint('began', flush=True)\ntime.sleep(3)", clock=True)
    said(job, "began")
    assert job.status().state == "running"
    status = ended(job)
    assert status.state == "done"
    assert 2.9 < status.seconds < 60
    seconds = [line["seconds"] for line in job.metrics()]
    assert seconds == sorted(seconds)
    assert seconds[-1] < 60


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MB."""
    if not is_root():
        pytest.skip("only root may mount a disk")
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "small", folder], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_costs_lines_of_the_log_not_the_job(
    small_disk: Path, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANNOTAT3D_JOBS", str(small_disk))
    go = jobs.home.parent / "go"
    code = (
        "import os, sys, time\n"
        "print('x' * 2_000_000, flush=True)\n"
        "print('full', file=open('full', 'w'))\n"
        f"while not os.path.exists({str(go)!r}): time.sleep(0.05)\n"
        "print('the last line', flush=True)"
    )
    job = jobs.work(code)
    until((jobs.home.parent / "full").exists, "the disk to be full")
    assert job.status().state == "running"
    until(lambda: os.statvfs(small_disk).f_bavail == 0, "the disk to be full")
    go.touch()
    status = ended(job)
    assert (status.state, status.exit_code) == ("done", 0), "told though the disk is full"
    fill(small_disk)
    with pytest.raises(CannotWrite, match="No space left"):
        jobs.work("pass")
    assert [one.number for one in all_jobs(small_disk)] == [1], "no half-made job stays"


def test_a_log_says_what_a_full_disk_did_not_take(small_disk: Path) -> None:
    from annotat3d_tui.jobs.log import LogWriter

    log = LogWriter(small_disk / "log.txt")
    log.write(b"first\n")
    filler = fill(small_disk)
    log.write(b"z" * 5000 + b"\n")
    log.write(b"lost, too\n")
    filler.unlink()
    log.write(b"last\n")
    log.close()
    text = (small_disk / "log.txt").read_text()
    assert text.startswith("first\n")
    assert text.endswith("bytes of this log]\nlast\n")
    lost = int(text.rpartition("did not take ")[2].split()[0])
    assert lost + text.count("z") == 5000 + 1 + len("lost, too\n")


def test_a_folder_that_became_read_only_is_waited_for(
    small_disk: Path, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANNOTAT3D_JOBS", str(small_disk))
    go = jobs.home.parent / "go"
    code = f"import os, time\nprint('began', flush=True)\nwhile not os.path.exists({str(go)!r}): time.sleep(0.05)"
    job = jobs.work(code)
    said(job, "began")
    subprocess.run(["mount", "--bind", small_disk, small_disk], check=True)
    freeze = ["mount", "-o", "remount,bind,ro", small_disk]
    until(lambda: subprocess.run(freeze, check=False).returncode == 0, "a moment in which nothing is written")
    with pytest.raises(CannotWrite, match="must be a folder for jobs that can be written"):
        jobs.work("pass")
    go.touch()
    until(lambda: not psutil.Process(job.status().pid).children(), "the end of the work")
    assert job.status().state == "running", "its end cannot be told yet"
    subprocess.run(["umount", "--lazy", small_disk], check=True)
    assert ended(job).state == "done"


@pytest.fixture
def little_memory() -> Iterator[Path]:
    """The file of a control group of 200 MB that takes processes in."""
    if not is_root():
        pytest.skip("only root may make control groups")
    old, new = Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")
    group = (old if old.is_dir() else new) / f"annotat3d-{os.getpid()}"
    group.mkdir()
    limit = group / ("memory.limit_in_bytes" if old.is_dir() else "memory.max")
    limit.write_text(str(200 * 1024 * 1024))
    yield group / "cgroup.procs"
    until(lambda: not (group / "cgroup.procs").read_text(), "the end of the processes in it")
    group.rmdir()


def test_work_that_was_killed_for_memory_says_so(jobs: Jobs, little_memory: Path) -> None:
    code = (
        f"import os, time\nopen({str(little_memory)!r}, 'w').write(str(os.getpid()))\n"
        "held = []\nwhile True:\n    held.append(b'x' * 10_000_000)\n    time.sleep(0.05)"
    )
    status = ended(jobs.work(code))
    assert (status.state, status.signal) == ("failed", signal.SIGKILL)
    assert status.reason.startswith("out of memory: the system killed it with ")
    assert "--memory" in status.reason


def test_ten_thousand_lines_a_second_are_all_kept(jobs: Jobs) -> None:
    job = jobs.work("for n in range(50_000): print(f'line {n} ' + 'x' * 80)")
    assert ended(job).state == "done"
    lines = job.log.read_text().splitlines()
    assert len(lines) == 50_000
    assert lines[-1].startswith("line 49999 ")


def fill(disk: Path) -> Path:
    """Write a file that takes all that is free."""
    filler = disk / "filler"
    filler.write_bytes(b"x" * (os.statvfs(disk).f_bavail * 4096))
    return filler


def told(job: Job, status: Status) -> None:
    """Put a status in the folder, as if its supervisor had."""
    (job.folder / STATUS).write_text(json.dumps(asdict(status)))
