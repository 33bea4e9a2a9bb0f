"""Jobs on a real Slurm: sent, found, followed, ended, queued again; and what is said where it cannot be."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.jobs import slurm
from annotat3d_tui.jobs.everywhere import again, cancel
from annotat3d_tui.jobs.job import Job, all_jobs
from annotat3d_tui.jobs.local import request_of
from annotat3d_tui.jobs.slurm_commands import SlurmError, partitions
from annotat3d_tui.jobs.slurm_options import SlurmOptions, script_text
from annotat3d_tui.jobs.slurm_state import ask_anew, slurm_id
from tests.jobs.slurm_cluster import Cluster
from tests.jobs.starting import ODD, Jobs, processes_of, said, until

SLEEPS = "import time\nprint('began', flush=True)\ntime.sleep(600)"
SMALL = SlurmOptions(cpus=1)


@pytest.fixture
def odd(monkeypatch: pytest.MonkeyPatch) -> "Odd":
    return Odd(monkeypatch)


class Odd:
    """Sends jobs whose work is Python code."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._environment = monkeypatch

    def __call__(self, jobs: Jobs, code: str, options: SlurmOptions = SMALL) -> Job:
        self._environment.setenv("PYTHONPATH", ODD)
        self._environment.setenv("ODD_WORK", code)
        job = slurm.submit(request_of(["warmup"], folder=jobs.home.parent), options)
        jobs.started.append(job)
        return job


def test_partitions_are_read(cluster: Cluster) -> None:
    main, short = partitions()
    assert (main.name, main.is_default, main.nodes, main.cpus, main.memory) == ("main", True, 1, 8, 2000)
    assert main.gpus == {"fake": 2}
    assert (short.name, short.is_default, short.limit) == ("short", False, "2:00")
    assert str(main) == "main: 1 of 1 nodes with room, 8 CPUs, 2 fake a node, limit 1:00:00"


def test_a_job_is_sent_runs_and_is_done(cluster: Cluster, jobs: Jobs, files: Path) -> None:
    words = ("convert", str(files / "image.tif"), str(files / "out.npy"))
    job = slurm.submit(request_of(words, folder=files), SMALL)
    assert slurm_id(job).isdecimal()
    until(lambda: job.status().has_ended)
    status = job.status()
    assert (status.state, status.exit_code, status.attempt) == ("done", 0, 1)
    assert (files / "out.npy").exists()
    assert "out.npy" in job.log.read_text()
    assert (job.folder / "script.sh").read_text().startswith("#!/bin/bash\n#SBATCH --job-name=annotat3d-1\n")
    anew = again(job)
    until(lambda: anew.status().has_ended)
    assert anew.status().state == "failed", "the output is there already"
    assert "--overwrite" in anew.status().reason


def test_devices_are_those_that_slurm_gives(cluster: Cluster, jobs: Jobs, odd: Odd) -> None:
    code = "import os; print('sees', os.environ.get('CUDA_VISIBLE_DEVICES'))"
    job = odd(jobs, code, SlurmOptions(cpus=1, gpus=2, gpu_type="fake"))
    until(lambda: job.status().has_ended)
    assert job.log.read_text() == "sees 0,1\n"
    assert job.status().devices == ("0", "1")


def test_a_running_job_is_cancelled_politely(cluster: Cluster, jobs: Jobs, odd: Odd) -> None:
    job = odd(jobs, SLEEPS)
    said(job, "began")
    assert job.status().state == "running"
    assert len(processes_of(job)) == 2
    status = cancel(job)
    assert status.state == "cancelled"
    assert status.reason.startswith("cancelled by ")
    until(lambda: processes_of(job) == [], "the end of all processes")


def test_one_that_waits_says_why_and_is_cancelled(cluster: Cluster, jobs: Jobs, odd: Odd) -> None:
    first = odd(jobs, SLEEPS, SlurmOptions(cpus=8))
    said(first, "began")
    second = odd(jobs, SLEEPS, SlurmOptions(cpus=8))

    def reason() -> str:
        ask_anew()
        return second.status().reason

    until(lambda: "(Resources)" in reason() or "(Priority)" in reason())
    assert second.status().state == "queued"
    assert reason().startswith("waits for ")
    until(lambda: "may begin" in reason(), "a forecast")
    assert cancel(second).state == "cancelled"
    assert "began" not in second.log.read_text()
    assert first.status().state == "running"


