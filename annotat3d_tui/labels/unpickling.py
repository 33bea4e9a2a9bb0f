"""The child process that reads a pickled annotation of Annotat3D, where it can do no harm.

    python -P -m annotat3d_tui.labels.unpickling FILE > marks.npz

A pickle is a program. Of all it may ask for, only containers, numbers, words and arrays of NumPy are given; and since
even these can be made to take all memory or to never end, the process has little of either. Layouts (as the published
successor reads and writes them, cnpem/annotat3d on GitHub, 2022-2026, which still opens those of the desktop program):

    {(z, y, x): (label, marker id)}                    the desktop program and the first web versions
    {(z, y, x): [label, …, last label]}                2023: a history, in which -1 erases
    [names, coordinates, labels, annotated slices]     2024 and later; names: [{"labelName", "id", "color", …}]
    a list of such pairs or of rows z, y, x, label[, marker id]; an array of such rows; a volume of labels, -1 unmarked
"""

import io
import json
import pickle
import re
import resource
import sys
import warnings
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

SECONDS = 60
BYTES = 4 << 30
LARGEST_FILE = 1 << 30
REFUSED = 3
WHO_KNOWS = -1
NUMBERS = re.compile("[<>|=]?(b1|[iu][1248]|f[248])")
ORDERS = ("<", ">", "|", "=")
Rows = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


class Refused(Exception):
    """What the file asked for, or that it is of no layout that is known."""


class _Type:
    """Stands for `numpy.dtype`, of plain numbers alone: a real one can be told to take numbers for addresses."""

    def __init__(self, code: Any) -> None:
        if not isinstance(code, str) or not NUMBERS.fullmatch(code):
            raise Refused(f"an array of {code}"[:200])
        self.dtype = np.dtype(code)

    def __setstate__(self, state: Any) -> None:
        if not isinstance(state, tuple) or len(state) < 5 or state[1] not in ORDERS or any(state[2:5]):
            raise Refused("an array of something else than numbers")
        self.dtype = self.dtype.newbyteorder(state[1])


class _Array(np.ndarray):
    """An array that is filled once, with numbers."""

    def __setstate__(self, state: Any) -> None:
        _, shape, kind, fortran, content = state
        if self.size or not isinstance(kind, _Type) or not isinstance(content, bytes):
            raise Refused("an array that is none")
        super().__setstate__((1, shape, kind.dtype, bool(fortran), content))  # type: ignore[arg-type]


_NDARRAY = "numpy.ndarray"
"""Stands for the class, which would make arrays of addresses."""


def _dtype(code: Any, *_: Any) -> _Type:
    return _Type(code)


def _reconstruct(kind: Any, shape: Any, code: Any) -> Any:
    if kind is not _NDARRAY or shape not in ((0,), [0]):
        raise Refused("an array that is none")
    return np.zeros(0, np.int8).view(_Array)


def _scalar(kind: Any, content: Any) -> Any:
    return _frombuffer(content, kind, (1,), "C")[0]


def _frombuffer(content: Any, kind: Any, shape: Any, order: Any, *_: Any) -> Any:
    if not isinstance(kind, _Type) or not isinstance(content, bytes | bytearray):
        raise Refused("an array that is none")
    return np.frombuffer(bytes(content), kind.dtype).reshape(shape, order="F" if order == "F" else "C")


def _encode(text: Any, encoding: Any = "latin1") -> bytes:
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise Refused("another encoding than latin1")
    return text.encode("latin1")


def _core(name: str, what: Any) -> dict[tuple[str, str], Any]:
    return {(f"numpy.{core}.{name.partition('.')[0]}", name.partition(".")[2]): what for core in ("core", "_core")}


ALLOWED: dict[tuple[str, str], Any] = {
    **{(module, one.__name__): one for module in ("builtins", "__builtin__") for one in (list, dict, set, tuple, int)},
    ("collections", "defaultdict"): defaultdict,
    ("collections", "OrderedDict"): OrderedDict,
    ("numpy", "ndarray"): _NDARRAY,
    ("numpy", "dtype"): _dtype,
    ("_codecs", "encode"): _encode,
    **_core("multiarray._reconstruct", _reconstruct),
    **_core("multiarray.scalar", _scalar),
    **_core("numeric._frombuffer", _frombuffer),
}


