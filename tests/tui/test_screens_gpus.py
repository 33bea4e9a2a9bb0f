"""The GPU screen: devices as they are each second, picks that stay, drivers that are silent, gone, or not there."""

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from annotat3d_tui.jobs.gpus import GIB, Gpu, GpuProcess, Reading
from annotat3d_tui.tui.app import Annotat3DApp
from annotat3d_tui.tui.screens.gpu_details import GpuDetails
from annotat3d_tui.tui.screens.gpus import GpusScreen
from annotat3d_tui.tui.screens.help import HelpScreen
from annotat3d_tui.tui.screens.paths import AskPath
from annotat3d_tui.tui.screens.welcome import Welcome
from tests.tui.acting import opened, seen, toasts, until

TRAINING = GpuProcess(71, "ann", "python", "python train.py --network unet3d --batch 4", 61 * GIB)


def gpu(index: int, used: float = 0.4, *processes: GpuProcess, busy: int = 0) -> Gpu:
    """An A100 of 80 GiB."""
    uuid = f"GPU-{index:04x}"
    sizes = int(used * GIB), 80 * GIB
    return Gpu(
        str(index), uuid, "A100-SXM4-80GB", *sizes, busy, 31, 55.0, 400.0, processes, f"00000000:{index:02X}:00.0"
    )


CUT = replace(
    gpu(1),
    is_cut=True,
    instances=tuple(Gpu(f"1:{n}", f"MIG-{n}", "A100 MIG 3g.40gb", 0, 40 * GIB, processes=()) for n in range(2)),
)
LOST = Gpu("2", "GPU-0002", "A100-SXM4-80GB", lost="lost by the driver")


class Machine:
    """The GPUs that the screen is told of; they may change."""

    def __init__(self, *gpus: Gpu, problem: str = "") -> None:
        self.reading = Reading(gpus, problem, "580.65.06")
        self.asked = 0

    def __call__(self) -> Reading:
        self.asked += 1
        return replace(self.reading)

    def are(self, *gpus: Gpu) -> None:
        """Let there be these, from the next second on."""
        self.reading = Reading(gpus, "", "580.65.06")


@asynccontextmanager
async def gpus_shown(
    read: Callable[[], Reading], size: tuple[int, int] = (120, 30)
) -> AsyncIterator[tuple[Annotat3DApp, Pilot[int]]]:
    """The welcome, and the GPUs over it."""
    app = Annotat3DApp(read_gpus=read)
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.press("f8")
        yield app, pilot


def row(pilot: Pilot[int], index: str) -> str:
    """The line of a device."""
    return next((line for line in seen(pilot).splitlines() if index in line.split()[:2]), "")


@pytest.mark.parametrize("size", [(60, 24), (80, 24), (120, 40), (200, 60)])
async def test_sixteen_devices_are_seen_at_every_size(size: tuple[int, int]) -> None:
    machine = Machine(*(gpu(index, 70, TRAINING, busy=98) if index % 2 else gpu(index) for index in range(16)))
    async with gpus_shown(machine, size) as (_, pilot):
        await until(pilot, lambda: "8 of 16 free" in seen(pilot))
        assert row(pilot, "0").split()[-1] == "free"
        assert "ann: " in row(pilot, "1")
        assert "98 %" in row(pilot, "1")
        assert "▓▓▓▓▓▓▓▓▓░" in row(pilot, "1") or size[0] < 80
        await until(pilot, lambda: "▇▇" in row(pilot, "1") or size[0] < 80)
        await pilot.press("end")
        await until(pilot, lambda: bool(row(pilot, "15")))
        assert "Space pick" in seen(pilot).splitlines()[-1]


async def test_the_smallest_window_still_tells_who_and_what_is_picked() -> None:
    async with gpus_shown(Machine(gpu(0), gpu(1, 61, TRAINING, busy=98)), (40, 12)) as (_, pilot):
        await until(pilot, lambda: "1 of 2 free" in seen(pilot))
        await pilot.press("space", "down")
        await until(pilot, lambda: "Picked for the next job: GPU 0." in seen(pilot))
        assert "61.0/80 GiB" in row(pilot, "1")
        assert "98 %" in row(pilot, "1")
        assert "ann: python 61.0 GiB" in " ".join(seen(pilot).split())


async def test_space_picks_and_picks_stay_when_the_screen_is_closed() -> None:
    async with gpus_shown(Machine(gpu(0), gpu(1), gpu(2))) as (app, pilot):
        await until(pilot, lambda: "3 of 3 free" in seen(pilot))
        assert "None picked: the CPU does the work" in seen(pilot)
        await pilot.press("down", "space", "down", "space", "up", "space")
        assert app.picked_devices == ("GPU-0002",)
        await until(pilot, lambda: "● 2" in row(pilot, "2"))
        await pilot.press("escape")
        assert isinstance(app.screen, Welcome)
        await pilot.press("f8")
        await until(pilot, lambda: "picked · free" in row(pilot, "2"))
        assert "Picked for the next job: GPU 2." in seen(pilot)
        await pilot.press("c")
        assert app.picked_devices == ()


