"""A job on a real Slurm outlives the terminal from which it was sent, and is found and stopped from another one."""

import signal
from pathlib import Path

import psutil
import pytest

from annotat3d_tui.jobs.job import Job, job_of
from annotat3d_tui.jobs.slurm_commands import queue
from annotat3d_tui.jobs.slurm_options import SlurmOptions, keep_options
from annotat3d_tui.jobs.slurm_state import slurm_id
from tests.jobs.slurm_cluster import Cluster
from tests.jobs.starting import Jobs, processes_of, until
from tests.terminal.robot import PROGRAM, Robot
from tests.terminal.test_jobs import long_work

pytestmark = pytest.mark.terminal


def hang_up(robot: Robot) -> None:
    """The line drops: all that runs in the terminal gets SIGHUP, and the terminal is gone."""
    in_terminal = psutil.Process(robot.process.pid)
    family = [*in_terminal.children(recursive=True), in_terminal]
    for process in family:
        process.send_signal(signal.SIGHUP)
    robot.process.close()
    psutil.wait_procs(family, timeout=30)
    assert not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in family)


def check_ended(job: Job) -> None:
    """Nothing of a job is left, here or in the queue of Slurm."""
    until(lambda: processes_of(job) == [], "the end of all processes")
    until(lambda: queue()[slurm_id(job)].state not in ("PENDING", "RUNNING", "COMPLETING"), "its end in Slurm")
    assert job.status().state == "cancelled"
    assert sorted(path.name for path in job.folder.parents[1].iterdir()) == ["jobs", "marks.tif", "scan.npy"]


def test_a_job_sent_from_a_screen_that_dies_is_found_whole_by_another_and_cancelled(
    tmp_path: Path, jobs: Jobs, cluster: Cluster
) -> None:
    command = long_work(tmp_path)
    keep_options(SlurmOptions(cpus=1))
    with Robot() as robot:
        robot.wait_text("Demo")
        robot.press("f7")
        robot.wait_text("There are no jobs yet")
        robot.press("n")
        robot.wait_text("New job")
        robot.press(command, "\x0c")
        robot.wait_text("Send to Slurm", "main: 1 of 1 nodes with room")
        robot.press("ctrl+s")
        robot.wait_text("Batch script of job 1", "#SBATCH --cpus-per-task=1", "exec ")
        robot.press("ctrl+s")
        robot.wait_text("▶ 1 ", "segment scan.npy")
        job = job_of(1)
        jobs.started.append(job)
        robot.press("enter")
        robot.wait_text("Log", "classify")
        hang_up(robot)
    assert job.status().state == "running"
    with Robot() as robot:
        robot.wait_text("Demo")
        robot.press("f7")
        robot.wait_text("▶ 1 ", "segment scan.npy", f"Slurm {slurm_id(job)}", "running")
        robot.press("enter")
        robot.wait_text("▶ running", "memory", "features", "train", "classify")
        robot.wait_text(*job.log.read_text().splitlines())
        assert any("⠀" < letter <= "⣿" for letter in robot.text), "a curve is drawn"
        robot.press("x")
        robot.wait_text("Cancel job 1")
        robot.press("y")
        robot.wait_text("■ cancelled")
    check_ended(job)


def test_a_job_sent_from_a_shell_that_dies_is_followed_from_another_and_cancelled(
    tmp_path: Path, jobs: Jobs, cluster: Cluster
) -> None:
    line = f"{' '.join(PROGRAM)} jobs run --slurm --cpus 1 --follow -- {long_work(tmp_path)}; sleep 600"
    with Robot("-c", line, command=("/bin/sh",)) as robot:
        robot.wait_text("job 1: segment scan.npy", "features")
        job = job_of(1)
        jobs.started.append(job)
        hang_up(robot)
    assert job.status().state == "running"
    with Robot("jobs") as robot:
        robot.wait_end()
        assert "segment scan.npy" in robot.text
        assert "running" in robot.text
    with Robot("jobs", "follow", "1", columns=200) as robot:
        until(lambda: "classify" in job.log.read_text(), "the last stage")
        robot.wait_text(*job.log.read_text().splitlines())
        robot.press("\x03")
        assert robot.wait_end() == 130
    assert job.status().state == "running", "who stops following leaves it running"
    assert len(job.metrics()) > 1
    with Robot("jobs", "cancel", "1") as robot:
        robot.wait_text("job 1 is cancelled: cancelled by ")
        assert robot.wait_end() == 0
    check_ended(job)
