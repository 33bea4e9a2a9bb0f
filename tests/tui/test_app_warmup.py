"""The warm-up child: waited for, not waited for once cancelled, ended with the screen."""

import sys
import time

import pytest

from annotat3d_tui.errors import Cancelled
from annotat3d_tui.tui.warmup import STAGE, Warmup
from annotat3d_tui.workflow.presets import PRESETS

LONG = (sys.executable, "-c", "import time; time.sleep(60)")
SHORT = (sys.executable, "-c", "import time; time.sleep(0.3)")


def test_waiting_tells_why_and_ends_with_the_child() -> None:
    told: list[tuple[float, str]] = []
    warmup = Warmup(SHORT)
    warmup.start()
    assert warmup.running
    warmup.wait(lambda fraction, stage: told.append((fraction, stage)))
    assert set(told) == {(0.0, STAGE)}
    assert not warmup.running


def test_the_kernels_of_the_first_parameters_are_waited_for_alone() -> None:
    told: list[float] = []
    warmup = Warmup((sys.executable, "-c", "print('ready', flush=True); import time; time.sleep(60)"), PRESETS["fast"])
    warmup.wait(lambda fraction, stage: told.append(fraction), PRESETS["fast"])
    assert warmup.running

    def cancel(fraction: float, stage: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        warmup.wait(cancel, PRESETS["fine"])
    warmup.stop()
    assert not warmup.running


def test_a_child_that_fails_holds_nothing_up() -> None:
    Warmup((sys.executable, "-c", "raise SystemExit(1)")).wait(lambda fraction, stage: None)


def test_waiting_is_cancelled_at_once_and_the_child_goes_on_until_the_screen_closes() -> None:
    def cancel(fraction: float, stage: str) -> None:
        raise Cancelled

    warmup = Warmup(LONG)
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        warmup.wait(cancel)
    assert time.monotonic() - begun < 1
    assert warmup.running
    warmup.stop()
    assert not warmup.running


def test_the_command_names_the_type_of_the_image() -> None:
    assert Warmup.of("uint16", PRESETS["fast"]).line[-5:-1] == ("warmup", "--types", "uint16", "--first")
