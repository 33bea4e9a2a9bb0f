"""An image that is converted first: its bar names the key that stops it, and what is converted then is kept."""

import contextlib
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from annotat3d_tui.__main__ import main
from annotat3d_tui.cli import converting as line
from annotat3d_tui.cli.converting import KEPT, conversion_line
from annotat3d_tui.tui.screens.image_path import opening_text
from annotat3d_tui.volume import converted, converted_files, source
from annotat3d_tui.volume.converted import CONVERTS, WAITS
from annotat3d_tui.volume.converted_files import entries_in
from annotat3d_tui.volume.files import save_volume
from annotat3d_tui.workspace import volumes_of


class Terminal(io.StringIO):
    """Standard error of a person."""

    def isatty(self) -> bool:
        """It is one."""
        return True


@contextlib.contextmanager
def terminal() -> Iterator[Terminal]:
    with contextlib.redirect_stderr(Terminal()) as shown:
        yield shown


@pytest.fixture
def image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One that must be converted, with a workspace."""
    monkeypatch.setattr(converted, "SMALLEST", 1)
    monkeypatch.setattr(source, "BLOCK_BYTES", 2000)
    monkeypatch.setattr(converted_files, "SPARED", 0)
    path = save_volume(tmp_path / "scan.tif", np.arange(24000, dtype=np.uint16).reshape(40, 20, 30), compress=True)
    assert main(["workspace", "new", str(tmp_path / "scan.annotat3d"), "--image", str(path)]) == 0
    return path


def interrupting_at(share: float, told: list[float]) -> Callable[..., Any]:
    """A bar during which somebody presses Ctrl+C."""

    def draw(fraction: float, stage: str) -> None:
        told.append(fraction)
        if fraction >= share:
            raise KeyboardInterrupt

    return lambda **_: draw


def test_who_interrupts_is_told_that_it_is_kept(image: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(line, "progress_line", interrupting_at(0.5, []))
    words = ["superpixels", str(image), "-o", str(tmp_path / "ids.tif")]
    with terminal() as shown:
        assert main(words) == 130
    said = "\nannotat3d: interrupted; what is converted of scan.tif is kept, and opening it again goes on.\n"
    assert shown.getvalue().endswith(said)
    folder = volumes_of(image)
    assert folder is not None
    (entry,) = entries_in(folder)
    assert 0 < entry.state.planes < 40
    told: list[float] = []
    monkeypatch.setattr(line, "progress_line", interrupting_at(2.0, told))
    assert main(words) == 0
    assert told[0] == entry.state.share


def test_info_and_the_screen_say_what_is_converted_already(
    image: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def told() -> tuple[str, str, float]:
        capsys.readouterr()
        assert main(["info", str(image)]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert main(["info", str(image), "--json"]) == 0
        facts = json.loads(capsys.readouterr().out)
        assert (facts["conversion_seconds"] == 0) is (facts["converted"] == 1)
        (opening,) = (line for line in lines if line.startswith("opening"))
        return opening.removeprefix("opening").strip(), opening_text(image), facts["converted"]

    line_before, asked_before, share = told()
    assert line_before.startswith("takes 48.0 kB of disk, in the workspace, and about")
    assert "already" not in asked_before
    assert share == 0
    words = ["superpixels", str(image), "-o", str(tmp_path / "ids.tif")]
    with monkeypatch.context() as stopped:
        stopped.setattr(line, "progress_line", interrupting_at(0.5, []))
        assert main(words) == 130
    half, asked, share = told()
    assert 0 < share < 1
    assert f"in the workspace ({100 * share:.0f} % is already converted), and about" in half
    assert "is already converted), about" in asked
    assert main(words) == 0
    whole, asked, share = told()
    assert whole == "takes no memory: it is already converted, in the workspace"
    assert whole in asked
    assert "about" not in asked
    assert share == 1
    image.touch()  # another file, as far as is known
    assert told() == (line_before, asked_before, 0)


def test_the_bar_names_the_key_on_eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with terminal() as shown, conversion_line("scan.tif") as progress:
        progress(0.25, CONVERTS)
        bar = shown.getvalue().rpartition("\x1b[K")[2]
        assert bar.startswith("██")
        assert bar.endswith(KEPT)
        assert len(bar) < 80
        progress(1.0, CONVERTS)
    assert shown.getvalue().endswith("\x1b[K")


def test_the_time_left_of_one_that_goes_on_is_of_what_is_still_to_be_done(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("annotat3d_tui.cli.output.time.monotonic", lambda: now)
    with terminal() as shown, conversion_line("scan.tif") as progress:
        progress(0.5, CONVERTS)
        assert " 50 % " in shown.getvalue()
        assert "left" not in shown.getvalue()
        now += 10
        progress(0.6, CONVERTS)
        assert " 60 %  0:40 left" in shown.getvalue()


@pytest.mark.parametrize(("fraction", "stage"), [(1.0, CONVERTS), (0.5, WAITS)])
def test_an_interruption_of_something_else_says_nothing_of_it(fraction: float, stage: str) -> None:
    def opened() -> None:
        with conversion_line("scan.tif") as progress:
            progress(0.5, CONVERTS)
            progress(fraction, stage)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as stopped:
        opened()
    assert not str(stopped.value)


def test_any_command_that_is_interrupted_says_so_on_a_line_of_its_own(
    image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("annotat3d_tui.cli.info.describe", stop)
    with terminal() as shown:
        assert main(["info", str(image)]) == 130
    assert shown.getvalue().endswith("\nannotat3d: interrupted; no file is half written.\n")
