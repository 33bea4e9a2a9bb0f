"""An annotation in a file of its own: which voxels are marked, with what label, by which stroke, and the label table.

>>> marks = Marks((4, 8, 9), np.array([(1, 2, 3)]), np.array([2], np.uint16), np.array([1], np.uint32), LabelTable())
>>> open_marks(marks.to_bytes(), "x.annotation.npz").coordinates.tolist()
[[1, 2, 3]]
"""

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.archive import pack, unpack, wanted
from annotat3d_tui.blocks import size_text
from annotat3d_tui.errors import Annotat3DError, InvalidFile, InvalidMarkers, ShapeMismatch
from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.planes import Shape
from annotat3d_tui.labels.table import LabelTable

FORMAT = "annotat3d annotation"
VERSION = 1
SUFFIX = ".annotation.npz"
HIGHEST_SIDE = 1 << 21
_ARRAYS: dict[str, tuple[type[np.generic], int]] = {
    "coordinates": (np.int32, 2),
    "labels": (np.uint16, 1),
    "strokes": (np.uint32, 1),
}


@dataclass(frozen=True, eq=False)
class Marks:
    """All marked voxels of a volume of `shape` (Z, Y, X).

    coordinates: (m, 3) z, y, x, each once. labels: (m,) uint16 from 1. strokes: (m,) uint32 from 1, which stroke
    marked a voxel. table: names and colours of labels. Raises InvalidMarkers for a voxel outside or twice, a label or
    stroke 0, or lengths that do not agree.
    """

    shape: Shape
    coordinates: NDArray[np.integer[Any]]
    labels: NDArray[np.uint16]
    strokes: NDArray[np.uint32]
    table: LabelTable = field(default_factory=LabelTable)

    def __post_init__(self) -> None:
        count = len(self.labels)
        if self.coordinates.shape != (count, 3) or len(self.strokes) != count:
            raise InvalidMarkers(
                f"Marks must have three coordinates and a stroke for each of {count} labels, received coordinates of "
                f"shape {self.coordinates.shape} and {len(self.strokes)} strokes: give those of one annotation."
            )
        outside = ((self.coordinates < 0) | (self.coordinates >= self.shape)).any(axis=1)
        if outside.any():
            z, y, x = self.coordinates[outside][0].tolist()
            raise InvalidMarkers(
                f"Marks must lie in the volume of {size_text(self.shape)} voxels, received one at x {x}, y {y}, z {z}: "
                "give those of this volume."
            )
        if count and (self.labels.min() < 1 or self.strokes.min() < 1 or len(np.unique(self.flat)) < count):
            raise InvalidMarkers(
                "Marks must have labels and strokes from 1 and no voxel twice, received others: correct them."
            )

    @classmethod
    def of(cls, annotation: Annotation) -> Self:
        """Those of an annotation, as they are now."""
        coordinates, labels, strokes = annotation.markers.coordinates()
        return cls(annotation.shape, coordinates, labels, strokes, annotation.table)

    @property
    def flat(self) -> NDArray[np.int64]:
        """Flat indices (m,) of the voxels."""
        where = np.ravel_multi_index(tuple(self.coordinates.T), self.shape)
        return np.asarray(where, np.int64)

    @property
    def names(self) -> dict[int, str]:
        """The name of each label of the table."""
        return {label.id: label.name for label in self.table}

    def to_bytes(self) -> bytes:
        """The content of a file; the same marks give the same bytes, whatever their order."""
        order = np.argsort(self.flat)
        arrays: dict[str, NDArray[Any]] = {
            "coordinates": self.coordinates[order].astype(np.int32),
            "labels": self.labels[order].astype(np.uint16),
            "strokes": self.strokes[order].astype(np.uint32),
        }
        return pack(FORMAT, VERSION, {"shape": list(self.shape), **self.table.to_dict()}, arrays)


def open_marks(content: bytes, name: str) -> Marks:
    """The marks in the content of a file, `name` standing for it in messages.

    Raises InvalidFile for what is damaged, of another kind or of a later version.
    """
    about, arrays = unpack(content, FORMAT, VERSION, name)
    coordinates, labels, strokes = wanted(arrays, _ARRAYS, name)
    try:
        shape = _shape(about.get("shape"))
        table = LabelTable.from_dict(about)
        return Marks(shape, coordinates.astype(np.int64), labels, strokes, table)
    except (Annotat3DError, TypeError, ValueError) as error:
        raise InvalidFile(f"{name} must hold the marks of a volume: {error}") from None


def check_shape(marks: Marks, shape: tuple[int, ...], name: str) -> None:
    """Raises ShapeMismatch unless the marks are those of a volume of `shape` (Z, Y, X)."""
    if marks.shape != tuple(shape):
        raise ShapeMismatch(
            f"{name} must be of an image of {size_text(shape)} voxels, received one of {size_text(marks.shape)}: "
            "give the annotation of this image."
        )


def import_into(annotation: Annotation, marks: Marks, name: str) -> None:
    """Add marks over those of an annotation, as one act; their labels come with names and colours.

    Raises ShapeMismatch for marks of a volume of another size, InvalidMarkers when there are none.
    """
    check_shape(marks, annotation.shape, name)
    if not len(marks.labels):
        raise InvalidMarkers(f"{name} must mark at least one voxel, received none: give another annotation.")
    annotation.import_marks(marks.flat, marks.labels, name, marks.table)


def _shape(sides: Any) -> Shape:
    if not isinstance(sides, list) or len(sides) != 3 or not all(_is_side(side) for side in sides):
        raise ValueError(f"its shape must be three sides from 1, received {sides!r}: save it again.")
    return (sides[0], sides[1], sides[2])


def _is_side(side: Any) -> bool:
    return isinstance(side, int) and not isinstance(side, bool) and 1 <= side <= HIGHEST_SIDE
