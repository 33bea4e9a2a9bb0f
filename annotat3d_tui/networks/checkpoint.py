"""The state of a training, by which it goes on to the same weights, bit for bit, as if it had not ended.

It holds every variable of the model, the states of its dropouts among them, which Keras itself does not keep, those of
the optimizer, and where the training was.
"""

import json
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidFile, MissingFile
from annotat3d_tui.volume.writing import written_aside


@dataclass(frozen=True)
class State:
    """Where a training is: steps done; the best mean Dice and after which step; validations since; why ended."""

    iteration: int = 0
    best_dice: float = -1.0
    best_iteration: int = 0
    since_better: int = 0
    seconds: float = 0.0
    ended: str = ""


def save_checkpoint(path: Path, state: State, variables: Sequence[Any]) -> None:
    """Write state and variables (of Keras) beside the file and rename it; raises CannotWrite."""
    arrays = {f"{number:04d}": np.asarray(variable) for number, variable in enumerate(variables)}
    with written_aside(path, overwrite=True) as aside, open(aside, "wb") as file:
        np.savez(file, allow_pickle=False, state=np.array(json.dumps(asdict(state))), **arrays)


def read_state(path: Path) -> State:
    """The state alone; raises InvalidFile."""
    return _read(path, with_values=False)[0]


def load_checkpoint(path: Path) -> tuple[State, list[NDArray[Any]]]:
    """State and values of the variables, in their order; raises MissingFile, InvalidFile."""
    if not path.is_file():
        raise MissingFile(f"{path} is not there, so that nothing can be gone on with: train the network anew.")
    return _read(path, with_values=True)


def restore(variables: Sequence[Any], values: Sequence[NDArray[Any]], path: Path) -> None:
    """Give variables (of Keras) the values that were kept; raises InvalidFile when they are of another network."""
    if [tuple(one.shape) for one in variables] != [value.shape for value in values]:
        raise InvalidFile(f"{path} must be of the network beside it, received one of another: train it anew.")
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def _read(path: Path, with_values: bool) -> tuple[State, list[NDArray[Any]]]:
    try:
        with np.load(path, allow_pickle=False) as content:
            state = State(**json.loads(str(content["state"])))
            names = sorted(name for name in content.files if name != "state") if with_values else []
            return state, [content[name] for name in names]
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, EOFError) as error:
        raise InvalidFile(f"{path} is damaged ({error}): train the network anew.") from None