def test_what_was_ended_in_slurm_itself_is_told(cluster: Cluster, jobs: Jobs, odd: Odd) -> None:
    job = odd(jobs, SLEEPS)
    said(job, "began")
    subprocess.run(["scancel", slurm_id(job)], check=True)
    until(lambda: job.status().has_ended)
    assert (job.status().state, job.status().reason) == ("cancelled", "cancelled in Slurm")
    waits = odd(jobs, SLEEPS, SlurmOptions(cpus=1, extra="--begin=now+1hour"))
    subprocess.run(["scancel", slurm_id(waits)], check=True)
    ask_anew()
    until(lambda: waits.status().has_ended)
    assert (waits.status().state, waits.status().reason) == ("cancelled", "cancelled in Slurm")


def test_failures_are_told_apart(cluster: Cluster, jobs: Jobs, odd: Odd) -> None:
    job = odd(jobs, "import sys; sys.exit(3)")
    until(lambda: job.status().has_ended)
    assert (job.status().state, job.status().exit_code) == ("failed", 3)
    killed = odd(jobs, SLEEPS)
    said(killed, "began")
    for process in processes_of(killed):
        process.kill()
    ask_anew()
    until(lambda: killed.status().has_ended)
    assert killed.status().state == "failed"
    assert killed.status().reason.startswith("Slurm says FAILED")


def test_near_its_time_limit_it_is_queued_again_and_goes_on(cluster: Cluster, jobs: Jobs, odd: Odd) -> None:
    code = (
        "import os, time\nattempt = os.environ['ANNOTAT3D_ATTEMPT']\nprint('attempt', attempt, flush=True)\n"
        "if attempt == '1': time.sleep(600)"
    )
    job = odd(jobs, code, SlurmOptions(cpus=1, time="1", warned=50))
    said(job, "attempt 1")
    states = set()

    def ends() -> bool:
        ask_anew()
        states.add((job.status().state, job.status().reason.partition(" (")[0]))
        return job.status().has_ended

    until(ends, bound=180)
    assert (job.status().state, job.status().attempt) == ("done", 2)
    assert job.log.read_text() == "attempt 1\nattempt 2\n"
    assert any(state == "queued" for state, _ in states)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (SlurmOptions(gpus=3), "no node has so many GPUs"),
        (SlurmOptions(gpus=1, gpu_type="a100"), "no node has so many GPUs"),
        (SlurmOptions(memory="9000G"), "Slurm refused this: "),
        (SlurmOptions(partition="nowhere"), "choose one of those that sinfo lists"),
        (SlurmOptions(extra="--nonsense"), "Slurm refused this: "),
    ],
)
def test_what_slurm_refuses_is_a_sentence_and_no_job(
    cluster: Cluster, jobs: Jobs, options: SlurmOptions, sentence: str
) -> None:
    with pytest.raises(SlurmError, match=sentence):
        slurm.submit(request_of(["warmup"], folder=jobs.home.parent), options)
    assert all_jobs() == []


def test_an_array_has_a_task_for_each_image(cluster: Cluster, jobs: Jobs, files: Path) -> None:
    image, markers, kept = (str(files / name) for name in ("image.tif", "markers.tif", "one.classifier.npz"))
    learn = ("segment", image, "--markers", markers, "-o", str(files / "l.tif"), "--save-classifier", kept)
    trained = slurm.submit(request_of((*learn, "--spacing", "3", "--trees", "5"), folder=files), SMALL)
    (files / "a.tif").write_bytes((files / "image.tif").read_bytes())
    (files / "broken.tif").write_bytes(b"no image")
    (files / "out").mkdir()
    until(lambda: trained.status().has_ended)
    images = [str(files / name) for name in ("image.tif", "broken.tif", "a.tif")]
    request = request_of(("classify", *images, "--classifier", kept, "-o", str(files / "out")), folder=files)
    job = slurm.submit(request, SMALL, slurm.tasks_of(request, images))
    until(lambda: job.status().has_ended)
    status = job.status()
    assert status.state == "failed"
    assert status.reason == "2 of 3 done, 1 failed: broken.tif"
    assert sorted(path.name for path in (files / "out").iterdir()) == ["a.tif", "image.tif"]
    progress = job.progress()
    assert progress is not None
    assert progress.share == 1.0
    lines = sorted(job.log.read_text().splitlines())
    assert lines[0] == "a.tif is done"
    assert lines[1].startswith("broken.tif is failed: ")
    assert [job.number for job in all_jobs()] == [2, 1], "tasks are no jobs of their own in the list"


