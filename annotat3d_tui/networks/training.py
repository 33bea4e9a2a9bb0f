"""dataset -> weights of a network. What step n does is decided by dataset, settings and n alone.

A training that was killed at any moment goes on from its checkpoint, and ends with the weights that it would have had,
bit for bit on the same processors.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, count_text, quiet
from annotat3d_tui.errors import CannotWrite, InvalidFile, OverBudget, TrainingDiverged
from annotat3d_tui.networks.architectures import architecture_of
from annotat3d_tui.networks.batches import Batches, validation_batches
from annotat3d_tui.networks.checkpoint import State, load_checkpoint, restore, save_checkpoint
from annotat3d_tui.networks.dataset import Dataset
from annotat3d_tui.networks.devices import gpu_count, gpu_memory, strategy_for
from annotat3d_tui.networks.fitting import Room, check, check_room, room_here
from annotat3d_tui.networks.history import History
from annotat3d_tui.networks.network import (
    BEST,
    CHECKPOINT,
    HISTORY,
    LAST,
    Network,
    open_network,
    save_weights,
)
from annotat3d_tui.networks.normalization import moments_for
from annotat3d_tui.networks.rates import rate_at
from annotat3d_tui.networks.transfer import transfer
from annotat3d_tui.networks.workers import Workers, workers_here

if TYPE_CHECKING:
    from annotat3d_tui.networks.augmentation import Augmentation
    from annotat3d_tui.networks.models.steps import Steps

KEPT_SECONDS = 300.0
"""After so long the state is kept in any case: the loss to a kill is bound also where steps are slow."""
Numbers = Callable[[Mapping[str, float]], None]
"""Told what each step has measured."""
Say = Callable[[str], None]
"""Told in words how it goes."""


@dataclass(frozen=True)
class Listener:
    """Who is told how a training goes."""

    progress: Progress = quiet
    numbers: Numbers = lambda _: None
    say: Say = lambda _: None


@dataclass(frozen=True)
class Trained:
    """How a training ended.

    iterations: steps done. best_dice: mean over the classes, None without validation. seconds: taken by the steps;
    waited: of them, for batches. reason: `done`, or why it ended before.
    """

    network: Network
    iterations: int
    best_dice: float | None
    best_iteration: int
    seconds: float
    waited: float
    reason: str


def train(
    network: Network,
    dataset: Dataset,
    augmentation: "Augmentation | None",
    listener: Listener,
    room: Room | None = None,
) -> Trained:
    """Train a network that was begun, from where it is, to its end.

    room: the memory of the GPUs that are seen, where there are any. Raises InvalidFile when the dataset is no longer
    that of its beginning, TrainingDiverged, OverBudget, CannotWrite, and what the progress raises to stop; what was
    kept last stays.
    """
    training = network.training
    check(dataset, training)
    if network.dataset.get("key", dataset.key) != dataset.key:
        raise InvalidFile(
            f"{dataset.path} must be the dataset that {network.name} began with, received a changed one: "
            f"put it back, or finetune: annotat3d network finetune NEW --from {network.name} --dataset {dataset.path}."
        )
    workers = workers_here()
    if not workers.is_chief:
        listener = Listener()
    listener.progress(0.0, "start")
    strategy = strategy_for(training.batch, workers=workers)
    if (found := room if gpu_count() else room_here()) is not None:
        check_room(network.patch, len(network.classes), training, found.shared_by(workers.count))
    steps = _steps(network, dataset, strategy, workers)
    run = _Run(network, dataset, steps, listener, _first_state(network, steps, listener, workers), workers)
    with run.history_kept():
        trained = run.to_end(augmentation)
    steps.summed(np.zeros(1))  # nobody leaves before the others
    return trained


class _Run:
    """A training under way."""

    def __init__(
        self,
        network: Network,
        dataset: Dataset,
        steps: "Steps",
        listener: Listener,
        state: State,
        workers: Workers,
    ) -> None:
        self._network, self._dataset, self._steps, self._listener = network, dataset, steps, listener
        self._workers = workers
        self._training = network.training
        self._dimensions = architecture_of(network.architecture).dimensions
        self._moments = moments_for(self._training.normalization, dataset.moments)
        self._state = state
        self._history: History
        self._begun, self._before = time.monotonic(), state.seconds
        self._kept = self._begun

    @contextmanager
    def history_kept(self) -> Iterator[None]:
        """The file of what is measured is open meanwhile, that of the chief."""
        if not self._workers.is_chief:
            yield
            return
        path = self._network.folder / HISTORY
        try:
            self._history = History(path, self._network.classes, self._state.iteration)
        except OSError as error:
            raise CannotWrite(f"{path} cannot be written ({error.strerror}): free space there.") from None
        try:
            yield
        except OSError as error:
            if isinstance(error, CannotWrite):
                raise
            raise CannotWrite(f"{path} cannot be written ({error.strerror}): free space there.") from None
        finally:
            self._history.close()

    def to_end(self, augmentation: "Augmentation | None") -> Trained:
        """All steps that are left."""
        training = self._training
        with Batches(
            self._dataset,
            self._state.iteration,
            size=training.batch,
            seed=training.seed,
            augmentation=augmentation,
            moments=self._moments,
            dimensions=self._dimensions,
            workers=self._workers,
        ) as batches:
            while not self._state.ended:
                self._one(batches)
            waited = batches.waited
        state = self._state
        best = state.best_dice if state.best_dice >= 0 else None
        return Trained(self._network, state.iteration, best, state.best_iteration, state.seconds, waited, state.ended)

    def _one(self, batches: Batches) -> None:
        training, done = self._training, self._state.iteration
        rate = rate_at(training.schedule, training.rate, done, training.iterations)
        batch = batches.next()
        begun = time.monotonic()
        loss = self._learned(batch, rate)
        row: dict[str, float] = {
            "iteration": done + 1,
            "loss": loss,
            "rate": rate,
            "step_seconds": time.monotonic() - begun,
        }
        self._state = replace(self._state, iteration=done + 1, seconds=self._before + time.monotonic() - self._begun)
        last = done + 1 == training.iterations
        validated = len(self._dataset.validation) > 0 and ((done + 1) % training.validate_every == 0 or last)
        if validated:
            row |= self._validated()
        if self._workers.is_chief:
            self._history.add(row)
        self._listener.numbers(row | gpu_memory())
        self._listener.progress((done + 1) / training.iterations, "train")
        if validated or last:
            self._listener.say(self._text(row))
        if last and not self._state.ended:
            self._state = replace(self._state, ended="done")
        is_late = time.monotonic() - self._kept >= KEPT_SECONDS
        if self._state.ended or is_late or (done + 1) % training.keep_every == 0:
            self._keep()

    def _learned(self, batch: Any, rate: float) -> float:
        """The loss of a step; what it was before is still on the disk when it fails."""
        from annotat3d_tui.networks.quiet import tensorflow

        try:
            loss, finite = self._steps.train(batch, rate)
        except tensorflow().errors.ResourceExhaustedError:
            raise OverBudget(self._out_of_memory()) from None
        if not np.isfinite(loss) or not (finite or self._training.precision == "float16"):
            raise TrainingDiverged(
                f"The loss of {self._network.name} is no longer a number after iteration {self._state.iteration}: "
                f"lower the learning rate ({self._training.rate:g}), or choose precision float32 or a larger batch. "
                "The weights that were kept before are still there."
            )
        return loss

    def _out_of_memory(self) -> str:
        batch = self._training.batch
        advice = f"batch {batch // 2} would take half of it" if batch > 1 else "make a dataset of smaller patches"
        return f"Out of memory at iteration {self._state.iteration + 1} with batch {batch}: {advice}."

    def _validated(self) -> dict[str, float]:
        """Loss and Dice on the validation samples; the best weights so far are kept."""
        confusion = np.zeros((len(self._network.classes),) * 2, np.int64)
        losses = np.zeros(2)  # their sum, and how many
        batches = validation_batches(self._dataset, self._training.batch, self._moments, self._dimensions)
        for batch in islice(batches, self._workers.index, None, self._workers.count):
            loss, counts = self._steps.validate(batch)
            losses += loss, 1
            confusion += counts
        confusion, losses = self._steps.summed(confusion), self._steps.summed(losses)
        dice = dice_of(confusion)
        mean = float(np.nanmean(dice)) if np.isfinite(dice).any() else 0.0
        state = self._state
        if mean > state.best_dice:
            self._save(BEST)
            state = replace(state, best_dice=mean, best_iteration=state.iteration, since_better=0)
        else:
            state = replace(state, since_better=state.since_better + 1)
        if 0 < self._training.patience <= state.since_better:
            state = replace(state, ended=f"no better Dice in {count_text(state.since_better, 'validation')}")
        self._state = state
        each = zip(self._network.classes, dice, strict=True)
        return {
            "validation_loss": float(losses[0] / losses[1]),
            "dice": mean,
            **{f"dice_{label}": float(value) for label, value in each if np.isfinite(value)},
        }

    def _keep(self) -> None:
        if len(self._dataset.validation) == 0:
            self._save(BEST)
        self._save(LAST)
        if self._workers.is_chief:
            save_checkpoint(self._network.folder / CHECKPOINT, self._state, self._steps.variables)
        self._kept = time.monotonic()

    def _save(self, name: str) -> None:
        if self._workers.is_chief:
            save_weights(self._steps.model, self._network.folder / name)

    def _text(self, row: Mapping[str, float]) -> str:
        state = self._state
        words = [f"iteration {state.iteration}/{self._training.iterations}", f"loss {row['loss']:.4f}"]
        if "dice" in row:
            each = ", ".join(
                f"{self._network.name_of(label)} {row[f'dice_{label}']:.3f}"
                for label in self._network.classes
                if f"dice_{label}" in row
            )
            words.append(f"Dice {row['dice']:.3f} ({each}), best {state.best_dice:.3f} at {state.best_iteration}")
        words.append(f"{state.seconds / state.iteration:.2f} s each")
        return "  ".join(words)


def dice_of(confusion: NDArray[np.int64]) -> NDArray[np.float64]:
    """Dice of each class from counts of voxels, rows the truth, columns what was found; NaN of one in neither.

    >>> dice_of(np.array([[3, 1, 0], [0, 4, 0], [0, 0, 0]])).round(3).tolist()
    [0.857, 0.889, nan]
    """
    both = confusion.sum(0) + confusion.sum(1)
    with np.errstate(invalid="ignore"):
        return np.asarray(2 * np.diag(confusion) / both, np.float64)


def balanced_weights(dataset: Dataset) -> list[float]:
    """For each class a factor by which all classes together weigh the same in the training samples; their mean is 1."""
    counts = np.zeros(len(dataset.classes))
    for image, sample in dataset.training:
        found = dataset.read(int(image), int(sample))
        counts += np.bincount(found.label.ravel(), found.weight.ravel() > 0, len(counts))
    factors = np.where(counts > 0, 1 / np.maximum(counts, 1), 0.0)
    return [float(factor) for factor in factors / factors[counts > 0].mean()]


def _first_state(network: Network, steps: "Steps", listener: Listener, workers: Workers) -> State:
    """Where the training is, and the weights of that, which the chief knows."""
    state = _state_of_chief(network, steps, listener) if workers.is_chief else State()
    return state if workers.count == 1 else _told_by_chief(state, steps, workers)


def _told_by_chief(state: State, steps: "Steps", workers: Workers) -> State:
    """The state of the chief, after its variables were taken: files may reach other machines late."""

    def told(value: NDArray[Any]) -> NDArray[Any]:
        return steps.summed(value if workers.is_chief else np.zeros_like(value))

    for variable in steps.variables:
        variable.assign(told(np.asarray(variable)))
    numbers = told(
        np.array([state.iteration, state.best_dice, state.best_iteration, state.since_better, bool(state.ended)])
    )
    iteration, best_dice, best_iteration, since_better, ended = numbers.tolist()
    return State(
        int(iteration), best_dice, int(best_iteration), int(since_better), state.seconds,
        state.ended or ("done" if ended else ""),
    )  # fmt: skip


def _state_of_chief(network: Network, steps: "Steps", listener: Listener) -> State:
    """Where the training is; one that begins is kept at once, so that it can go on from any moment."""
    path = network.folder / CHECKPOINT
    if path.is_file():
        state, values = load_checkpoint(path)
        restore(steps.variables, values, path)
        if state.iteration:
            listener.say(f"goes on after iteration {state.iteration}")
        return state
    if network.origin:
        left = transfer(open_network(network.origin), steps.model)
        listener.say(f"starts from {network.origin}" + (f", but for {', '.join(left)}" if left else ""))
    state = State()
    save_checkpoint(path, state, steps.variables)
    return state


def _steps(network: Network, dataset: Dataset, strategy: Any, workers: Workers) -> "Steps":
    from annotat3d_tui.networks.models.steps import Steps
    from annotat3d_tui.networks.quiet import keras

    keras().utils.set_random_seed(network.training.seed)
    balanced = network.training.class_weights == "balanced"
    return Steps(network, balanced_weights(dataset) if balanced else None, strategy, workers)