class Reader(pickle.Unpickler):
    """Gives nothing but what is allowed."""

    def find_class(self, module: str, name: str) -> Any:
        """The thing of that name; raises Refused."""
        if (module, name) not in ALLOWED:
            raise Refused(f"{module}.{name}"[:200])
        return ALLOWED[module, name]

    def persistent_load(self, pid: Any) -> Any:
        """Raises Refused."""
        raise Refused("something outside the file")


def marks_in(content: Any) -> tuple[Rows, list[Any]]:
    """Coordinates (m, 2 or 3) as they stand, labels and marker ids (m,) of an annotation, and its list of names.

    Labels count from 0, the background; -1 is a voxel whose mark was erased. Raises Refused for another layout.
    """
    if isinstance(content, dict):
        return _of_pairs(content.items()), []
    if isinstance(content, np.ndarray):
        return _of_array(content), []
    if isinstance(content, list | tuple):
        if len(content) == 4 and isinstance(content[0], list) and isinstance(content[3], dict):
            coordinates = _columns(content[1])
            return _checked(coordinates, _whole(content[2]), None), content[0]
        if content and all(isinstance(one, list | tuple) and len(one) == 2 for one in content):
            return _of_pairs(content), []
        return _of_array(_whole(content)), []
    raise Refused(f"a {type(content).__name__}")


def _of_pairs(pairs: Iterable[Any]) -> Rows:
    coordinates, labels, markers = [], [], []
    for place, value in pairs:
        label, marker = value, WHO_KNOWS
        if isinstance(value, tuple) and len(value) == 2:
            label, marker = value
        elif isinstance(value, list | tuple):
            label = value[-1] if value else -1
        coordinates.append(place)
        labels.append(label)
        markers.append(marker)
    return _checked(_whole(coordinates), _whole(labels), _whole(markers))


def _of_array(array: NDArray[Any]) -> Rows:
    array = _whole(array)
    if array.ndim == 2 and array.shape[1] in (4, 5):
        return _checked(array[:, :3], array[:, 3], array[:, 4] if array.shape[1] == 5 else None)
    if array.ndim == 3:
        where = np.argwhere(array >= 0)
        return _checked(where, array[tuple(where.T)], None)
    raise Refused(f"an array of {array.ndim} axes")


def _columns(coordinates: Any) -> NDArray[np.int64]:
    """(m, 3) of arrays z, y, x, or of such a table."""
    table = _whole(coordinates)
    is_rows = isinstance(coordinates, np.ndarray) and table.ndim == 2 and table.shape[1] in (2, 3)
    return table if is_rows or table.ndim != 2 else table.T


def _whole(values: Sequence[Any] | NDArray[Any]) -> NDArray[np.int64]:
    array = np.asarray(values)
    if array.dtype.kind == "f" and (array == np.floor(array)).all():
        array = array.astype(np.int64)
    if array.dtype.kind not in "iu" and array.size:
        raise Refused("coordinates or labels that are no whole numbers")
    return array.astype(np.int64)


def _checked(coordinates: NDArray[np.int64], labels: NDArray[np.int64], markers: NDArray[np.int64] | None) -> Rows:
    if coordinates.size == 0:
        coordinates = coordinates.reshape(0, 3)
    markers = np.full(len(labels), WHO_KNOWS, np.int64) if markers is None else markers
    same = len(coordinates) == len(labels) == len(markers)
    if coordinates.ndim != 2 or coordinates.shape[1] not in (2, 3) or labels.ndim != 1 or markers.ndim != 1 or not same:
        raise Refused("places and labels that do not belong together")
    return coordinates, labels, markers


def _plain_names(names: list[Any]) -> str:
    kept = []
    for one in names[:65536]:
        if isinstance(one, dict) and isinstance(one.get("id"), int | np.integer):
            colour = [int(part) for part in one.get("color") or () if isinstance(part, int | float | np.number)]
            kept.append({"id": int(one["id"]), "name": str(one.get("labelName", ""))[:200], "colour": colour})
    return json.dumps(kept)


def main(path: str) -> int:
    """Write what a file marks to stdout as arrays, or to stderr why it was refused."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("ignore")
    try:
        with open(path, "rb") as file:
            (coordinates, labels, markers), names = marks_in(Reader(file).load())
    except Refused as refused:
        sys.stderr.write(str(refused))
        return REFUSED
    result = io.BytesIO()
    words = np.frombuffer(_plain_names(names).encode(), np.uint8)
    np.savez(result, coordinates=coordinates, labels=labels, markers=markers, names=words)
    sys.stdout.buffer.write(result.getvalue())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
