"""The networks in a folder, and how far each has been trained."""

import argparse
from pathlib import Path
from typing import Any

from annotat3d_tui.cli.output import add_output_flags, show
from annotat3d_tui.errors import Annotat3DError, MissingFile
from annotat3d_tui.networks.checkpoint import State, read_state
from annotat3d_tui.networks.history import number_in, read_history
from annotat3d_tui.networks.network import CHECKPOINT, HISTORY, SUFFIX, Network, open_network

NONE = "There is no network in {folder}: annotat3d network train makes one."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("folder", nargs="?", default=".", metavar="FOLDER", help="where to look (here)")
    add_output_flags(parser, writes=False)


def run(given: argparse.Namespace) -> int:
    """A line for each network."""
    folder = Path(given.folder)
    if not folder.is_dir():
        raise MissingFile(f"{folder} must be a folder with networks, but there is none: give another.")
    rows, facts = [], []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            network, state = open_network(path), state_of(path)
        except Annotat3DError as error:
            rows.append(f"{path.stem}  {error}")
            facts.append({"network": str(path), "error": str(error)})
            continue
        rows.append(
            f"{network.name}  {network.architecture}  {len(network.classes)} classes  {state_text(network, state)}"
        )
        facts.append(network_facts(network, state))
    show(given.json, {"networks": facts}, rows or [NONE.format(folder=folder)])
    return 0


def state_of(folder: Path) -> State | None:
    """How far the training of a network is, by its checkpoint, or, of an imported one, by its history."""
    path = folder / CHECKPOINT
    if path.is_file():
        return read_state(path)
    rows = read_history(folder / HISTORY)
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
    """The same as JSON has it."""
    best = state.best_dice if state and state.best_dice >= 0 else None
    return {
        "network": str(network.folder),
        "iteration": state.iteration if state else None,
        "ended": state.ended if state else None,
        "best_dice": best,
        "best_iteration": state.best_iteration if best is not None and state else None,
        **network.to_dict(),
    }
