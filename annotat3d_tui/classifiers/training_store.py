"""Training data in a file that is safe to open; with it nobody needs the classifier, nor the images it learned from."""

from pathlib import Path
from typing import Any

import numpy as np

from annotat3d_tui.archive import pack, read, unpack, wanted
from annotat3d_tui.classifiers.training_data import TrainingData
from annotat3d_tui.errors import Annotat3DError, InvalidFile
from annotat3d_tui.volume.writing import written_aside

FORMAT = "annotat3d training data"
VERSION = 1
SUFFIX = ".training.npz"
_ARRAYS: dict[str, tuple[type[np.generic], int]] = {
    "rows": (np.float32, 2), "labels": (np.uint16, 1), "groups": (np.int64, 1), "source_of": (np.int64, 1),
}  # fmt: skip


def save_training(path: Path | str, samples: TrainingData, *, overwrite: bool = False) -> None:
    """Write samples; the same ones give the same bytes. Raises OutputExists or CannotWrite."""
    content = training_bytes(samples)
    with written_aside(path, overwrite) as aside:
        aside.write_bytes(content)


def training_bytes(samples: TrainingData) -> bytes:
    """The content of such a file."""
    about: dict[str, Any] = {
        "groups_are": samples.groups_are,
        "columns": list(samples.columns),
        "parameters": dict(samples.parameters),
        "names": {str(label): name for label, name in samples.names.items()},
        "sources": [list(source) for source in samples.sources],
    }
    return pack(
        FORMAT, VERSION, about, {name: getattr(samples, name).astype(kind) for name, (kind, _) in _ARRAYS.items()}
    )


def open_training(path: Path | str) -> TrainingData:
    """What `save_training` wrote; raises MissingFile, or InvalidFile for what is damaged or of a later version."""
    return read_training(read(path, "training data"), str(path))


def read_training(content: bytes, name: str) -> TrainingData:
    """The samples in the content of a file, `name` standing for it in messages."""
    about, arrays = unpack(content, FORMAT, VERSION, name)
    rows, labels, groups, source_of = wanted(arrays, _ARRAYS, name)
    try:
        sources = tuple((str(source), str(key)) for source, key in about["sources"])
        samples = TrainingData(
            rows=rows, labels=labels, groups=groups.astype(np.intp), groups_are=str(about["groups_are"]),
            columns=tuple(map(str, about["columns"])), parameters=dict(about["parameters"]),
            names={int(label): str(text) for label, text in about["names"].items()}, sources=sources,
            source_of=source_of.astype(np.intp),
        )  # fmt: skip
        inside = ((source_of >= -1) & (source_of < len(sources))).all()
        if not (inside and np.isfinite(rows).all() and (labels >= 1).all() and (groups >= 0).all()):
            raise ValueError("numbers")
    except (Annotat3DError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidFile(
            f"{name} must hold whole training data, received wrong ones ({error}): save it again."
        ) from None
    return samples
