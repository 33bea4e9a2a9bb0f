"""The jobs and one of them on the screen, with real folders and real processes."""

import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from textual.pilot import Pilot

from annotat3d_tui.cli.job_commands import ShellCommands
from annotat3d_tui.jobs.folder import STATUS, write_json
from annotat3d_tui.jobs.gpus import Gpu
from annotat3d_tui.jobs.job import Job, Status, all_jobs
from annotat3d_tui.jobs.keeping import remove
from annotat3d_tui.jobs.local import make_folder, request_of
from annotat3d_tui.jobs.watching import Watch
from annotat3d_tui.tui.app import Annotat3DApp
from annotat3d_tui.tui.job_watching import JobsSeen
from annotat3d_tui.tui.screens.dialogs import Confirm
from annotat3d_tui.tui.screens.job import JobScreen
from annotat3d_tui.tui.screens.jobs import JobsScreen
from annotat3d_tui.tui.screens.new_job import NewJob
from annotat3d_tui.tui.screens.welcome import Welcome
from annotat3d_tui.tui.widgets.log_view import LogView
from tests.jobs.starting import Jobs, processes_of
from tests.tui.acting import seen, toasts, until


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jobs]:
    """Starts real jobs, whose folders are where the screen looks."""
    started = Jobs(tmp_path / "jobs", monkeypatch)
    yield started
    started.end_all()


def told(state: str, reason: str = "", title: str = "train unet3d grains") -> Job:
    """The folder of a job that another machine has said this of."""
    job = make_folder(request_of(["warmup"], title, Path("/data")))
    now = time.time()
    status = Status(state, reason, "gpu-03", 7, "1", "x", now - 60, now, 60.0, 1)  # type: ignore[arg-type]
    write_json(job.folder / STATUS, asdict(status))
    return job


def app() -> Annotat3DApp:
    return Annotat3DApp(commands=ShellCommands())


async def table(pilot: Pilot[int]) -> JobsScreen:
    """F7."""
    await pilot.press("f7")
    screen = pilot.app.screen
    assert isinstance(screen, JobsScreen)
    await until(pilot, lambda: screen.watching.jobs_known)
    await pilot.pause()
    return screen


@pytest.mark.parametrize("size", [(40, 12), (60, 20), (80, 24), (120, 40), (200, 60)])
async def test_each_state_has_a_sign_and_a_word_at_every_size(jobs: Jobs, size: tuple[int, int]) -> None:
    told("done")
    told("failed", "out of memory at iteration 3: batch 2 would fit")
    told("running")
    async with app().run_test(size=size) as pilot:
        await table(pilot)
        lines = seen(pilot).splitlines()
        assert all(len(line) == size[0] for line in lines)
        rows = [line.split() for line in lines if " train" in line or " tr" in line]
        assert [row[:2] for row in rows[:3]] == [["▶", "3"], ["✗", "2"], ["✓", "1"]], "the newest first"
        assert all(word in "\n".join(lines) for word in ("running", "failed", "done"))
        if size[0] >= 80:
            assert "out of memory" in seen(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "▶ running" in seen(pilot))
        assert all(len(line) == size[0] for line in seen(pilot).splitlines())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("request.json", {"title": 5}),
        ("request.json", {"command": "segment"}),
        ("request.json", {"command": [], "title": "\x1b]0;mine\x07\u202e", "folder": "/"}),
        ("status.json", {"state": "running", "reason": ["a"]}),
        ("status.json", {"state": "running", "started": 1e300, "reason": "\x1b[2J"}),
        ("status.json", {"state": "flying"}),
        ("progress.json", {"share": float("nan")}),
        ("progress.json", {"share": "all", "stage": 1}),
        ("progress.json", {"share": 7.0, "stage": "\x9b31m", "seconds_left": -5, "more": 1}),
        ("cancel.json", {}),
    ],
)
async def test_a_damaged_or_hostile_folder_harms_neither_table_nor_details(
    jobs: Jobs, name: str, content: dict[str, object]
) -> None:
    told("done", title="the good one")
    job = told("running")
    write_json(job.folder / name, {"command": ["warmup"], "title": "odd", "folder": "/"} | content)
    async with app().run_test(size=(100, 30)) as pilot:
        screen = await table(pilot)
        assert "the good one" in seen(pilot)
        assert all(letter.isprintable() or letter == "\n" for letter in seen(pilot))
        if screen.chosen is not None and screen.chosen.number == job.number:
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, JobScreen))
            await pilot.pause()
            assert all(letter.isprintable() or letter == "\n" for letter in seen(pilot))


