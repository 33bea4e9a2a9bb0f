"""Annotations of Annotat3D, the program of 2019 (`.pkl`), read by a child process that can do no harm.

Coordinates count from 0 in the order z, y, x, since Annotat3D indexes its image (Z, Y, X) with them (see
`unpickling.py` for the source); `axes="xyz"` reads them the other way round. Annotat3D counts labels from 0, the
background: its label n is label n + 1 here, so that its Background is Background (1) and its Label 1 is Label 1 (2).
"""

import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import annotat3d_tui
from annotat3d_tui.blocks import size_text
from annotat3d_tui.errors import InvalidFile, InvalidMarkers, InvalidParameter, MissingFile
from annotat3d_tui.labels.annotation_file import Marks
from annotat3d_tui.labels.colours import HIGHEST_LABEL
from annotat3d_tui.labels.planes import Shape
from annotat3d_tui.labels.table import LabelTable
from annotat3d_tui.labels.unpickling import LARGEST_FILE, REFUSED

AXES = ("zyx", "xyz")
WAIT_SECONDS = 120


def open_annotat3d(path: Path | str, shape: Shape, axes: str = "zyx") -> Marks:
    """The marks of a `.pkl` annotation of an image of `shape` (Z, Y, X).

    Raises MissingFile, InvalidFile for what is no annotation or asks for more than numbers, and InvalidMarkers for one
    that marks nothing, or a voxel outside the image; it says so where the other order of axes would fit.
    """
    if axes not in AXES:
        raise InvalidParameter(f"The axes of marks must be one of {', '.join(AXES)}, received {axes!r}: choose one.")
    arrays = _read_apart(Path(path))
    coordinates, labels, markers = arrays["coordinates"], arrays["labels"], arrays["markers"]
    kept = labels >= 0
    coordinates, labels, markers = coordinates[kept], labels[kept] + 1, markers[kept]
    if not len(labels):
        raise InvalidMarkers(f"{path} must mark at least one voxel, received none: give another annotation.")
    if labels.max() > HIGHEST_LABEL:
        raise InvalidMarkers(
            f"{path} must have labels up to {HIGHEST_LABEL - 1}, received {labels.max() - 1}: join some."
        )
    coordinates = _placed(coordinates, shape, axes, str(path))
    coordinates, last = _each_once(coordinates, shape)
    strokes = np.unique(markers[last], return_inverse=True)[1] + 1
    table = _table(arrays["names"].tobytes(), labels)
    return Marks(shape, coordinates, labels[last].astype(np.uint16), strokes.astype(np.uint32), table)


def _read_apart(path: Path) -> dict[str, NDArray[Any]]:
    """What the child process found, as plain arrays."""
    if not path.is_file():
        raise MissingFile(f"{path} must be an annotation, but there is no such file: correct its path.")
    if path.stat().st_size > LARGEST_FILE:
        raise InvalidFile(f"{path} must be an annotation below 1 GB, received a larger file: give the right one.")
    program = [sys.executable, "-P", "-m", "annotat3d_tui.labels.unpickling", str(path.resolve())]
    home = str(Path(annotat3d_tui.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH")))),
                   "OPENBLAS_NUM_THREADS": "1"}  # fmt: skip
    try:
        done = subprocess.run(program, capture_output=True, env=environment, timeout=WAIT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise _no_annotation(path, "a file that takes too long to read") from None
    if done.returncode == REFUSED:
        raise _no_annotation(path, done.stderr.decode("utf-8", "replace").strip().replace("\n", " "))
    if done.returncode != 0:
        raise _no_annotation(path, "a file that cannot be read as one")
    with np.load(io.BytesIO(done.stdout), allow_pickle=False) as arrays:
        return dict(arrays)


def _no_annotation(path: Path, received: str) -> InvalidFile:
    return InvalidFile(
        f"{path} must be an annotation that Annotat3D saved (places and labels, nothing else), received {received}: "
        "it was not opened; save the annotation again."
    )


def _placed(coordinates: NDArray[np.int64], shape: Shape, axes: str, name: str) -> NDArray[np.int64]:
    """Coordinates (m, 3) in the order z, y, x, inside the image."""
    if coordinates.shape[1] == 2:  # of a single slice
        first = 0 if axes == "zyx" else 2
        coordinates = np.insert(coordinates, first, 0, axis=1)
    ordered = coordinates if axes == "zyx" else coordinates[:, ::-1]
    if _inside(ordered, shape):
        return ordered
    z, y, x = ordered[((ordered < 0) | (ordered >= shape)).any(axis=1)][0].tolist()
    other = next(one for one in AXES if one != axes)
    remedy = (
        f"read in the order {other} all fit, so give --marker-axes {other}" if _inside(ordered[:, ::-1], shape) else ""
    )
    raise InvalidMarkers(
        f"{name} must mark voxels of the image of {size_text(shape)}, received one at x {x}, y {y}, z {z}: "
        f"{remedy or 'give the annotation of this image'}."
    )


def _inside(coordinates: NDArray[np.int64], shape: Shape) -> bool:
    return bool(((coordinates >= 0) & (coordinates < shape)).all())


def _each_once(coordinates: NDArray[np.int64], shape: Shape) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """The coordinates, each once, and where each was last."""
    flat = np.ravel_multi_index(tuple(coordinates.T), shape)
    last = len(flat) - 1 - np.unique(flat[::-1], return_index=True)[1]
    return coordinates[last], last


def _table(names: bytes, labels: NDArray[np.int64]) -> LabelTable:
    """Background, Label 1, …, with the names and colours that the file gives."""
    table = LabelTable()
    for label in np.unique(labels).tolist():
        table = table if label in table else table.add(id=label)
    for given in json.loads(names or b"[]"):
        label, name = given["id"] + 1, given["name"].strip()
        colour = tuple(given["colour"][:3])
        if not 1 <= label <= HIGHEST_LABEL:
            continue
        table = table if label in table else table.add(id=label)
        if len(colour) == 3 and all(0 <= part <= 255 for part in colour):
            table = table.put(label, replace(table[label], colour=colour))
        if name.isprintable() and name and all(one.name != name for one in table):
            table = table.rename(label, name)
    return table
