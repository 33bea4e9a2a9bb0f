"""How the application begins and ends: the log, the frames over a slow line, a crash, the exit code."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from textual.app import App

from annotat3d_tui.errors import Cancelled, InvalidParameter
from annotat3d_tui.tui.app import Annotat3DApp, run_app
from annotat3d_tui.tui.saying import logged_to_file, say_error
from annotat3d_tui.tui.screens.welcome import Welcome


async def test_errors_are_logged_and_cancellations_only_pass_by(own_home: Path) -> None:
    with logged_to_file():
        async with Annotat3DApp().run_test() as pilot:
            say_error(pilot.app, InvalidParameter("radius must be from 1 to 9, received 12: correct it."))
            say_error(pilot.app, Cancelled())
            await pilot.pause()
            assert [one.severity for one in pilot.app._notifications] == ["error", "warning"]
    logged = (own_home / "state" / "annotat3d" / "log.txt").read_text()
    assert "InvalidParameter: radius must be from 1 to 9, received 12: correct it." in logged
    assert "Cancelled" not in logged


def test_a_home_that_cannot_be_written_is_no_reason_to_stop(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (own_home / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(own_home / "file"))
    with logged_to_file():
        pass


async def test_a_crash_is_logged_with_its_traceback(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Welcome) -> None:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr(Welcome, "action_demo", broken)

    async def crash() -> None:
        async with Annotat3DApp().run_test() as pilot:
            await pilot.press("d")

    with logged_to_file(), pytest.raises(ZeroDivisionError):
        await crash()
    logged = (own_home / "state" / "annotat3d" / "log.txt").read_text()
    assert "Traceback" in logged
    assert "ZeroDivisionError: a fault" in logged


def test_over_ssh_there_are_fewer_frames() -> None:
    code = "import annotat3d_tui.tui.app, textual.constants; print(textual.constants.MAX_FPS)"
    environment = {name: value for name, value in os.environ.items() if name not in ("TEXTUAL_FPS", "SSH_CONNECTION")}
    over_ssh = environment | {"SSH_CONNECTION": "10.0.0.1 50000 10.0.0.2 22"}
    done = subprocess.run([sys.executable, "-c", code], env=over_ssh, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "15"


def test_what_cannot_be_opened_is_refused_before_the_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(App, "run", lambda self, mouse: pytest.fail("the screen was shown"))
    with pytest.raises(FileNotFoundError, match=r"none\.tif"):
        run_app(image=tmp_path / "none.tif")
    with pytest.raises(FileNotFoundError, match="is no workspace"):
        run_app(workspace=tmp_path)


def test_the_exit_code_is_that_of_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(App, "run", lambda self, mouse: 0)
    assert run_app() == 0
