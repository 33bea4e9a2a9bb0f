"""The warm-up child: waited for, not waited for once cancelled, ended with the screen."""

import sys
import time
from pathlib import Path

import pytest

from annotat3d_tui.errors import Cancelled
from annotat3d_tui.tui.warmup import STAGE, Warmup
from annotat3d_tui.workflow.presets import PRESETS
from tests.tui.acting import command, opened, seen, toasts, until
from tests.tui.test_app_correct import STROKE, load

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


def test_label_editing_waits_for_its_own_kernels_and_tells_how_far_they_are() -> None:
    lines = "0.5, ready, 0.1, edited"
    child = f"import time\nfor line in '{lines}'.split(', '): print(line, flush=True); time.sleep(0.5)\ntime.sleep(60)"
    told: list[float] = []
    warmup = Warmup((sys.executable, "-c", child))
    warmup.wait_for_editing(lambda fraction, stage: told.append(round(fraction, 3)))
    assert warmup.running
    assert set(told) <= {0.0, 0.15, 0.3, 0.65}
    assert told == sorted(told)
    assert {0.15, 0.65} <= set(told)
    warmup.stop()


async def test_the_first_correction_says_that_it_compiles_and_how_far_it_is(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotat3d_tui.workflow.preparing_editing.editing_must_be_prepared", lambda: True)
    async with opened(files, (120, 40)) as (pilot, screen):
        await load(pilot, screen, files, edit=True)
        await command(pilot, STROKE)
        await until(pilot, lambda: not screen.warmup.running)
        screen.warmup = Warmup((sys.executable, "-c", "print('0.5', flush=True); import time; time.sleep(60)"))
        screen.warmup.start()
        await pilot.press("A")
        await until(pilot, lambda: "▶ Label editing 15 %" in seen(pilot))
        assert STAGE in seen(pilot)
        assert any("First use of label editing" in said for said in toasts(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: screen.running is None)
        assert screen.session.corrections is None
        screen.warmup.stop()
        await pilot.press("A")
        await until(pilot, lambda: screen.session.corrections is not None and screen.running is None)


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
