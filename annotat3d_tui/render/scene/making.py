"""Meshes of the labels of a volume, made one by one in a child process."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, quiet
from annotat3d_tui.errors import DrawingFailed, InvalidParameter
from annotat3d_tui.labels.colours import HIGHEST_LABEL
from annotat3d_tui.memory import check_budget, default_budget
from annotat3d_tui.render.scene.channel import Memory
from annotat3d_tui.render.scene.grid import Grid
from annotat3d_tui.render.scene.meshes import Mesh, Surfacing, unpacked
from annotat3d_tui.render.scene.process import Child, Lost

BACKGROUND = 1
BYTES_A_VOXEL = 12
SECONDS = 1800.0

Box = tuple[slice, slice, slice]


def label_meshes(
    ids: NDArray[Any],
    grid: Grid,
    labels: Iterable[int] | None = None,
    surfacing: Surfacing | None = None,
    progress: Progress = quiet,
) -> list[Mesh]:
    """The closed surfaces of labels of a volume (Z, Y, X), rising by id; None for all but the background (1).

    Raises InvalidParameter where none of them has a voxel, OverBudget, or DrawingFailed.
    """
    surfacing = surfacing or Surfacing()
    boxes = label_boxes(ids)
    wanted = sorted(set(boxes) - {BACKGROUND} if labels is None else set(boxes) & set(labels))
    if not wanted:
        have = ", ".join(map(str, sorted(boxes)[:12])) or "none"
        raise InvalidParameter(f"The labels to mesh must have voxels, received none of {have}: choose of these.")
    largest = max(np.prod([one.stop - one.start + 2 for one in boxes[label]]) for label in wanted)
    check_budget("The mesh of a label", int(largest) * BYTES_A_VOXEL, default_budget())
    meshes: list[Mesh] = []
    child = _child()
    try:
        for number, label in enumerate(wanted):
            progress(number / len(wanted), f"label {label}")
            meshes.append(_mesh(child, ids, grid, label, boxes[label], surfacing))
    except Lost as error:
        raise DrawingFailed(f"The process that makes meshes was lost ({error}): ask for fewer labels.") from None
    finally:
        child.close()
    progress(1.0, "done")
    return meshes


def _child() -> Child:
    try:
        return Child("mesh")
    except (Lost, OSError) as error:
        raise DrawingFailed(f"Meshes cannot be made here ({error}): annotat3d doctor says what is missing.") from None


def _mesh(child: Child, ids: NDArray[Any], grid: Grid, label: int, box: Box, surfacing: Surfacing) -> Mesh:
    part = ids[box] == label
    memory = Memory(tuple(length + 2 for length in part.shape), np.uint8)
    memory.array[1:-1, 1:-1, 1:-1] = part
    asked = {
        "act": "mesh",
        "size": grid.voxel_size,
        "first": [one.start - 0.5 for one in box],
        "smoothing": surfacing.smoothing,
        "keep": surfacing.keep,
    }
    answer, numbers = child.ask_array(asked | memory.facts, memory.handle, seconds=SECONDS)
    memory.close()
    if "failed" in answer or numbers is None:
        raise DrawingFailed(f"The mesh of label {label} cannot be made ({answer.get('failed')}): leave it out.")
    points, faces = unpacked(answer, numbers)
    return Mesh(label, points, faces, int(np.count_nonzero(part)))


def label_boxes(ids: NDArray[Any]) -> dict[int, Box]:
    """The smallest box of each label id above 0, plane by plane.

    >>> label_boxes(np.array([[[0, 3], [3, 3]]]))
    {3: (slice(0, 1, None), slice(0, 2, None), slice(0, 2, None))}
    """
    low, high = np.full((HIGHEST_LABEL + 1, 3), np.iinfo(np.int64).max), np.full((HIGHEST_LABEL + 1, 3), -1)
    for z, plane in enumerate(ids):
        inside = np.where(plane <= HIGHEST_LABEL, plane, 0)
        rows, columns = np.nonzero(inside)
        if not len(rows):
            continue
        labels = inside[rows, columns]
        there = np.unique(labels)
        low[there, 0], high[there, 0] = np.minimum(low[there, 0], z), z
        for axis, places in ((1, rows), (2, columns)):
            np.minimum.at(low[:, axis], labels, places)
            np.maximum.at(high[:, axis], labels, places)
    found = np.flatnonzero(high[:, 0] >= 0)
    boxes: dict[int, Box] = {}
    for label in found.tolist():
        sides = [slice(int(begin), int(end) + 1) for begin, end in zip(low[label], high[label], strict=True)]
        boxes[label] = (sides[0], sides[1], sides[2])
    return boxes
