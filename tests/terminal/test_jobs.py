"""A job outlives the terminal in which it was started, and is found, looked at and stopped from another one."""

import os
import signal
from pathlib import Path

import numpy as np
import pytest
import tifffile

from annotat3d_tui.jobs.job import job_of
from annotat3d_tui.tui.settings import settings_file
from tests.jobs.starting import Jobs, processes_of, until
from tests.terminal.robot import Robot

pytestmark = pytest.mark.terminal


def long_work(folder: Path) -> str:
    """A command whose work takes half a minute; nobody waits for its end."""
    shape = (400, 400, 400)
    np.save(folder / "scan.npy", np.random.default_rng(0).integers(0, 60000, shape, np.uint16))
    marks = np.zeros(shape, np.uint8)
    marks[150, 20:40, 20:40], marks[150, 200:220, 200:220] = 1, 2
    tifffile.imwrite(folder / "marks.tif", marks)
    return f"segment {folder}/scan.npy --markers {folder}/marks.tif -o {folder}/label.tif --preset fine"


def test_a_job_started_on_a_screen_that_dies_is_found_whole_by_another_and_cancelled(
    tmp_path: Path, jobs: Jobs
) -> None:
    command = long_work(tmp_path)
    with Robot() as robot:
        robot.wait_text("Demo")
        robot.press("f7")
        robot.wait_text("There are no jobs yet")
        robot.press("n")
        robot.wait_text("New job")
        robot.press(command, "enter")
        robot.wait_text("▶ 1 ", "segment scan.npy")
        job = job_of(1)
        jobs.started.append(job)
        robot.press("enter")
        robot.wait_text("Log", "classify")
        os.kill(robot.process.pid, signal.SIGHUP)
        robot.process.close()
    assert job.status().state == "running"
    with Robot() as robot:
        robot.wait_text("Demo")
        robot.press("f7")
        robot.wait_text("▶ 1 ", "segment scan.npy", "running")
        robot.press("enter")
        robot.wait_text("▶ running", "memory", "features", "train", "classify")
        lines = job.log.read_text().splitlines()
        robot.wait_text(*lines)
        robot.wait(lambda: len(job.metrics()) > 1, "a second measurement")
        assert any("⠀" < letter <= "⣿" for letter in robot.text), "a curve is drawn"
        robot.press("x")
        robot.wait_text("Cancel job 1")
        robot.press("y")
        robot.wait_text("■ cancelled")
    until(lambda: processes_of(job) == [], "the end of all processes")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["jobs", "marks.tif", "scan.npy"], "nothing half written"


def test_a_terminal_is_told_of_the_end_of_a_job_as_the_settings_say(tmp_path: Path, jobs: Jobs) -> None:
    settings_file().parent.mkdir(parents=True)
    settings_file().write_text('notice = "osc9"\n')
    np.save(tmp_path / "a.npy", np.zeros((3, 4, 5), np.uint8))
    with Robot() as robot:
        robot.wait_text("Demo")
        jobs.command("info", str(tmp_path / "a.npy"))
        robot.wait_text("job 1 (info a.npy) is done")
        assert "\x1b]9;✓ job 1 (info a.npy) is done\x1b\\" in robot.raw
