"""`annotat3d dataset preview`."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotat3d_tui.__main__ import main
from tests.cli.test_commands import Capture, answer, refusal
from tests.networks.volumes import classes, pair


@pytest.fixture(autouse=True)
def dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """d.h5, five samples of 8x8x4."""
    monkeypatch.chdir(tmp_path)
    pair(tmp_path, classes(ids=(0, 1, 2)), "a")
    flags = ("--data", "a.npy", "--label", "a-label.npy", "--patch", "8", "8", "4", "--samples", "5")
    assert main(["dataset", "create", "-o", "d.h5", *flags]) == 0
    capsys.readouterr()


def test_a_flip_is_seen_below(capsys: Capture) -> None:
    found = answer(capsys, "dataset", "preview", "d.h5", "--transform", "vertical_flip", "-o", "p.png")
    assert found["transforms"] == ["vertical_flip"]
    picture = np.asarray(Image.open("p.png"))
    side = (len(picture) - 2) // 2
    assert np.array_equal(picture[:side], picture[-side:][::-1])
    assert not np.array_equal(picture[:side], picture[-side:])


def test_it_is_drawn_in_the_terminal(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert main(["dataset", "preview", "d.h5", "--sample", "4"]) == 0
    said = capsys.readouterr().out
    assert "▀" in said
    assert "sample 4 of image 0: vertical_flip, " in said


def test_a_sample_that_is_not_there_is_refused(capsys: Capture) -> None:
    assert "--sample must be 0 to 4, received 5" in refusal(capsys, "dataset", "preview", "d.h5", "--sample", "5")
    assert "--image must be 0 to 0, received -1" in refusal(capsys, "dataset", "preview", "d.h5", "--image", "-1")