def test_an_array_is_cancelled_whole(cluster: Cluster, jobs: Jobs, odd: Odd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", ODD)
    monkeypatch.setenv("ODD_WORK", SLEEPS)
    request = request_of(("classify", "a.tif", "b.tif", "c.tif", "-o", "out"), folder=jobs.home.parent)
    tasks = slurm.tasks_of(request, ["a.tif", "b.tif", "c.tif"])
    job = slurm.submit(request, SlurmOptions(cpus=1, at_once=1), tasks)
    until(lambda: any(task.status().state == "running" for task in job.tasks()))
    assert job.status().state == "running"
    assert job.status().reason == "0 of 3 done"
    status = cancel(job)
    assert status.state == "cancelled"
    assert {task.status().state for task in job.tasks()} == {"cancelled"}
    until(lambda: not any(processes_of(task) for task in job.tasks()), "the end of all processes")


def test_what_follows_begins_once_the_first_is_done_and_not_where_that_fails(
    cluster: Cluster, jobs: Jobs, files: Path
) -> None:
    first = slurm.submit(request_of(["convert", str(files / "image.tif"), str(files / "a.npy")]), SlurmOptions(cpus=1))
    second = slurm.following(first, request_of(["convert", str(files / "a.npy"), str(files / "b.npy")]))
    until(lambda: second.status().has_ended)
    assert second.status().state == "done", "or it would not have found what the first has written"
    assert (second.folder / "script.sh").read_text().count("--cpus-per-task=1\n") == 1
    wrong = slurm.submit(request_of(["info", str(files / "none.tif")]), SlurmOptions(cpus=1))
    given_up = slurm.following(wrong, request_of(["convert", str(files / "a.npy"), str(files / "c.npy")]))
    until(lambda: given_up.status().has_ended)
    assert given_up.status().state in ("cancelled", "failed", "lost")
    assert not (files / "c.npy").exists()


def test_the_node_may_be_another_machine_than_the_one_that_asks(
    cluster: Cluster, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The supervisor believes to be on gpu-03: only the folder and Slurm's commands are left to know of it."""
    if os.geteuid() != 0:
        pytest.skip("only root may give itself another name of the machine")
    monkeypatch.setenv("PYTHONPATH", ODD)
    monkeypatch.setenv("ODD_WORK", SLEEPS)
    job = slurm.prepare(request_of(["warmup"], folder=jobs.home.parent), SMALL)
    jobs.started.append(job)
    script = (job.folder / "script.sh").read_text()
    elsewhere = 'exec unshare --uts sh -c \'hostname gpu-03 && exec "$0" "$@"\' '
    (job.folder / "script.sh").write_text(script.replace("exec ", elsewhere))
    slurm.send(job)
    said(job, "began")
    status = job.status()
    assert (status.state, status.host) == ("running", "gpu-03")
    assert not status.supervisor.is_here
    assert cancel(job).state == "cancelled"
    until(lambda: processes_of(job) == [], "the end of all processes")


def test_without_its_controller_what_runs_goes_on(cluster: Cluster, jobs: Jobs, odd: Odd) -> None:
    job = odd(jobs, SLEEPS)
    said(job, "began")
    cluster.stop_controller()
    try:
        ask_anew()
        assert job.status().state == "running", "its supervisor gives signs of life"
        begun = time.monotonic()
        with pytest.raises(SlurmError, match="Slurm does not answer"):
            slurm.submit(request_of(["warmup"], folder=jobs.home.parent), SMALL)
        assert time.monotonic() - begun < 60
        assert [one.number for one in all_jobs()] == [1]
    finally:
        cluster.start_controller()
    ask_anew()
    assert cancel(job).state == "cancelled"


def test_without_slurm_a_sentence_says_so(jobs: Jobs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SlurmError, match="There is no Slurm here .sbatch is not found.: log in to the login node"):
        slurm.submit(request_of(["warmup"], folder=jobs.home.parent), SMALL)
    assert all_jobs() == []


def test_the_script_says_what_was_asked(tmp_path: Path) -> None:
    options = SlurmOptions(
        partition="gpu", gpus=2, gpu_type="a100", cpus=8, memory="64G", time="1-00:00:00", account="lab",
        at_once=4, extra="--qos=long; #SBATCH --exclude=n7",
    )  # fmt: skip
    folder = tmp_path / "100 %" / "7"
    text = script_text(options, folder, tasks=40)
    for line in (
        "--job-name=annotat3d-7", f'--output="{tmp_path}/100 %%/7/slurm.txt"', "--requeue", "--signal=B:USR1@120",
        "--partition=gpu", "--gres=gpu:a100:2", "--cpus-per-task=8", "--mem=64G", "--time=1-00:00:00",
        "--account=lab", "--array=0-39%4", "--qos=long", "--exclude=n7",
    ):  # fmt: skip
        assert f"#SBATCH {line}\n" in text
    place = f"'{folder}'/tasks/$SLURM_ARRAY_TASK_ID"
    assert text.endswith(f"\nexec {sys.executable} -m annotat3d_tui.jobs.supervisor {place}\n")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"time": "tomorrow"}, "time of slurm must be such as 12:00:00"),
        ({"memory": "much"}, "memory of slurm must be such as 64G"),
        ({"partition": "a b"}, "partition of slurm must be such as gpu"),
        ({"extra": "=7"}, "extra of slurm must be options of sbatch"),
        ({"gpus": -1}, "gpus of slurm must be from 0 to 64"),
    ],
)
def test_wrong_options_are_refused(wrong: dict[str, object], sentence: str) -> None:
    with pytest.raises(InvalidParameter, match=sentence):
        SlurmOptions(**wrong)  # type: ignore[arg-type]


