"""The networks in a folder, how far each is, and what there is to say of one."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from annotat3d_tui.blocks import size_text
from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.memory import bytes_text
from annotat3d_tui.networks.architectures import architecture_of
from annotat3d_tui.networks.checkpoint import State, read_state
from annotat3d_tui.networks.history import number_in, read_history
from annotat3d_tui.networks.network import BEST, CHECKPOINT, HISTORY, MANIFEST, SUFFIX, Network, open_network


@dataclass(frozen=True)
class Listed:
    """A folder NAME.network as it was found; problem: why it is no network, a sentence, else there is a `network`.

    state: how far it is, None before its first step. has_weights: it can be used. changed: when it was last written to,
    seconds since 1970.
    """

    folder: Path
    network: Network | None = None
    state: State | None = None
    has_weights: bool = False
    changed: float = 0.0
    problem: str = ""

    @property
    def name(self) -> str:
        """What people call it."""
        return self.folder.name.removesuffix(SUFFIX)


def networks_in(folder: Path, training: Container[Path] = ()) -> list[Listed]:
    """The networks in a folder, by their names; none where the folder cannot be read.

    training: those under way, of which steps that were not kept so far are told, too.
    """
    return [listed(path, path in training) for path in sorted(folder.glob(f"*{SUFFIX}"))]


def listed(folder: Path, training: bool = False) -> Listed:
    """One network, whatever is wrong with it."""
    try:
        state = latest_state(folder) if training else state_of(folder)
        return Listed(folder, open_network(folder), state, (folder / BEST).is_file(), _changed(folder))
    except Annotat3DError as error:
        return Listed(folder, changed=_changed(folder), problem=str(error))


def state_of(folder: Path) -> State | None:
    """How far the training of a network is, by its checkpoint, or, of an imported one, by its history."""
    path = folder / CHECKPOINT
    if path.is_file():
        return read_state(path)
    return _told_by(folder / HISTORY)


def latest_state(folder: Path) -> State | None:
    """How far a training under way is, also beyond what was kept last."""
    kept, told = state_of(folder), _told_by(folder / HISTORY)
    return replace(told, ended="") if told and (kept is None or told.iteration > kept.iteration) else kept


def _told_by(history: Path) -> State | None:
    """How far the steps of a history are."""
    rows = read_history(history)
    if not rows:
        return None
    dice, iteration = max(((number_in(row, "dice", -1.0), -int(row["iteration"])) for row in rows), default=(-1.0, 0))
    return State(
        int(rows[-1]["iteration"]),
        dice,
        -iteration if dice >= 0 else 0,
        seconds=sum(number_in(row, "step_seconds", 0.0) for row in rows),
        ended="imported",
    )


def classes_text(network: Network) -> str:
    """The classes with their names.

    >>> from annotat3d_tui.networks.settings import Training
    >>> classes_text(Network(Path("a.network"), Training(), (1, 2), (16, 16, 16), {1: "1", 2: "bead"}))
    '2 classes: 1, 2 bead'
    """
    named = [f"{label} {network.name_of(label)}".removesuffix(f" {label}") for label in network.classes]
    return f"{len(named)} classes: {', '.join(named)}"


def state_text(network: Network, state: State | None) -> str:
    """How far a network is, in words."""
    if state is None:
        return "not begun"
    best = f", best Dice {state.best_dice:.3f} at {state.best_iteration}" if state.best_dice >= 0 else ""
    return f"iteration {state.iteration}/{network.training.iterations}{best}"


def network_facts(network: Network, state: State | None) -> dict[str, Any]:
    """What there is to say of a network, as JSON has it."""
    best = state.best_dice if state and state.best_dice >= 0 else None
    return {
        "network": str(network.folder),
        "iteration": state.iteration if state else None,
        "ended": state.ended if state else None,
        "best_dice": best,
        "best_iteration": state.best_iteration if best is not None and state else None,
        **network.to_dict(),
    }


def network_rows(network: Network, state: State | None, took: str = "") -> list[tuple[str, str]]:
    """All about a network, a name and a text each; took: how long the steps took, in words."""
    architecture, training = architecture_of(network.architecture), network.training
    memory = architecture.memory_needed(network.patch, training.batch, len(network.classes))
    ignored = "" if network.unlabelled is None else f"; {network.unlabelled} was not labelled"
    rows = [
        ("network", f"{network.name} ({network.folder})"),
        ("architecture", f"{network.architecture}, {network.weight_count} parameters ({architecture.source})"),
        ("classes", classes_text(network) + ignored),
        ("patch", f"{size_text(network.patch)}, receptive field {architecture.receptive_field}"),
        ("normalization", network.normalization),
        ("training", state_text(network, state) + (f", {took}" if took else "")),
        ("dataset", network.dataset.get("path") or "not known"),
        ("started from", network.origin),
        ("memory", f"about {bytes_text(memory)} for a step of batch {training.batch}"),
        ("settings", _settings(training.to_dict())),
        ("augmentation", _settings(network.augmentation) if network.augmentation else "none"),
    ]
    return [(name, text) for name, text in rows if text]


def _settings(values: Mapping[str, object]) -> str:
    words = {True: "yes", False: "no"}
    return ", ".join(
        f"{name} {words[value] if isinstance(value, bool) else value}"
        for name, value in values.items()
        if name not in ("kind", "architecture")
    )


def _changed(folder: Path) -> float:
    """When the history or else the description was last written; 0 where that cannot be told."""
    for name in (HISTORY, MANIFEST, "."):
        try:
            return (folder / name).stat().st_mtime
        except OSError:
            continue
    return 0.0
