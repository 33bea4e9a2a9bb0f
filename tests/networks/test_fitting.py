"""What is foretold of a training: a proposed batch fits, the next does not, and all that hinders is said at once."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotat3d_tui.errors import OverBudget
from annotat3d_tui.networks.architectures import ARCHITECTURES
from annotat3d_tui.networks.fitting import (
    Room,
    check_room,
    check_shared,
    fitting_batch,
    problems,
    step_memory,
    train_forecast,
)
from annotat3d_tui.networks.settings import Training
from tests.networks.small import textured_dataset

PATCH = (64, 64, 64)


@given(st.sampled_from([name for name in ARCHITECTURES if name != "unet2d"]), st.integers(1, 8), st.integers(30, 37))
def test_the_proposed_batch_fits_and_twice_of_it_does_not(name: str, devices: int, power: int) -> None:
    room, training = Room(2**power, devices), Training(name)
    batch = fitting_batch(PATCH, 2, training, room)
    if batch:
        fits = replace(training, batch=min(batch, 1024))
        check_shared(batch, devices)
        check_room(PATCH, 2, fits, room)
    else:
        with pytest.raises(OverBudget, match="smaller patches"):
            check_room(PATCH, 2, replace(training, batch=devices), room)
    if 0 < 2 * batch <= 1024:
        with pytest.raises(OverBudget, match=f"batch {batch} would fit"):
            check_room(PATCH, 2, replace(training, batch=2 * batch), room)


def test_devices_share_the_memory_of_a_step() -> None:
    training = Training("unet3d", batch=8)
    assert step_memory(PATCH, 2, training, 4) == step_memory(PATCH, 2, replace(training, batch=2))
    assert step_memory(PATCH, 2, training, 3) == step_memory(PATCH, 2, replace(training, batch=3))


def test_no_more_is_proposed_than_there_are_samples(tmp_path: Path) -> None:
    dataset = textured_dataset(tmp_path / "d.h5", (16, 16, 16), samples=5)
    assert fitting_batch(dataset.patch, 2, Training(), Room(10**12), len(dataset.training)) == 5
    assert fitting_batch(dataset.patch, 2, Training(), Room(10**12, 2), len(dataset.training)) == 4
    assert "enough for batch 4" in train_forecast(dataset, Training(), Room(10**12, 2, "GPU 0,1"))
    assert "on each of GPU 0,1" in train_forecast(dataset, Training(), Room(10**12, 2, "GPU 0,1"))


def test_all_that_hinders_is_said_at_once(tmp_path: Path) -> None:
    dataset = textured_dataset(tmp_path / "d.h5", (16, 16, 24), samples=4)
    assert problems(dataset, Training("unet2d", batch=2), Room(10**11)) != []
    said = problems(dataset, Training("unet3d", batch=7), Room(10**6, 2, "GPU 0,1"))
    assert [word for word in ("24×16×16", "4 samples", "shared equally by 2", "smaller patches") if word in str(said)]
    assert len(said) == 4
    fine = textured_dataset(tmp_path / "e.h5", (16, 16, 16), samples=4)
    assert problems(fine, Training("unet3d", batch=2), Room(10**11)) == []
