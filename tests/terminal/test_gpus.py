"""The GPU screen in a real pty, through the real binding, against a driver that changes under it."""

import pytest

from tests.jobs.fake_gpus import FIRST_USER, FakeGpus, gpu, uuid_of
from tests.terminal.robot import Robot

pytestmark = pytest.mark.terminal


def test_a_person_picks_and_sees_what_becomes_of_the_picks(gpus: FakeGpus) -> None:
    gpus.are(*(gpu(index, used=60000 if index > 4 else 400, busy=98 if index > 4 else 0) for index in range(8)))
    with Robot(columns=120, rows=30) as robot:
        robot.wait_text("Open an image")
        robot.press("f8")
        robot.wait_text("5 of 8 free", "driver 580.65.06", "None picked")
        robot.press("f", "f", "down", "space")
        robot.wait_text("Picked for the next job: GPU 0, GPU 1, GPU 2.")
        robot.wait_text("▇▇")
        gpus.are(gpu(0), gpu(1, used=50000, processes="1:50000"), gpu(2, error=15))
        robot.wait_text(f"picked, taken meanwhile · {FIRST_USER}: ", "lost by the driver", "1 of 3 free")
        robot.press("enter")
        robot.wait_text("UUID          GPU-")
        robot.press("escape", "f2")
        robot.wait_text("Open an image")
        gpus.are("init|9", "count|9")
        robot.press("f8")
        robot.wait_text("installed and not loaded", uuid_of(1))
        gpus.are("hang")
        robot.wait_text("no answer of the driver for ")
        robot.press("escape")
        robot.wait_text("Open an image")
        robot.press("ctrl+q")
        assert robot.wait_end() == 0, "a thread that waits for the driver keeps nobody from leaving"
