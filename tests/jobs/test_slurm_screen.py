"""A job sent to a real Slurm from the screen: the form, the script, and what becomes of it."""

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Select, Static, TextArea

from annotat3d_tui.cli.job_commands import ShellCommands
from annotat3d_tui.jobs.everywhere import cancel
from annotat3d_tui.jobs.job import all_jobs
from annotat3d_tui.jobs.slurm_options import SlurmOptions, kept_options
from annotat3d_tui.tui.app import Annotat3DApp
from annotat3d_tui.tui.forms import Field
from annotat3d_tui.tui.screens.jobs import JobsScreen
from annotat3d_tui.tui.screens.new_job import NewJob
from annotat3d_tui.tui.screens.parameters import ParametersScreen
from annotat3d_tui.tui.screens.script import ScriptScreen
from tests.jobs.slurm_cluster import Cluster
from tests.jobs.starting import Jobs
from tests.tui.acting import seen, until


async def asked(pilot: Pilot[int], command: str) -> None:
    """F7, a new job, its command, Ctrl+L."""
    await pilot.press("f7")
    await until(pilot, lambda: isinstance(pilot.app.screen, JobsScreen) and pilot.app.screen.watching.jobs_known)
    await pilot.press("n")
    await until(pilot, lambda: isinstance(pilot.app.screen, NewJob))
    pilot.app.screen.query_one("CommandOfJob", Input).value = command
    await pilot.press("ctrl+l")


def field(pilot: Pilot[int], name: str) -> Field:
    """The field of a parameter in the form."""
    return next(one for one in pilot.app.screen.query(Field) if one.declared.name == name)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_form_script_and_job(cluster: Cluster, jobs: Jobs, files: Path, size: tuple[int, int]) -> None:
    async with Annotat3DApp(commands=ShellCommands()).run_test(size=size) as pilot:
        await asked(pilot, f"convert {files / 'image.tif'} {files / 'out.npy'}")
        await until(pilot, lambda: isinstance(pilot.app.screen, ParametersScreen))
        cost = pilot.app.screen.query_one("#cost", Static)
        assert "main: 1 of 1 nodes with room, 8 CPUs, 2 fake a node, limit 1:00:00" in str(cost.render())
        field(pilot, "cpus").query_one(Input).value = "1"
        field(pilot, "partition").query_one(Input).value = "short"
        await until(pilot, lambda: "short: 1 of 1 nodes" in str(cost.render()))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, ScriptScreen))
        text = pilot.app.screen.query_one(TextArea)
        assert "#SBATCH --partition=short" in text.text
        assert "Batch script of job 1" in seen(pilot)
        text.text = text.text.replace("--cpus-per-task=1", "--cpus-per-task=2")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "✓" in seen(pilot) and isinstance(pilot.app.screen, JobsScreen))
    (job,) = all_jobs()
    assert job.status().state == "done"
    assert (files / "out.npy").exists()
    assert "--cpus-per-task=2" in (job.folder / "script.sh").read_text()
    assert kept_options() == SlurmOptions(partition="short", cpus=1), "asked for the same way the next time"


async def test_what_is_not_sent_leaves_nothing(cluster: Cluster, jobs: Jobs, files: Path) -> None:
    async with Annotat3DApp(commands=ShellCommands()).run_test(size=(100, 30)) as pilot:
        await asked(pilot, f"info {files / 'image.tif'}")
        await until(pilot, lambda: isinstance(pilot.app.screen, ParametersScreen))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, ScriptScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, NewJob))
        assert all_jobs() == []
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(pilot.app.screen, ParametersScreen))
        await pilot.pause()  # until its fields are there
        field(pilot, "gpus").query_one(Input).value = "7"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, ScriptScreen))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "no node has so many GPUs" in seen(pilot))
        assert all_jobs() == []


async def test_without_slurm_the_line_says_so(jobs: Jobs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    async with Annotat3DApp(commands=ShellCommands()).run_test(size=(100, 30)) as pilot:
        await asked(pilot, "warmup")
        await until(pilot, lambda: "There is no Slurm here" in seen(pilot))
        assert isinstance(pilot.app.screen, NewJob)


async def test_an_array_of_classify(cluster: Cluster, jobs: Jobs, files: Path) -> None:
    command = f"classify {files / 'image.tif'} {files / 'truth.tif'} --classifier none.npz -o {files / 'out'}"
    async with Annotat3DApp(commands=ShellCommands()).run_test(size=(120, 40)) as pilot:
        await asked(pilot, command)
        await until(pilot, lambda: isinstance(pilot.app.screen, ParametersScreen))
        field(pilot, "array").query_one(Select).value = True
        await until(pilot, lambda: "2 tasks" in seen(pilot))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, ScriptScreen))
        assert "--array=0-1\n" in pilot.app.screen.query_one(TextArea).text
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "0 of 2 done, 2 failed" in seen(pilot))
    assert (files / "out").is_dir(), "or each task would write the same file"
    cancel(all_jobs()[0])
