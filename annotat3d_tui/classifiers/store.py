"""A classifier that has learned, in a file that is safe to open: what it labels other images with, and how.

Every array is looked at before a kernel sees it, so that a damaged or hostile file is a sentence, never a crash.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.archive import pack, read, unpack, wanted
from annotat3d_tui.classifiers.boosting import BoostedModel, Steps
from annotat3d_tui.classifiers.forest import Forest
from annotat3d_tui.classifiers.linear import LinearModel
from annotat3d_tui.classifiers.model import Model
from annotat3d_tui.errors import InvalidFile, InvalidParameter
from annotat3d_tui.volume.writing import written_aside

FORMAT = "annotat3d classifier"
VERSION = 1
SUFFIX = ".classifier.npz"
Arrays = dict[str, NDArray[Any]]
_NODES: dict[str, tuple[type[np.generic], int]] = {
    "roots": (np.uint32, 1), "feature": (np.int32, 1), "threshold": (np.float32, 1), "children": (np.uint32, 2),
}  # fmt: skip


class Kept(NamedTuple):
    """A model, the parameters it was trained with (as JSON), names of its labels, and what else is known (JSON)."""

    model: Model
    parameters: dict[str, Any]
    names: dict[int, str]
    facts: dict[str, Any]


def save_model(
    path: Path | str,
    model: Model,
    parameters: Mapping[str, Any],
    *,
    names: Mapping[int, str] | None = None,
    facts: Mapping[str, Any] | None = None,
    overwrite: bool = False,
) -> None:
    """Write a model; the same one gives the same bytes. Raises OutputExists, CannotWrite, InvalidParameter."""
    content = model_bytes(model, parameters, names or {}, facts or {})
    with written_aside(path, overwrite) as aside:
        aside.write_bytes(content)


def model_bytes(
    model: Model, parameters: Mapping[str, Any], names: Mapping[int, str], facts: Mapping[str, Any]
) -> bytes:
    """The content of such a file."""
    kind = next((kind for kind, (cls, _, _) in _KINDS.items() if isinstance(model, cls)), None)
    if kind is None:
        raise InvalidParameter(f"A classifier to keep must be one of {', '.join(_KINDS)}, received {type(model)}.")
    arrays: Arrays = {"labels": model.labels, "importances": model.importances, **_KINDS[kind][1](model)}
    about = {
        "kind": kind,
        "columns": list(model.columns),
        "parameters": dict(parameters),
        "names": {str(label): name for label, name in names.items()},
        "facts": dict(facts),
    }
    return pack(FORMAT, VERSION, about, arrays)


def open_model(path: Path | str) -> Kept:
    """What `save_model` wrote; raises MissingFile, or InvalidFile for what is damaged or of a later version."""
    return read_model(read(path, "a classifier"), str(path))


def read_model(content: bytes, name: str) -> Kept:
    """The model in the content of a file, `name` standing for it in messages."""
    about, arrays = unpack(content, FORMAT, VERSION, name)
    labels, importances = wanted(arrays, {"labels": (np.uint16, 1), "importances": (np.float64, 1)}, name)
    try:
        columns = tuple(map(str, about["columns"]))
        _check(isinstance(about["columns"], list) and len(set(columns)) == len(columns), "columns")
        parameters, facts = dict(about["parameters"]), dict(about["facts"])
        names = {int(label): str(text) for label, text in about["names"].items()}
        _check(len(labels) >= 2 and labels[0] >= 1 and (np.diff(labels.astype(np.int64)) > 0).all(), "labels")
        _check(len(columns) in (0, len(importances)) and np.isfinite(importances).all(), "columns")
        make = _KINDS[about["kind"]][2]
        return Kept(make(labels, columns, importances, arrays, name), parameters, names, facts)
    except InvalidFile:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidFile(f"{name} must hold a whole classifier, received wrong {error}: save it again.") from None


def _check(right: Any, what: str) -> None:
    if not right:
        raise ValueError(what)


def _check_nodes(
    roots: NDArray[np.uint32],
    feature: NDArray[np.int32],
    threshold: NDArray[np.float32],
    children: NDArray[np.uint32],
    columns: int,
) -> None:
    """Raises ValueError unless these are trees over `columns` columns: no circle, nothing shared, nothing outside."""
    count = len(feature)
    _check(len(threshold) == count and children.shape == (count, 2) and len(roots) >= 1, "nodes")
    _check((feature >= -1).all() and (feature < columns).all() and not np.isnan(threshold).any(), "nodes")
    branches = np.flatnonzero(feature >= 0)
    below = children[branches].astype(np.int64)
    _check((below < count).all() and (below > branches[:, np.newaxis]).all() and (roots < count).all(), "children")
    times = np.bincount(np.concatenate([below.ravel(), roots.astype(np.int64)]), minlength=count)
    _check((times <= 1).all(), "children")


def _forest_arrays(model: Forest) -> Arrays:
    trees = model.trees
    return {name: getattr(trees, name) for name in (*_NODES, "values")}


def _forest(
    labels: NDArray[np.uint16], columns: tuple[str, ...], importances: NDArray[np.float64], arrays: Arrays, name: str
) -> Model:
    from annotat3d_tui.classifiers.trees import Trees  # brings Numba in

    *nodes, values = wanted(arrays, {**_NODES, "values": (np.float32, 2)}, name)
    roots, feature, threshold, children = nodes
    _check_nodes(roots, feature, threshold, children, len(importances))
    _check((children[feature < 0, 0] < len(values)).all(), "leaves")
    _check(values.shape[1] == len(labels) and ((values >= 0) & (values <= 1)).all(), "probabilities")
    _check(np.allclose(values.sum(axis=1), 1, atol=1e-3), "probabilities")
    trees = Trees(roots, feature, threshold, children, values)
    return Forest(labels, columns, trees, importances, np.zeros((0, len(labels)), np.float32))


def _boosted_arrays(model: BoostedModel) -> Arrays:
    return {name: getattr(model.steps, name) for name in (*_NODES, "value", "start")}


def _boosted(
    labels: NDArray[np.uint16], columns: tuple[str, ...], importances: NDArray[np.float64], arrays: Arrays, name: str
) -> Model:
    *nodes, value, start = wanted(arrays, {**_NODES, "value": (np.float64, 1), "start": (np.float64, 1)}, name)
    roots, feature, threshold, children = nodes
    _check_nodes(roots, feature, threshold, children, len(importances))
    scores = 1 if len(labels) == 2 else len(labels)
    _check(len(value) == len(feature) and len(start) == scores and np.isfinite(value).all(), "scores")
    _check(np.isfinite(start).all(), "scores")
    return BoostedModel(labels, columns, Steps(roots, feature, threshold, children, value, start), importances)


def _linear_arrays(model: LinearModel) -> Arrays:
    return {"weights": model.weights, "offsets": model.offsets, "sharpness": np.array([model.sharpness])}


def _linear(
    labels: NDArray[np.uint16], columns: tuple[str, ...], importances: NDArray[np.float64], arrays: Arrays, name: str
) -> Model:
    kinds: dict[str, tuple[type[np.generic], int]] = {
        "weights": (np.float64, 2), "offsets": (np.float64, 1), "sharpness": (np.float64, 1),
    }  # fmt: skip
    weights, offsets, sharpness = wanted(arrays, kinds, name)
    _check(weights.shape == (len(labels), len(importances)) and len(offsets) == len(labels), "weights")
    _check(np.isfinite(weights).all() and np.isfinite(offsets).all() and len(sharpness) == 1, "weights")
    _check(np.isfinite(sharpness).all(), "weights")
    return LinearModel(labels, columns, weights, offsets, float(sharpness[0]), importances)


_KINDS: dict[str, tuple[type, Callable[[Any], Arrays], Callable[..., Model]]] = {
    "forest": (Forest, _forest_arrays, _forest),
    "linear": (LinearModel, _linear_arrays, _linear),
    "boosted": (BoostedModel, _boosted_arrays, _boosted),
}
