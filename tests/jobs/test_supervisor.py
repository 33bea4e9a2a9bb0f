"""A job as people meet it: what it did, why it failed, whom it waits for; real supervisors, real work."""

import json
import shutil
import signal
from pathlib import Path

import pytest

from annotat3d_tui.errors import CannotWrite, MissingFile
from annotat3d_tui.jobs.everywhere import again
from annotat3d_tui.jobs.job import Job, all_jobs, job_of, jobs_home
from tests.jobs.starting import Jobs, ended, processes_of, said, until

SLEEPS = "import time\nprint('began', flush=True)\ntime.sleep(600)"


def test_a_job_does_its_work_and_tells_of_it(jobs: Jobs, files: Path) -> None:
    job = jobs.command("convert", str(files / "image.tif"), str(files / "out.npy"))
    status = ended(job)
    assert (status.state, status.exit_code, status.signal, status.reason) == ("done", 0, None, "")
    assert (files / "out.npy").exists()
    assert status.started is not None
    assert status.ended is not None
    assert status.ended >= status.started
    assert "out.npy" in job.log.read_text()
    result = job.result()
    assert result is not None
    assert result["shape"] == [14, 26, 30]
    assert job.metrics()[0]["memory"] > 1e6
    assert processes_of(job) == []


def test_a_job_tells_how_far_it_is(jobs: Jobs, files: Path) -> None:
    image, markers, label = (str(files / name) for name in ("image.tif", "markers.tif", "label.tif"))
    job = jobs.command("segment", image, "--markers", markers, "-o", label, "--spacing", "3", "--trees", "5")
    assert ended(job).state == "done"
    progress = job.progress()
    assert progress is not None
    assert progress.share == 1.0
    assert job.outputs == (Path(label),)


def test_progress_of_many_images_counts_them_all(jobs: Jobs, files: Path) -> None:
    image, markers, kept = (str(files / name) for name in ("image.tif", "markers.tif", "one.classifier.npz"))
    learn = ("segment", image, "--markers", markers, "-o", str(files / "l.tif"), "--save-classifier", kept)
    assert ended(jobs.command(*learn, "--spacing", "3", "--trees", "5")).state == "done"
    (files / "broken.tif").write_bytes(b"no image")
    job = jobs.command("classify", image, str(files / "broken.tif"), "--classifier", kept, "-o", str(files / "out"))
    status = ended(job)
    progress = job.progress()
    assert progress is not None
    assert progress.share == 0.5, "the second image failed"
    assert (status.state, status.exit_code) == ("failed", 1)
    assert status.reason == f"1 of 2 images failed: {files / 'broken.tif'}"


@pytest.mark.parametrize(
    ("work", "code", "number", "reason"),
    [
        ("import sys; sys.exit(3)", 3, None, "exit code 3: its log tells why"),
        ("raise RuntimeError('odd')", 1, None, "exit code 1: it was refused or has failed; its log tells why"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", None, signal.SIGSEGV, "ended by SIGSEGV"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", None, signal.SIGKILL, "ended by SIGKILL"),
        ("import sys; sys.exit(128 + 15)", 143, signal.SIGTERM, "ended by SIGTERM"),
    ],
)
def test_ends_are_told_apart(jobs: Jobs, work: str, code: int | None, number: int | None, reason: str) -> None:
    status = ended(jobs.work(work))
    assert (status.state, status.exit_code, status.signal) == ("failed", code, number)
    assert status.reason.startswith(reason)


def test_a_refused_input_is_the_reason(jobs: Jobs) -> None:
    job = jobs.command("info", "nowhere.tif")
    assert ended(job).reason == "nowhere.tif does not exist: correct its path."
    assert job.log.read_text() == "annotat3d: nowhere.tif does not exist: correct its path.\n"


