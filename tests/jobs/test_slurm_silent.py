"""A Slurm that is slow, silent or forgetful: what is said then, and that nobody waits for it."""

import os
import threading
import time
from pathlib import Path

import pytest

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.jobs import slurm
from annotat3d_tui.jobs.asking import WAIT, Answer
from annotat3d_tui.jobs.cancelling import ask_to_stop
from annotat3d_tui.jobs.everywhere import cancel
from annotat3d_tui.jobs.folder import SLURM, write_json
from annotat3d_tui.jobs.job import Job, all_jobs
from annotat3d_tui.jobs.local import request_of
from annotat3d_tui.jobs.slurm_commands import QueueRow, SlurmError
from annotat3d_tui.jobs.slurm_options import SlurmOptions
from annotat3d_tui.jobs.slurm_state import SETTLING, waiting_text
from annotat3d_tui.jobs.watching import Watch
from tests.jobs.slurm_cluster import Cluster
from tests.jobs.starting import Jobs, until

LATER = SlurmOptions(cpus=1, extra="begin=now+1hour")


def test_a_controller_that_hangs_keeps_nobody_waiting(cluster: Cluster, jobs: Jobs) -> None:
    waiting = slurm.submit(request_of(["warmup"], folder=jobs.home.parent), LATER)
    watch = Watch()
    with cluster.halted_controller():
        local = jobs.command("info", "nowhere.tif")
        slowest = 0.0

        def seen() -> dict[int, tuple[str, str]]:
            nonlocal slowest
            begun = time.monotonic()
            looked = {one.number: (one.state, one.status.reason) for one in watch.look()}
            slowest = max(slowest, time.monotonic() - begun)
            return looked

        until(lambda: seen()[local.number][0] == "failed")
        until(lambda: "Slurm does not answer" in seen()[waiting.number][1], "the end of its patience")
        assert slowest < WAIT + 4, "Slurm itself gives up after ten seconds at the earliest"
        assert seen()[waiting.number][0] == "queued"
        for act in (lambda: cancel(waiting), lambda: slurm.submit(waiting.request, LATER)):
            with pytest.raises(SlurmError, match=r"Slurm does not answer .*: is its controller up\?"):
                act()
        assert [job.number for job in all_jobs()] == [local.number, waiting.number]
    until(lambda: cancel(waiting).state == "cancelled")


def test_one_that_slurm_has_forgotten_is_lost_but_for_one_that_was_to_end(cluster: Cluster, jobs: Jobs) -> None:
    lost, unwanted = forgotten(jobs), forgotten(jobs)
    ask_to_stop(unwanted)
    assert lost.status().state == "lost"
    assert lost.status().reason == "Slurm knows no job 99999 any more, and it has not ended"
    assert unwanted.status().state == "cancelled"
    assert unwanted.status().reason.startswith("cancelled by ")
    assert cancel(lost).state == "cancelled"


def forgotten(jobs: Jobs) -> Job:
    """A job that Slurm does not know, and was sent a while ago."""
    job = slurm.prepare(request_of(["warmup"], folder=jobs.home.parent), LATER)
    write_json(job.folder / SLURM, {"id": "99999"})
    then = time.time() - SETTLING - 5
    os.utime(job.folder / SLURM, (then, then))
    return job


def test_the_same_again_has_the_changed_script_and_a_name_and_folder_of_its_own(
    cluster: Cluster, jobs: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "100 % mine"
    monkeypatch.setenv("ANNOTAT3D_JOBS", str(home))
    job = slurm.prepare(request_of(["warmup"], folder=tmp_path), LATER)
    script = job.folder / "script.sh"
    script.write_text(script.read_text().replace("\nexec", "\nexport MINE=1\nexec"))
    slurm.send(job)
    anew = slurm.again(job)
    text = (anew.folder / "script.sh").read_text()
    assert "\nexport MINE=1\nexec" in text
    assert "--job-name=annotat3d-2\n" in text
    assert f'--output="{tmp_path}/100 %% mine/2/slurm.txt"\n' in text
    assert text.endswith(f"supervisor '{anew.folder}'\n")
    for one in (job, anew):
        assert cancel(one).state == "cancelled"


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("Resources", "waits for room on the nodes: CPUs, memory or GPUs (Resources)"),
        ("QOSMaxGRESPerUser", "waits for a limit of its quality of service (QOSMaxGRESPerUser)"),
        ("Something_new", "waits (Something_new)"),
    ],
)
def test_what_a_job_waits_for_is_said_with_the_word_of_slurm(word: str, text: str) -> None:
    assert waiting_text(QueueRow("7", "PENDING", word, None, "")) == text


def test_an_answer_that_takes_its_time_is_not_waited_for_twice() -> None:
    go, asked = threading.Event(), []

    def ask() -> int:
        asked.append(1)
        assert go.wait(60)
        return 7

    answer = Answer(ask, 0, fresh=600, fresh_failure=600, problem="not yet")
    assert answer.now() == (0, "not yet")
    begun = time.monotonic()
    assert [answer.now() for _ in range(100)] == [(0, "not yet")] * 100
    assert time.monotonic() - begun < WAIT
    go.set()
    until(lambda: answer.now() == (7, ""))
    assert len(asked) == 1
    answer.forget()
    assert answer.now() == (7, "")
    assert len(asked) == 2


def test_an_answer_from_before_a_change_is_not_taken() -> None:
    old, begun = threading.Event(), threading.Event()
    values = iter((1, 2))

    def ask() -> int:
        value = next(values)
        if value == 1:
            begun.set()
            assert old.wait(60)
        return value

    answer = Answer(ask, 0, fresh=600, fresh_failure=600)
    first = threading.Thread(target=answer.now)
    first.start()
    assert begun.wait(60)
    answer.forget()
    until(lambda: answer.now() == (2, ""))
    old.set()
    first.join()
    assert answer.now() == (2, ""), "the late one is older"


def test_why_there_is_no_answer_is_said_with_the_one_before() -> None:
    answers = iter((5, InvalidParameter("It is off."), 6))

    def ask() -> int:
        one = next(answers)
        if isinstance(one, Exception):
            raise one
        return one

    answer = Answer(ask, 0, fresh=0, fresh_failure=0)
    assert [answer.now() for _ in range(3)] == [(5, ""), (5, "It is off."), (6, "")]
