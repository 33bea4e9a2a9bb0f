"""Dataset files of this program: they record all that a network must know of them."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from annotat3d_tui.content import text_key
from annotat3d_tui.errors import InvalidFile
from annotat3d_tui.networks import layout
from annotat3d_tui.networks.dataset import Dataset
from annotat3d_tui.networks.normalization import Moments

if TYPE_CHECKING:
    import h5py


def recorded(file: "h5py.File", path: Path) -> Dataset:
    """What a file says of itself; raises InvalidFile when it is damaged or of a later version."""
    try:
        version = int(file.attrs["format_version"])
        if version <= layout.VERSION:
            return _recorded(file, path)
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError):
        raise InvalidFile(f"{path} is damaged: copy it again, or make it anew.") from None
    raise InvalidFile(f"{path} is of version {version}, and at most {layout.VERSION} is read here: update annotat3d.")


def _recorded(file: "h5py.File", path: Path) -> Dataset:
    data = file[layout.DATA]
    images, samples, *sides = data.shape
    classes, unlabelled = _classes(file)
    held = np.asarray(file[layout.VALIDATION]).reshape(images, samples) != 0
    moments = np.asarray(file[layout.MOMENTS], np.float64).reshape(images, 2).tolist()
    sources = [bytes(one) for one in np.asarray(file[layout.SOURCES]).reshape(images)]
    texts = {name: layout.text_of(file.attrs[name]) for name in ("names", "parameters", "program")}
    return Dataset(
        path=path,
        images=images,
        samples=samples,
        patch=(sides[2], sides[1], sides[0]),
        dtype=data.dtype,
        classes=classes,
        names={int(label): str(name) for label, name in json.loads(texts["names"]).items()},
        unlabelled=unlabelled,
        has_weight=layout.WEIGHT in file,
        moments=tuple(Moments(mean, std) for mean, std in moments),
        training=np.argwhere(~held),
        validation=np.argwhere(held),
        program=texts["program"],
        key=_key(texts, sources, [data.shape, classes, unlabelled, moments, held.tolist()]),
        parameters=json.loads(texts["parameters"]),
        sources=tuple(json.loads(one) for one in sources),
    )


def _classes(file: "h5py.File") -> tuple[tuple[int, ...], int | None]:
    """The classes, and the id that is ignored; raises ValueError unless they may be those of a dataset."""
    classes = tuple(int(label) for label in file.attrs["classes"])
    unlabelled = int(file.attrs["unlabelled"])
    both = {*classes, unlabelled}
    fit = 2 <= len(classes) <= layout.MOST_CLASSES and len(both) == len(classes) + 1
    if not fit or min(classes) < 0 or max(both) > layout.HIGHEST_CLASS:
        raise ValueError(classes)
    return classes, None if unlabelled < 0 else unlabelled


def _key(texts: dict[str, str], sources: list[bytes], facts: list[Any]) -> str:
    return text_key(*texts.values(), *map(repr, sources), repr(facts))
