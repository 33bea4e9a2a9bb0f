"""An annotation that a workspace or a file keeps, as one in memory that may be drawn on and that nobody keeps."""

from pathlib import Path

import numpy as np

from annotat3d_tui.archive import read
from annotat3d_tui.errors import InvalidMarkers
from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.annotation_file import Marks, open_marks
from annotat3d_tui.volume.files import describe
from annotat3d_tui.workspace import open_workspace


def annotation_in(source: Path) -> Annotation:
    """The annotation of a workspace folder, with its acts, or of an annotation file, with its strokes and labels.

    Raises MissingFile or InvalidFile for what is neither.
    """
    if source.is_dir():
        workspace = open_workspace(source)
        shape = describe(workspace.image, workspace.raw).shape
        annotation, _ = Annotation.open(shape, workspace.journal, read_only=True)
        annotation.read_only = False  # it has no journal: what is drawn on it stays here
        return annotation
    return _drawn_again(open_marks(read(source, "an annotation"), source.name), source.name)


def _drawn_again(marks: Marks, name: str) -> Annotation:
    """The marks of a file, each stroke a stroke."""
    if not len(marks.labels):
        raise InvalidMarkers(f"{name} must mark at least one voxel, received none: give another annotation.")
    annotation, _ = Annotation.open(marks.shape)
    where, order = np.unique(marks.flat, return_index=True)
    labels, strokes = marks.labels[order], marks.strokes[order]
    both = strokes.astype(np.int64) << 16 | labels
    for one in np.unique(both):
        own = both == one
        annotation.import_marks(where[own], labels[own], name, marks.table)
    return annotation
