"""What is foretold of many images from their headers: which can be done, and what they take."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from annotat3d_tui.networks.inference import Inference, sides_for
from annotat3d_tui.networks.inference_plan import START_SECONDS, Asked, Planned, forecast, planned, rate_of
from annotat3d_tui.networks.network import Network
from annotat3d_tui.networks.outcome import Outcome
from annotat3d_tui.networks.settings import Training

NETWORK = Network(Path("/n/beads.network"), Training(), (1, 2, 3), (32, 32, 32))


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    """Two images that can be done, of which one is small, and a folder for their labels."""
    np.save(tmp_path / "a.npy", np.zeros((40, 50, 60), np.uint16))
    np.save(tmp_path / "b.npy", np.zeros((3, 50, 60), np.float32))
    (tmp_path / "out").mkdir()
    images = (tmp_path / "a.npy", tmp_path / "b.npy")
    return Asked(NETWORK, images, tmp_path / "out", Inference(), sides_for(NETWORK), None, "skip", False, 1 << 40)


def by_name(asked: Asked) -> dict[str, Planned]:
    return {one.image.name: one for one in planned(asked)}


def test_headers_tell_size_type_and_what_is_unusual(asked: Asked) -> None:
    found = by_name(asked)
    assert (found["a.npy"].shape, found["a.npy"].dtype, found["a.npy"].note) == ((40, 50, 60), "uint16", "")
    assert found["b.npy"].note == "smaller than a patch of 32×32×32: mirrored"
    assert all(one.is_due for one in found.values())


def test_what_cannot_be_done_is_named_and_the_others_are_due(asked: Asked, tmp_path: Path) -> None:
    (tmp_path / "broken.npy").write_bytes(b"\x93NUMPY")
    np.save(tmp_path / "complex.npy", np.zeros((2, 2, 2), np.complex64))
    odd = (tmp_path / "broken.npy", tmp_path / "complex.npy", tmp_path / "none.tif", asked.images[0])
    found = list(planned(replace(asked, images=(*asked.images, *odd))))
    assert [one.is_due for one in found] == [True, True, False, False, False, False]
    assert "does not exist" in found[4].problem
    assert "in the list twice: take row 6 out" in found[5].problem
    assert not any(one.blocks for one in found)


def test_two_images_of_one_name_block_all(asked: Asked, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    np.save(tmp_path / "other" / "a.npy", np.zeros((3, 4, 5), np.uint8))
    found = list(planned(replace(asked, images=(*asked.images, tmp_path / "other" / "a.npy"))))
    assert [one.blocks for one in found] == [False, False, True]
    assert "must give a label of its own" in found[2].problem


@pytest.mark.parametrize(
    ("existing", "due", "skipped", "blocks"),
    [("skip", False, True, False), ("replace", True, False, False), ("refuse", False, False, True)],
)
def test_a_label_that_is_there(asked: Asked, existing: str, due: bool, skipped: bool, blocks: bool) -> None:
    (asked.output / "a.tif").touch()
    one = by_name(replace(asked, existing=existing))["a.npy"]  # type: ignore[arg-type]
    assert (one.is_due, one.skipped, one.blocks) == (due, skipped, blocks)


def test_memory_above_the_budget_is_a_problem_of_that_image(asked: Asked) -> None:
    least = by_name(asked)["b.npy"].memory
    found = by_name(replace(asked, budget=least))
    assert found["b.npy"].is_due
    assert "a.npy needs about" in found["a.npy"].problem


def test_the_forecast_adds_up_what_is_due(asked: Asked) -> None:
    maps = replace(asked, probabilities=np.dtype(np.float16))
    found = by_name(maps)
    total = forecast(maps, found.values(), rate=2.0)
    assert total.images == 2
    assert total.disk == sum(one.disk for one in found.values()) > sum(one.disk for one in by_name(asked).values())
    assert total.memory == found["a.npy"].memory
    assert total.seconds == START_SECONDS + 2.0 * sum(one.work for one in found.values())
    assert forecast(asked, found.values(), None).seconds is None
    assert forecast(asked, found.values(), None).device == 0
    assert forecast(replace(asked, on_gpu=True), found.values(), None).device > 0


def test_the_rate_is_that_of_the_latest_on_such_devices() -> None:
    told = [
        Outcome("a", "/n/beads.network", "l", seconds=10, work=100, devices="CPU", at=1),
        Outcome("a", "/n/beads.network", "l", seconds=20, work=100, devices="CPU", at=2),
        Outcome("a", "/n/beads.network", "l", seconds=1, work=100, devices="GPU", at=3),
        Outcome("a", "/n/other.network", "l", seconds=7, work=100, devices="CPU", at=4),
    ]
    assert rate_of(told, Path("/n/beads.network"), on_gpu=False) == 0.2
    assert rate_of(told, Path("/n/beads.network"), on_gpu=True) == 0.01
    assert rate_of(told, Path("/n/new.network"), on_gpu=False) is None