async def test_f_picks_one_more_of_the_freest_each_time() -> None:
    machine = Machine(gpu(0, 60, TRAINING), gpu(1, 3.0), gpu(2, 0.1), gpu(3, 1.0))
    async with gpus_shown(machine) as (app, pilot):
        await until(pilot, lambda: "3 of 4 free" in seen(pilot))
        await pilot.press("f", "f")
        assert app.picked_devices == ("GPU-0002", "GPU-0003")
        await pilot.press("f", "f")
        assert app.picked_devices == ("GPU-0002", "GPU-0003", "GPU-0001")
        assert toasts(pilot) == ["No other whole GPU is free: wait for one, or pick one that the job then waits for."]


async def test_a_pick_that_is_taken_meanwhile_is_marked_and_one_that_was_taken_is_not() -> None:
    machine = Machine(gpu(0), gpu(1, 61, TRAINING))
    async with gpus_shown(machine) as (_, pilot):
        await until(pilot, lambda: "1 of 2 free" in seen(pilot))
        await pilot.press("space", "down", "space")
        await until(pilot, lambda: "picked · ann: python 61.0 GiB" in row(pilot, "1"))
        assert "It waits until 1 can be had." in seen(pilot)
        machine.are(gpu(0, 50, replace(TRAINING, user="ben", memory=None)), gpu(1, 61, TRAINING))
        await until(pilot, lambda: "picked, taken meanwhile · ben: python" in row(pilot, "0"))
        assert "picked · ann" in row(pilot, "1")
        machine.are(gpu(1))
        await until(pilot, lambda: "job: GPU-0000, which is not there, GPU 1." in seen(pilot))


async def test_parts_are_picked_alone_and_what_cannot_be_picked_says_why() -> None:
    async with gpus_shown(Machine(gpu(0), CUT, LOST)) as (app, pilot):
        await until(pilot, lambda: "3 of 4 free" in seen(pilot))
        await pilot.press("s", "space", "down", "space")
        assert app.picked_devices == ("GPU-0000",)
        assert "GPU 1 is cut into instances (MIG), which are picked instead: 1:0, 1:1." in toasts(pilot)
        await pilot.press("down", "space")
        assert app.picked_devices == ("MIG-0",)
        assert "CUDA shows a program one MIG instance, and that alone: what was picked before is let go." in toasts(
            pilot
        )
        await pilot.press("end", "space")
        assert app.picked_devices == ("MIG-0",)
        assert "GPU 2 cannot be picked: lost by the driver." in toasts(pilot)
        assert row(pilot, "2").split()[0] == "×"


async def test_the_bright_device_stays_bright_when_the_order_changes() -> None:
    machine = Machine(gpu(0), gpu(1, 60, TRAINING, busy=10), gpu(2, 70, TRAINING, busy=90))
    async with gpus_shown(machine) as (_, pilot):
        await until(pilot, lambda: "1 of 3 free" in seen(pilot))
        await pilot.press("end")
        await until(pilot, lambda: "GPU 2, A100-SXM4-80GB: ann: python 61.0 GiB" in seen(pilot))
        orders = []
        for _ in range(4):
            await pilot.press("s")
            await pilot.pause()
            orders.append(
                [line.split()[1] for line in seen(pilot).splitlines() if "A100" in line and "GPU" not in line]
            )
            assert "GPU 2, A100" in seen(pilot)
        assert orders == [["0", "1", "2"], ["2", "1", "0"], ["2", "1", "0"], ["0", "1", "2"]]
        machine.are(gpu(0, 60, TRAINING), gpu(1), gpu(2))
        await until(pilot, lambda: "2 of 3 free" in seen(pilot))
        assert "GPU 2, A100-SXM4-80GB: free" in seen(pilot)


async def test_details_tell_all_and_follow_the_device() -> None:
    machine = Machine(gpu(0), gpu(1, 61, TRAINING, GpuProcess(9, "", "", memory=GIB), busy=97))
    async with gpus_shown(machine, (80, 40)) as (app, pilot):
        await until(pilot, lambda: "1 of 2 free" in seen(pilot))
        await pilot.press("down", "enter")
        await until(pilot, lambda: "97 %" in seen(pilot))
        assert isinstance(app.screen, GpuDetails)
        text = seen(pilot)
        for word in ("GPU-0001", "00000000:01:00.0", "580.65.06", "61.0 of 80.0 GiB, 76 %", "55 W of 400 W", "31 °C"):
            assert word in text
        assert "71  61.0 GiB  ann  python train.py --network unet3d --batch 4" in text
        assert "9  1.0 GiB  not visible here" in text
        await pilot.press("y")
        assert app.clipboard == "GPU-0001"
        machine.are(gpu(0), replace(gpu(1), processes=None, power=None))
        await until(pilot, lambda: "The driver does not tell them." in seen(pilot))
        await pilot.press("escape")
        assert isinstance(app.screen, GpusScreen)


