"""What is forecast is about what is taken, and what lies in files is not memory."""

from dataclasses import replace

import numpy as np
import pytest

from annotat3d_tui import allocation
from annotat3d_tui.classifiers.smoothing import Smoothing
from annotat3d_tui.errors import OverBudget
from annotat3d_tui.memory import check_budget
from annotat3d_tui.workflow.forecast import PROGRAM, forecast, memory_needed
from annotat3d_tui.workflow.presets import PRESETS
from annotat3d_tui.workflow.settings import Pixels

FAST = replace(PRESETS["fast"], features=replace(PRESETS["fast"].features, dimensions="3"))


def image(side: int) -> np.ndarray:
    """A cube that takes no memory."""
    return np.broadcast_to(np.zeros(1, np.uint16), (side, side, side))


def test_a_small_volume_lies_in_memory_and_a_large_one_in_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotat3d_tui.workflow.forecast.scratch_room", lambda: 10**12)
    small, large = forecast(image(256), FAST), forecast(image(1024), FAST)
    assert small.disk == 0
    assert 11 < (small.memory - PROGRAM) / 256**3 < 20
    assert large.memory < 2e9
    assert large.disk == pytest.approx(11.7 * 1024**3, rel=0.1)


def test_without_room_on_disk_all_is_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNOTAT3D_SCRATCH", "/nowhere")
    assert allocation.scratch_room() == 0
    whole = forecast(image(1024), FAST)
    assert whole.disk == 0
    assert whole.memory > 11 * 1024**3
    with pytest.raises(OverBudget, match="wider superpixels"):
        check_budget("Segmenting", memory_needed(image(1024), FAST), 4 * 10**9)


def test_voxels_alone_need_less() -> None:
    assert memory_needed(image(256), replace(FAST, superpixels=Pixels())) < memory_needed(image(256), FAST)


def test_smoothing_and_probabilities_count() -> None:
    sharp, smooth = replace(FAST, superpixels=Pixels()), replace(FAST, superpixels=Pixels(), smoothing=Smoothing())
    voxels = 200**3
    assert memory_needed(image(200), smooth) - memory_needed(image(200), sharp) == 4 * voxels  # one label, the guide
    more = memory_needed(image(200), replace(FAST, smoothing=Smoothing())) - memory_needed(image(200), FAST)
    assert more == 10 * voxels  # two labels before and after, the guide


def test_each_label_counts() -> None:
    voxels = image(200).size
    for parameters in (replace(FAST, superpixels=Pixels()), replace(FAST, smoothing=Smoothing())):
        both, one = (memory_needed(image(200), parameters, labels=count) for count in (3, 2))
        assert both - one in (2 * voxels, 4 * voxels)  # sharp and smooth ones
