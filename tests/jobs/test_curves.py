"""What jobs and networks have measured: read while it grows, made smooth, compared, written as a table."""

import csv
import json
import math
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotat3d_tui.__main__ import main
from annotat3d_tui.jobs.compared import (
    COLUMNS,
    OfNetwork,
    Run,
    are_over_iterations,
    best_of,
    names_of,
    nearest,
    table,
)
from annotat3d_tui.jobs.curves import MOST, Curve, Curves, memory_of
from annotat3d_tui.jobs.job import Job
from annotat3d_tui.jobs.local import make_folder, request_of
from annotat3d_tui.jobs.smoothing import STRENGTHS, smoothed
from annotat3d_tui.networks.history import History
from tests.cli.test_commands import Capture, answer, refusal
from tests.jobs.starting import Jobs

FINITE = st.floats(-1e6, 1e6, allow_nan=False)


def measured(job: Job, rows: list[dict[str, float]]) -> Job:
    """A job that has measured these numbers."""
    (job.folder / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return job


def training(title: str, last: float, count: int = 40) -> Job:
    """The folder of a training whose loss sinks to `last`, and whose Dice was measured at every tenth iteration."""
    rows = []
    for i in range(1, count + 1):
        rows.append({"seconds": i / 2, "iteration": i, "loss": last + math.exp(-i / 5)})
        if i % 10 == 0:
            rows[-1]["dice"] = 1 - last - 1 / i
    return measured(make_folder(request_of(["warmup"], title)), rows)


def test_a_curve_stays_small_and_goes_on_after_another_attempt(tmp_path: Path) -> None:
    curve = Curve()
    for number in range(5 * MOST):
        curve.add(float(number), float(number))
    assert MOST / 2 <= len(curve.values) < MOST
    assert curve.values[-1] > 5 * MOST * 0.99
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"seconds": 5, "loss": 1}\n{"seconds": 9, "loss": 0.5}\nnonsense\n{"seconds": 1, "loss": 0.4, "x"')
    curves = Curves(tmp_path)
    curves.read()
    with path.open("a") as file:
        file.write(': 2}\n{"seconds": 2, "loss": Infinity}\n')
    curves.read()
    assert curves.looked["loss"].seconds.tolist() == [5, 9, 10]
    assert list(curves.looked) == ["loss", "x"]
    assert curves.looked["loss"].iterations is None


def test_what_another_attempt_does_anew_takes_the_place_of_what_was_done_before() -> None:
    curve = Curve()
    for iteration in (1, 2, 3, 4):
        curve.add(float(iteration), 10.0 * iteration, iteration)
    for seconds, iteration in ((1.0, 3), (2.0, 4), (3.0, 5)):
        curve.add(seconds, 11.0 * iteration, iteration)
    points = curve.points
    assert points.x("iteration").tolist() == [1, 2, 3, 4, 5]
    assert points.values.tolist() == [10, 20, 33, 44, 55]
    assert np.all(np.diff(points.seconds) > 0)


def test_what_was_looked_at_stays_while_more_is_read(tmp_path: Path) -> None:
    """The screen draws in one thread what another one reads."""
    path, curves, stopped = tmp_path / "metrics.jsonl", Curves(tmp_path), threading.Event()

    def write() -> None:
        with path.open("a") as file:
            for number in range(3 * MOST):
                file.write(f'{{"seconds": {number}, "iteration": {number}, "loss": {number}}}\n')
        stopped.set()

    def read() -> None:
        while not stopped.is_set():
            curves.read()
        curves.read()

    threads = [threading.Thread(target=one) for one in (write, read)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        for points in curves.looked.values():
            assert points.iterations is not None
            assert len(points.seconds) == len(points.values) == len(points.iterations)
            assert np.array_equal(points.seconds, points.values)
    assert curves.looked["loss"].values[-1] > 2.9 * MOST


@given(st.lists(FINITE, min_size=1, max_size=50), st.sampled_from(STRENGTHS))
def test_what_is_smooth_lies_between_what_was_measured_until_then(values: list[float], strength: float) -> None:
    made = smoothed(np.array(values), strength)
    assert made[0] == pytest.approx(values[0])
    for number, value in enumerate(made):
        so_far = values[: number + 1]
        slack = 1e-9 * max(map(abs, so_far)) + 1e-12
        assert min(so_far) - slack <= value <= max(so_far) + slack


@given(FINITE, st.sampled_from(STRENGTHS))
def test_what_is_constant_stays_as_it_is(value: float, strength: float) -> None:
    assert smoothed(np.full(20, value), strength) == pytest.approx(np.full(20, value))


def test_smoothing_takes_noise_away() -> None:
    noise = np.random.default_rng(0).normal(size=4000)
    spreads = [smoothed(noise, strength)[1000:].std() for strength in STRENGTHS]
    expected = [math.sqrt((1 - s) / (1 + s)) for s in STRENGTHS]
    assert spreads == pytest.approx(expected, rel=0.15)


@given(st.lists(FINITE, min_size=1, max_size=30), FINITE)
def test_the_nearest_point_is_the_nearest(places: list[float], place: float) -> None:
    x = np.unique(places)
    assert abs(x[nearest(x, place)] - place) == np.abs(x - place).min()


def test_the_best_is_the_lowest_loss_and_the_highest_dice() -> None:
    values = np.array([0.5, 0.1, 0.9])
    assert [best_of(name, values) for name in ("loss", "validation_loss", "dice", "dice_2")] == [1, 1, 2, 2]


def test_the_history_of_a_network_has_the_curves_of_its_training(tmp_path: Path) -> None:
    folder = tmp_path / "beads.network"
    folder.mkdir()
    history = History(folder / "history.csv", [1, 2], 0)
    for i in (1, 2, 3):
        history.add(
            {"iteration": i, "loss": 1 / i, "rate": 1e-3, "step_seconds": 2.0} | ({"dice": 0.5} if i == 3 else {})
        )
    curves = OfNetwork(folder)
    assert curves.read()
    assert not curves.read()
    assert curves.looked["loss"].x("iteration").tolist() == [1, 2, 3]
    assert curves.looked["loss"].x("seconds").tolist() == [2, 4, 6]
    assert curves.looked["dice"].values.tolist() == [0.5]
    assert are_over_iterations(curves.looked.values())
    history.add({"iteration": 4, "loss": 0.1, "rate": 1e-3, "step_seconds": 2.0})
    history.close()
    assert curves.read()
    assert len(curves.looked["loss"].values) == 4


def test_the_table_holds_every_point_that_was_measured(jobs: Jobs) -> None:
    runs = [Run.of_job(training('a, "b"', 0.1)), Run.of_job(training("c", 0.2, count=20))]
    for run in runs:
        run.curves.read()
    assert names_of(run.curves.looked for run in runs) == ["loss", "dice"]
    rows = list(csv.DictReader(table(runs, ["loss", "dice"], 0.9).splitlines()))
    assert list(rows[0]) == [*COLUMNS, "smoothed"]
    assert len(rows) == 40 + 4 + 20 + 2
    assert {row["title"] for row in rows} == {'a, "b"', "c"}
    for run in runs:
        mine = [row for row in rows if row["run"] == run.name and row["name"] == "loss"]
        points = run.curves.looked["loss"]
        assert [float(row["value"]) for row in mine] == pytest.approx(points.values.tolist())
        assert [float(row["smoothed"]) for row in mine] == pytest.approx(smoothed(points.values, 0.9).tolist())
        assert [int(row["iteration"]) for row in mine] == points.x("iteration").tolist()


def test_memory_is_told_now_and_at_most(jobs: Jobs) -> None:
    job = measured(make_folder(request_of(["warmup"])), [{"seconds": i, "memory": m} for i, m in enumerate((1, 9, 4))])
    curves = Curves(job.folder)
    assert memory_of(curves.looked) == ()
    curves.read()
    assert memory_of(curves.looked) == (4, 9)


def test_the_command_draws_several_in_one_plot_with_last_and_best(jobs: Jobs, capsys: Capture) -> None:
    training("first", 0.1), training("second", 0.3)
    assert main(["jobs", "curves", "1", "2", "--of", "loss"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "loss"
    assert all("".join(lines[1:13]).count(letter) >= 1 for letter in "AB")
    assert lines[13].split() == ["1", "iteration", "40"]
    assert lines[14] == "A  1 first  last 0.1, best 0.1 at 40"
    assert max(map(len, lines)) <= 80
    assert main(["jobs", "curves", "--by", "seconds"]) == 0
    drawn = capsys.readouterr().out
    assert "time" in drawn
    assert "2 second  last" in drawn, "the newest job"


def test_the_command_tells_and_writes_numbers(jobs: Jobs, capsys: Capture, tmp_path: Path) -> None:
    training("first", 0.1), training("second", 0.3)
    told = answer(capsys, "jobs", "curves", 1, 2, "--of", "dice")
    assert [run["curves"]["dice"]["best"]["iteration"] for run in told["runs"]] == [40, 40]
    path = tmp_path / "c.csv"
    told = answer(capsys, "jobs", "curves", 1, 2, "--of", "loss,dice", "-o", path)
    assert told["rows"] == 88
    assert len(path.read_text().splitlines()) == 89
    assert "--overwrite" in refusal(capsys, "jobs", "curves", 1, "-o", path)


def test_the_command_refuses_what_it_cannot_draw(jobs: Jobs, capsys: Capture, tmp_path: Path) -> None:
    assert "There are no jobs" in refusal(capsys, "jobs", "curves")
    training("first", 0.1)
    assert "--of must be among loss, dice, received lots" in refusal(capsys, "jobs", "curves", 1, "--of", "lots")
    assert "must be a network" in refusal(capsys, "jobs", "curves", tmp_path / "none")
    make_folder(request_of(["warmup"]))
    assert "not measured anything so far" in refusal(capsys, "jobs", "curves", 2)
    with pytest.raises(SystemExit):
        main(["jobs", "curves", "1", "--smooth", "1"])
    assert "from 0 to below 1" in capsys.readouterr().err