async def test_without_jobs_the_screen_says_how_to_start_one_and_goes_back(jobs: Jobs) -> None:
    async with app().run_test(size=(80, 24)) as pilot:
        await table(pilot)
        assert "There are no jobs yet: n starts one" in seen(pilot)
        await pilot.press("x")
        assert "there is no job here" in toasts(pilot)
        await pilot.press("f7", "escape")
        assert isinstance(pilot.app.screen, Welcome)


async def test_typing_leaves_the_jobs_that_hold_all_words(jobs: Jobs) -> None:
    told("done", title="segment cells")
    told("failed", "out of memory", title="train grains")
    told("done", title="train cells")
    async with app().run_test(size=(100, 30)) as pilot:
        screen = await table(pilot)
        await pilot.press("slash", *"FAILED grains")
        await until(pilot, lambda: "segment cells" not in seen(pilot))
        assert "train grains" in seen(pilot)
        assert "train cells" not in seen(pilot)
        await pilot.press("enter")
        assert screen.chosen is not None
        assert screen.chosen.number == 2
        await pilot.press("escape")
        await until(pilot, lambda: "segment cells" in seen(pilot))
        assert pilot.app.screen is screen, "the first Esc shows all of them again"


async def test_a_job_that_is_typed_starts_and_its_end_is_told_on_any_screen(jobs: Jobs, files: Path) -> None:
    line = f"annotat3d info {files / 'image.tif'}"
    async with app().run_test(size=(120, 40), notifications=True) as pilot:
        screen = await table(pilot)
        await pilot.press("n", *"segm", "tab")
        assert pilot.app.screen.query_one("CommandOfJob").value == "segment "  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(pilot, lambda: "the following arguments are required" in seen(pilot))
        pilot.app.screen.query_one("CommandOfJob").value = line  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        await pilot.press("escape")
        await until(pilot, lambda: any("job 1 (info image.tif) is done" in text for text in toasts(pilot)))
        await pilot.press("f7", "enter")
        await until(pilot, lambda: "30×26×14" in seen(pilot))
        assert "✓ done" in seen(pilot)


async def test_a_line_that_is_no_job_is_refused_where_it_is_typed(jobs: Jobs) -> None:
    async with app().run_test(size=(100, 30)) as pilot:
        await table(pilot)
        await pilot.press("n")
        for text, said in (("fly away", "received fly"), ("segment 'a", "close it"), ("info --help", "no job")):
            pilot.app.screen.query_one("CommandOfJob").value = text  # type: ignore[attr-defined]
            await pilot.press("enter")
            await until(pilot, lambda said=said: said in seen(pilot))  # type: ignore[misc]
        assert isinstance(pilot.app.screen, NewJob)
        await pilot.press("escape")
    assert all_jobs() == []


async def test_a_new_job_is_given_the_gpus_that_were_picked(jobs: Jobs) -> None:
    screen_app = app()
    async with screen_app.run_test(size=(100, 30)) as pilot:
        await table(pilot)
        await pilot.press("n")
        assert "on  the processors, waits until" in seen(pilot)
        await pilot.press("ctrl+w")
        assert "on  the processors, starts at once" in seen(pilot)
        await pilot.press("escape")
        for gpu in (Gpu("3", "GPU-d", "A100"), Gpu("1", "GPU-b", "A100")):
            screen_app.picks.add(gpu)
        await pilot.press("n")
        assert "on  GPU 3,1, waits until" in seen(pilot)
        pilot.app.screen.query_one("CommandOfJob").value = "warmup"  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(pilot, lambda: bool(all_jobs()))
        jobs.started += all_jobs()
    assert jobs.started[0].request.devices == ("GPU-d", "GPU-b")


async def test_jobs_that_end_together_are_told_of_in_one_message(jobs: Jobs) -> None:
    running = [told("running") for _ in range(5)]
    async with app().run_test(notifications=True) as pilot:
        screen = await table(pilot)
        await until(pilot, lambda: screen.watching.jobs_running == 5)
        screen.watching.looker.stop()
        screen.watching.looker.join()
        for job, state in zip(running, ("done", "failed", "done", "done", "cancelled"), strict=True):
            write_json(job.folder / STATUS, asdict(Status(state, "", "gpu-03")))  # type: ignore[arg-type]
        screen.watching.post_message(JobsSeen(Watch().look()))
        await until(pilot, lambda: bool(toasts(pilot)))
        assert toasts(pilot) == ["5 jobs ended: 3 done, 1 failed, 1 cancelled"]


async def test_a_job_that_is_removed_elsewhere_is_left(jobs: Jobs) -> None:
    job = told("done")
    async with app().run_test(size=(100, 30)) as pilot:
        screen = await table(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, JobScreen))
        remove(job)
        await until(pilot, lambda: pilot.app.screen is screen)
        await until(pilot, lambda: "There are no jobs yet" in seen(pilot))


