"""A network learns; a training that was killed goes on to the same bits; what cannot be trained is refused."""

import csv
import hashlib
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from annotat3d_tui.errors import InvalidFile, InvalidParameter, OutputExists, OverBudget, TrainingDiverged
from annotat3d_tui.networks.architectures import architecture_of
from annotat3d_tui.networks.augmentation import Augmentation
from annotat3d_tui.networks.beginning import begin
from annotat3d_tui.networks.checkpoint import load_checkpoint
from annotat3d_tui.networks.network import CHECKPOINT, HISTORY, open_network
from annotat3d_tui.networks.settings import Training
from annotat3d_tui.networks.training import Listener, train
from tests.networks.small import SHRUNK, textured_dataset

KILLED = """
import os, signal, sys
from annotat3d_tui.networks.augmentation import Augmentation
from annotat3d_tui.networks.dataset import open_dataset
from annotat3d_tui.networks.network import open_network
from annotat3d_tui.networks.training import Listener, train

def numbers(values):
    if values["iteration"] == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)

train(open_network(sys.argv[1]), open_dataset(sys.argv[2]), Augmentation(), Listener(numbers=numbers))
"""


def weights_of(folder: Path) -> str:
    """A name for all that was learned and kept, with the states of dropout and optimizer."""
    state, values = load_checkpoint(folder / CHECKPOINT)
    digest = hashlib.sha256(f"{state.iteration} {state.best_dice}".encode())
    for value in values:
        digest.update(value.tobytes())
    return digest.hexdigest()


def iterations_in(folder: Path) -> list[int]:
    with open(folder / HISTORY, newline="") as file:
        return [int(row["iteration"]) for row in csv.DictReader(file)]


def in_a_child(folder: Path, dataset: Path, killed_at: int) -> int:
    return subprocess.run(
        [sys.executable, "-c", SHRUNK + KILLED, str(folder), str(dataset), str(killed_at)], check=False
    ).returncode


@pytest.mark.parametrize(("architecture", "steps", "kept", "killed"), [("unet3d", 5, 2, 3), ("vnet", 2, 1, 2)])
def test_a_training_that_is_killed_ends_with_the_same_bits(
    architecture: str, steps: int, kept: int, killed: int, tmp_path: Path
) -> None:
    dataset = textured_dataset(tmp_path / "d.h5", (16, 16, 16), samples=5)
    training = Training(architecture=architecture, iterations=steps, batch=2, validate_every=2, keep_every=kept)
    whole = begin(tmp_path / "whole", dataset, training, Augmentation())
    assert in_a_child(whole.folder, dataset.path, 0) == 0
    broken = begin(tmp_path / "broken", dataset, training, Augmentation())
    assert in_a_child(broken.folder, dataset.path, killed) == -signal.SIGKILL
    assert load_checkpoint(broken.folder / CHECKPOINT)[0].iteration == (killed - 1) // kept * kept
    assert in_a_child(broken.folder, dataset.path, 0) == 0
    assert weights_of(broken.folder) == weights_of(whole.folder)
    learned = architecture_of(architecture).parameter_count(2)
    assert (whole.folder / CHECKPOINT).stat().st_size < 3.01 * 4 * learned + 200_000, "weights, and two for Adam"
    assert iterations_in(broken.folder) == list(range(1, steps + 1))
    for name in ("best.weights.h5", "last.weights.h5"):
        assert [one.tolist() for one in weights(broken.folder, name)] == [
            one.tolist() for one in weights(whole.folder, name)
        ]


def weights(folder: Path, name: str) -> list[np.ndarray]:
    import h5py

    found: list[np.ndarray] = []
    with h5py.File(folder / name) as file:
        file.visititems(lambda _, one: found.append(one[()]) if isinstance(one, h5py.Dataset) else None)
    return [one for one in found if one.dtype == np.float32]


def test_a_network_learns_what_a_threshold_cannot(tmp_path: Path) -> None:
    dataset = textured_dataset(tmp_path / "d.h5", (32, 32, 32), samples=30, validation=4)
    training = Training(iterations=60, batch=2, rate=5e-3, validate_every=20)
    told: list[dict[str, float]] = []
    said: list[str] = []
    network = begin(tmp_path / "texture", dataset, training)
    done = train(network, dataset, None, Listener(numbers=lambda row: told.append(dict(row)), say=said.append))
    assert done.best_dice is not None
    assert done.best_dice > 0.8
    assert [row["iteration"] for row in told] == list(range(1, 61))
    assert told[-1]["loss"] < told[0]["loss"]
    assert told[59]["dice_2"] == pytest.approx(done.best_dice, abs=0.3)
    assert said[-1].startswith("iteration 60/60")
    found = open_network(tmp_path / "texture")
    sample = dataset.read(1, 0)
    batch = dataset.moments[1].normalized(sample.image)[None, ..., None]
    predicted = found.model()(batch, training=False).numpy().argmax(-1)[0]
    assert (predicted == sample.label).mean() > 0.9


def test_a_network_goes_on_from_another_with_other_classes(tmp_path: Path) -> None:
    dataset = textured_dataset(tmp_path / "d.h5", (16, 16, 16), samples=4, validation=0)
    first = begin(tmp_path / "first", dataset, Training(iterations=1, batch=2))
    train(first, dataset, None, Listener())
    said: list[str] = []
    second = begin(tmp_path / "second", dataset, Training(iterations=1, batch=2, loss="dice"), start=first)
    train(second, dataset, None, Listener(say=said.append))
    assert said[0] == f"starts from {first.folder}"
    _, values = load_checkpoint(second.folder / CHECKPOINT)
    _, before = load_checkpoint(first.folder / CHECKPOINT)
    assert np.abs(values[0] - before[0]).max() < 0.01 < np.abs(before[0]).max()