async def test_where_there_is_no_gpu_that_is_said_and_the_cpu_offered() -> None:
    machine = Machine(problem="There is no driver of NVIDIA here: the CPU does the work.")
    async with gpus_shown(machine, (80, 24)) as (app, pilot):
        await until(pilot, lambda: "There is no driver of NVIDIA here: the CPU does the work." in seen(pilot))
        await pilot.press("space", "f", "s", "enter")
        assert app.picked_devices == ()
        assert set(toasts(pilot)) == {"there is no GPU here: the CPU does the work"}
        machine.are(gpu(0))
        await until(pilot, lambda: "1 of 1 free" in seen(pilot))
        await pilot.press("f")
        assert app.picked_devices == ("GPU-0000",)
        machine.reading = Reading(problem="The driver is gone.")
        await until(pilot, lambda: "The driver is gone." in seen(pilot))
        assert "A100" not in seen(pilot)
        assert "GPU-0000, which is not there" in seen(pilot)


async def test_a_driver_that_hangs_hinders_no_key_and_is_asked_by_one_thread() -> None:
    hangs, answers = threading.Event(), threading.Event()
    machine = Machine(gpu(0), gpu(1))

    def read() -> Reading:
        if hangs.is_set():
            answers.wait()
        return machine()

    def watching() -> int:
        return sum(thread.name == "GPUs" for thread in threading.enumerate())

    before = watching()
    try:
        async with gpus_shown(read) as (app, pilot):
            await until(pilot, lambda: "2 of 2 free" in seen(pilot))
            hangs.set()
            await until(pilot, lambda: "no answer of the driver for " in seen(pilot))
            await pilot.press("f", "f1")
            assert isinstance(app.screen, HelpScreen)
            await pilot.press("escape", "escape")
            assert isinstance(app.screen, Welcome)
            await pilot.press("f8")
            await until(pilot, lambda: "● 0" in seen(pilot))
            assert "no answer of the driver" in seen(pilot)
            assert watching() == before + 1
            hangs.clear()
            answers.set()
            await until(pilot, lambda: "no answer" not in seen(pilot))
    finally:
        answers.set()


async def test_the_driver_is_left_alone_while_nobody_looks() -> None:
    machine = Machine(gpu(0))
    async with gpus_shown(machine) as (app, pilot):
        await until(pilot, lambda: machine.asked > 1)
        await pilot.press("f2")
        assert isinstance(app.screen, Welcome)
        await pilot.pause(1.2)  # what was begun
        asked = machine.asked
        await pilot.pause(2.5)
        assert machine.asked == asked
        await pilot.press("f8")
        await until(pilot, lambda: machine.asked > asked)


async def test_the_tab_is_reached_from_everywhere_and_left_to_where_one_was(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        pilot.app._read_gpus = Machine(gpu(0))
        await pilot.press("colon", "f8")
        assert isinstance(pilot.app.screen, GpusScreen)
        await until(pilot, lambda: "1 of 1 free" in seen(pilot))
        await pilot.press("enter", "f8")
        assert isinstance(pilot.app.screen, GpusScreen), "the dialog of the tab is closed"
        await pilot.press("f8", "escape")
        assert pilot.app.screen is screen
        await pilot.press("escape", "ctrl+o", "o", "x")
        asking = pilot.app.screen
        assert isinstance(asking, AskPath)
        await pilot.press("f8", "f2")
        assert pilot.app.screen is asking
        assert asking.query_one(Input).value.endswith("x"), "what was typed is still there"
        await pilot.press("escape", "escape")
        tabs = seen(pilot).splitlines()[1]
        await pilot.click("TabLine", offset=(tabs.index("GPUs"), 0))
        await until(pilot, lambda: isinstance(pilot.app.screen, GpusScreen))


async def test_without_colour_picked_free_and_lost_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with gpus_shown(Machine(gpu(0), gpu(1), LOST)) as (_, pilot):
        await until(pilot, lambda: "2 of 3 free" in seen(pilot))
        await pilot.press("space")
        await until(pilot, lambda: "● 0" in seen(pilot))
        assert [row(pilot, index).split()[0] for index in "012"] == ["●", "○", "×"]