async def test_cancelling_asks_and_leaves_no_process(jobs: Jobs) -> None:
    job = jobs.work("print('at work', flush=True); import time; time.sleep(600)")
    async with app().run_test(size=(100, 30), notifications=True) as pilot:
        await table(pilot)
        await until(pilot, lambda: "running" in seen(pilot))
        await pilot.press("d")
        assert any("x cancels it first" in text for text in toasts(pilot))
        await pilot.press("x")
        assert isinstance(pilot.app.screen, Confirm)
        await pilot.press("n")
        assert not job.is_being_cancelled
        await pilot.press("x", "y")
        await until(pilot, lambda: "■ 1" in seen(pilot))
        await until(pilot, lambda: not processes_of(job))
        await pilot.press("d", "y")
        await until(pilot, lambda: "There are no jobs yet" in seen(pilot))
        assert not job.folder.exists()


async def test_the_same_again_is_a_new_job(jobs: Jobs, files: Path) -> None:
    first = jobs.command("info", str(files / "image.tif"))
    async with app().run_test(size=(100, 30)) as pilot:
        await table(pilot)
        await until(pilot, lambda: "✓ 1" in seen(pilot))
        await pilot.press("r")
        await until(pilot, lambda: "✓ 2" in seen(pilot))
        jobs.started += all_jobs()
    again = all_jobs()[0]
    assert again.request.command == first.request.command


async def test_a_log_is_followed_until_one_scrolls_up_and_searched(jobs: Jobs) -> None:
    job = told("running")
    job.log.write_text("".join(f"line {number}\n" for number in range(500)) + "\x1b[31mneedle\x1b[0m\n10 %\r55 %\r")
    async with app().run_test(size=(100, 40)) as pilot:
        await table(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "55 %" in seen(pilot))
        assert "10 %" not in seen(pilot), "a bar is its last state"
        log = pilot.app.screen.query_one(LogView)
        with job.log.open("a") as file:
            file.write("\nlast word\n")
        await until(pilot, lambda: "last word" in seen(pilot))
        await pilot.press("up", "up")
        with job.log.open("a") as file:
            file.write("unseen\n" * 50)
        await until(pilot, lambda: "553 lines" in seen(pilot))
        assert "last word" in seen(pilot), "what one looks at stays"
        await pilot.press("slash", *"LINE 77", "enter")
        await until(pilot, lambda: log.highlighted == 77)
        await pilot.press("f")
        await until(pilot, lambda: "following" in seen(pilot))
        await pilot.press("n")
        await until(pilot, lambda: log.highlighted == 77)
        await pilot.press("escape", "escape")
        assert isinstance(pilot.app.screen, JobsScreen)


async def test_a_long_line_is_cut_and_shown_whole_on_enter(jobs: Jobs) -> None:
    job = told("failed", "it was refused")
    job.log.write_bytes(b"begin " + b"x" * 300 + b" \xff\xfe\x1b]0;mine\x07 end\n")
    async with app().run_test(size=(80, 30)) as pilot:
        await table(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "begin xxx" in seen(pilot))
        assert "end" not in seen(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "end" in seen(pilot))
        assert "\\xff\\xfe" in seen(pilot)
        assert "mine" not in seen(pilot)


async def test_curves_are_chosen_by_the_arrows(jobs: Jobs) -> None:
    job = told("running")
    lines = [f'{{"seconds": {i}, "loss": {2 / (i + 1):.4f}, "memory": {1e9 + i}}}' for i in range(60)]
    (job.folder / "metrics.jsonl").write_text("\n".join(lines) + '\n{"seconds": 60, "loss": NaN}\n{"seco')
    async with app().run_test(size=(80, 30)) as pilot:
        await table(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "loss 0.0333" in seen(pilot))
        assert "1.0 GB now" in seen(pilot)
        await pilot.press("right")
        await until(pilot, lambda: "memory 1.0 GB" in seen(pilot))
        assert isinstance(pilot.app.screen, JobScreen)
        await pilot.resize_terminal(120, 30)
        await until(pilot, lambda: "loss" in seen(pilot) and "memory" in seen(pilot))


def test_a_thousand_jobs_are_read_once_and_then_only_what_has_changed(jobs: Jobs) -> None:
    for _ in range(1000):
        told("done")
    watch = Watch()
    begun = time.process_time()
    first = watch.look()
    took = time.process_time() - begun
    again = watch.look()
    assert len(first) == 1000
    assert took < 1.0, "CPU seconds; 0.08 on the machine where this was written"
    assert all(one is other for one, other in zip(first, again, strict=True)), "nothing was read again"
    write_json(first[0].job.folder / STATUS, asdict(Status("failed", "why", "gpu-03")))
    assert watch.look()[0].status.reason == "why"
