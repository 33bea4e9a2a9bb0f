"""Curves on the screen: logarithm, smoothing, a cursor, a table; and several runs in one plot."""

import csv
import json
import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from annotat3d_tui.networks.history import History
from annotat3d_tui.tui.app import Annotat3DApp
from annotat3d_tui.tui.screens.compare import CompareScreen
from annotat3d_tui.tui.screens.job import JobScreen
from annotat3d_tui.tui.screens.jobs import JobsScreen
from annotat3d_tui.tui.screens.paths import AskPath
from annotat3d_tui.tui.widgets.curve import CurveView
from tests.jobs.starting import Jobs
from tests.jobs.test_curves import training
from tests.tui.acting import seen, toasts, until


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jobs]:
    """The folder where the screen looks for jobs."""
    home = Jobs(tmp_path / "jobs", monkeypatch)
    yield home
    home.end_all()


async def compared(pilot: Pilot[int], marks: int = 2) -> CompareScreen:
    """F7, mark the newest jobs, compare them."""
    await pilot.press("f7")
    await until(pilot, lambda: isinstance(pilot.app.screen, JobsScreen) and pilot.app.screen.watching.jobs_known)
    await pilot.pause()
    await pilot.press(*["space"] * marks, "p")
    screen = pilot.app.screen
    assert isinstance(screen, CompareScreen)
    await until(pilot, lambda: len(screen.query_one(CurveView).plot.series) == marks)
    return screen


def legend(pilot: Pilot[int]) -> list[str]:
    """The lines under the head of the legend."""
    lines = seen(pilot).splitlines()
    head = next(i for i, line in enumerate(lines) if line.split()[:2] == ["run", "last"])
    return [line for line in lines[head + 1 :] if line.strip()]


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 40), (200, 60)])
async def test_marked_jobs_are_compared_with_a_letter_and_numbers_each(jobs: Jobs, size: tuple[int, int]) -> None:
    training("first", 0.1), training("second", 0.3)
    async with Annotat3DApp().run_test(size=size) as pilot:
        screen = await compared(pilot)
        await pilot.pause()
        text = seen(pilot)
        assert all(len(line) == size[0] for line in text.splitlines())
        assert [line.split()[0] for line in legend(pilot)[:2]] == ["A", "B"]
        assert "0.3" in legend(pilot)[0], "the newest job was marked first"
        if size[1] >= 24:
            plot = screen.query_one(CurveView).render().plain  # type: ignore[attr-defined]
            assert "A" in plot
            assert "B" in plot
            assert "iteration" in plot
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, JobsScreen)
        assert "2 marked" in seen(pilot) or size[0] < 80


async def test_without_marks_the_key_says_how_to_mark(jobs: Jobs) -> None:
    training("first", 0.1)
    async with Annotat3DApp().run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("f7")
        await until(pilot, lambda: "first" in seen(pilot))
        await pilot.press("p")
        assert "mark jobs first: Space does" in toasts(pilot)
        await pilot.press("space", "space", "p")
        assert isinstance(pilot.app.screen, JobsScreen), "marked, and marked no longer"


