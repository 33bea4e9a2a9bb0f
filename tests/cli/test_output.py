"""One bar stays of a command, however many were drawn."""

import io
from contextlib import redirect_stderr
from pathlib import Path

import numpy as np
import pytest

from annotat3d_tui.__main__ import main
from annotat3d_tui.blocks import Progress
from annotat3d_tui.cli import segment
from annotat3d_tui.cli.output import progress_line
from tests.cli.test_bad_input import arguments, halves, marks


class Terminal(io.StringIO):
    """What is written to a terminal."""

    def isatty(self) -> bool:
        return True

    @property
    def lines(self) -> list[str]:
        """What is to be seen of it in the end."""
        return [line.rpartition("\r\x1b[K")[2] for line in self.getvalue().split("\n")]


def test_a_full_bar_stays_or_goes() -> None:
    with redirect_stderr(Terminal()) as terminal:
        for stays in (True, False):
            line = progress_line(stays=stays)
            for share in (0.0, 0.5, 1.0):
                line(share, "working")
    assert len(terminal.lines) == 2
    assert "100 %" in terminal.lines[0]
    assert terminal.lines[1] == ""


def test_of_a_first_job_one_bar_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def prepared(dtype: np.dtype, parameters: object, progress: Progress) -> None:
        progress(0.5, "preparing kernels")
        progress(1.0, "preparing kernels")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(segment, "prepare_for", prepared)
    ids = np.where(np.arange(halves().shape[2]) // 3 % 2, 2, 1) + np.zeros(halves().shape, np.int32)
    np.save("ids.npy", ids.astype(np.int32))
    with redirect_stderr(Terminal()) as terminal:
        assert main(list(arguments(halves(), marks(), "--superpixels", "ids.npy", preset="manual"))) == 0
    assert "preparing kernels" in terminal.getvalue()
    (bar,) = (line for line in terminal.lines if "%" in line)
    assert bar.endswith("done")