def test_a_folder_that_has_gone_is_the_reason(jobs: Jobs, tmp_path: Path) -> None:
    job = jobs.command("info", "nowhere.tif")
    ended(job)
    request = json.loads((job.folder / "request.json").read_text())
    (job.folder / "request.json").write_text(json.dumps(request | {"folder": str(tmp_path / "gone")}))
    anew = again(job_of(job.number))
    jobs.started.append(anew)
    status = ended(anew)
    assert status.state == "failed"
    assert str(tmp_path / "gone") in status.reason


def test_jobs_of_one_machine_wait_for_each_other(jobs: Jobs) -> None:
    """Of ten that were asked for at once, no two ran at one time, and they ran in their order."""
    code = (
        "import os, time\n"
        "open('times', 'a').write('begin ' + os.environ['ANNOTAT3D_JOB'] + '\\n')\n"
        "time.sleep(0.1)\n"
        "open('times', 'a').write('end ' + os.environ['ANNOTAT3D_JOB'] + '\\n')"
    )
    started = [jobs.work(code, share=False) for _ in range(10)]
    assert {ended(job).state for job in started} == {"done"}
    lines = (jobs.home.parent / "times").read_text().split("\n")[:-1]
    expected = [f"{what} {job.folder}" for job in started for what in ("begin", "end")]
    assert lines == expected


def test_a_job_says_whom_it_waits_for_and_takes_its_turn(jobs: Jobs) -> None:
    first = jobs.work(SLEEPS, share=False)
    said(first, "began")
    second = jobs.work("print('began')", share=False)
    until(lambda: second.status().reason)
    assert second.status().state == "queued"
    assert second.status().reason == "waits for job 1 (warmup), which has the processors"
    beside = jobs.work("print('began')", share=True)
    assert ended(beside).state == "done"
    assert second.status().state == "queued"
    for process in processes_of(first):
        process.kill()
    assert ended(second).state == "done", "who is gone is not waited for"


def test_numbers_are_not_given_again(jobs: Jobs) -> None:
    first, second = jobs.work("pass"), jobs.work("pass")
    assert (first.number, second.number) == (1, 2)
    ended(second)
    for file in second.folder.iterdir():
        file.unlink()
    second.folder.rmdir()
    assert jobs.work("pass").number == 3
    assert [job.number for job in all_jobs()] == [3, 1]


def test_what_is_no_job_is_passed_over(jobs: Jobs) -> None:
    job = jobs.work("pass")
    ended(job)
    (jobs.home / "77").mkdir()
    (jobs.home / "78").mkdir()
    (jobs.home / "78" / "request.json").write_text('{"title": 3')
    (jobs.home / "notes.txt").write_text("mine")
    assert all_jobs() == [job]
    with pytest.raises(MissingFile, match="There is no job 79"):
        job_of(79)
    with open(job.folder / "metrics.jsonl", "a") as file:
        file.write('{"seconds": 3, "loss"')
    assert all(isinstance(line["seconds"], float) for line in job.metrics())


def test_a_home_that_cannot_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: Jobs) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ANNOTAT3D_JOBS", str(tmp_path / "file"))
    with pytest.raises(CannotWrite, match="must be a folder for jobs"):
        jobs.work("pass")


def test_an_attempt_counts(jobs: Jobs) -> None:
    from annotat3d_tui.jobs.supervisor import Supervisor

    job = jobs.work("pass")
    assert ended(job).attempt == 1
    assert Supervisor(Job(job.folder, job.request)).status.attempt == 2
    assert jobs_home() == jobs.home


def test_jobs_that_end_remove_old_ones(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more than a hundred that ended, those older than thirty days go."""
    first = jobs.work("pass")
    ended(first)
    for number in range(2, 104):
        shutil.copytree(first.folder, jobs.home / str(number))
    status = json.loads((first.folder / "status.json").read_text())
    for number in (1, 2):
        long_ago = status | {"ended": status["ended"] - 31 * 86400}
        (jobs.home / str(number) / "status.json").write_text(json.dumps(long_ago))
    last = jobs.work("pass")
    ended(last)
    until(lambda: not (jobs.home / "1").exists() and not (jobs.home / "2").exists())
    assert len(all_jobs()) == 102, "the third is beyond the hundred, and young"
