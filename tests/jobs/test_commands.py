"""annotat3d jobs, as a person types it."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from annotat3d_tui.__main__ import main
from annotat3d_tui.jobs.job import all_jobs
from tests.cli.test_commands import Capture, answer, refusal
from tests.jobs.starting import Jobs, ended, said, until

SLEEPS = "import time\nprint('began', flush=True)\ntime.sleep(600)"


def test_run_list_show_follow_resubmit_and_clear(jobs: Jobs, files: Path, capsys: Capture) -> None:
    words = (
        "jobs",
        "run",
        "--title",
        "to NumPy",
        "--",
        "convert",
        files / "image.tif",
        files / "out.npy",
        "--overwrite",
    )
    assert main([str(word) for word in words]) == 0
    assert capsys.readouterr().out.startswith("job 1: to NumPy\n")
    assert main(["jobs", "follow", "1"]) == 0
    told = capsys.readouterr()
    assert "out.npy" in told.out
    assert told.err == "Job 1 is done\n"
    assert main(["jobs", "resubmit", "1"]) == 0
    assert main(["jobs", "follow"]) == 0
    capsys.readouterr()
    assert main(["jobs"]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == ["id", "what", "where", "state", "done", "left", "started"]
    assert [row.split()[:2] for row in rows] == [["✓", "2"], ["✓", "1"]]
    facts = answer(capsys, "jobs", "show", 1)
    assert (facts["id"], facts["title"], facts["state"], facts["exit_code"]) == (1, "to NumPy", "done", 0)
    assert facts["result"]["shape"] == [14, 26, 30]
    assert answer(capsys, "jobs", "clear") == {"removed": []}
    assert answer(capsys, "jobs", "clear", "--older-than", 0, "--keep", 1) == {"removed": [1]}
    assert answer(capsys, "jobs", "clear", 2) == {"removed": [2]}
    assert answer(capsys, "jobs", "list") == {"jobs": []}
    assert (files / "out.npy").exists(), "what a job has made stays"


def test_follow_tells_how_it_ended(jobs: Jobs, capsys: Capture) -> None:
    assert main(["jobs", "run", "--follow", "--", "info", "nowhere.tif"]) == 1
    told = capsys.readouterr()
    assert told.out == "annotat3d: nowhere.tif does not exist: correct its path.\n"
    assert told.err.splitlines()[-1] == "Job 1 is failed: nowhere.tif does not exist: correct its path."


def test_who_stops_following_leaves_the_job_running(jobs: Jobs) -> None:
    job = jobs.work(SLEEPS)
    following = subprocess.Popen(
        [sys.executable, "-m", "annotat3d_tui", "jobs", "follow", "1"], stdout=-1, stderr=-1, text=True
    )
    assert following.stdout is not None
    assert following.stdout.readline() == "began\n"
    following.send_signal(signal.SIGINT)
    _, told = following.communicate(timeout=30)
    assert following.returncode == 130
    assert "Job 1 goes on: annotat3d jobs follow 1" in told
    assert job.status().state == "running"


def test_cancel_names_each(jobs: Jobs, capsys: Capture) -> None:
    done, running = jobs.work("pass"), jobs.work(SLEEPS)
    ended(done)
    said(running, "began")
    assert main(["jobs", "cancel", "1", "2"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == "job 1 has ended before: done"
    assert second.startswith("job 2 is cancelled: cancelled by ")
    assert "cancelled by " in answer(capsys, "jobs", "show", 2)["reason"]


def test_what_cannot_be_done_is_said(jobs: Jobs, capsys: Capture) -> None:
    assert "There is no job 5" in refusal(capsys, "jobs", "show", 5)
    assert "There are no jobs" in refusal(capsys, "jobs", "follow")
    assert "received open" in refusal(capsys, "jobs", "run", "--", "open", "x")
    assert "received nothing" in refusal(capsys, "jobs", "run")
    with pytest.raises(SystemExit) as usage:
        main(["jobs", "run", "--", "segment", "--trees", "5"])
    assert usage.value.code == 2
    assert all_jobs() == [], "no job is made of what is not understood"
    running = jobs.work(SLEEPS)
    said(running, "began")
    assert "must have ended to be removed" in refusal(capsys, "jobs", "clear", 1)


def test_a_bar_is_drawn_while_it_runs(jobs: Jobs) -> None:
    """On a terminal, the log goes by above a bar."""
    import pexpect

    code = (
        "from pathlib import Path; import os, time\n"
        "from annotat3d_tui.jobs.reporting import Reporter\n"
        "Reporter(Path(os.environ['ANNOTAT3D_JOB'])).progress(0.25, 'flood')\n"
        "while not os.path.exists('go'): time.sleep(0.05)\n"
        "print('last words')"
    )
    job = jobs.work(code)
    seen = pexpect.spawn(sys.executable, ["-m", "annotat3d_tui", "jobs", "follow", "1"], encoding="utf-8", timeout=30)
    seen.expect("██████░.* 25 %.*flood")
    (jobs.home.parent / "go").touch()
    seen.expect("last words")
    seen.expect("Job 1 is done")
    seen.expect(pexpect.EOF)
    until(lambda: job.status().state == "done")
