"""The acts of an annotation as lines of text, which give the same markers, stroke by stroke, when they are read back.

Where the words of an act give exactly what it changed, they are its line. All else (floods and superpixels, which need
the image, imported masks, strokes that passed a locked label) is written as voxels, its words before it as a comment.
Marks that were moved to another label become strokes of their own there.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import size_text
from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.labels.acts import Act
from annotat3d_tui.labels.areas import Polygon
from annotat3d_tui.labels.edit import Edit
from annotat3d_tui.labels.markers import Markers
from annotat3d_tui.labels.planes import Shape
from annotat3d_tui.labels.strokes import Stroke, parse_stroke
from annotat3d_tui.labels.voxels import Voxels


def stroke_lines(shape: Shape, acts: Iterable[Act]) -> Iterator[str]:
    """Lines of text, the first one saying of what size (Z, Y, X) the image is; acts that marked nothing are left out.

    acts: from the first one on, as `Annotation.done` has them.
    """
    yield f"# strokes on an image of {size_text(shape)} voxels"
    markers = Markers(shape)
    for act in acts:
        change = _change(act)
        if change is None:
            continue
        if _said_by_words(act.words, change, markers):
            yield act.words
        else:
            yield f"# {' '.join(act.words.split())}"
            yield from _voxel_lines(change, shape)
        markers.apply(change)


def strokes_text(shape: Shape, acts: Iterable[Act]) -> bytes:
    """The lines as a file has them."""
    return "".join(f"{line}\n" for line in stroke_lines(shape, acts)).encode()


def _change(act: Act) -> Edit | None:
    """What the edits of an act change together; None when it is nothing."""
    if len(act.edits) < 2:
        return act.edits[0] if act.edits else None
    every = np.concatenate([edit.where for edit in act.edits])
    where, first = np.unique(every, return_index=True)
    last = len(every) - 1 - np.unique(every[::-1], return_index=True)[1]
    before = [np.concatenate(parts)[first] for parts in _columns(act, "before")]
    after = [np.concatenate(parts)[last] for parts in _columns(act, "after")]
    changed = (before[0] != after[0]) | (before[1] != after[1])
    labels, strokes = zip(before, after, strict=True)
    if not changed.any():
        return None
    return Edit.of(where[changed], labels[0][changed], labels[1][changed], strokes[0][changed], strokes[1][changed])


def _columns(act: Act, when: str) -> list[list[NDArray[np.integer[Any]]]]:
    return [[getattr(edit, f"{kind}_{when}") for edit in act.edits] for kind in ("labels", "strokes")]


def _said_by_words(words: str, change: Edit, markers: Markers) -> bool:
    """Whether the words of an act, drawn on the markers before it, change the same voxels to the same labels."""
    try:
        stroke = parse_stroke(words)
    except Annotat3DError:
        return False
    if not isinstance(stroke, Stroke | Polygon):
        return False
    drawn = markers.edit(stroke.voxels(markers.shape), stroke.label, int(change.strokes_after.max()))
    return np.array_equal(drawn.where, change.where) and np.array_equal(drawn.labels_after, change.labels_after)


def _voxel_lines(change: Edit, shape: Shape) -> Iterator[str]:
    """A line for each label and stroke, since one line becomes one stroke of one label."""
    where = change.where
    marks = change.labels_after.astype(np.int64) << 32 | change.strokes_after
    for mark in np.unique(marks).tolist():
        yield str(Voxels.of(where[marks == mark], mark >> 32, shape))
