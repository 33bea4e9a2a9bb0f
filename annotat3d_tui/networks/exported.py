"""A network in one file, NAME.network.zip, read so that nothing in it can do harm.

network.json   what it is, as in its folder
history.csv    how it was trained, as in its folder
model.keras    the model with its best weights, for Keras: `import annotat3d_tui.networks.models.layers`, then
               `keras.saving.load_model`

Such files come from anybody. Here the model is built from our own description of the architecture that network.json
names; of model.keras only the weights are read, as arrays. Nothing in it is run, and no name in it becomes a path.
"""

import contextlib
import json
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from annotat3d_tui.errors import InvalidFile, MissingFile
from annotat3d_tui.networks.network import HISTORY, MANIFEST

MODEL, WEIGHTS = "model.keras", "model.weights.h5"
"""The Keras model, and its weights in it."""
MOST_BYTES = {MANIFEST: 1 << 20, HISTORY: 1 << 30, MODEL: 1 << 33}
BYTES, MOST_BESIDE = 4, 1 << 24
"""Of a number, and of what is beside the numbers in a file of weights."""
_SHRINKING = 1100
"""Deflate shrinks to no less than 1/1032."""
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, KeyError, NotImplementedError, RuntimeError,
    OverflowError, RecursionError,
)  # fmt: skip


def read_manifest(path: Path) -> dict[str, Any]:
    """What network.json says, unchecked but for its characters; raises MissingFile, InvalidFile."""
    with _opened(path) as file:
        values = json.loads(file.read(MANIFEST))
        if not isinstance(values, dict) or not all(text.isprintable() for text in _texts(values)):
            raise ValueError("no words")
        return values


def copy_history(path: Path, target: Path) -> None:
    """Write history.csv, where there is one, to `target`; raises MissingFile, InvalidFile."""
    with _opened(path) as file:
        if HISTORY in file.namelist():
            with file.open(HISTORY) as source, open(target, "wb") as copy:
                shutil.copyfileobj(source, copy)


def copy_weights(path: Path, target: Path, count: int) -> None:
    """Write the weights of the Keras model, an HDF5 file of `count` numbers, to `target`.

    Raises MissingFile, InvalidFile, the latter also when it is far larger than that.
    """
    with _opened(path) as file, tempfile.TemporaryFile(dir=target.parent) as model:
        with file.open(MODEL) as source:
            shutil.copyfileobj(source, model)
        with zipfile.ZipFile(model) as inner:
            _check_entry(inner.getinfo(WEIGHTS), BYTES * count + MOST_BESIDE)
            with inner.open(WEIGHTS) as source, open(target, "wb") as copy:
                shutil.copyfileobj(source, copy)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The zip, which holds what it must and nothing else; what is wrong with it or in it is InvalidFile."""
    damaged = f"{path} is damaged, or no network that was exported: copy it again, or export it anew."
    try:
        with _file(path) as raw, zipfile.ZipFile(raw) as file:
            names = file.namelist()
            if strange := sorted({*names} - {MANIFEST, HISTORY, MODEL}):
                raise InvalidFile(
                    f"{path} must hold {MANIFEST}, {HISTORY} and {MODEL}, received {strange[0][:80]!r}: "
                    "give a network that was exported."
                )
            if not {MANIFEST, MODEL} <= {*names} or len(names) > len({*names}):
                raise InvalidFile(damaged)
            for entry in file.infolist():
                _check_entry(entry, MOST_BYTES[entry.filename])
            yield file
    except InvalidFile:
        raise
    except _DAMAGED:
        raise InvalidFile(damaged) from None


def _file(path: Path) -> IO[bytes]:
    try:
        return open(path, "rb")
    except FileNotFoundError:
        raise MissingFile(f"{path} must be an exported network, but is not there: correct its path.") from None
    except OSError as error:
        raise InvalidFile(f"{path} cannot be read ({error.strerror}): give an exported network.") from None


def _check_entry(entry: zipfile.ZipInfo, most: int) -> None:
    """Raises ValueError for one that would unpack to more than `most` bytes, or than it could hold."""
    stored = entry.compress_type == zipfile.ZIP_STORED
    holds = entry.compress_size if stored else _SHRINKING * entry.compress_size + 1000
    if entry.file_size > min(holds, most) or entry.compress_type not in _METHODS:
        raise ValueError("more than it could hold")


def _texts(value: Any) -> Iterator[str]:
    """All texts in a value as JSON has it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in [*value, *value.values()] if isinstance(value, dict) else value:
            yield from _texts(one)
