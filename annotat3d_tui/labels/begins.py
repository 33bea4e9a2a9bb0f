"""Where strokes begin: the first of the points that their words name."""

from collections.abc import Container, Iterable

import numpy as np

from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.labels.acts import Act
from annotat3d_tui.labels.planes import Shape, axes_of
from annotat3d_tui.labels.strokes import parse_stroke
from annotat3d_tui.labels.voxels import Voxels


def begins_of(acts: Iterable[Act], shape: Shape, wanted: Container[int]) -> dict[int, int]:
    """By the number of each stroke that is wanted the flat voxel where it begins; marks without points have none.

    acts: those that are done, as `Annotation.done` has them; shape: (Z, Y, X) of the image.
    """
    found: dict[int, int] = {}
    for act in acts:
        numbers = {int(number) for edit in act.edits for number in np.unique(edit.strokes_after)}
        known = [number for number in numbers if number in wanted]
        if len(known) == 1 and (begin := _first_voxel(act.words, shape)) is not None:
            found.setdefault(known[0], begin)
    return found


def _first_voxel(words: str, shape: Shape) -> int | None:
    """None where the words are of no stroke, or of one that begins outside."""
    try:
        stroke = parse_stroke(words)
    except Annotat3DError:
        return None
    if isinstance(stroke, Voxels) or not stroke.points:
        return None
    axes, voxel = axes_of(stroke.plane), [0, 0, 0]
    voxel[axes.slice], (voxel[axes.column], voxel[axes.row]) = stroke.position, stroke.points[0]
    inside = all(0 <= at < side for at, side in zip(voxel, shape, strict=True))
    return int(np.ravel_multi_index(voxel, shape)) if inside else None