async def test_a_logarithm_makes_decades_equally_high(jobs: Jobs) -> None:
    job = training("falls", 0.0)
    rows = [{"seconds": i, "iteration": i, "loss": 10.0 ** (2 - i)} for i in range(5)]
    (job.folder / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    async with Annotat3DApp().run_test(size=(100, 40)) as pilot:
        screen = await compared(pilot, 1)
        view = screen.query_one(CurveView)
        await pilot.press("l")
        (line,) = view.plot.lines()
        assert line.y.tolist() == pytest.approx([2, 1, 0, -1, -2])
        assert view.render().plain.splitlines()[1].split()[0] == "100"  # type: ignore[attr-defined]


async def test_a_logarithm_of_what_is_never_above_0_is_said_not_to_be(jobs: Jobs) -> None:
    job = training("below", 0.0)
    (job.folder / "metrics.jsonl").write_text('{"seconds": 1, "loss": -1}\n{"seconds": 2, "loss": 0}\n')
    async with Annotat3DApp().run_test(size=(100, 40)) as pilot:
        view = (await compared(pilot, 1)).query_one(CurveView)
        await pilot.press("l")
        await until(pilot, lambda: "log: no number above 0" in seen(pilot))
        (line,) = view.plot.lines()
        assert line.y.tolist() == [-1, 0]


async def test_smoothing_shows_what_was_measured_behind(jobs: Jobs) -> None:
    training("first", 0.1), training("second", 0.3)
    async with Annotat3DApp().run_test(size=(100, 40)) as pilot:
        view = (await compared(pilot)).query_one(CurveView)
        assert len(view.plot.lines()) == 2
        last = []
        for strength in (0.6, 0.9, 0.97):
            await pilot.press("s")
            assert view.plot.look.strength == strength
            assert len(view.plot.lines()) == 4
            assert f"smooth {strength:g}" in seen(pilot)
            last.append(float(view.plot.series[0].y[-1]))
        assert last == sorted(last), "what sinks is followed the later the stronger"
        await pilot.press("s")
        assert view.plot.look.strength == 0


async def test_the_cursor_reads_each_run_where_it_stands(jobs: Jobs) -> None:
    training("first", 0.1), training("second", 0.3, count=20)
    async with Annotat3DApp().run_test(size=(120, 40), notifications=True) as pilot:
        screen = await compared(pilot)
        view = screen.query_one(CurveView)
        await pilot.press("down", "comma")
        assert view.plot.look.cursor == 40, "it begins at the end of the run on top"
        await until(pilot, lambda: "cursor" in seen(pilot))
        assert legend(pilot)[0].split()[-1] == "–", "that run has ended before"
        assert legend(pilot)[1].split()[-1] == "0.1"
        await pilot.press("less_than_sign")
        cursor = view.plot.look.cursor
        assert cursor is not None
        assert cursor < 40
        wanted = 0.1 + math.exp(-cursor / 5)
        assert float(legend(pilot)[1].split()[-1]) == pytest.approx(wanted, rel=0.01)
        await pilot.click(CurveView, offset=(11, 5))
        assert view.plot.look.cursor is not None
        assert view.plot.look.cursor < 3
        await pilot.press("t")
        assert view.plot.look.cursor is None, "another axis"
        assert "time" in seen(pilot)
        await pilot.press("full_stop", "escape")
        assert pilot.app.screen is screen, "the first Esc takes the cursor away"
        assert view.plot.look.cursor is None


async def test_what_is_shown_is_written_as_a_table(jobs: Jobs, tmp_path: Path) -> None:
    training("first", 0.1), training("second", 0.3)
    path = tmp_path / "shown.csv"
    async with Annotat3DApp().run_test(size=(100, 30), notifications=True) as pilot:
        screen = await compared(pilot)
        await pilot.press("space", "right", "s")
        assert "hidden" in legend(pilot)[0]
        await pilot.press("w")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskPath))
        pilot.app.screen.query_one(Input).value = str(path)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is screen and any("4 rows" in text for text in toasts(pilot)))
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert {(row["run"], row["name"]) for row in rows} == {("1", "dice")}, "the other one is hidden"
    assert all(row["smoothed"] for row in rows)


async def test_a_network_is_compared_with_a_job_and_followed(jobs: Jobs, tmp_path: Path) -> None:
    training("first", 0.1)
    folder = tmp_path / "beads.network"
    folder.mkdir()
    history = History(folder / "history.csv", [1, 2], 0)
    history.add({"iteration": 1, "loss": 0.5, "rate": 1e-3, "step_seconds": 2.0})
    async with Annotat3DApp().run_test(size=(100, 30)) as pilot:
        screen = await compared(pilot, 1)
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskPath))
        pilot.app.screen.query_one(Input).value = str(tmp_path)
        await pilot.press("enter")
        await until(pilot, lambda: "must be a network" in seen(pilot))
        pilot.app.screen.query_one(Input).value = str(folder)
        await pilot.press("enter")
        await until(pilot, lambda: len(screen.query_one(CurveView).plot.series) == 2)
        history.add({"iteration": 2, "loss": 0.25, "rate": 1e-3, "step_seconds": 2.0})
        await until(pilot, lambda: "0.25" in seen(pilot))
        history.close()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, JobScreen))


async def test_the_curve_of_a_job_is_over_its_iterations_and_read_by_a_click(jobs: Jobs) -> None:
    training("first", 0.1)
    async with Annotat3DApp().run_test(size=(80, 30)) as pilot:
        await pilot.press("f7")
        await until(pilot, lambda: "first" in seen(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "loss 0.1" in seen(pilot))
        assert "iteration" in seen(pilot)
        await pilot.click(CurveView, offset=(78, 4))
        await until(pilot, lambda: "loss 0.1 at 40" in seen(pilot))
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, JobScreen)
        assert "at 40" not in seen(pilot)