def annotat3d(*words: object) -> "subprocess.CompletedProcess[str]":
    """Run a command as a person would."""
    given = [sys.executable, "-m", "annotat3d_tui", *map(str, words)]
    return subprocess.run(given, capture_output=True, text=True, timeout=120, check=False)


def test_the_command_line_sends_follows_and_cancels(cluster: Cluster, jobs: Jobs, files: Path) -> None:
    convert = ("convert", files / "image.tif", files / "out.npy")
    shown = annotat3d("jobs", "run", "--slurm", "--partition", "short", "--cpus", 2, "--show-script", "--", *convert)
    assert "#SBATCH --partition=short\n#SBATCH --cpus-per-task=2\n" in shown.stdout
    assert all_jobs() == [], "nothing was sent"
    changed = files / "mine.sh"
    changed.write_text(shown.stdout.replace("--cpus-per-task=2", "--cpus-per-task=1"))
    sent = annotat3d("jobs", "run", "--slurm", "--script", changed, "--follow", "--", *convert)
    assert sent.returncode == 0, sent.stderr
    assert "out.npy" in sent.stdout
    assert "Slurm has it as " in sent.stderr
    job = all_jobs()[0]
    script = (job.folder / "script.sh").read_text()
    assert "--cpus-per-task=1" in script
    assert script.endswith(f"supervisor {job.folder}\n"), "its own folder, not that of the script"
    assert "Slurm " in annotat3d("jobs", "show").stdout
    waits = annotat3d("jobs", "run", "--slurm", "--extra", "begin=now+1hour", "--", *convert)
    assert waits.returncode == 0, waits.stderr
    assert annotat3d("jobs", "cancel", all_jobs()[0].number).stdout.startswith("job 3 is cancelled: cancelled by ")


def test_an_array_is_sent_from_the_command_line(cluster: Cluster, jobs: Jobs, files: Path) -> None:
    kept = files / "no.classifier.npz"
    words = ("classify", files / "image.tif", files / "truth.tif", "--classifier", kept, "-o", files / "out")
    done = annotat3d("jobs", "run", "--slurm", "--cpus", 1, "--array", "--follow", "--", *words)
    assert done.returncode == 1
    assert "0 of 2 done, 2 failed: image.tif, truth.tif" in done.stderr
    assert sorted(done.stdout.splitlines())[0].startswith("image.tif is failed: ")


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (("--partition", "main"), "--partition goes with --slurm"),
        (("--slurm", "--share"), "--devices and --share are for this machine"),
        (("--slurm", "--array"), "--array must be of classify or infer, received info"),
        (("--slurm", "--time", "soon"), "time of slurm must be such as 12:00:00"),
        (("--slurm", "--script", "nowhere"), "must be a script that --show-script printed"),
    ],
)
def test_flags_that_do_not_go_together_are_refused(jobs: Jobs, flags: tuple[str, ...], sentence: str) -> None:
    refused = annotat3d("jobs", "run", *flags, "--", "info", "x")
    assert refused.returncode == 1
    assert sentence in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert all_jobs() == []


def test_the_doctor_tells_of_the_cluster(cluster: Cluster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from annotat3d_tui.doctor import _slurm

    (here,) = _slurm()
    assert here.works
    assert here.found.startswith("slurm")
    assert "partitions main, short" in here.found
    monkeypatch.setenv("PATH", str(tmp_path))
    (gone,) = _slurm()
    assert (gone.works, gone.found) == (
        False, "There is no Slurm here (sinfo is not found); jobs run on this machine",
    )  # fmt: skip
    assert gone.remedy == "log in to the login node, or load its module."


def test_work_on_a_cluster_keeps_to_what_it_was_given(cluster: Cluster, jobs: Jobs, odd: Odd) -> None:
    code = (
        "from annotat3d_tui.blocks import available_threads; from annotat3d_tui.memory import available_memory\n"
        "print(available_threads(), available_memory() < 300 * 2**20)"
    )
    job = odd(jobs, code, SlurmOptions(cpus=1, memory="300M"))
    until(lambda: job.status().has_ended)
    assert job.log.read_text() == "1 True\n"