def test_slow_steps_are_kept_more_often(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotat3d_tui.networks.training.KEPT_SECONDS", 0.0)
    dataset = textured_dataset(tmp_path / "d.h5", (16, 16, 16), samples=4)
    network = begin(tmp_path / "n", dataset, Training(iterations=9, batch=2, keep_every=1000))
    kept: list[int] = []

    def numbers(row: Mapping[str, float]) -> None:
        if row["iteration"] > 1:
            kept.append(load_checkpoint(network.folder / CHECKPOINT)[0].iteration)
        if row["iteration"] == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(network, dataset, None, Listener(numbers=numbers))
    assert kept == [1, 2]


def test_early_stopping_says_so(tmp_path: Path) -> None:
    dataset = textured_dataset(tmp_path / "d.h5", (16, 16, 16), samples=4)
    training = Training(iterations=50, batch=2, rate=1e-8, validate_every=1, patience=2)
    done = train(begin(tmp_path / "n", dataset, training), dataset, None, Listener())
    assert done.iterations < 50
    assert done.reason == "no better Dice in 2 validations"


def test_a_loss_that_is_no_number_ends_it_and_keeps_what_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = textured_dataset(tmp_path / "d.h5", (16, 16, 16), samples=4)
    network = begin(tmp_path / "n", dataset, Training(iterations=5, batch=2, keep_every=1))
    from annotat3d_tui.networks.models.steps import Steps

    train_one = Steps.train
    losses = iter([None, float("nan")])

    def diverging(self: Steps, batch: object, rate: float) -> tuple[float, bool]:
        found = next(losses)
        return train_one(self, batch, rate) if found is None else (found, True)  # type: ignore[arg-type]

    monkeypatch.setattr(Steps, "train", diverging)
    with pytest.raises(TrainingDiverged, match=r"lower the learning rate \(0.001\)"):
        train(network, dataset, None, Listener())
    assert load_checkpoint(network.folder / CHECKPOINT)[0].iteration == 1


def test_out_of_memory_says_which_batch_would_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = textured_dataset(tmp_path / "d.h5", (16, 16, 16), samples=4)
    network = begin(tmp_path / "n", dataset, Training(iterations=1, batch=4))
    monkeypatch.setattr("annotat3d_tui.networks.fitting.available_memory", lambda: 740_000_000)
    with pytest.raises(OverBudget, match=r"needs about .* batch [12] would fit|smaller patches"):
        train(network, dataset, None, Listener())


def test_what_cannot_be_trained_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    dataset = textured_dataset(tmp_path / "d.h5", (16, 16, 24), samples=4)
    with pytest.raises(InvalidParameter, match="must have sides that 16 divides, received 24×16×16: give 32×16×16"):
        begin(tmp_path / "n", dataset, Training())
    dataset = textured_dataset(tmp_path / "e.h5", (16, 16, 16), samples=4)
    with pytest.raises(InvalidParameter, match="must be 1 in z"):
        begin(tmp_path / "n", dataset, Training(architecture="unet2d"))
    with pytest.raises(InvalidParameter, match="batch must be at most the 4 samples"):
        begin(tmp_path / "n", dataset, Training(batch=5))
    assert not (tmp_path / "n.network").exists()
    begin(tmp_path / "n", dataset, Training(batch=2))
    with pytest.raises(OutputExists, match=r"n\.network exists"):
        begin(tmp_path / "n", dataset, Training(batch=2))
    other = textured_dataset(tmp_path / "f.h5", (16, 16, 16), samples=6)
    with pytest.raises(InvalidFile, match="must be the dataset that n began with"):
        train(open_network(tmp_path / "n"), other, None, Listener())


ON_DEVICES = """
import sys
from annotat3d_tui.networks.quiet import tensorflow
tf = tensorflow()
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from annotat3d_tui.networks import training as loop
from annotat3d_tui.networks.dataset import open_dataset
from annotat3d_tui.networks.models import steps
from annotat3d_tui.networks.settings import Training
from annotat3d_tui.networks.beginning import begin
dataset = open_dataset(sys.argv[1])
steps.LARGEST_NORM = float(sys.argv[2])
one_or_both = loop.strategy_for
for name, places in (("one", ()), ("both", ("/cpu:0", "/cpu:1"))):
    def strategy_for(batch, **named):
        made = one_or_both(batch, places, **named)
        assert made.num_replicas_in_sync == max(len(places), 1)
        return made
    loop.strategy_for = strategy_for
    losses = []
    loop.train(
        begin(sys.argv[1] + name, dataset, Training(iterations=4, batch=4, class_weights="balanced", optimizer="sgd")),
        dataset, None, loop.Listener(numbers=lambda row: losses.append(row["loss"])),
    )
    print(*losses)
"""


@pytest.mark.parametrize("longest", [1e9, 0.05])
def test_a_step_on_two_devices_is_that_of_one(longest: float, tmp_path: Path) -> None:
    """Also where gradients are shortened, which must be those of the whole batch."""
    path = textured_dataset(tmp_path / "d.h5", (16, 16, 16), samples=8).path
    done = subprocess.run(
        [sys.executable, "-c", SHRUNK + ON_DEVICES, str(path), str(longest)], capture_output=True, text=True, check=True
    )
    one, both = ([float(word) for word in line.split()] for line in done.stdout.splitlines())
    assert both == pytest.approx(one, rel=1e-4)
    assert len(set(one)) == 4, "it learns"
